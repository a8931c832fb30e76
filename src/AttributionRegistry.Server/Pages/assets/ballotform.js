// The questions of a round as a form, and the answers in it.

import { element } from './dom.js';

/** Percent with at most two decimals as basis points, exactly; null for anything else. */
export function basisPoints(text) {
  const found = /^\s*(\d{1,3})(?:[.,](\d{1,2}))?\s*$/.exec(text);
  return found ? Number(found[1]) * 100 + Number((found[2] ?? '').padEnd(2, '0')) : null;
}

/** @param statements by hypothesis id @param titles by evidence id */
export function questionsForm(round, statements, titles) {
  return round.questions.map((question, index) => fieldset(question, `q${index}`, round, statements, titles));
}

function fieldset(question, prefix, round, statements, titles) {
  const sum = element('p', { id: `${prefix}-sum`, class: 'note', 'aria-live': 'polite' });
  const inputs = question.hypotheses.map((id, i) => element('input', {
    id: `${prefix}-h${i}`, type: 'text', inputmode: 'decimal', autocomplete: 'off', 'data-hypothesis': id, 'aria-describedby': `${prefix}-sum`,
  }));
  const add = () => {
    const values = inputs.map(each => basisPoints(each.value));
    const total = values.reduce((all, each) => all + (each ?? 0), 0);
    const { lowestLikelihood: low, highestLikelihood: high, sum: whole } = round.rules.ballot;
    const outside = values.some((value, i) => inputs[i].value !== '' && (value === null || value < low || value > high));
    sum.textContent = `Together ${total / 100} % of ${whole / 100} %.${outside ? ` Each is a number from ${low / 100} to ${high / 100} %.` : ''}`;
    sum.className = `note ${total === whole && !outside && values.every(each => each !== null) ? 'ok' : ''}`;
  };
  inputs.forEach(each => each.addEventListener('input', add));
  add();
  const judgement = element('div', {},
    question.hypotheses.map((id, i) => [element('label', { for: `${prefix}-h${i}` }, `${statements.get(id) ?? id}${id === question.residual ? ' (none of the others, or cannot be told)' : ''}: likelihood in %`), inputs[i]]),
    sum,
    element('label', { for: `${prefix}-confidence` }, 'How sure you are of this judgement'),
    element('select', { id: `${prefix}-confidence` }, ['low', 'moderate', 'high'].map(each => element('option', { value: each }, each))),
    element('fieldset', {}, element('legend', {}, 'Evidence that it rests on (at least one)'), round.evidence.map((id, i) =>
      element('label', { class: 'check' }, element('input', { type: 'checkbox', id: `${prefix}-e${i}`, value: id, 'data-cite': true }), ' ', element('span', {}, titles.get(id) ?? id)))),
    element('label', { for: `${prefix}-reasons` }, 'Reasons (published with the finding when you dissent)'),
    element('textarea', { id: `${prefix}-reasons` }));
  const abstain = element('input', { type: 'checkbox', id: `${prefix}-abstain` });
  abstain.addEventListener('change', () => { judgement.hidden = abstain.checked; });
  return element('fieldset', { 'data-question': question.id },
    element('legend', {}, `Question ${question.id} (${question.level.replaceAll('_', '-')} level)`),
    element('label', { class: 'check' }, abstain, ' ', element('span', {}, 'I abstain')), judgement);
}

/** The answers as a ballot holds them; throws a sentence for what the count would call spoiled. */
export function answersIn(form, round) {
  const answers = {};
  for (const question of round.questions) {
    const part = [...form.querySelectorAll('[data-question]')].find(each => each.dataset.question === question.id);
    answers[question.id] = part.querySelector('[id$="-abstain"]').checked ? { abstain: true } : judgementIn(part, question, round.rules.ballot);
  }
  return answers;
}

function judgementIn(part, question, rules) {
  const likelihood = {};
  for (const input of part.querySelectorAll('[data-hypothesis]')) {
    const value = basisPoints(input.value);
    if (value === null || value < rules.lowestLikelihood || value > rules.highestLikelihood) {
      input.focus();
      throw new Error(`Question ${question.id}: each likelihood is a number from ${rules.lowestLikelihood / 100} to ${rules.highestLikelihood / 100} %, with at most two decimals.`);
    }
    likelihood[input.dataset.hypothesis] = value;
  }
  const total = Object.values(likelihood).reduce((all, each) => all + each, 0);
  if (total !== rules.sum) throw new Error(`Question ${question.id}: the likelihoods make ${total / 100} %, not ${rules.sum / 100} %.`);
  const cites = [...part.querySelectorAll('[data-cite]:checked')].map(each => each.value);
  if (cites.length === 0) throw new Error(`Question ${question.id}: choose the evidence that it rests on.`);
  const reasons = part.querySelector('textarea').value;
  if (new TextEncoder().encode(reasons).length > rules.maxReasonsBytes) throw new Error(`Question ${question.id}: the reasons are longer than ${rules.maxReasonsBytes} bytes.`);
  return { likelihood, confidence: part.querySelector('select').value, cites, reasons };
}

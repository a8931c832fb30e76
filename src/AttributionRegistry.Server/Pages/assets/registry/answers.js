// Which answers count (V-21, V-23, V-24, V-25) and what they support (V-26).

import { OtherNumber, dict } from './jcs.js';
import { CONFIDENCES } from './pools.js';

const isMap = value => value !== null && typeof value === 'object' && !Array.isArray(value) && !(value instanceof OtherNumber);
const has = (map, key) => Object.hasOwn(map, key);
const unreadable = why => ({ kind: 'unreadable', why });
const spoiled = why => ({ kind: 'spoiled', why });
const utf8Length = text => new TextEncoder().encode(text).length;

/** What one ballot says to one question, as parseStrict read it. Never throws: what cannot be read is spoiled, not fatal. */
export function readAnswer(json) {
  if (!isMap(json)) return unreadable('not an object');
  if (has(json, 'abstain') && json.abstain === true) {
    // Either an abstention or a judgement: an answer that is both leaves open which of them was meant.
    return has(json, 'likelihood') ? unreadable('abstains and judges at once') : { kind: 'abstain' };
  }
  if (has(json, 'abstain') && json.abstain !== false) return unreadable('abstain is neither true nor false');
  return readJudgement(json);
}

function readJudgement(json) {
  if (!has(json, 'likelihood') || !isMap(json.likelihood) || !Object.values(json.likelihood).every(isInt32)) {
    return unreadable('likelihoods are not whole numbers');
  }
  const confidence = has(json, 'confidence') && typeof json.confidence === 'string' ? CONFIDENCES.indexOf(json.confidence) : -1;
  if (confidence < 0) return unreadable('confidence is not low, moderate or high');
  if (!has(json, 'cites') || !Array.isArray(json.cites) || !json.cites.every(each => typeof each === 'string')) {
    return unreadable('cites is not a list of evidence ids');
  }
  const reasons = has(json, 'reasons') ? json.reasons : '';
  if (typeof reasons !== 'string') return unreadable('reasons are not text');
  if (![reasons, ...json.cites, ...Object.keys(json.likelihood)].every(text => text.isWellFormed())) return unreadable('holds what is no Unicode text');
  return { kind: 'judgement', likelihood: dict(Object.entries(json.likelihood)), confidence, cites: json.cites, reasonsBytes: utf8Length(reasons) };
}

// parseStrict leaves 1.0 and 1e2 as they were written: they are no integers here.
const isInt32 = value => Number.isInteger(value) && value >= -(2 ** 31) && value < 2 ** 31;

/** The verdict on every answer of one ballot, by question. A spoiled answer spoils no other. */
export function judge(answers, questions, evidence, rules) {
  const verdicts = new Map();
  const ordered = inOrderOfDependence(questions);
  for (const question of [...ordered, ...questions.filter(each => !ordered.includes(each))]) {
    const verdict = judgeAlone(question, has(answers, question.id) ? answers[question.id] : null, evidence, rules);
    const child = verdict.kind === 'counted' ? outgrowsParent(question, verdict.vote, verdicts) : undefined;
    verdicts.set(question.id, child === undefined ? verdict : spoiled(`${child} is held likelier than what it implies`));
  }
  return verdicts;
}

/** Whether a vote supports a hypothesis at a level's floor and confidence. */
export const supports = (vote, hypothesis, rule) =>
  has(vote.likelihood, hypothesis) && vote.likelihood[hypothesis] >= rule.supportFloor && vote.confidence >= CONFIDENCES.indexOf(rule.minConfidence);

/** The verdict on an answer without looking at the other questions. */
export function judgeAlone(question, answer, evidence, rules) {
  if (answer === null) return spoiled('no answer');
  if (answer.kind === 'abstain') return { kind: 'abstained' };
  if (answer.kind === 'unreadable') return spoiled(answer.why);
  const why = faultOf(question, answer, evidence, rules);
  return why === null ? { kind: 'counted', vote: answer } : spoiled(why);
}

function faultOf(question, vote, evidence, rules) {
  const values = Object.values(vote.likelihood);
  if (values.length !== question.hypotheses.length || !question.hypotheses.every(h => has(vote.likelihood, h))) return 'not exactly one likelihood per hypothesis';
  if (values.some(each => each < rules.lowestLikelihood || each > rules.highestLikelihood)) {
    return `a likelihood lies outside ${rules.lowestLikelihood} to ${rules.highestLikelihood}`;
  }
  if (values.reduce((sum, each) => sum + each, 0) !== rules.sum) return `likelihoods do not add up to ${rules.sum}`;
  if (vote.cites.length === 0) return 'no evidence is cited';
  if (!vote.cites.every(each => evidence.has(each))) return 'evidence outside the frozen set is cited';
  return vote.reasonsBytes > rules.maxReasonsBytes ? `reasons are longer than ${rules.maxReasonsBytes} bytes` : null;
}

// Only a parent answer that counts states a likelihood; against a spoiled or abstaining one there is nothing to compare.
const outgrowsParent = (question, vote, verdicts) => question.hypotheses.find(child => {
  const parent = question.implies && has(question.implies, child) ? question.implies[child] : null;
  const above = parent && verdicts.get(parent[0]);
  return above?.kind === 'counted' && has(above.vote.likelihood, parent[1]) && vote.likelihood[child] > above.vote.likelihood[parent[1]];
});

/** Parents before children, otherwise as published. Questions that depend on each other in a circle are left out. */
export function inOrderOfDependence(questions) {
  const known = new Set(questions.map(question => question.id));
  const placed = new Set();
  const ordered = [];
  let moved;
  do {
    moved = false;
    for (const question of questions) {
      const parents = Object.values(question.implies ?? {}).map(parent => parent[0]).filter(id => known.has(id));
      if (!placed.has(question.id) && parents.every(id => placed.has(id))) {
        placed.add(question.id);
        ordered.push(question);
        moved = true;
      }
    }
  } while (moved);
  return ordered;
}

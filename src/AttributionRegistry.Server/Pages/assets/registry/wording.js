// The plain sentences of a finding, as the registry makes them: hypotheses are quoted, likelihood and confidence never share a sentence.

const TITLE = 'ICD 203 degrees of likelihood';
const TERMS = [
  [100, 500, 'almost-no-chance', 'almost no chance'], [500, 2000, 'very-unlikely', 'very unlikely'], [2000, 4500, 'unlikely', 'unlikely'],
  [4500, 5500, 'roughly-even-chance', 'roughly even chance'], [5500, 8000, 'likely', 'likely'], [8000, 9500, 'very-likely', 'very likely'],
  [9500, 9900, 'almost-certain', 'almost certain'],
];

/** The ICD 203 term at a likelihood, or null outside 100 to 9,900 basis points. */
export function icd203TermAt(basisPoints) {
  const found = TERMS.find(([from, to]) => basisPoints >= from && (basisPoints < to || (to === 9900 && basisPoints === to)));
  return found ? { code: found[2], label: found[3], bounds: `${percent(found[0])}–${percent(found[1])} %` } : null;
}

const percent = basisPoints => String(basisPoints / 100);

export function likelihood(statement, term) {
  const measured = `(${term.bounds}, ${TITLE})`;
  const chance = term.label.endsWith('chance') ? `there is ${term.label.startsWith('almost') ? '' : 'a '}${term.label} ${measured}` : `it is ${term.label} ${measured}`;
  return `The panel assesses that ${chance} that the hypothesis ${quote(statement)} holds.`;
}

export const confidence = level => `The panel assesses its confidence in this judgement as ${level} (ICD 203: low, moderate or high).`;

export const inconclusive = (question, reasons) =>
  `The panel assesses the question ${quote(question)} as inconclusive.${reasons.length === 0 ? '' : ` Reasons: ${reasons.map(plain).join('; ')}.`} ` +
  'The evidence before the panel does not carry any of the hypotheses to the standard required. ' +
  'That is a statement about the evidence; it is not a finding for or against anyone named.';

export const notEstablished = statement =>
  `The panel assesses the hypothesis ${quote(statement)} as not established on the evidence before it; it is not excluded either.`;

export const EXCLUDED = 'The panel assesses that this hypothesis is excluded by its rule: at least two thirds put it below 20 %. New evidence may reopen it.';

export const checkable = holds => (holds
  ? 'A reader who weighs the disclosed evidence alone by the published rule arrives at the same leading hypothesis.'
  : 'This finding is “assessed, not crosscheckable”: the disclosed evidence alone does not lead to the same hypothesis, and confidence is limited to moderate.');

/** Why a count found nothing, from its published numbers. */
export function reasonsOf(outcome, tally) {
  if (outcome === 'not_constituted') return ['too few members were left to decide'];
  if (outcome === 'no_quorum') return [`${tally.counts.votes + tally.counts.abstained} votes and abstentions, ${tally.quorumNeeded} needed for a quorum`];
  const most = Object.values(tally.support).reduce((max, each) => Math.max(max, each), 0);
  return [`the most supported hypothesis has ${most} supporters, ${tally.threshold} of ${tally.eligible} are needed`];
}

const quote = text => `“${plain(text).replaceAll('“', '‘').replaceAll('”', '’')}”`;

// One line without a closing stop, so that a statement cannot end the sentence that quotes it.
const plain = text => text.replace(/[\p{Cc}\p{Z}]/gu, ' ').split(' ').filter(Boolean).join(' ').replace(/\.+$/, '');

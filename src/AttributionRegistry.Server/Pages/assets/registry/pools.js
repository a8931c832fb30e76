// Medians and pools of likelihoods (V-37, V-40), and the words for them (V-31).

import { dict } from './jcs.js';

/** Lowest first; a vote holds the place in this list. */
export const CONFIDENCES = ['low', 'moderate', 'high'];

const TERMS = [[500, 'almost_no_chance'], [2000, 'very_unlikely'], [4500, 'unlikely'], [5500, 'roughly_even'], [8000, 'likely'], [9500, 'very_likely']];

/** The term of a likelihood in basis points; the lower bound belongs to the term. */
export const termOf = basisPoints => TERMS.find(([below]) => basisPoints < below)?.[1] ?? 'almost_certain';

const sorted = values => [...values].sort((a, b) => a - b);

/** Middle value; for an even count the floor of the mean of the two middle values. */
export function median(values) {
  const all = sorted(values), middle = Math.floor(all.length / 2);
  return all.length % 2 === 1 ? all[middle] : Math.floor((all[middle - 1] + all[middle]) / 2);
}

/** For an even count the lower of the two middle values: confidence is never rounded up. */
export const lowerMedian = values => sorted(values)[Math.floor((values.length - 1) / 2)];

/** Floor of the mean, per hypothesis. */
export const linear = (hypotheses, votes) => dict(hypotheses.map(h => [h, Math.floor(votes.reduce((sum, vote) => sum + vote[h], 0) / votes.length)]));

/** Geometric mean per hypothesis, scaled to the sum. Right to one basis point; no decision reads it. */
export function logarithmic(hypotheses, votes, sum) {
  const means = hypotheses.map(h => Math.exp(sorted(votes.map(vote => Math.log(vote[h]))).reduce((total, each) => total + each, 0) / votes.length));
  const total = means.reduce((all, each) => all + each, 0);
  return dict(hypotheses.map((h, i) => [h, Math.round(means[i] / total * sum)]));
}

export function spread(values) {
  const all = sorted(values), last = all.length - 1, quarter = Math.floor(last / 4);
  return { min: all[0], lowerQuartile: all[quarter], median: median(all), upperQuartile: all[last - quarter], max: all[last] };
}

/** How far a judgement was from what turned out to be true (V-41), in units of 1e-8. */
export function brier(likelihood, truth, sum = 10000) {
  if (!Object.hasOwn(likelihood, truth)) throw new RangeError(`${truth} is not among the hypotheses judged.`);
  return Object.entries(likelihood).reduce((score, [h, p]) => score + (p - (h === truth ? sum : 0)) ** 2, 0);
}

// The count: a port of the registry's own (V-20 … V-40), field by field. Pure: the same record gives the same result everywhere (V-43).

import { inOrderOfDependence, judge, supports } from './answers.js';
import { counted, sortBallots } from './ballotbox.js';
import { dict } from './jcs.js';
import { CONFIDENCES, linear, logarithmic, lowerMedian, median, spread, termOf } from './pools.js';
import { ceilingOf, isReachedBy } from './rules.js';

/** Counts every question, parents before the hypotheses that imply them. */
export function count(input) {
  const box = sortBallots(input);
  const evidence = new Set(input.evidenceSet);
  const opened = new Map([...box.fates].filter(([, fate]) => fate.kind === 'revealed')
    .map(([member, fate]) => [member, judge(fate.answers, input.questions, evidence, input.rules.ballot)]));
  const results = new Map();
  for (const question of inOrderOfDependence(input.questions)) results.set(question.id, countOne(question, input, box, opened, results));
  // Questions in a circle cannot be frozen; should a record hold them all the same, none of their parents is ever found.
  const circular = input.questions.filter(question => !results.has(question.id));
  for (const question of circular) results.set(question.id, countOne(question, input, box, opened, new Map()));

  const eligible = input.panel.members.filter(counted).length;
  return {
    seats: input.panel.size,
    eligible,
    quorumNeeded: ceilingOf(input.rules.quorum, eligible),
    rejected: dict(box.rejected),
    unrevealed: [...box.fates].filter(([, fate]) => fate.kind === 'unrevealed').map(([member]) => member),
    equivocated: [...box.fates].filter(([, fate]) => fate.kind === 'void' && fate.equivocated).map(([member]) => member),
    questions: dict(input.questions.map(question => [question.id, results.get(question.id)])),
  };
}

function countOne(question, input, box, opened, parents) {
  const verdicts = [...opened].map(([member, ballot]) => [member, ballot.get(question.id)]);
  const votes = verdicts.filter(([, verdict]) => verdict.kind === 'counted')
    .map(([member, verdict]) => ({ member, vote: verdict.vote }))
    .sort((a, b) => (a.member < b.member ? -1 : a.member > b.member ? 1 : 0));
  const judged = kind => verdicts.filter(([, verdict]) => verdict.kind === kind).length;
  const fated = kind => [...box.fates.values()].filter(fate => fate.kind === kind).length;
  const counts = {
    votes: votes.length, abstained: judged('abstained'), spoiled: judged('spoiled'),
    unrevealed: fated('unrevealed'), absent: fated('absent'), void: fated('void'),
  };
  return decide({ question, input, counts, votes, parents, rule: input.rules.levels[question.level] });
}

function decide(it) {
  const { question, input, counts, votes, rule } = it;
  const eligible = input.panel.members.filter(counted).length;
  const total = Object.values(counts).reduce((sum, each) => sum + each, 0);
  if (total !== eligible) throw new Error(`Question ${question.id}: ${total} answers are accounted for, ${eligible} members are eligible.`);
  const regionOf = member => input.panel.members.find(each => each.id === member).region;
  const supporters = h => votes.filter(each => supports(each.vote, h, rule));
  const perHypothesis = value => dict(question.hypotheses.map(h => [h, value(h)]));
  const quorum = isReachedBy(input.rules.quorum, counts.votes + counts.abstained, eligible);
  const constituted = isReachedBy(input.rules.minSeated, eligible, input.panel.size) && eligible >= input.rules.minEligible;
  const result = {
    threshold: ceilingOf(rule.threshold, eligible),
    counts,
    support: perHypothesis(h => supporters(h).length),
    regions: perHypothesis(h => new Set(supporters(h).map(each => regionOf(each.member))).size),
    medianBp: votes.length === 0 ? dict() : perHypothesis(h => median(votes.map(each => each.vote.likelihood[h]))),
    quorum,
    outcome: constituted ? 'no_quorum' : 'not_constituted',
    hypothesis: null, blockedBy: null, status: dict(), likelihoodTerm: null, confidence: null, dissents: null, dissenters: [],
    information: votes.length === 0 ? null : informationOf(question.hypotheses, votes.map(each => each.vote.likelihood), input.rules.ballot.sum),
  };
  return constituted && quorum ? conclude(it, result, eligible, perHypothesis) : result;
}

function conclude({ question, input, votes, parents, rule }, result, eligible, perHypothesis) {
  // Sound rules let at most one hypothesis through. Should a rule set allow two, naming neither is the safe answer.
  const reached = question.hypotheses.filter(h => result.support[h] >= result.threshold && result.support[h] > 0);
  const leading = reached.length === 1 ? reached[0] : null;
  const blocked = leading === null ? null : obstacle(question, leading, result.regions[leading], rule, parents);
  const found = blocked === null ? leading : null;
  const { below, threshold } = input.rules.exclude;
  const statusOf = h => {
    if (h === found) return 'attributed';
    if (h === question.residual) return h === leading && blocked === 'residual' ? 'residual_supported' : 'not_established';
    return ceilingOf(threshold, eligible) <= votes.filter(each => each.vote.likelihood[h] < below).length ? 'excluded' : 'not_established';
  };
  const concluded = { ...result, outcome: found === null ? 'not_attributed' : 'attributed', hypothesis: found, blockedBy: blocked, status: perHypothesis(statusOf) };
  return found === null ? concluded : {
    ...concluded,
    likelihoodTerm: termOf(result.medianBp[found]),
    confidence: CONFIDENCES[lowerMedian(votes.map(each => each.vote.confidence))],
    dissents: votes.length - result.support[found],
    dissenters: votes.filter(each => !supports(each.vote, found, rule)).map(each => each.member),
  };
}

function obstacle(question, hypothesis, regions, rule, parents) {
  if (regions < rule.minRegions) return 'regional_spread';
  if (hypothesis === question.residual) return 'residual';
  const parent = question.implies?.[hypothesis];
  return parent && (parents.get(parent[0])?.hypothesis ?? null) !== parent[1] ? 'parent_not_attributed' : null;
}

const informationOf = (hypotheses, likelihoods, sum) => ({
  linear: linear(hypotheses, likelihoods),
  log: logarithmic(hypotheses, likelihoods, sum),
  spread: dict(hypotheses.map(h => [h, spread(likelihoods.map(each => each[h]))])),
});

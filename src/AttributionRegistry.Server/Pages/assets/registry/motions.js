// Open votes: procedural motions (V-42), challenges (V-15), reopening (V-60).

import { counted } from './ballotbox.js';
import { DEFAULT_RULES, ceilingOf } from './rules.js';

export function decideMotion(members, ballots) {
  const count = openCount(members, members.filter(counted).length, ballots);
  return withOutcome(count, !count.quorum ? 'no_quorum' : count.yes > count.no ? 'carried' : 'failed');
}

/** By the seated members other than the challenged one, whose vote is ignored. */
export function decideChallenge(members, challenged, ballots) {
  const entitled = members.filter(member => member.standing === 'seated' && member.id !== challenged);
  const count = openCount(entitled, entitled.length, ballots);
  return withOutcome(count, !count.quorum || count.yes === count.no ? 'referred' : count.yes > count.no ? 'upheld' : 'rejected');
}

/** A minority is enough: the question is whether to look again. */
export function decideReopening(members, ballots, rules = DEFAULT_RULES) {
  const eligible = members.filter(counted).length;
  const count = openCount(members, eligible, ballots);
  return withOutcome(count, count.yes > 0 && count.yes >= ceilingOf(rules.reopening, eligible) ? 'granted' : 'refused');
}

function openCount(members, eligible, ballots) {
  const present = new Set(members.filter(member => member.standing === 'seated').map(member => member.id));
  const votes = new Map(ballots.filter(ballot => present.has(ballot.member)).map(ballot => [ballot.member, ballot.vote])); // the last of each stands
  const number = vote => [...votes.values()].filter(each => each === vote).length;
  const [yes, no, abstain] = ['yes', 'no', 'abstain'].map(number);
  return { eligible, yes, no, abstain, quorum: 2 * (yes + no + abstain) > eligible };
}

const withOutcome = (count, outcome) => ({ ...count, outcome });

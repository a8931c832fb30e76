// Random cases counted by the pages' scripts, for the command line to count again: node tests/pages/differential.mjs COUNT SEED > FILE
// Then `attribution tally FILE` must agree on every field of each. The cases are crooked on purpose: crossed thresholds, thin regions,
// chains out of order, equal and late receipts, spoiled answers, implied hypotheses and circles of them.

import { recountCase } from '../../src/AttributionRegistry.Server/Pages/assets/registry/cases.js';
import { OtherNumber, dict, parseStrict } from '../../src/AttributionRegistry.Server/Pages/assets/registry/jcs.js';

const [count = '500', seed = '1'] = process.argv.slice(2);

// A small generator of its own (mulberry32): the same seed gives the same cases.
let state = Number(seed) >>> 0;
function random() {
  state = (state + 0x6d2b79f5) >>> 0;
  let t = Math.imul(state ^ (state >>> 15), state | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
}
const below = n => Math.floor(random() * n);
const pick = list => list[below(list.length)];
const chance = p => random() < p;

// Most panels are nearly whole, so that thresholds decide; the rest are as crooked as can be.
let whole = false;

const REGIONS = ['AFR', 'APG', 'EEG', 'GRULAC', 'WEOG'];
const STANDINGS = ['seated', 'seated', 'seated', 'seated', 'seated', 'seated', 'alternate', 'recused', 'removed_before_reveal', 'removed_after_reveal'];
const LEVELS = ['individual', 'group', 'state_sponsored', 'state'];

function levelRule() {
  const den = 1 + below(5);
  return { threshold: [1 + below(den), den], supportFloor: pick([5001, 5500, 8000, 9000]), minConfidence: pick(['low', 'moderate', 'high']), minRegions: below(5) };
}

const rules = () => ({
  minSeated: pick([[2, 3], [1, 2], [1, 1]]), minEligible: pick([1, 3, 7]), quorum: pick([[2, 3], [1, 2], [3, 4], [1, 1]]),
  exclude: { below: pick([1000, 2000, 5000]), threshold: pick([[2, 3], [1, 2], [1, 5]]) },
  levels: Object.fromEntries(LEVELS.map(level => [level, levelRule()])),
});

function questions() {
  const all = Array.from({ length: 1 + below(3) }, (_, i) => {
    const named = Array.from({ length: 1 + below(4) }, (_, h) => pick([`H${i}${h}`, `${h}${i}`, `h é ${i}${h}`]));
    const hypotheses = [...new Set([...named, `OTHER${i}`])];
    return { id: `Q${i}`, level: pick(LEVELS), hypotheses, residual: `OTHER${i}` };
  });
  for (const question of all) {
    const others = all.filter(each => each !== question);
    if (others.length > 0 && chance(0.4)) {
      const parent = pick(others); // either way round: circles happen
      question.implies = Object.fromEntries(question.hypotheses.filter(h => h !== question.residual && chance(0.7)).map(h => [h, [parent.id, pick(parent.hypotheses)]]));
    }
  }
  return all;
}

function likelihood(hypotheses, favourite) {
  const rest = hypotheses.filter(h => h !== favourite);
  const least = rest.length * 100;
  let left = Math.max(least, 10000 - pick([9900, 9500, 9000, 9000, 8000, 8000, 7999, 5500, 5499, 2000 + below(7900)]));
  const values = { [favourite]: 10000 - left };
  rest.forEach((h, i) => {
    const share = i === rest.length - 1 ? left : 100 + below(Math.max(1, left - 100 * (rest.length - i - 1) - 99));
    values[h] = share;
    left -= share;
  });
  return values;
}

function answer(question, favourite) {
  if (chance(whole ? 0.03 : 0.08)) return { abstain: true };
  const said = { likelihood: likelihood(question.hypotheses, chance(whole ? 0.93 : 0.7) ? favourite : pick(question.hypotheses)), confidence: pick(['low', 'moderate', 'high', 'high']), cites: ['E1'] };
  const [first] = question.hypotheses;
  return chance(whole ? 0.97 : 0.85) ? said : pick([
    { ...said, cites: [] }, { ...said, cites: ['E9'] }, { ...said, confidence: 'certain' }, { ...said, abstain: true }, { ...said, abstain: 1 }, { ...said, abstain: false },
    { ...said, likelihood: { ...said.likelihood, [first]: said.likelihood[first] + 1 } }, { ...said, likelihood: { ...said.likelihood, extra: 100 } },
    { ...said, likelihood: { ...said.likelihood, [first]: new OtherNumber('5000.0') } }, { ...said, likelihood: { ...said.likelihood, [first]: new OtherNumber('1e3') } },
    { ...said, reasons: 7 }, { ...said, reasons: 'ż'.repeat(pick([3, 32768, 32769])) }, 'nothing', null, [], { likelihood: said.likelihood, confidence: 'low' },
  ]);
}

function ballots(members, all, favourites) {
  const made = [];
  for (const { id } of members) {
    const revisions = chance(whole ? 0.02 : 0.1) ? 0 : chance(0.7) ? 1 : 1 + below(3);
    for (let revision = 1; revision <= revisions; revision++) {
      const digest = `d-${id}-${revision}`;
      const each = {
        member: id, revision: chance(0.03) ? revision + 1 : revision, digest, commitAt: chance(whole ? 0.02 : 0.06) ? pick([999, 1000, 1999, 2000]) : 1000 + revision * 100 + below(50),
        answers: Object.fromEntries(all.filter(() => chance(0.96)).map(question => [question.id, answer(question, favourites[question.id])])),
      };
      if (chance(0.9)) each.revealAt = chance(0.08) ? pick([2099, 2100, 2999, 3000]) : 2500;
      if (chance(0.03)) each.signature = false;
      if (chance(0.03)) each.opens = false;
      if (chance(0.02)) each.round = 9;
      if (chance(0.02)) each.caseId = 'another';
      if (chance(0.4)) each.previous = revision === 1 ? null : `d-${id}-${revision - 1}`;
      made.push(each);
      if (chance(0.05)) made.push({ ...each, commitAt: each.commitAt + below(3), ...(chance(0.4) ? { digest: `${digest}x` } : {}) });
    }
  }
  if (chance(0.1)) made.push({ member: 'stranger', revision: 1, digest: 'd', commitAt: 1500, answers: {} });
  return made.sort(() => random() - 0.5);
}

function members() {
  const n = 5 + below(9), thin = chance(0.3) ? REGIONS.slice(0, 2) : REGIONS;
  return Array.from({ length: n }, (_, i) => ({ id: `m${String(i).padStart(2, '0')}`, region: pick(thin), standing: whole && chance(0.95) ? 'seated' : pick(STANDINGS) }));
}

function attribution(id) {
  whole = chance(0.7);
  const people = members(), all = questions();
  const favourites = Object.fromEntries(all.map(question => [question.id, pick(question.hypotheses)]));
  return {
    id, title: 'random', kind: 'attribution', round: 2, rules: rules(), deadlines: { commitOpen: 1000, commitClose: 2000, revealOpen: 2100, revealClose: 3000 },
    panel: { size: people.length + below(3), members: people }, evidenceSet: ['E1', 'E2'], questions: all, ballots: ballots(people, all, favourites),
  };
}

function vote(id) {
  const people = members();
  const cast = Array.from({ length: below(2 * people.length) }, () => ({ member: chance(0.05) ? 'stranger' : pick(people).id, vote: pick(['yes', 'no', 'abstain']) }));
  return { id, title: 'random', kind: pick(['procedural', 'challenge', 'reopen']), panel: { size: people.length, members: people }, challenged: pick(people).id, ballots: cast };
}

// Numbers that are no integers are written as they would stand in a member's file.
const MARK = '\u0001number ';
const text = value => JSON.stringify(value, (_, each) => (each instanceof OtherNumber ? `${MARK}${each.literal}` : each)).replace(/"\\u0001number ([^"]*)"/g, '$1');

const cases = Array.from({ length: Number(count) }, (_, i) => {
  const item = chance(0.85) ? attribution(`R${i}`) : vote(`R${i}`);
  return { ...item, expected: recountCase(parseStrict(text(dict(Object.entries(item))))) };
});
process.stdout.write(text({ schema: 'attribution-registry/tally-cases/v1', set: `random ${seed}`, note: 'Made by the scripts of the pages.', cases }));

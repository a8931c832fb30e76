import { test } from 'node:test';
import assert from 'node:assert/strict';
import { strictVectors, vectors } from './vectors.mjs';
import { differences, recountCase } from '../../src/AttributionRegistry.Server/Pages/assets/registry/cases.js';
import { parseStrict } from '../../src/AttributionRegistry.Server/Pages/assets/registry/jcs.js';
import { readAnswer } from '../../src/AttributionRegistry.Server/Pages/assets/registry/answers.js';
import * as pools from '../../src/AttributionRegistry.Server/Pages/assets/registry/pools.js';

const { cases } = strictVectors('tally-dev.json');

test('there are fifty cases', () => assert.equal(cases.length, 50));

for (const item of cases) {
  test(`${item.id} ${item.title}`, () => assert.deepEqual(differences(item.expected, recountCase(item)), []));
}

test('a comparison that finds nothing can find something', () => {
  const [item] = cases;
  const other = { ...item.expected, seats: 12, rejected: { late: 1 }, questions: { Q1: { ...item.expected.questions.Q1, outcome: 'no_quorum' } } };
  assert.deepEqual(differences(other, recountCase(item)).map(line => line.split(':')[0]).sort(), ['/questions/Q1/outcome', '/rejected/late', '/seats']);
});

test('pools, medians and scores are those of the vectors', () => {
  for (const { answers, linear, log, toleranceBp, median, brier1e8IfH1 } of vectors('ballot-vectors.json').pools) {
    const names = Object.keys(linear);
    assert.deepEqual({ ...pools.linear(names, answers) }, linear);
    const logarithmic = pools.logarithmic(names, answers, 10000);
    for (const h of names) assert.ok(Math.abs(logarithmic[h] - log[h]) <= toleranceBp, h);
    for (const h of names) assert.equal(pools.median(answers.map(each => each[h])), median[h]);
    assert.deepEqual(answers.map(each => pools.brier(each, 'H1')), brier1e8IfH1);
  }
});

for (const [text, kind] of [
  ['{"abstain":true}', 'abstain'],
  ['{"abstain":true,"likelihood":{}}', 'unreadable'],
  ['{"abstain":1}', 'unreadable'],
  ['{"likelihood":{"H":100},"confidence":"low","cites":[]}', 'judgement'],
  ['{"likelihood":{"H":100.0},"confidence":"low","cites":[]}', 'unreadable'],
  ['{"likelihood":{"H":1e2},"confidence":"low","cites":[]}', 'unreadable'],
  ['{"likelihood":{"H":2147483648},"confidence":"low","cites":[]}', 'unreadable'],
  ['{"likelihood":{"H":100},"confidence":"sure","cites":[]}', 'unreadable'],
  ['{"likelihood":{"H":100},"confidence":"low","cites":[1]}', 'unreadable'],
  ['{"likelihood":{"H":100},"confidence":"low","cites":["\\ud800"]}', 'unreadable'],
  ['{"likelihood":{"H":100},"confidence":"low","cites":[],"reasons":null}', 'unreadable'],
  ['{"likelihood":{"__proto__":100},"confidence":"low","cites":[]}', 'judgement'],
  ['[]', 'unreadable'],
]) {
  test(`${text} is read as ${kind}`, () => assert.equal(readAnswer(parseStrict(text)).kind, kind));
}

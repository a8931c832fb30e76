// A finding of the demo with its record (one ballot opened by scrutineers), and every way to tamper with it that has a name.

import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import assert from 'node:assert/strict';
import * as base64url from '../../src/AttributionRegistry.Server/Pages/assets/registry/base64url.js';
import { sha256Hex } from '../../src/AttributionRegistry.Server/Pages/assets/registry/bytes.js';
import { canonicalBytes, parseStrict } from '../../src/AttributionRegistry.Server/Pages/assets/registry/jcs.js';
import { verdictOf, verify } from '../../src/AttributionRegistry.Server/Pages/assets/registry/verify.js';

const read = name => parseStrict(readFileSync(new URL(`record/${name}.json`, import.meta.url), 'utf8'));

async function verdict(tamper = () => {}, reseal = false) {
  const representation = read('finding'), record = read('record');
  tamper(record, representation);
  if (reseal) representation.digest = await sha256Hex(canonicalBytes(representation.finding));
  const steps = [];
  for await (const step of verify(representation, record)) steps.push(step);
  return verdictOf(steps);
}

test('the untouched record holds, but for the log, which needs the server', async () =>
  assert.deepEqual(await verdict(), { valid: true, check: null, text: 'valid (not checked: log)' }));

test('a finding without its record answers for digest, matrix, crosscheck and wording', async () => {
  const steps = [];
  for await (const step of verify(read('finding'))) steps.push(step);
  assert.deepEqual(steps.filter(step => step.state === 'ok').map(step => step.name), ['digest', 'matrix', 'crosscheck', 'wording']);
});

const q = record => record.round.tally.questions.Q1;
const flip = text => base64url.encode(base64url.decode(text).map((byte, i) => (i === 40 ? byte ^ 1 : byte)));

for (const [name, check, tamper, reseal = false] of [
  ['a changed digest', 'digest', (_, f) => { f.digest = '00'.repeat(32); }],
  ['a changed sentence', 'digest', (_, f) => { f.finding.propositions[0].sentence = 'It was they.'; }],
  ['a changed sentence under a new digest', 'wording', (_, f) => { f.finding.propositions[0].sentence = 'It was they.'; }, true],
  ['a changed ranking under a new digest', 'matrix', (_, f) => { f.finding.matrix.disclosedOnlyRanking[0].inconsistency++; }, true],
  ['a changed rating under a new digest', 'matrix', (_, f) => { for (const cell of f.finding.matrix.cells) cell.rating = 'II'; }, true],
  ['a changed crosscheck under a new digest', 'crosscheck', (_, f) => { f.finding.propositions[0].crosscheck.holds = !f.finding.propositions[0].crosscheck.holds; }, true],
  ['the record of another round', 'record', r => { r.round.id = 'rnd_0'; }],
  ['no round', 'record', r => { delete r.round; }],
  ['changed rules', 'rules', r => { r.round.rules.minEligible = 6; }],
  ['a changed commitment', 'envelopes', r => { r.round.envelopes[0].commitment = '00'.repeat(32); }],
  ['a signature of another', 'envelopes', r => { r.round.envelopes[0].signature = r.round.envelopes[1].signature; }],
  ['a key of another', 'envelopes', r => { r.round.voters[0].spki = r.round.voters[1].spki; }],
  ['a dropped envelope', 'openings', r => { r.round.envelopes = r.round.envelopes.filter(each => each.ballotKeyId !== r.round.openings[0].ballotKeyId); }],
  ['a changed ballot', 'openings', r => { r.round.openings[0].ballot = flip(r.round.openings[0].ballot); }],
  ['a changed salt', 'openings', r => { r.round.openings[0].salt = r.round.openings[1].salt; }],
  ['a changed share', 'escrow', r => { r.round.escrow.opened[0].shares[0].share = r.round.escrow.opened[0].shares[1].share; }],
  ['an opening out of nowhere', 'escrow', r => { r.round.openings.find(each => !each.fromEscrow).fromEscrow = true; }],
  ['no scrutineers', 'escrow', r => { r.round.escrow = null; }],
  ['a dropped voter without a ballot', 'envelopes', r => { r.round.voters.pop(); }],
  ['changed support', 'tally', r => { q(r).support[Object.keys(q(r).support)[0]]++; }],
  ['a changed outcome', 'tally', r => { q(r).outcome = 'not_constituted'; }],
  ['a dropped opening', 'tally', r => { r.round.openings = r.round.openings.filter((each, i) => each.fromEscrow || i > 1); }],
  ['an envelope received too late', 'tally', r => { r.round.envelopes[0].receivedAt = r.round.revealOpens; }],
  ['a finding of another hypothesis under a new digest', 'finding', (_, f) => {
    const p = f.finding.propositions[0];
    p.hypothesis = f.finding.alternatives[0].hypothesis;
    p.crosscheck.holds = false;
    p.confidence.value = 'moderate';
  }, true],
  ['a changed candidate', 'draw', r => { r.draw.candidates[0].region = 'WEOG'; }],
  ['a changed seed', 'draw', r => { r.draw.seed = '00'.repeat(32); }],
  ['a changed source', 'draw', r => { r.draw.sourceValues[0] = 'chosen'; }],
  ['a changed seat', 'draw', r => { r.draw.result[0].person = r.draw.result[1].person; }],
]) {
  test(`${name} fails ${check}`, async () => assert.equal((await verdict(tamper, reseal)).check, check));
}

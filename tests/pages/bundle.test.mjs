// A bundle of the demo, checked by the scripts of the pages; every way to tamper with it that has a name; and zips that nobody should unpack.

import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readBundle, readProof } from '../../src/AttributionRegistry.Server/Pages/assets/registry/bundle.js';
import { sha256Hex } from '../../src/AttributionRegistry.Server/Pages/assets/registry/bytes.js';
import { encodePadded } from '../../src/AttributionRegistry.Server/Pages/assets/registry/base64url.js';
import { canonicalBytes, parseStrict } from '../../src/AttributionRegistry.Server/Pages/assets/registry/jcs.js';
import { CHECKS, openBundle, verdictOf, verify } from '../../src/AttributionRegistry.Server/Pages/assets/registry/verify.js';
import { MAX_FILE_BYTES, MAX_FILES, readZip } from '../../src/AttributionRegistry.Server/Pages/assets/registry/zip.js';
import { bagOf, change, zipOf } from './bundles.mjs';

const zip = new Uint8Array(readFileSync(new URL('record/bundle.zip', import.meta.url)));
const filesOf = async () => new Map((await readBundle(zip)).files);

async function verdict(bytes, vkey = null) {
  let opened;
  try {
    opened = await openBundle(bytes);
  } catch (fault) {
    return { valid: false, check: 'bag', text: `bag: ${fault.message}` };
  }
  const steps = [];
  for await (const step of verify(opened.representation, opened.record, { vkey }, opened.bundle)) steps.push(step);
  return { ...verdictOf(steps), steps };
}

test('an untouched bundle holds in every check, and with the right key', async () => {
  const vkey = Buffer.from((await filesOf()).get('tlog/vkey')).toString().trim();
  const { text, steps } = await verdict(zip, vkey);
  assert.equal(text, 'valid');
  assert.deepEqual(steps.map(step => step.name), CHECKS.map(check => check.name));
  assert.deepEqual(steps.filter(step => step.state !== 'ok'), []);
});

test('a bundle of another log than the pinned one fails log', async () =>
  assert.equal((await verdict(zip, 'log.example/other+b3ab3bd3+AQXUp0yWQRgxiw1hYzEqyFNz1XrYPW9ILpJ9cYJOnhLw')).check, 'log'));

const typed = (files, type) => [...files.keys()].filter(name => name.endsWith('.entry') && parseStrict(files.get(name)).type === type);
const remove = (files, entry) => { files.delete(entry); files.delete(entry.replace('.entry', '.tlog-proof')); };
const proofs = files => [...files.keys()].filter(name => name.endsWith('.tlog-proof')).map(name => ({ name, ...readProof(Buffer.from(files.get(name)).toString()) }));
const ofEvent = (files, type) => proofs(files).filter(({ extra }) => extra && parseStrict(extra).seal?.event.type === type).sort((a, b) => a.index - b.index);
const write = (files, { name, index, hashes, checkpoint }, extra) => files.set(name, Buffer.from(
  `c2sp.org/tlog-proof@v1\n${extra ? `extra ${encodePadded(extra)}\n` : ''}index ${index}\n${hashes.map(each => `${encodePadded(each)}\n`).join('')}\n${checkpoint}`));
const reextra = (files, proof, how) => { const extra = parseStrict(proof.extra); how(extra); write(files, proof, canonicalBytes(extra)); };
// Takes away what opened a sealed entry, in the log and beside it.
const close = (files, opening) => {
  const { index } = parseStrict(files.get(opening)).body;
  write(files, proofs(files).find(each => each.index === index), null);
  remove(files, opening);
};
const byIndex = (a, b) => Number(a.match(/\d+/)[0]) - Number(b.match(/\d+/)[0]);

for (const [name, check, tamper] of [
  ['an entry is left out of the chain', 'chain', files => remove(files, ofEvent(files, 'case.moved')[2].name.replace('.tlog-proof', '.entry'))],
  ['the end of the chain of the round is left out', 'chain', files => remove(files, ofEvent(files, 'opinion.filed').at(-1).name.replace('.tlog-proof', '.entry'))],
  ['the last opening is left out', 'chain', files => close(files, typed(files, 'unsealed').sort(byIndex).at(-1))],
  ['an opening in the middle is left out', 'chain', files => close(files, typed(files, 'unsealed').sort(byIndex)[40])],
  ['the introduction of a key is left out', 'signatures', files => remove(files, typed(files, 'key.introduced')[0])],
  ['a field is opened to another value', 'commitments', files => reextra(files, ofEvent(files, 'vote.opened')[0], e => { e.fields[0].value.receivedAt = '2026-01-01T00:00:00+00:00'; })],
  ['a field is not opened', 'logged', files => reextra(files, ofEvent(files, 'vote.committed')[0], e => { e.fields = []; })],
  ['a proof is of another entry', 'log', files => files.set(proofs(files)[0].name, files.get(proofs(files)[1].name))],
  ['a checkpoint is cut', 'log', files => files.set('tlog/checkpoint', files.get('tlog/checkpoint').slice(0, -2))],
  ['the policy is another', 'witnesses', files => files.set('tlog/policy', Buffer.from('quorum none\n'))],
  ['a declaration is another\'s', 'signatures', files => change(files, 'record', r => { r.declarations[0].signature = r.declarations[1].signature; })],
  ['a candidate has another region', 'draw', files => change(files, 'record', r => { r.draw.candidates[0].region = r.draw.candidates[0].region === 'APG' ? 'EEG' : 'APG'; })],
  ['a source of the seed has another name', 'recorded', files => change(files, 'record', r => { r.draw.sources[0] = 'another'; })],
  ['a mapping is promised', 'mapping', files => change(files, 'record', r => { r.mapping = { canonical: null, commitment: '00'.repeat(32), salt: null }; })],
  ['the record is of another version', 'record', files => change(files, 'record', r => { r.version = 2; })],
  ['a salt of evidence is another', 'payload', files => change(files, 'evidence', e => { e.disclosed[0].salt = 'A'.repeat(43); })],
  ['the bytes of an item are left out', 'payload', files => files.delete([...files.keys()].find(each => each.startsWith('data/evidence/')))],
  ['the bytes of an item are called too large', 'payload', files => {
    files.delete([...files.keys()].find(each => each.startsWith('data/evidence/')));
    change(files, 'evidence', e => { e.disclosed[0].file = null; e.disclosed[0].without = 'tooLarge'; });
  }],
  ['the evidence set has an item less', 'payload', files => change(files, 'evidence', e => { e.set.shift(); })],
  ['the banner is left out', 'representation', files => change(files, 'representation', r => { r.banner = null; })],
  ['a withdrawn finding is called current', 'representation', files => change(files, 'representation', r => { r.banner += ' This finding is withdrawn. Its text stays readable.'; })],
  ['the finding is another, and everything beside the log agrees', 'chain', async files => {
    change(files, 'finding', f => { f.statements[0].value = 'The panel assesses something else.'; });
    const digest = await sha256Hex(files.get('data/finding.json'));
    change(files, 'representation', r => { r.finding = parseStrict(files.get('data/finding.json')); r.digest = digest; });
  }],
  ['a file that nobody asked for', 'bag', files => files.set('data/more.txt', Buffer.from('more'))],
  ['a document in another spelling', 'bag', files => files.set('data/record.json', Buffer.concat([Buffer.from(' '), files.get('data/record.json')]))],
  ['another description of the bag', 'bag', files => files.set('bag-info.txt', Buffer.from(Buffer.from(files.get('bag-info.txt')).toString().replace('EXERCISE', 'FINDING')))],
]) {
  test(`${name}: fails ${check} under new manifests`, async () => {
    const files = await filesOf();
    await tamper(files);
    const { check: found, text } = await verdict(bagOf(files));
    assert.equal(found, check, text);
  });
}

test('whatever is changed under the old manifests fails bag', async () => {
  for (const how of [files => files.delete('tlog/vkey'), files => files.set('data/finding.json', Buffer.from('{}')), files => files.set('x', Buffer.from('x'))]) {
    const files = await filesOf();
    how(files);
    assert.equal((await verdict(zipOf([...files].sort(([a], [b]) => (a < b ? -1 : 1))))).check, 'bag');
  }
});

const a = ['a', new Uint8Array([1])], zeros = new Uint8Array(MAX_FILE_BYTES + 1);
for (const [name, says, make] of [
  ['nothing at all', /no zip/, () => new Uint8Array()],
  ['text', /no zip/, () => new TextEncoder().encode('x'.repeat(5000))],
  ['a name that leads up', /no name of a file/, () => zipOf([['../up', a[1]]])],
  ['a name that leads up in the middle', /no name of a file/, () => zipOf([['a/../b', a[1]]])],
  ['an absolute name', /no name of a file/, () => zipOf([['/etc/passwd', a[1]]])],
  ['a folder', /no name of a file/, () => zipOf([['a/', a[1]]])],
  ['a name with a zero', /no name of a file/, () => zipOf([['a\0b', a[1]]])],
  ['a name that is too long', /no name of a file/, () => zipOf([['a'.repeat(101), a[1]]])],
  ['a name twice', /there twice/, () => zipOf([a, a])],
  ['another order', /order of their names/, () => zipOf([['b', a[1]], a])],
  ['an encrypted file', /is encrypted/, () => zipOf([a], { lie: line => { line.flags = 1; } })],
  ['another packing', /packed in a way/, () => zipOf([a], { lie: line => { line.method = 12; } })],
  ['a bomb', /unpacks to more/, () => zipOf([['a', zeros]], { deflate: true })],
  ['a bomb that says that it is small', /cut short or damaged/, () => zipOf([['a', zeros]], { deflate: true, lie: line => { line.size = 10; } })],
  ['a length that is too large', /cut short or damaged/, () => zipOf([a], { lie: line => { line.size = 5; line.packed = 5; } })],
  ['too many files', /at most 20000/, () => zipOf(Array.from({ length: MAX_FILES + 1 }, (_, i) => [String(i).padStart(6, '0'), new Uint8Array()]))],
  ['a directory that holds more than it says', /not as large as its files need/, () => {
    const many = zipOf(Array.from({ length: 5000 }, (_, i) => [String(i).padStart(6, '0'), new Uint8Array()]));
    many.set([1, 0, 1, 0], many.length - 14);
    return many;
  }],
]) {
  test(`a zip with ${name} is refused with a sentence`, async () => assert.rejects(readZip(make()), fault => { assert.match(fault.message, says); return true; }));
}

test('a zip that is cut anywhere is refused', async () => {
  const small = zipOf([a, ['b', new Uint8Array(50)]], { deflate: true });
  for (let length = 0; length < small.length; length++) await assert.rejects(readZip(small.slice(0, length)));
});

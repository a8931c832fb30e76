// A bundle of the demo, checked by the scripts of the pages; every way to tamper with it that has a name; and zips that nobody should unpack.

import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readBundle, readProof } from '../../src/AttributionRegistry.Server/Pages/assets/registry/bundle.js';
import { sha256Hex } from '../../src/AttributionRegistry.Server/Pages/assets/registry/bytes.js';
import { encodePadded } from '../../src/AttributionRegistry.Server/Pages/assets/registry/base64url.js';
import { canonicalBytes, parseStrict } from '../../src/AttributionRegistry.Server/Pages/assets/registry/jcs.js';
import { bindingOf, evaluate, policyText, readPolicy } from '../../src/AttributionRegistry.Server/Pages/assets/registry/policy.js';
import { CHECKS, openBundle, verdictOf, verify } from '../../src/AttributionRegistry.Server/Pages/assets/registry/verify.js';
import { MAX_FILE_BYTES, MAX_FILES, readZip } from '../../src/AttributionRegistry.Server/Pages/assets/registry/zip.js';
import { bagOf, change, zipOf } from './bundles.mjs';

const zip = new Uint8Array(readFileSync(new URL('record/bundle.zip', import.meta.url)));
const filesOf = async () => new Map((await readBundle(zip)).files);

const STATUS = "that it is current is the bundle's own word; ask the registry or a mirror for today's status";
const GIVE = 'give a policy that you have from elsewhere';

async function verdict(bytes, vkey = null, policy = null) {
  let opened;
  try {
    opened = await openBundle(bytes);
  } catch (fault) {
    return { valid: false, check: 'bag', text: `bag: ${fault.message}` };
  }
  const steps = [];
  for await (const step of verify(opened.representation, opened.record, { vkey, policy }, opened.bundle)) steps.push(step);
  return { ...verdictOf(steps), steps };
}

// Made by a registry whose entries did not name a policy of witnesses yet.
test('an untouched bundle from before holds in every check, and says what its reader has to have from elsewhere', async () => {
  const vkey = Buffer.from((await filesOf()).get('tlog/vkey')).toString().trim();
  const { text, steps } = await verdict(zip, vkey);
  assert.equal(text, `valid (${STATUS}; its policy demands no witness, so that it is official is the operator's own word; ${GIVE})`);
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
  ['the bytes of an item are called erased', 'payload', files => {
    files.delete([...files.keys()].find(each => each.startsWith('data/evidence/')));
    change(files, 'evidence', e => { Object.assign(e.disclosed[0], { file: null, salt: null, without: 'erased' }); });
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

// ---- witnesses: of three, two have to cosign; the entry of this finding names that policy
const witnessed = new Uint8Array(readFileSync(new URL('record/witnessed.zip', import.meta.url)));
const inside = async () => new Map((await readBundle(witnessed)).files);
const textIn = (files, name) => Buffer.from(files.get(name)).toString();
const own = async () => { const files = await inside(); return { vkey: textIn(files, 'tlog/vkey').trim(), policy: textIn(files, 'tlog/policy') }; };
// Every proof repeats the checkpoint.
const recheckpoint = (files, how) => {
  const note = how(textIn(files, 'tlog/checkpoint'));
  files.set('tlog/checkpoint', Buffer.from(note));
  for (const proof of proofs(files)) write(files, { ...proof, checkpoint: note }, proof.extra);
};
const flipLast = line => line.replace(/(.)(.)(=*)$/, (_, a, b, end) => `${a === 'A' ? 'B' : 'A'}${b}${end}`);

test('a bundle that its quorum has cosigned holds, and with key and policy from elsewhere but for its status', async () => {
  const { vkey, policy } = await own();
  assert.equal((await verdict(witnessed, vkey, policy)).text, `valid (${STATUS})`);
  const { text, steps } = await verdict(witnessed, vkey);
  assert.equal(text, `valid (${STATUS}; who must witness is what the log named when it published this version, the operator's choice; ${GIVE})`);
  assert.match(steps.find(step => step.name === 'witnesses').what, /^Cosigned by w[123]/);
});

for (const [name, says, tamper] of [
  ['a cosignature is another', /the whole note is void/, files => recheckpoint(files, note => note.split('\n').map((line, i, all) => (i === all.length - 2 ? flipLast(line) : line)).join('\n'))],
  ['the cosignatures are left out', /the quorum two-of-three is not met: none of 3/, files => recheckpoint(files, note => note.split('\n').slice(0, 5).join('\n') + '\n')],
  ['one cosignature is left out', /is not met: of 3 witnesses only w/, files => recheckpoint(files, note => note.split('\n').slice(0, 6).join('\n') + '\n')],
  ['the policy demands fewer', /not the one that the log names/, files => files.set('tlog/policy', Buffer.from(textIn(files, 'tlog/policy').replace('quorum two-of-three', 'quorum w1')))],
  ['the policy demands nobody', /not the one that the log names/, files => files.set('tlog/policy', Buffer.from(textIn(files, 'tlog/policy').replace('quorum two-of-three', 'quorum none')))],
]) {
  test(`${name}: fails witnesses under new manifests`, async () => {
    const files = await inside();
    tamper(files);
    const { check, text } = await verdict(bagOf(files));
    assert.equal(check, 'witnesses', text);
    assert.match(text, says);
  });
}

test("a reader's own policy must be met whatever the bundle's is", async () => {
  const { vkey, policy } = await own(), stranger = 'witness other witness.example/w1+e0cd2864+BKCapfR6Z1mAL/lV+NwtKhSlyZ0jvpf4ZBJ/+Tg0VaTw';
  assert.match((await verdict(witnessed, vkey, `log ${vkey}\n${stranger}\nquorum other\n`)).text, /^witnesses: the quorum other is not met/);
  assert.match((await verdict(witnessed, vkey, policy.replace('group two-of-three 2', 'group two-of-three all'))).text, /^witnesses: the quorum two-of-three is not met: of 3 witnesses only w1, w2 cosigned/);
  assert.match((await verdict(witnessed, vkey, policy.replace(vkey, 'registry.example/log/2026+9c6cbaa2+AdBKsjJ0K7SrOhNovUYV5ObQIkq3GgFrr4UgozLJd4c3'))).text, /^witnesses: The policy names no log/);
});

test('where the browser has no Ed25519 nothing is called valid', async t => {
  const { importKey } = crypto.subtle;
  t.mock.method(crypto.subtle, 'importKey', function (format, key, algorithm, ...rest) {
    if (algorithm.name === 'Ed25519') throw Object.assign(new Error('no'), { name: 'NotSupportedError' });
    return importKey.call(this, format, key, algorithm, ...rest);
  });
  const { valid, text, steps } = await verdict(witnessed);
  assert.equal(valid, false);
  assert.equal(text, 'not checked here: log, witnesses; all other checks hold');
  assert.match(steps.find(step => step.name === 'witnesses').what, /^Not checked here/);
  // What needs no signature is still found.
  const files = await inside();
  files.set('tlog/policy', Buffer.from(textIn(files, 'tlog/policy').replace('quorum two-of-three', 'quorum w1')));
  assert.equal((await verdict(bagOf(files))).check, 'witnesses');
});

// ---- policies
const example = JSON.parse(readFileSync(new URL('../../src/AttributionRegistry.Server/Pages/docs/formats/policy.html', import.meta.url), 'utf8')
  .match(/<pre data-example="policy">([\s\S]*?)<\/pre>/)[1].replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&'));

test('the policy of the format page is read, written again and met by its note', async () => {
  const policy = await readPolicy(example.policy);
  assert.equal(policyText(policy), example.policy);
  assert.deepEqual(await evaluate(policy, example.note), { cosigned: ['w1'], missing: null });
  assert.match((await evaluate(policy, example.note.split('\n').slice(0, 5).join('\n') + '\n')).missing, /none of 1 witnesses/);
  assert.equal(await bindingOf(await readPolicy(example.policy.replace(/quorum .*/, 'quorum none'))), 'none');
  assert.equal(await bindingOf(policy), await sha256Hex(Buffer.from(example.policy.replace(/^log .*\n/, ''))));
});

const [witness] = example.policy.match(/^witness .*$/m), [log] = example.policy.match(/^log .*$/m);
for (const [says, text] of [
  [/Line 3: The policy has no quorum line/, `${log}\n${witness}\n`],
  [/Line 1: 'w1' is no witness/, 'quorum w1\n'],
  [/Line 2: 'w1' is defined twice/, `${witness}\n${witness}\nquorum w1\n`],
  [/Line 2: The key of .* is named twice/, `${witness}\n${witness.replace('w1', 'w2')}\nquorum w1\n`],
  [/Line 1: Not the key of a witness/, `witness w1 ${log.split(' ')[1]}\nquorum w1\n`],
  [/Line 2: '2' is not all, any or a number from 1 to 1/, `${witness}\ngroup g 2 w1\nquorum g\n`],
  [/Line 3: 'w1' is a member of a group already/, `${witness}\ngroup g any w1\ngroup h any w1\nquorum g\n`],
  [/Line 3: There is one quorum line/, `${witness}\nquorum w1\nquorum none\n`],
  [/Line 1: Lines end with a line feed alone/, 'quorum none\r\n'],
  [/Line 1: 'wtiness' is not log/, 'wtiness w1\nquorum none\n'],
]) {
  test(`a policy is refused: ${says.source}`, async () => assert.rejects(readPolicy(text), fault => { assert.match(fault.message, says); return true; }));
}

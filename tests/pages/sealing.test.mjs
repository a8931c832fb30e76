import { test } from 'node:test';
import assert from 'node:assert/strict';
import { textOf, vectors } from './vectors.mjs';
import * as base64url from '../../src/AttributionRegistry.Server/Pages/assets/registry/base64url.js';
import { concat, fromHex, hex } from '../../src/AttributionRegistry.Server/Pages/assets/registry/bytes.js';
import * as commitments from '../../src/AttributionRegistry.Server/Pages/assets/registry/commitments.js';
import { draw, seedOf, settle } from '../../src/AttributionRegistry.Server/Pages/assets/registry/draw.js';
import * as escrow from '../../src/AttributionRegistry.Server/Pages/assets/registry/escrow.js';
import { canonicalBytes, canonicalText, isCanonical, parseStrict } from '../../src/AttributionRegistry.Server/Pages/assets/registry/jcs.js';
import * as keys from '../../src/AttributionRegistry.Server/Pages/assets/registry/keys.js';
import { leafHash, verifyInclusion, nodeHash } from '../../src/AttributionRegistry.Server/Pages/assets/registry/merkle.js';
import { openCheckpoint, readVerifierKey } from '../../src/AttributionRegistry.Server/Pages/assets/registry/note.js';
import * as sealing from '../../src/AttributionRegistry.Server/Pages/assets/registry/seal.js';
import * as shamir from '../../src/AttributionRegistry.Server/Pages/assets/registry/shamir.js';

const ballots = vectors('ballot-vectors.json');
const escrows = vectors('escrow-vectors.json');

for (const { name, ballot, saltHex, canonicalHex, commitment } of ballots.commitments) {
  test(`commitment: ${name}`, async () => {
    assert.equal(hex(canonicalBytes(ballot)), canonicalHex);
    assert.equal(hex(await commitments.ballotCommitment(fromHex(saltHex), fromHex(canonicalHex))), commitment);
  });
}

test('envelopes have the digests of the vectors', async () => {
  for (const { envelope, digest } of ballots.envelopes) assert.equal(hex(await commitments.envelopeDigest(envelope)), digest);
});

for (const it of ballots.draws) {
  test(`draw: ${it.name}`, async () => {
    const seed = await seedOf(fromHex(it.poolDigest), it.sources);
    assert.equal(hex(seed), it.seedHex);
    const rules = { seats: it.seats, minPerRegion: it.minPerRegion, maxPerRegion: it.maxPerRegion, maxPerNationality: it.maxPerNation, maxPerEmployer: 99 };
    const result = await draw({ seed, pool: it.pool, rules, excludedNations: it.excludedNations });
    assert.equal(result.outcome, it.result.outcome);
    if (result.outcome === 'drawn') assert.deepEqual([result.seated, result.alternates], [it.result.seated, it.result.alternates]);
  });
}

test('a fallback speaks only for a source that stayed silent', () => {
  const plans = [{ name: 'a', dueBy: '2026-01-01T01:00:00Z', fallbacks: [{ name: 'b', dueBy: '2026-01-01T02:00:00Z' }] }, { name: 'c', dueBy: '2026-01-01T01:00:00Z', fallbacks: [] }];
  const said = (name, minute) => ({ name, value: `v-${name}`, publishedAt: `2026-01-01T00:${minute}:00Z` });
  const frozen = '2026-01-01T00:00:00Z';
  assert.deepEqual(settle(frozen, plans, [said('b', 10), said('c', 10)], '2026-01-01T01:30:00Z'), ['v-b', 'v-c']);
  assert.throws(() => settle(frozen, plans, [said('b', 10), said('c', 10)], '2026-01-01T00:30:00Z'), /stands in only once/);
  assert.throws(() => settle(frozen, plans, [said('b', 10)], '2026-01-01T01:30:00Z'), /Neither c/);
  assert.throws(() => settle('2026-01-01T00:20:00Z', plans, [said('a', 10), said('c', 30)], '2026-01-01T01:30:00Z'), /before the pool was frozen/);
});

for (const [text, why] of [
  ['{"a":1,"a":2}', 'twice'], ['{"a":1} x', 'follows'], ['\ufeff{}', 'expected'], ['{"a":01}', 'expected'], ["{'a':1}", 'expected'], ['[1,]', 'expected'],
  ['"\u0001"', 'expected'], ['nul', 'expected'], ['', 'expected'], [`${'['.repeat(65)}${']'.repeat(65)}`, 'deeper'],
]) {
  test(`${JSON.stringify(text).slice(0, 40)} is refused`, () => assert.throws(() => parseStrict(text), { message: new RegExp(why) }));
}

for (const text of ['{"a":1.0}', '{"a":1e2}', '{"a":-0}', '{"a":9007199254740992}', '{"a":"\\ud800"}', '{"\\udc00":1}', '{"b":1,"a":2}', '{"a": 1}']) {
  test(`${text} is not canonical`, () => assert.equal(isCanonical(new TextEncoder().encode(text)), false));
}

test('__proto__ is a key like others', () => assert.equal(canonicalText(parseStrict('{"a":1,"__proto__":{"b":2}}')), '{"__proto__":{"b":2},"a":1}'));

test('base64url is read strictly', () => {
  for (const bytes of [[], [0], [255, 254], [1, 2, 3], [250, 251, 252, 253]]) {
    assert.deepEqual([...base64url.decode(base64url.encode(Uint8Array.from(bytes)))], bytes);
    assert.equal(base64url.encode(Uint8Array.from(bytes)), Buffer.from(bytes).toString('base64url'));
    assert.deepEqual([...base64url.decodePadded(Buffer.from(bytes).toString('base64'))], bytes);
  }
  for (const text of ['A', 'AB', 'AA==', 'A A', 'é', 'AA+']) assert.throws(() => base64url.decode(text));
  for (const text of ['AA', 'AB==', 'A===', 'AAA', 'AA-=', '====']) assert.throws(() => base64url.decodePadded(text));
});

test('products in the field are those of the vectors', () => {
  for (const [a, b, product] of escrows.products) assert.equal(shamir.multiply(a, b), product);
});

const scrutineers = escrows.scrutineers.map(({ keyId, spki }) => ({ keyId, spki: base64url.decode(spki) }));

for (const it of escrows.seals) {
  const commitment = fromHex(it.commitment), ciphertext = base64url.decode(it.ciphertext);
  test(`escrow: ${it.name} is sealed to the same bytes`, async () => {
    const random = [fromHex(it.key), fromHex(it.nonce), ...it.coefficients.map(fromHex)];
    const made = await escrow.seal(commitment, base64url.decode(it.ballot), fromHex(it.salt), scrutineers, {
      random: () => random.shift(),
      ephemeral: i => keys.importEscrowKey(base64url.decode(it.ephemerals[i])),
    });
    assert.deepEqual(made.statement, it.escrow);
    assert.equal(base64url.encode(made.ciphertext), it.ciphertext);
    assert.equal(hex(await escrow.escrowDigest(made.statement)), it.toSign);
    assert.ok(await commitments.verifyEs256(base64url.decode(escrows.ballotKey.spki), fromHex(it.toSign), base64url.decode(it.signature)));
  });

  test(`escrow: ${it.name} is opened by any three, and by no two`, async () => {
    const shares = [];
    for (const [i, { keyId, ephemeral, box, digest }] of it.escrow.shares.entries()) {
      const key = await keys.importEscrowKey(base64url.decode(escrows.scrutineers[i].pkcs8));
      const share = await escrow.openShare(commitment, keyId, base64url.decode(ephemeral), base64url.decode(box), key.privateKey);
      assert.equal(base64url.encode(share), it.shares[i]);
      assert.ok(await escrow.isShare(share, digest, i + 1));
      assert.equal(await escrow.isShare(share, digest, i + 2), false);
      shares.push(share);
    }
    for (const three of [[0, 1, 2], [0, 2, 4], [4, 3, 1]]) {
      const found = await escrow.open(it.escrow, ciphertext, three.map(i => shares[i]));
      assert.equal(base64url.encode(found.ballot), it.ballot);
      assert.equal(hex(found.salt), it.salt);
    }
    assert.equal(await escrow.open(it.escrow, ciphertext, shares.slice(0, 2)), null);
    assert.equal(await escrow.open(it.escrow, ciphertext, [shares[0], shares[0], shares[1]]), null);
    const wrong = shares[2].slice();
    wrong[5] ^= 1;
    assert.equal(await escrow.open(it.escrow, ciphertext, [shares[0], shares[1], wrong]), null);
  });
}

for (const it of escrows.unusable) {
  test(`escrow: ${it.name} is of no use`, async () =>
    assert.equal(await escrow.openWithKey({ commitment: it.commitment, nonce: it.nonce }, base64url.decode(it.ciphertext), fromHex(it.key)), null));
}

test('the checkpoints of the deterministic log open, and no altered one does', async () => {
  const log = vectors('log/own-deterministic-log.json');
  const key = await readVerifierKey(log.logVkey);
  for (const [size, note] of Object.entries(log.checkpoints)) {
    assert.equal((await openCheckpoint(note, key)).size, Number(size));
    await assert.rejects(openCheckpoint(note.replace(/\n\d+\n/, '\n99999\n'), key), /wrong|signature/);
  }
  await assert.rejects(readVerifierKey(log.logVkey.replace('+9c', '+9d')), /key id/);
  await assert.rejects(readVerifierKey(log.witnessVkey), /Not the key of a log/);
  await assert.rejects(openCheckpoint(log.checkpoints['1'], await readVerifierKey(log.logVkey).then(k => ({ ...k, name: 'other' }))), /known key/);
});

test('an entry is proved in every tree of one to forty leaves, and no other is', async () => {
  const leaves = await Promise.all(Array.from({ length: 40 }, (_, i) => leafHash(new TextEncoder().encode(`entry ${i}`))));
  const split = n => 2 ** Math.floor(Math.log2(n - 1));
  const root = async part => part.length === 1 ? part[0] : nodeHash(await root(part.slice(0, split(part.length))), await root(part.slice(split(part.length))));
  const path = async (i, part) => {
    if (part.length === 1) return [];
    const k = split(part.length);
    return i < k ? [...await path(i, part.slice(0, k)), await root(part.slice(k))] : [...await path(i - k, part.slice(k)), await root(part.slice(0, k))];
  };
  for (const size of [1, 2, 3, 7, 8, 13, 40]) {
    const part = leaves.slice(0, size), top = await root(part);
    for (let i = 0; i < size; i++) {
      const proof = await path(i, part);
      assert.ok(await verifyInclusion(i, size, part[i], proof, top), `${i} of ${size}`);
      if (size > 1) assert.equal(await verifyInclusion(i, size, part[(i + 1) % size], proof, top), false);
      assert.equal(await verifyInclusion(i, size, part[i], [...proof, top], top), false);
    }
    assert.equal(await verifyInclusion(size, size, leaves[0], [], top), false);
  }
});

test('commitments for all purposes are those of the vectors', async () => {
  for (const it of vectors('log/commitment-proposal.json').cases) {
    assert.equal(base64url.encode(await commitments.commit(it.purpose, fromHex(it.saltHex), fromHex(it.messageHex))), it.commitmentB64url);
  }
});

const round = async (key, withEscrow) => ({
  incident: 'inc_1', number: 2, rulesHash: 'aa', evidenceRoot: 'bb', ballotKeys: [{ id: await commitments.ballotKeyId(key.spki), spki: base64url.encode(key.spki) }],
  escrow: withEscrow ? { threshold: 3, scrutineers: escrows.scrutineers.map(({ keyId, spki }) => ({ keyId, spki })) } : null,
});
const answers = { Q1: { likelihood: { a: 9000, b: 1000 }, confidence: 'high', cites: ['e1'], reasons: 'Zażółć 🔍 </script>' } };

for (const withEscrow of [false, true]) {
  test(`a ballot is sealed, written, read, revised and checked ${withEscrow ? 'with' : 'without'} escrow`, async () => {
    const key = await keys.newSigningKey();
    const it = await round(key, withEscrow);
    const first = sealing.fromFile(sealing.toFile(await sealing.seal(it, key, answers)));
    assert.equal(await sealing.firstFault(first, it), null);
    const second = await sealing.seal(it, await keys.readSigningKey(await keys.toPem(key)), answers, first);
    assert.deepEqual([second.envelope.revision, second.envelope.previous], [2, first.digest]);
    assert.equal(await sealing.firstFault(second, it), null);
    assert.notEqual(second.salt, first.salt);
    assert.equal(Boolean(sealing.envelopeRequest(second).escrow), withEscrow);
    assert.match(await sealing.firstFault({ ...second, salt: first.salt }), /do not reproduce/);
    assert.match(await sealing.firstFault({ ...second, digest: first.digest }), /digest/);
    assert.match(await sealing.firstFault(second, { ...it, number: 3 }), /another round/);
    assert.match(await sealing.firstFault({ ...second, signature: first.signature }, it), /did not sign/);
    assert.match(await sealing.firstFault(second, await round(key, !withEscrow)), /escrow|scrutineers/);
  });
}

test('a scrutineer whose name is not their key is refused', async () => {
  const key = await keys.newSigningKey(), it = await round(key, true);
  it.escrow.scrutineers[1].keyId = 'e-0000000000000000';
  await assert.rejects(sealing.seal(it, key, answers), /keys of their own/);
});

test('a key file is read with other line ends, text around it, and in the older form', async () => {
  const key = await keys.newSigningKey(), pem = await keys.toPem(key);
  for (const text of [pem.replaceAll('\n', '\r\n'), `my key\n${pem}\n`, pem.replaceAll('\n', ' ')]) assert.deepEqual((await keys.readSigningKey(text)).spki, key.spki);
  const { createPrivateKey } = await import('node:crypto');
  const sec1 = createPrivateKey(pem).export({ type: 'sec1', format: 'pem' });
  assert.deepEqual((await keys.readSigningKey(sec1)).spki, key.spki);
  await assert.rejects(async () => keys.readSigningKey('nothing'), /no private key/);
  await assert.rejects(async () => keys.readSigningKey(pem.replace(/M/, '*')), /no private key|damaged/);
  await assert.rejects(async () => keys.readSigningKey('-----BEGIN ENCRYPTED PRIVATE KEY-----\nAA\n'), /encrypted/);
});

test('a forged receipt is refused, whatever in it is not one\'s own', async () => {
  const { generateKeyPairSync, sign, createHash } = await import('node:crypto');
  const key = await keys.newSigningKey(), sealed = await sealing.seal(await round(key, false), key, answers);
  const pair = generateKeyPairSync('ed25519');
  const raw = pair.publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
  const id = createHash('sha256').update(Buffer.concat([Buffer.from('log.example\n'), Buffer.of(1), raw])).digest().subarray(0, 4);
  const verifier = await readVerifierKey(`log.example+${id.toString('hex')}+${Buffer.concat([Buffer.of(1), raw]).toString('base64')}`);
  const entry = new TextEncoder().encode('entry'), leaf = await leafHash(entry);
  const signed = text => `${text}\n— log.example ${Buffer.concat([id, sign(null, Buffer.from(text), pair.privateKey)]).toString('base64')}\n`;
  const head = root => signed(`log.example\n1\n${Buffer.from(root).toString('base64')}\n`);
  const { caseId, round: number, ballotKeyId, revision, commitment, nonce } = sealed.envelope;
  const own = { caseId, round: number, ballotKeyId, revision, commitment, nonce, leafHash: base64url.encode(leaf), logId: 'log.example', mergeBy: '2026-01-01T12:00:00Z' };
  const word = change => signed(`attribution-registry/ballot-receipt/v1\n${canonicalText({ ...own, ...change })}\n`);
  const receipt = { leafIndex: 0, leafHash: base64url.encode(leaf), checkpoint: head(leaf), inclusionProof: [] };
  const written = { receipt, ballotReceipt: word({}) };
  assert.equal((await sealing.checkReceipt(sealed, written, verifier)).index, 0);
  const refused = (change, why) => assert.rejects(sealing.checkReceipt(sealed, { ...written, ...change }, verifier), why);
  for (const [name, value] of Object.entries({ ballotKeyId: 'k-0000000000000000', nonce: '00'.repeat(16), commitment: '00'.repeat(32), revision: 2, round: 9, caseId: 'inc_other' })) {
    await refused({ ballotReceipt: word({ [name]: value }) }, new RegExp(`another ${name}`));
  }
  await refused({ ballotReceipt: word({ logId: 'another.example' }) }, /another log/);
  await refused({ ballotReceipt: word({ leafHash: base64url.encode(new Uint8Array(32)) }) }, /another entry/);
  await refused({ ballotReceipt: word({}).replace(nonce, '00'.repeat(16)) }, /wrong/);
  await refused({ ballotReceipt: undefined }, /no ballot receipt/);
  await refused({ ballotReceipt: receipt.checkpoint }, /no ballot receipt/);
  await refused({ receipt: { ...receipt, checkpoint: head(new Uint8Array(32)) } }, /signed root/);
  await refused({ receipt: { ...receipt, checkpoint: receipt.checkpoint.replace('log.example\n1', 'log.example\n2') } }, /signature|wrong/);
});

test('the vectors are text that the strict reader takes', () => assert.ok(parseStrict(textOf('tally-dev.json')).cases));

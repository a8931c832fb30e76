// Signatures of authors, made here with WebCrypto, checked by the scripts of the pages.

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { authorMessage, authorOf, authorsFault } from '../../src/AttributionRegistry.Server/Pages/assets/registry/authors.js';
import { encode } from '../../src/AttributionRegistry.Server/Pages/assets/registry/base64url.js';
import { ballotKeyId, commit } from '../../src/AttributionRegistry.Server/Pages/assets/registry/commitments.js';
import { canonicalBytes } from '../../src/AttributionRegistry.Server/Pages/assets/registry/jcs.js';

const ES256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const entry = (actor, type, body) => ({ actor, at: '2026-11-24T12:00:00Z', body, prev: null, seq: 1, subject: 'inc_1', type, v: 1 });

async function person(actor) {
  const { privateKey, publicKey } = await crypto.subtle.generateKey(ES256, true, ['sign', 'verify']);
  const spki = new Uint8Array(await crypto.subtle.exportKey('spki', publicKey)), key = await ballotKeyId(spki);
  const sign = async event => ({ ...event, author: { key, sig: encode(new Uint8Array(await crypto.subtle.sign(ES256, privateKey, authorMessage(event)))) } });
  return { actor, key, bound: entry(actor, 'case-key.bound', { key, spki: encode(spki) }), sign };
}

const ada = await person('p_ada'), bob = await person('p_bob');
const act = entry('p_ada', 'evidence.received', { evidence: 'evd_1' });
const faultOf = async (...events) => authorsFault({ bundle: { log: { entries: events.map((event, index) => ({ index, event })) } } });
const flipped = event => ({ ...event, author: { ...event.author, sig: `${event.author.sig[0] === 'A' ? 'B' : 'A'}${event.author.sig.slice(1)}` } });

test('a signed act holds, and one without a signature is counted only', async () =>
  assert.deepEqual(await faultOf(ada.bound, await ada.sign(act), act), { what: '1 of 3 entries are signed by their authors.' }));

test('a signature that is another, one of another, one whose key nobody bound or bound later, and another body are named', async () => {
  const signed = await ada.sign(act);
  for (const [why, events] of Object.entries({
    flipped: [ada.bound, flipped(signed)],
    swapped: [ada.bound, bob.bound, await bob.sign(act)],
    unbound: [signed],
    later: [signed, ada.bound],
    'of another': [bob.bound, await bob.sign(act)],
    'another body': [ada.bound, { ...signed, body: { evidence: 'evd_2' } }],
  })) {
    assert.match(String(await faultOf(...events)), /^entry \d+ (is signed with|does not carry)/, why);
  }
});

test('a key that was bound under a seal counts once the log has opened it', async () => {
  const salt = new Uint8Array(32).fill(7), signed = await ada.sign(act);
  const leaf = canonicalBytes({ c: encode(await commit('event', salt, canonicalBytes(ada.bound))), type: 'sealed', v: 1 });
  const opening = canonicalBytes({ body: { event: ada.bound, index: 3, salt: encode(salt) } });
  const keys = { keys: [{ key: ada.key, index: 3, openedBy: 9 }] };
  const at = index => (index === 3 ? leaf : opening);
  assert.deepEqual(await authorOf(signed, 8, keys, at), { said: ' It is signed by its author.' });
  assert.match((await authorOf(flipped(signed), 8, keys, at)).fault, /does not carry/);
  assert.match((await authorOf(signed, 3, keys, at)).fault, /had not bound/);
  assert.match((await authorOf({ ...signed, actor: 'p_bob' }, 8, keys, at)).fault, /does not bind/);
  assert.match((await authorOf(signed, 8, keys, () => opening)).fault, /does not bind/);
  assert.deepEqual(await authorOf(act, 8, keys, at), { said: ' It carries no signature of its author.' });
});

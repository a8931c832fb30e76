// The escrow of a sealed ballot (V-56): ballot and salt under a key used once, the key in five shares, any three of which open it.

import { ascii, concat, fromHex, hex, randomBytes, sha256Hex, tagged, u32be } from './bytes.js';
import { SALT_SIZE, escrowKeyId, importPublic, opens, signEs256 } from './commitments.js';
import { canonicalBytes } from './jcs.js';
import { newEscrowKey } from './keys.js';
import * as base64url from './base64url.js';
import * as shamir from './shamir.js';

export const THRESHOLD = 3;
export const SCRUTINEERS = 5;
export const BUCKETS = [4096, 16384, 65536, 131072];

const TAG = 'attribution-registry/ballot-escrow/v1';
const SHARE_TAG = 'attribution-registry/escrow-share/v1';
const ECDH = { name: 'ECDH', namedCurve: 'P-256' };
const LONGEST_BALLOT = BUCKETS.at(-1) - 4 - SALT_SIZE;
const NO_NONCE = new Uint8Array(12); // each share's key is used once

const prefixed = (tag, rest) => concat(ascii(tag), new Uint8Array(1), rest);
const bucketOf = length => BUCKETS.find(size => size >= 4 + length + SALT_SIZE);

/** What the ballot key signs of an escrow. */
export const escrowDigest = statement => tagged(TAG, canonicalBytes(statement));

/** The scrutineers of a round's view, in the order of the shares' numbers; throws unless each name is its key's own. */
export async function scrutineersOf(escrow) {
  if (!escrow) return [];
  const all = escrow.scrutineers.map(each => ({ keyId: each.keyId, spki: base64url.decode(each.spki) }));
  const names = await Promise.all(all.map(each => escrowKeyId(each.spki)));
  if (escrow.threshold !== THRESHOLD || all.length !== SCRUTINEERS || all.some((each, i) => each.keyId !== names[i])) {
    throw new SyntaxError("The round's escrow is not for three of five scrutineers with keys of their own.");
  }
  return all;
}

/** The member "escrow" of a sealed ballot, signed by the ballot key. */
export async function deposit(privateKey, commitment, ballot, salt, scrutineers, source = {}) {
  const { statement, ciphertext } = await seal(commitment, ballot, salt, scrutineers, source);
  return {
    escrow: statement,
    ciphertext: base64url.encode(ciphertext),
    signature: base64url.encode(await signEs256(privateKey, await escrowDigest(statement))),
  };
}

/** Puts ballot and salt in escrow. Tests pass their own random bytes and keys in `source`. */
export async function seal(commitment, ballot, salt, scrutineers, { random = randomBytes, ephemeral = newEscrowKey } = {}) {
  if (scrutineers.length !== SCRUTINEERS) throw new RangeError(`An escrow is for ${SCRUTINEERS} scrutineers.`);
  if (salt.length !== SALT_SIZE) throw new RangeError(`A salt has ${SALT_SIZE} bytes.`);
  if (ballot.length > LONGEST_BALLOT) throw new RangeError(`A ballot in escrow has at most ${LONGEST_BALLOT} bytes, this one has ${ballot.length}.`);
  const plain = new Uint8Array(bucketOf(ballot.length));
  plain.set(concat(u32be(ballot.length), ballot, salt));
  const key = random(32), nonce = random(12);
  const ciphertext = await encrypt(key, nonce, plain, prefixed(TAG, commitment));
  const shares = shamir.split(key, THRESHOLD, SCRUTINEERS, random);
  const boxes = [];
  for (const [i, share] of shares.entries()) boxes.push(await box(share, commitment, scrutineers[i], await ephemeral(i)));
  const statement = { type: 'escrow', v: 1, commitment: hex(commitment), nonce: hex(nonce), ciphertextDigest: await sha256Hex(ciphertext), shares: boxes };
  return { statement, ciphertext };
}

/** A scrutineer's share out of its box; null when it holds none for this key and ballot. */
export async function openShare(commitment, keyId, ephemeralSpki, boxed, privateKey) {
  const other = boxed.length === 49 ? await importPublic(ephemeralSpki, ECDH, []) : null;
  return other === null ? null : decrypt(await agreedKey(privateKey, other, commitment, keyId), NO_NONCE, boxed, info(keyId));
}

/** Whether the bytes are the share with this number that the statement names by digest. */
export const isShare = async (share, digest, number) =>
  share.length === 33 && share[0] === number && hex(await shareDigest(share)) === digest;

export const shareDigest = share => tagged(SHARE_TAG, share);

/** Ballot and salt out of an escrow, or null: the shares give no key, or what they open is not what was sealed. */
export async function open(statement, ciphertext, shares) {
  const key = shares.length >= THRESHOLD ? shamir.combine(shares.slice(0, THRESHOLD)) : null;
  return key?.length === 32 ? openWithKey(statement, ciphertext, key) : null;
}

export async function openWithKey(statement, ciphertext, key) {
  if (!BUCKETS.includes(ciphertext.length - 16)) return null;
  const commitment = fromHex(statement.commitment);
  const plain = await decrypt(key, fromHex(statement.nonce), ciphertext, prefixed(TAG, commitment));
  const found = plain && unpadded(plain);
  return found && await opens(commitment, 'ballot-commitment', found.salt, found.ballot) ? found : null;
}

// One plaintext for one ballot: the next size, and nothing but zeros behind the salt.
function unpadded(plain) {
  const length = new DataView(plain.buffer, plain.byteOffset).getUint32(0);
  if (length > LONGEST_BALLOT || bucketOf(length) !== plain.length) return null;
  const end = 4 + length + SALT_SIZE;
  return plain.subarray(end).some(byte => byte !== 0) ? null : { ballot: plain.slice(4, 4 + length), salt: plain.slice(4 + length, end) };
}

async function box(share, commitment, scrutineer, once) {
  const theirs = await importPublic(scrutineer.spki, ECDH, []);
  if (theirs === null) throw new SyntaxError(`${scrutineer.keyId} is no P-256 key.`);
  const key = await agreedKey(once.privateKey, theirs, commitment, scrutineer.keyId);
  return {
    keyId: scrutineer.keyId,
    ephemeral: base64url.encode(once.spki),
    box: base64url.encode(await encrypt(key, NO_NONCE, share, info(scrutineer.keyId))),
    digest: hex(await shareDigest(share)),
  };
}

const info = keyId => prefixed(SHARE_TAG, ascii(keyId));

async function agreedKey(mine, theirs, commitment, keyId) {
  const secret = await crypto.subtle.deriveBits({ name: 'ECDH', public: theirs }, mine, 256);
  const base = await crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveBits']);
  return new Uint8Array(await crypto.subtle.deriveBits({ name: 'HKDF', hash: 'SHA-256', salt: commitment, info: info(keyId) }, base, 256));
}

async function encrypt(key, iv, plain, additionalData) {
  const aes = await crypto.subtle.importKey('raw', key, 'AES-GCM', false, ['encrypt']);
  return new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData, tagLength: 128 }, aes, plain));
}

async function decrypt(key, iv, boxed, additionalData) {
  const aes = await crypto.subtle.importKey('raw', key, 'AES-GCM', false, ['decrypt']);
  try {
    return new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv, additionalData, tagLength: 128 }, aes, boxed));
  } catch {
    return null; // the tag does not fit
  }
}

// Salted commitments, ballots, envelopes, key ids and the signatures of ballot keys.

import { ascii, concat, equal, hex, sha256, tagged } from './bytes.js';
import { canonicalBytes } from './jcs.js';
import * as base64url from './base64url.js';

export const SALT_SIZE = 32;

/** SEQUENCE { SEQUENCE { id-ecPublicKey, prime256v1 }, BIT STRING { 04 x y } } up to the coordinates: the one accepted form of a key. */
const SPKI_START = [0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04];
const ES256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/** SHA-256("attribution-registry/" purpose "/v1", 0x00, salt, message). */
export function commit(purpose, salt, message) {
  if (salt.length !== SALT_SIZE) throw new RangeError(`A salt has ${SALT_SIZE} bytes, not ${salt.length}.`);
  return sha256(concat(ascii(`attribution-registry/${purpose}/v1`), new Uint8Array(1), salt, message));
}

export const ballotCommitment = (salt, ballot) => commit('ballot-commitment', salt, ballot);

/** The canonical {"n":name,"v":value} that a field's commitment covers. */
export const fieldMessage = (name, value) => canonicalBytes({ n: name, v: value });

export const opens = async (commitment, purpose, salt, message) =>
  salt.length === SALT_SIZE && equal(await commit(purpose, salt, message), commitment);

/** What the ballot key signs of an envelope. */
export const envelopeDigest = envelope => tagged('attribution-registry/ballot-envelope/v1', canonicalBytes(envelope));

/** What the long-term key signs to own a ballot key for one case. */
export const ballotKeyStatement = (caseId, memberId, spki) =>
  tagged('attribution-registry/ballot-key/v1', canonicalBytes({ caseId, memberId, ballotKey: base64url.encode(spki) }));

/** What a member's long-term key signs when a seat is answered (V-11). */
export const declarationDigest = declaration => tagged('attribution-registry/declaration/v1', canonicalBytes(declaration));

const shortDigest = async spki => hex((await sha256(spki)).slice(0, 8));
export const ballotKeyId = async spki => `k-${await shortDigest(spki)}`;
export const escrowKeyId = async spki => `e-${await shortDigest(spki)}`;

/** The public key, or null when the bytes are no P-256 key in the accepted form. */
export async function importPublic(spki, algorithm = ES256, usages = ['verify']) {
  if (spki.length !== 91 || !SPKI_START.every((byte, i) => byte === spki[i])) return null;
  try {
    return await crypto.subtle.importKey('spki', spki, algorithm, true, usages);
  } catch {
    return null; // a point that is not on the curve
  }
}

/** Whether the key signed the digest; false for keys and signatures that are none. */
export async function verifyEs256(spki, digest, signature) {
  const key = signature.length === 64 ? await importPublic(spki) : null;
  return key !== null && crypto.subtle.verify(ES256, key, signature, digest);
}

export const signEs256 = async (privateKey, digest) => new Uint8Array(await crypto.subtle.sign(ES256, privateKey, digest));

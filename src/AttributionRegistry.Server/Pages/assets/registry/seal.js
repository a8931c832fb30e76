// A member's side of a sealed vote: seal, revise, check, open. The file is the one that `attribution ballot` reads and writes.

import { hex, randomBytes, sha256Hex } from './bytes.js';
import { SALT_SIZE, ballotCommitment, ballotKeyId, ballotKeyStatement, declarationDigest, envelopeDigest, signEs256, verifyEs256 } from './commitments.js';
import { deposit, escrowDigest, scrutineersOf } from './escrow.js';
import { canonicalBytes, isCanonical, parseStrict } from './jcs.js';
import { verifyInclusion } from './merkle.js';
import { openCheckpoint, openNote } from './note.js';
import * as base64url from './base64url.js';

/** What a round fixed at its opening, and every ballot repeats. `round` is what GET /v1/rounds/{id} answers. */
export const frameOf = round => ({ caseId: round.incident, round: round.number, rulesHash: round.rulesHash, evidenceRoot: round.evidenceRoot });

/** The ballot that would be sealed; its canonical bytes are what is committed to. */
export const ballotOf = (frame, keyId, answers) => ({ type: 'ballot', v: 1, ...frame, ballotKeyId: keyId, answers });

/** Seals the first ballot, or the next revision after `previous` (V-51). Tests pass their own random bytes. */
export async function seal(round, key, answers, previous = null, random = randomBytes) {
  const frame = frameOf(round), keyId = await ballotKeyId(key.spki);
  const ballot = canonicalBytes(ballotOf(frame, keyId, answers));
  const salt = random(SALT_SIZE); // fresh for each revision: without it the few possible ballots could be tried out
  const commitment = await ballotCommitment(salt, ballot);
  const envelope = {
    type: 'commit', v: 1, caseId: frame.caseId, round: frame.round, ballotKeyId: keyId,
    revision: (previous?.envelope.revision ?? 0) + 1, previous: previous?.digest ?? null, commitment: hex(commitment), nonce: hex(random(16)),
  };
  const digest = await envelopeDigest(envelope);
  const scrutineers = await scrutineersOf(round.escrow);
  const sealed = {
    type: 'sealed-ballot', v: 1, ballot: base64url.encode(ballot), salt: base64url.encode(salt),
    envelope, digest: hex(digest), signature: base64url.encode(await signEs256(key.privateKey, digest)),
  };
  return scrutineers.length === 0 ? sealed : { ...sealed, escrow: await deposit(key.privateKey, commitment, ballot, salt, scrutineers, { random }) };
}

/** The member's own file: whoever has it can open the ballot. */
export const toFile = sealed => `${JSON.stringify(sealed, null, 2)}\n`;

/** Reads a sealed ballot's file, and throws a sentence when it is none. */
export function fromFile(text) {
  const file = parseStrict(text);
  if (file === null || file.type !== 'sealed-ballot' || file.v !== 1) throw new SyntaxError('This is no sealed ballot of version 1.');
  for (const [name, kind] of [['ballot', 'string'], ['salt', 'string'], ['envelope', 'object'], ['digest', 'string'], ['signature', 'string']]) {
    if (typeof file[name] !== kind || file[name] === null) throw new SyntaxError(`This is no sealed ballot: ${name} is missing.`);
  }
  return file;
}

/** The bodies of POST /v1/rounds/{id}/envelopes and …/openings. */
export const envelopeRequest = ({ envelope, signature, escrow }) => (escrow ? { envelope, signature, escrow } : { envelope, signature });
export const openingRequest = ({ envelope, ballot, salt }) => ({ ballotKeyId: envelope.ballotKeyId, ballot, salt });

/** The first thing that does not hold in a sealed ballot, alone or against its round; null when all does. */
export async function firstFault(sealed, round = null) {
  const ballot = base64url.decode(sealed.ballot), salt = base64url.decode(sealed.salt);
  if (!isCanonical(ballot)) return 'the ballot is not in canonical form';
  if (salt.length !== SALT_SIZE || hex(await ballotCommitment(salt, ballot)) !== sealed.envelope.commitment) return 'ballot and salt do not reproduce the commitment';
  const digest = await envelopeDigest(sealed.envelope);
  if (hex(digest) !== sealed.digest) return 'the digest is not that of the envelope';
  const inside = parseStrict(ballot);
  const other = ['caseId', 'round', 'ballotKeyId'].find(name => inside[name] !== sealed.envelope[name]);
  if (other) return `ballot and envelope differ in ${other}`;
  return round === null ? null : faultAgainst(round, sealed, inside, digest);
}

async function faultAgainst(round, sealed, inside, digest) {
  const frame = frameOf(round);
  const other = Object.keys(frame).find(name => inside[name] !== frame[name]);
  if (other) return `the ballot is for another ${other}`;
  const key = round.ballotKeys.find(each => each.id === sealed.envelope.ballotKeyId);
  const spki = key && base64url.decode(key.spki);
  if (!spki || await ballotKeyId(spki) !== key.id) return "the ballot key is not on the round's roster";
  if (!await verifyEs256(spki, digest, base64url.decode(sealed.signature))) return 'the ballot key did not sign this envelope';
  return escrowFault(round, sealed, spki);
}

// The boxes of the shares only their scrutineers can open: what the client put into them, its file does not tell.
async function escrowFault(round, sealed, spki) {
  const scrutineers = await scrutineersOf(round.escrow);
  const sent = sealed.escrow ?? null;
  if (scrutineers.length === 0 || sent === null) {
    return scrutineers.length > 0 ? 'the round has scrutineers, and the ballot is not in escrow' : sent ? 'the ballot is in escrow, and the round has no scrutineers' : null;
  }
  const { escrow: statement } = sent;
  if (statement.commitment !== sealed.envelope.commitment) return 'the escrow is for another commitment';
  if (statement.ciphertextDigest !== await sha256Hex(base64url.decode(sent.ciphertext))) return 'the digest in the escrow is not that of its ciphertext';
  if (statement.shares.map(each => each.keyId).join() !== scrutineers.map(each => each.keyId).join()) return 'the shares are for other scrutineers';
  return await verifyEs256(spki, await escrowDigest(statement), base64url.decode(sent.signature)) ? null : 'the ballot key did not sign this escrow';
}

/** The answer to a seat under the member's own long-term key (V-11). `answer`: {accepts, kind, namedAnActor, statement or null}. */
export const signedDeclaration = async (caseId, panelId, member, answer, signingKey, longTerm) => ({
  ...answer,
  signature: base64url.encode(await signEs256(longTerm.privateKey, await declarationDigest({ caseId, panelId, member, ...answer }))),
  signingKey,
});

/** The member "ballotKey" of a declaration: the long-term key vouches for this ballot key (V-70). */
export const declareKey = async (caseId, memberId, key, signingKeyId, longTerm) => ({
  spki: base64url.encode(key.spki),
  signature: base64url.encode(await signEs256(longTerm.privateKey, await ballotKeyStatement(caseId, memberId, key.spki))),
  signingKey: signingKeyId,
});

const RECEIPT_HEADER = 'attribution-registry/ballot-receipt/v1';
const OWN = ['caseId', 'round', 'ballotKeyId', 'revision', 'commitment', 'nonce'];

/**
 * Whether what the server answered to an envelope is the log's word for this very envelope (V-73). Throws the first thing that is not:
 * a receipt of somebody else's ballot proves nothing about one's own.
 * @param written the answer of POST /v1/rounds/{id}/envelopes
 * @param verifier the log's key
 */
export async function checkReceipt(sealed, written, verifier) {
  const refuse = what => {
    throw new SyntaxError(what);
  };
  if (typeof written.ballotReceipt !== 'string') refuse('There is no ballot receipt.');
  const lines = (await openNote(written.ballotReceipt, verifier)).split('\n');
  if (lines.length !== 3 || lines[0] !== RECEIPT_HEADER || lines[2] !== '') refuse('The note is no ballot receipt.');
  const word = parseStrict(lines[1]);
  const other = OWN.find(name => word[name] !== sealed.envelope[name]);
  if (other !== undefined) refuse(`The receipt is for another ${other}: it is not your ballot's.`);
  if (word.logId !== verifier.name) refuse('The receipt is of another log.');
  const { receipt } = written;
  if (word.leafHash !== receipt.leafHash) refuse('The receipt names another entry than the proof.');
  const checkpoint = await openCheckpoint(receipt.checkpoint, verifier);
  const proof = receipt.inclusionProof.map(each => base64url.decodePadded(each));
  if (!await verifyInclusion(receipt.leafIndex, checkpoint.size, base64url.decode(receipt.leafHash), proof, checkpoint.root)) refuse('The proof does not lead from the entry to the signed root.');
  return { index: receipt.leafIndex, size: checkpoint.size, origin: checkpoint.origin };
}

// What scrutineers opened is opened again (V-56); and what they are said not to have been able to open, neither can anybody.

import { sha256Hex } from './bytes.js';
import { escrowKeyId, verifyEs256 } from './commitments.js';
import { SCRUTINEERS, THRESHOLD, escrowDigest, isShare, open } from './escrow.js';
import { micros } from './instants.js';
import { isCanonical, parseStrict } from './jcs.js';
import * as base64url from './base64url.js';

/** The last envelope of a ballot key. */
export const lastOf = (round, id) => round.envelopes.filter(each => each.ballotKeyId === id).reduce((last, each) => (last === null || each.revision > last.revision ? each : last), null);

/** Whether a ballot is one of this round and of this ballot key. */
export const isFor = (round, id, inside) =>
  inside.ballotKeyId === id && inside.caseId === round.caseId && inside.round === round.number &&
  inside.rulesHash === round.rulesHash && inside.evidenceRoot === round.evidenceRoot;

/** The first thing that does not hold, or null. */
export async function escrowFault(round) {
  const openings = new Map(round.openings.map(each => [each.ballotKeyId, each]));
  const fromEscrow = round.openings.filter(each => each.fromEscrow === true).map(each => each.ballotKeyId).sort();
  const { escrow } = round;
  if (!escrow) return fromEscrow.length === 0 ? null : 'ballots were opened by scrutineers, and the record names none';
  const names = await Promise.all(escrow.scrutineers.map(each => escrowKeyId(base64url.decode(each.spki))));
  const ids = escrow.scrutineers.map(each => each.keyId);
  if (escrow.threshold !== THRESHOLD || ids.length !== SCRUTINEERS || new Set(ids).size !== ids.length || ids.some((id, i) => id !== names[i])) {
    return 'it is not for three of five scrutineers with keys of their own';
  }
  if (escrow.opened.map(each => each.ballotKeyId).sort().join() !== fromEscrow.join()) return 'the ballots opened by scrutineers are not those whose shares it holds';
  for (const each of escrow.opened) {
    const fault = await openedFault(round, each, openings.get(each.ballotKeyId), ids);
    if (fault !== null) return fault;
  }
  for (const each of escrow.unusable) {
    const fault = await unusableFault(round, each, openings, ids);
    if (fault !== null) return fault;
  }
  return null;
}

async function openedFault(round, deposit, opening, ids) {
  const id = deposit.ballotKeyId;
  const fault = await depositFault(round, deposit, ids);
  if (fault !== null) return fault;
  if (micros(opening.receivedAt) !== micros(round.revealOpens)) return `the opening of ${id} does not count from the opening of the window`;
  const found = await openDeposit(deposit);
  return found && base64url.encode(found.ballot) === opening.ballot && base64url.encode(found.salt) === opening.salt
    ? null : `the shares do not open the ballot of ${id} to what was counted`;
}

async function unusableFault(round, deposit, openings, ids) {
  const id = deposit.ballotKeyId;
  const fault = await depositFault(round, deposit, ids);
  if (fault !== null) return fault;
  if (openings.has(id)) return `${id} is open and called unusable`;
  const found = await openDeposit(deposit);
  return found && isBallot(round, id, found.ballot) ? `the escrow of ${id} is called unusable, and opens` : null;
}

// Signed by the ballot key, of the last envelope, for these scrutineers; and the shares are the boxed ones.
async function depositFault(round, deposit, ids) {
  const id = deposit.ballotKeyId, statement = deposit.escrow;
  const spki = base64url.decode(round.voters.find(each => each.ballotKeyId === id).spki);
  if (lastOf(round, id)?.commitment !== statement.commitment) return `the escrow of ${id} is not that of its last envelope`;
  if (!await verifyEs256(spki, await escrowDigest(statement), base64url.decode(deposit.signature)) ||
      await sha256Hex(base64url.decode(deposit.ciphertext)) !== statement.ciphertextDigest) {
    return `the escrow of ${id} is not signed by its key`;
  }
  const wrong = `the shares of ${id} are not those that its key signed`;
  const released = new Set(deposit.shares.map(each => each.keyId));
  if (statement.shares.map(each => each.keyId).join() !== ids.join() || released.size < THRESHOLD) return wrong;
  for (const { keyId, share } of deposit.shares) {
    const number = ids.indexOf(keyId) + 1;
    if (number === 0 || !await isShare(base64url.decode(share), statement.shares[number - 1].digest, number)) return wrong;
  }
  return null;
}

const openDeposit = deposit => open(deposit.escrow, base64url.decode(deposit.ciphertext), deposit.shares.map(each => base64url.decode(each.share)));

function isBallot(round, id, bytes) {
  if (!isCanonical(bytes)) return false;
  const inside = parseStrict(bytes);
  return depthOf(inside) <= 8 && inside.type === 'ballot' && inside.v === 1 && depthOf(inside.answers) > 0 && !Array.isArray(inside.answers) && isFor(round, id, inside);
}

const depthOf = value => (value !== null && typeof value === 'object' ? 1 + Object.values(value).reduce((most, each) => Math.max(most, depthOf(each)), 0) : 0);

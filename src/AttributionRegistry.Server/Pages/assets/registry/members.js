// What the members signed, who held which ballot key, and that the record is the one that the finding names.

import * as base64url from './base64url.js';
import { decodeUtf8, encodeUtf8, equal, fromHex, sha256Hex } from './bytes.js';
import { chainOf, keyOf } from './bundlelog.js';
import { ballotKeyStatement, declarationDigest, opens, verifyEs256 } from './commitments.js';
import { canonicalBytes, dict, parseStrict } from './jcs.js';

/** The members' own signatures under their declarations, and in a roll call under their ballot keys (V-11, V-70). */
export async function signaturesFault({ record, round, bundle }) {
  const panel = new Set(record.draw.result.map(({ person }) => person));
  const members = new Set(), vouched = new Map();
  // With a bundle the keys are those that the log introduced; else the record's word is taken for them.
  const keyFor = (member, { spki, signingKey }) => {
    const own = base64url.decode(spki), logged = bundle ? keyOf(bundle, member, signingKey) : own;
    return logged !== null && equal(logged, own) ? own : null;
  };
  for (const each of record.declarations) {
    const { member } = each;
    if (!panel.has(member) || members.has(member)) return `${member} has no seat, or declared twice`;
    members.add(member);
    if (each.accepts || (each.signature ?? null) !== null) {
      const fault = await declarationFault(record, round, each, keyFor);
      if (fault) return fault;
    }
    const key = each.ballotKey ?? null;
    if (key === null) continue;
    const voter = round.voters.find(({ ballotKeyId }) => ballotKeyId === key.ballotKeyId);
    if (voter) {
      const signer = keyFor(member, key), statement = await ballotKeyStatement(round.caseId, member, base64url.decode(voter.spki));
      if (signer === null || !await verifyEs256(signer, statement, base64url.decode(key.signature))) return `the ballot key of ${member} is not signed by a key of theirs`;
    }
    if (vouched.has(key.ballotKeyId)) return `${member} has the ballot key of another`;
    vouched.set(key.ballotKeyId, member);
  }
  const alone = round.voters.find(({ ballotKeyId, person = null }) => (round.mode === 'rollCall' ? !vouched.has(ballotKeyId) || vouched.get(ballotKeyId) !== person : person !== null || vouched.size > 0));
  return alone ? `the ballot key ${alone.ballotKeyId} is not vouched for by its member alone` : null;
}

async function declarationFault(record, round, each, keyFor) {
  const { member, accepts, kind, namedAnActor, textDigest, signature = null } = each;
  // What was stated may hold personal data and is not public; then the signature waits for whoever has the text.
  if (kind !== 'none') return signature === null ? `the declaration of ${member} is not signed` : null;
  if (textDigest !== await sha256Hex(canonicalBytes({ kind, statement: null }))) return null;
  const digest = await declarationDigest({ caseId: round.caseId, panelId: record.draw.panel, member, accepts, kind, statement: null, namedAnActor });
  const key = keyFor(member, each);
  return key !== null && await verifyEs256(key, digest, base64url.decode(signature)) ? null : `the declaration of ${member} is not signed by a key of theirs`;
}

/** Committed to in a pseudonymous round, never in a roll call; and what is opened is what was committed to (V-71). */
export async function mappingFault({ record, round, bundle }) {
  const mapping = record.mapping ?? null;
  if ((round.mode === 'rollCall') !== (mapping === null)) return mapping === null ? 'a pseudonymous round has no commitment to who held which ballot key' : 'a roll call has nothing to commit to';
  if (bundle) {
    const logged = chainOf(bundle, round.id).filter(({ event }) => event.type === 'vote.mapping-sealed').map(({ event }) => event.body.commitment);
    if (logged.join() !== (mapping === null ? '' : mapping.commitment)) return 'the commitment is not the one in the log';
  }
  if ((mapping?.canonical ?? null) === null) return (mapping?.salt ?? null) === null ? null : 'a salt opens nothing';
  const canonical = encodeUtf8(mapping.canonical);
  if (!await opens(fromHex(mapping.commitment), 'ballot-key-mapping', fromHex(mapping.salt), canonical)) return 'what was opened is not what was committed to';
  const inside = parseStrict(decodeUtf8(canonical));
  return inside.caseId === round.caseId && inside.round === round.number &&
    inside.members.map(each => each.ballotKeyId).join() === round.voters.map(each => each.ballotKeyId).join() ? null : 'what was opened is of another round';
}

/** The finding names the digest of its record: whatever has no check of its own is found here. */
export async function recordedFault({ finding, record }) {
  const { declarations, draw, round } = record;
  const digest = await sha256Hex(canonicalBytes(dict([['declarations', declarations], ['draw', draw], ['mapping', record.mapping?.commitment ?? null], ['round', round]])));
  return digest === finding.method.recordDigest ? null : `the record has the digest ${digest}, the finding says ${finding.method.recordDigest}`;
}

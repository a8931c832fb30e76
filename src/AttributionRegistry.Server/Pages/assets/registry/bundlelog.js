// The log in a bundle: proofs against the signed checkpoint, seals, openings, and the chains of the case without a gap.

import * as base64url from './base64url.js';
import { equal } from './bytes.js';
import { readProof } from './bundle.js';
import { commit, fieldMessage, opens } from './commitments.js';
import { canonicalBytes, canonicalText, isCanonical, parseStrict } from './jcs.js';
import { leafHash, verifyInclusion } from './merkle.js';
import { openCheckpoint, readVerifierKey } from './note.js';

const INTRODUCTION = 'key.introduced', VERSION = 'finding.version';

export const entryOf = (bundle, index) => bundle.files.get(`tlog/${index}.entry`);
const proofOf = (bundle, index) => bundle.text(`tlog/${index}.tlog-proof`);

/** Every entry stands in the log that the key signed. */
export async function proofsFault({ bundle, log }) {
  const note = bundle.text('tlog/checkpoint'), own = bundle.text('tlog/vkey');
  const checkpoint = await openCheckpoint(note, await readVerifierKey(own.endsWith('\n') ? own.slice(0, -1) : own));
  if (log?.vkey) await openCheckpoint(note, await readVerifierKey(log.vkey));
  for (const index of bundle.entries) {
    const proof = readProof(proofOf(bundle, index));
    if (proof === null || proof.index !== index || proof.checkpoint !== note) return `the proof of entry ${index} is not one of it against the checkpoint of the bundle`;
    if (!await verifyInclusion(index, checkpoint.size, await leafHash(entryOf(bundle, index)), proof.hashes, checkpoint.root)) {
      return `entry ${index} is not proved to be in the signed log`;
    }
  }
  return {
    what: `${bundle.entries.length} entries of ${checkpoint.size}, signed by ${checkpoint.origin}.`,
    left: log?.vkey ? [] : ["the log's key was taken from the bundle itself; give the one that you have from elsewhere"],
  };
}

/** What the seals and the commitments of fields hide is what was opened. Leaves the readable entries behind in bundle.log. */
export async function commitmentsFault({ bundle }) {
  const parsed = new Map(bundle.entries.map(index => [index, parseStrict(entryOf(bundle, index))]));
  const opened = new Map();
  let leftOut = null;
  for (const [index, { type, body }] of parsed) {
    if (type !== 'unsealed') continue;
    if (!parsed.has(body.index)) {
      leftOut ??= { index, opens: body.index };
      continue;
    }
    const seal = canonicalBytes({ c: base64url.encode(await commit('event', base64url.decode(body.salt), canonicalBytes(body.event))), type: 'sealed', v: 1 });
    if (!equal(seal, entryOf(bundle, body.index)) || opened.has(body.index)) return `entry ${index} does not open entry ${body.index}`;
    opened.set(body.index, { event: body.event, salt: body.salt });
  }
  const entries = [];
  for (const [index, entry] of parsed) {
    const event = entry.type === 'sealed' ? opened.get(index)?.event ?? null : entry;
    const fields = new Map();
    const fault = await extraFault(index, event, readProof(proofOf(bundle, index)).extra, opened.get(index) ?? null, fields);
    if (fault) return fault;
    entries.push({ index, hash: await leafHash(entryOf(bundle, index)), event, fields });
  }
  bundle.log = { entries, opened, leftOut };
  return null;
}

async function extraFault(index, event, extra, expected, fields) {
  if (extra !== null && !isCanonical(extra)) return `the opening of entry ${index} is not in its one form`;
  const opening = extra === null ? null : parseStrict(extra);
  if (opening !== null && Object.keys(opening).length !== 2) return `the opening of entry ${index} is not in its one form`;
  if (canonicalText(opening?.seal ?? null) !== canonicalText(expected)) return `the opening of the seal of entry ${index} is not the one in the log`;
  for (const field of opening?.fields ?? []) {
    const { name, salt, value } = field;
    const commitment = event?.body?.[name]?.c;
    if (commitment === undefined) return `entry ${index} commits to no ${name}`;
    if (Object.keys(field).length !== 3 || fields.has(name) || !await opens(base64url.decode(commitment), 'field', base64url.decode(salt), fieldMessage(name, value))) {
      return `the opening of ${name} of entry ${index} does not reproduce its commitment`;
    }
    fields.set(name, value);
  }
  return null;
}

/** The readable entries of one chain up to the version, in order. */
export const chainOf = (bundle, subject) => bundle.log.entries.filter(each => each.event !== null && each.event.subject === subject && each.event.type !== INTRODUCTION && !isAfter(bundle, each));

/** What took disclosed bytes away after the version was published; outside the chains, each proved by itself. */
export const after = bundle => bundle.log.entries.filter(each => each.event !== null && isAfter(bundle, each));

/** Whether an entry took disclosed bytes away after the version. After chainFault, which knows the version. */
export const isAfter = ({ log: { end } }, { index, event }) =>
  end !== undefined && index > end.version && event.subject === end.incident && ['evidence.destroyed', 'evidence.quarantined', 'evidence.judged'].includes(event.type);

/** The public key that a person's chain introduced under an id, or null. */
export const keyOf = (bundle, person, key) => {
  const found = bundle.log.entries.find(({ event }) => event?.type === INTRODUCTION && event.subject === person && event.body.key === key);
  return found ? base64url.decode(found.event.body.spki) : null;
};

/** The chains of the case, of its rounds and of what was opened are there from their first entry to the version, with no gap. */
export function chainFault({ bundle, finding, record, digest }) {
  const incident = finding.incident.id, { leftOut } = bundle.log;
  bundle.log.end = { incident, version: record.logIndex };
  // The end of a chain that nothing follows: what opened it says that it was there.
  if (leftOut) return `entry ${leftOut.index} opens entry ${leftOut.opens}, which was left out`;
  const subjects = [...new Set(bundle.log.entries.filter(({ event }) => event !== null && event.type !== INTRODUCTION).map(({ event }) => event.subject))];
  const named = type => chainOf(bundle, incident).filter(({ event }) => event.type === type).map(({ event }) => event.body.round);
  const strange = subjects.find(each => each !== incident && each !== `unsealed:${incident}` && !named('case.round-opened').includes(each.replace(/^cover:/, ''))); // cover seals hide nothing but how many there are
  if (strange !== undefined) return `${strange} is no part of the case`;
  const missing = named('case.round-concluded').find(each => !subjects.includes(each));
  if (missing !== undefined) return `the chain of ${missing} is missing`;
  const last = chainOf(bundle, incident).at(-1);
  if (last?.event.type !== VERSION || last.index !== record.logIndex || last.event.body.digest !== digest) {
    return `the chain of the case does not end with entry ${record.logIndex}, which publishes this finding`;
  }
  const seals = bundle.log.entries.filter(({ event }) => event === null);
  const still = seals.length;
  if (still > 0 && seals.at(-1).index > Math.max(-1, ...bundle.log.opened.keys())) return `what opens the seal at ${seals.at(-1).index} was left out`;
  for (const subject of subjects) {
    // Openings stand in the open: no seal can fill a gap between them.
    const gap = gapIn(chainOf(bundle, subject), subject.startsWith('unsealed') ? [] : seals);
    if (gap) return `the chain of ${subject} ${gap}`;
  }
  if (seals.length > 0) return `the seal at ${seals[0].index} is in no chain, or what opens it was left out`;
  return still > 0 ? { left: [`${still} entries of the case stay sealed`] } : null;
}

// Seals that nothing opens stand between the readable entries of a chain; the entry after them names the last one's hash.
function gapIn(chain, seals) {
  let seq = 0, previous = null;
  for (const each of chain) {
    if (each.event.seq <= seq) return `has entry ${each.index} out of its place`;
    for (let skipped = each.event.seq - seq - 1; skipped > 0; skipped--) {
      const at = seals.findIndex(({ index }) => index > (previous?.index ?? -1) && index < each.index);
      if (at < 0) return `has a gap before entry ${each.index}`;
      [previous] = seals.splice(at, 1);
    }
    if ((each.event.prev ?? null) !== (previous === null ? null : base64url.encode(previous.hash))) return `does not hold together at entry ${each.index}`;
    [seq, previous] = [each.event.seq, each];
  }
  return null;
}

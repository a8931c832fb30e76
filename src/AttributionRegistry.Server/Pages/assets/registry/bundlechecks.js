// What a bundle is held to beside its log: how it was served, what the log took in at the time, and the bytes of disclosed evidence.

import * as base64url from './base64url.js';
import { fromHex, hex, sha256Hex } from './bytes.js';
import { evidenceFile, MAX_EVIDENCE_BYTES, MAX_ITEM_BYTES } from './bundle.js';
import { after, chainOf } from './bundlelog.js';
import { opens } from './commitments.js';
import { micros } from './instants.js';
import { canonicalBytes, canonicalText, dict } from './jcs.js';
import { leafHash, nodeHash } from './merkle.js';

const PENDING = 'An appeal against this version is pending before the appeals chamber.';
const NOT_OFFICIAL = 'This version is published but not official yet: its entry in the log still waits for the quorum of witnesses.';
const same = (one, other) => canonicalText(one ?? null) === canonicalText(other ?? null);

/** What the registry said of the version when the bundle was made. */
export function representationFault({ bundle, representation }) {
  const finding = bundle.finding(), { number, version } = finding;
  if (Object.keys(representation).length !== 9 || representation.number !== number || representation.version !== version || !same(representation.finding, finding)) {
    return 'it is of another finding than the one beside it';
  }
  const own = `/v1/findings/${number}/versions/${version}`, all = `/v1/findings/${number}`;
  const links = { self: own, current: all, versions: `${all}/versions`, record: `${own}/record`, proof: `${own}/proof`, bundle: `${own}/bundle`,
    petitions: `${all}/petitions`, appeals: `${all}/appeals`, incident: `/v1/incidents/${finding.incident.id}`, checkpoint: '/log/checkpoint' };
  if (!same(representation.links, dict(Object.entries(links)))) return 'its links do not lead to the finding';
  if (!isBanner(representation, finding.exerciseNotice ?? null, version)) return 'its banner does not fit its status';
  return { left: [`that it is ${representation.status.replace(/[A-Z]/g, letter => ` ${letter.toLowerCase()}`)} is the bundle's own word; ask the registry or a mirror for today's status`] };
}

// The notice of an exercise, a sentence for the status, a pending appeal, that witnesses are missing; each where there is one.
function isBanner({ banner, status, official }, exercise, version) {
  let rest = banner ?? '';
  const without = ending => rest.slice(0, -ending.length).replace(/ +$/, '');
  if (exercise !== null) {
    if (!rest.startsWith(exercise)) return false;
    rest = rest.slice(exercise.length).replace(/^ +/, '');
  }
  if (rest.endsWith(NOT_OFFICIAL) === official) return false;
  if (official === false) rest = without(NOT_OFFICIAL);
  if (status !== 'annulled' && rest.endsWith(PENDING)) rest = without(PENDING);
  switch (status) {
    case 'current': return rest === '';
    case 'superseded': return Number(/^This version is superseded; the current one is version ([0-9]{1,6})\.$/.exec(rest)?.[1] ?? 0) > version;
    case 'underReconsideration': return rest === 'This finding is under reconsideration.';
    case 'withdrawn': return rest === 'This finding is withdrawn. Its text stays readable.';
    case 'disputed': return rest.startsWith('This finding is disputed: its tally does not reproduce from the record (') && rest.endsWith(').');
    case 'annulled': return /^This finding is annulled: the appeals chamber granted an appeal on [0-9]{4}-[0-9]{2}-[0-9]{2} \([a-z ]+\)\. It attributes nothing any more; its text stays readable\.$/.test(rest);
    default: return false;
  }
}

/** The record says what the log said at the time: pool before draw, rules before ballots, each envelope and opening, the count. */
export function loggedFault({ bundle, record, round }) {
  const chain = chainOf(bundle, round.caseId), it = record.draw;
  const drawn = chain.findLast(({ event }) => event.type === 'panel.drawn' && event.body.pool === it.pool);
  const frozen = chain.find(({ event }) => event.type === 'panel.pool' && event.body.pool === it.pool);
  if (!drawn || !frozen || frozen.index >= drawn.index) return 'the log has no draw from this pool after it was frozen';
  if (frozen.event.body.digest !== it.poolDigest || micros(frozen.event.at) !== micros(it.frozenAt)) return 'the log froze another pool';
  if (drawn.event.body.seed !== it.seed || micros(drawn.event.at) !== micros(it.drawnAt)) return 'the log drew with another seed';

  const votes = chainOf(bundle, round.id);
  const opened = votes.find(({ event }) => event.type === 'round.opened')?.event.body;
  if (!opened || ['evidenceRoot', 'rulesHash', 'number', 'seats', 'mode'].some(name => opened[name] !== round[name]) || !same(opened.evidence, round.evidence)) return 'the log opened another round';
  // As often in the one as in the other: an entry that is not opened has no value and matches nothing.
  const matches = (type, field, values) => same(
    votes.filter(({ event }) => event.type === type).map(({ fields }) => (fields.has(field) ? canonicalText(fields.get(field)) : '')).sort(), values.map(each => canonicalText(each)).sort());
  if (!matches('vote.committed', 'envelope', round.envelopes)) return 'the envelopes are not those that the log took in';
  if (!matches('vote.opened', 'opening', round.openings)) return 'the openings are not those that the log took in';
  if (!matches('tally.published', 'result', [round.tally])) return 'the count is not the one that the log published';

  const { fields } = bundle.log.entries.find(({ index }) => index === record.logIndex);
  return record.openings.length === fields.size && record.openings.every(({ field, value }) => fields.has(field) && same(fields.get(field), value))
    ? null
    : 'the openings of the record are not those of the log';
}

/** The frozen evidence set under its root, and the bytes of what was disclosed: those that were sealed, and those that are here. */
export async function payloadFault({ bundle, round }) {
  const evidence = bundle.evidence(), finding = bundle.finding();
  const root = await rootOf(await Promise.all(evidence.set.map(({ id, c }) => leafHash(canonicalBytes(dict([['c', c ?? null], ['id', id]]))))));
  if (root !== round.evidenceRoot || evidence.root !== round.evidenceRoot) return 'the items do not give the root of the evidence set that was voted on';
  if (!same(evidence.set.map(({ id }) => id), [...round.evidence].sort())) return 'the items are not those that the round names';
  const published = new Map(finding.disclosed.map(each => [each.id, each]));
  if (!same(evidence.disclosed.map(({ id }) => id), [...published.keys()].sort())) return 'the disclosed items are not those of the finding';
  const commitments = new Map(evidence.set.map(({ id, c }) => [id, c]));
  const state = { left: MAX_EVIDENCE_BYTES, files: new Set(), reasons: new Set(), notHere: [] };
  for (const item of evidence.disclosed) {
    const fault = await itemFault(bundle, round, item, published.get(item.id), commitments.get(item.id) ?? null, state);
    if (fault) return fault;
  }
  const idle = after(bundle).find(({ index }) => !state.reasons.has(index));
  if (idle) return `entry ${idle.index} took away nothing that is missing here`;
  const extra = [...bundle.files.keys()].find(name => name.startsWith('data/evidence/') && !state.files.has(name));
  return extra !== undefined ? `'${extra}' is no disclosed item` : { left: state.notHere };
}

async function itemFault(bundle, round, item, published, commitment, state) {
  const { id, sha256, size, salt, file = null, without = null, entry = null, address } = item;
  if (sha256 !== published.sha256 || size !== published.size || address !== `/v1/evidence/${id}/content`) return `${id} is another item than the finding discloses`;
  if ((salt ?? null) === null) {
    return file === null ? missingFault(bundle, id, without, entry, state) : `nothing opens the commitment to the bytes of ${id}`;
  }
  const raw = base64url.decode(salt);
  if (commitment === null || !await opens(base64url.decode(commitment), 'evidence-bytes', raw, fromHex(sha256))) return `the bytes of ${id} are not those that the evidence set commits to`;
  const sealing = chainOf(bundle, round.caseId).findLast(({ event }) => event.type === 'evidence.sealed' && event.body.evidence === id);
  const logged = sealing?.fields.get('payload');
  if (logged?.sha256 !== sha256 || logged.salt !== hex(raw) || logged.size !== size) return `the bytes of ${id} are not those that the log sealed`;
  if (file === null) {
    state.notHere.push(`${id} is too large for a bundle`);
    return without === 'tooLarge' && entry === null && size > Math.min(MAX_ITEM_BYTES, state.left) ? null : `the bytes of ${id} are missing`;
  }
  state.left -= size;
  state.files.add(file);
  const bytes = file === evidenceFile(id) ? bundle.files.get(file) : undefined;
  return without === null && entry === null && bytes?.length === size && await sha256Hex(bytes) === sha256 ? null : `the bytes of ${id} are not those that were disclosed`;
}

// Gone is what the log says is gone, by an entry later than the version; the bundle's own word for it counts for nothing.
function missingFault(bundle, id, without, entry, { reasons, notHere }) {
  const reason = after(bundle).find(({ index }) => index === entry);
  if (reason?.event.body.evidence !== id || reasons.has(entry)) return `${id} is MISSING (alarm): nothing in the log says where its bytes went`;
  reasons.add(entry);
  const { type, body } = reason.event;
  if (type === 'evidence.destroyed' && without === 'erased') notHere.push(`${id} was destroyed by order #${entry}`);
  else if (type === 'evidence.judged' && body.accepted === false && without === 'notPublic') notHere.push(`${id} is withheld since entry #${entry}, which rejected it`);
  else if (type === 'evidence.quarantined' && without === 'quarantined') notHere.push(`${id} is MISSING (alarm): entry #${entry} says that its bytes were found damaged`);
  else return `entry ${entry} is no reason why the bytes of ${id} are missing`;
  return null;
}

// RFC 6962, section 2.1: the left part is the largest power of two that is smaller than the whole.
async function rootOf(leaves) {
  const over = async part => {
    if (part.length === 1) return part[0];
    const left = 2 ** Math.floor(Math.log2(part.length - 1));
    return nodeHash(await over(part.slice(0, left)), await over(part.slice(left)));
  };
  return leaves.length === 0 ? sha256Hex(new Uint8Array()) : hex(await over(leaves));
}

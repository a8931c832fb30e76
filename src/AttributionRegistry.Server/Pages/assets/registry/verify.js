// A published finding and its record, checked as a stranger would: the checks of `attribution verify`, by the same names and in the same order.

import { authorOf, authorsFault } from './authors.js';
import { answersOf, differences } from './cases.js';
import { decodePadded } from './base64url.js';
import { standingAfterRemoval } from './ballotbox.js';
import { fromHex, hex, sha256Hex } from './bytes.js';
import { ballotCommitment, ballotKeyId, envelopeDigest, fieldMessage, opens, verifyEs256 } from './commitments.js';
import { bagFault as filesFault, readBundle, ZipFault } from './bundle.js';
import { loggedFault, payloadFault, representationFault } from './bundlechecks.js';
import { chainFault, commitmentsFault, proofsFault } from './bundlelog.js';
import { witnessesFault } from './bundlewitnesses.js';
import { belongsTo, draw, forDraw, seedOf, settle } from './draw.js';
import { escrowFault, isFor, lastOf } from './escrowcheck.js';
import { dayOf, micros } from './instants.js';
import { canonicalBytes, parseStrict } from './jcs.js';
import { evaluate } from './matrix.js';
import { mappingFault, recordedFault, signaturesFault } from './members.js';
import { bundlePath, entriesOf, leafHash, verifyInclusion } from './merkle.js';
import { NoEd25519, openCheckpoint, readVerifierKey } from './note.js';
import { DEFAULT_RULES, withDefaults } from './rules.js';
import { count } from './tally.js';
import * as base64url from './base64url.js';
import * as wording from './wording.js';

/** Every check: its name, what it means in plain words, and what it needs. */
export const CHECKS = [
  ['bag', 'Every file of the bundle is the one that its manifests name, and none is missing or too many.', 'bundle', bagFault],
  ['digest', 'The finding is, letter for letter, what its digest says.', 'finding', digestFault],
  ['matrix', 'Weighing the disclosed evidence again gives the published ranking.', 'finding', matrixFault],
  ['crosscheck', 'Where the finding says that disclosed evidence alone leads to it, it does.', 'finding', crosscheckFault],
  ['representation', 'Its banner and its links are those of this finding in its state.', 'bundle', representationFault],
  ['log', "The finding's digest stands in the signed log.", 'log', logFault],
  ['witnesses', 'The finding is called official exactly when those who must witness the log, by its policy and by yours, have cosigned it.', 'bundle', witnessesFault],
  ['commitments', 'What was sealed in the log is what was opened later.', 'bundle', commitmentsFault],
  ['chain', 'Nothing was left out: the chain of the case runs from its first entry to this finding without a gap.', 'bundle', chainFault],
  ['authors', 'Whoever signed what they did, did sign it.', 'bundle', authorsFault],
  ['record', 'The record is of the round that decided this finding.', 'record', recordFault],
  ['rules', 'The rules of the vote are those that every ballot was sealed under.', 'record', rulesFault],
  ['envelopes', 'Each sealed ballot was signed by the ballot key of a seat.', 'record', envelopesFault],
  ['openings', 'Each opened ballot is the one that was sealed.', 'record', openingsFault],
  ['escrow', 'What scrutineers opened, their shares open again.', 'record', escrowStep],
  ['tally', 'Counting the ballots again gives the published count.', 'record', tallyFault],
  ['finding', 'The finding says what was counted.', 'record', publishedFault],
  ['draw', 'Drawing the panel again from pool and seed seats the same people.', 'record', drawFault],
  ['signatures', 'The members signed their declarations, and in a roll call their ballot keys.', 'record', signaturesFault],
  ['mapping', 'Who held which ballot key is committed to where the vote is pseudonymous.', 'record', mappingFault],
  ['recorded', 'The record is, letter for letter, the one that the finding names.', 'record', recordedFault],
  ['logged', 'The record says what the log took in at the time: pool, seed, envelopes, openings, count.', 'bundle', loggedFault],
  ['payload', 'The disclosed evidence is what the panel voted on, byte for byte.', 'bundle', payloadFault],
  ['wording', "The finding's sentences are those that follow from its numbers.", 'finding', wordingFault],
].map(([name, means, needs, run]) => ({ name, means, needs, run }));

/** The checks that are made: all of them with a bundle. */
export const checksFor = bundle => CHECKS.filter(({ needs }) => bundle !== null || needs !== 'bundle');

/**
 * Runs the checks one after the other; each runs even when one before it failed.
 * @param representation what GET /v1/findings/{number} answers, read by parseStrict
 * @param record what GET …/record answers, or null
 * @param log {text(path), bytes(path), vkey?, policy?} to reach the log, or null; with a bundle only the pinned key and policy are used
 * @param bundle what readBundle gave, or null
 * @yields {{name, means, state: 'ok'|'failed'|'skipped', what: string, left?: string[], unable?: boolean, recounted?: object}}
 */
export async function* verify(representation, record = null, log = null, bundle = null) {
  const has = { finding: true, record: record !== null, log: bundle !== null || (record !== null && log !== null), bundle: true };
  const it = { representation, finding: representation?.finding, record, round: record?.round, log, bundle, digest: representation?.digest };
  for (const { name, means, needs, run } of checksFor(bundle)) {
    yield has[needs] ? { name, means, ...await outcomeOf(run, it) }
      : { name, means, state: 'skipped', what: needs === 'log' && record !== null ? 'Needs the server or a bundle.' : 'Needs the record.' };
  }
}

/** Opens a bundle and runs every check on what is in it. One that cannot be opened fails under the name bag. */
export async function openBundle(bytes) {
  const bundle = await readBundle(bytes);
  // Before anything in it is believed: whether the files are those of a bundle at all.
  const fault = await bagFault({ bundle });
  if (fault) throw new ZipFault(fault);
  return { bundle, representation: bundle.representation(), record: bundle.record() };
}

function bagFault({ bundle }) {
  return filesFault(bundle);
}

/** The sentence at the end: valid with what it rests on, or the first check that failed. */
export function verdictOf(steps) {
  const failed = steps.find(step => step.state === 'failed');
  if (failed) return { valid: false, check: failed.name, text: `${failed.name}: ${failed.what}` };
  const skipped = steps.filter(step => step.state === 'skipped').map(step => step.name), left = steps.flatMap(step => step.left ?? []);
  // What this browser is unable to check might be wrong: that is no verdict.
  if (steps.some(step => step.unable)) return { valid: false, check: null, text: `not checked here: ${skipped.join(', ')}; all other checks hold` };
  const but = [...(skipped.length > 0 ? [`not checked: ${skipped.join(', ')}`] : []), ...left];
  return { valid: true, check: null, text: but.length === 0 ? 'valid' : `valid (${but.join('; ')})` };
}

async function outcomeOf(run, it) {
  try {
    const found = await run(it);
    if (typeof found === 'string') return { state: 'failed', what: found };
    return { state: 'ok', what: '', ...found };
  } catch (fault) {
    // What a browser cannot check is not wrong; what cannot be read is.
    if (fault instanceof NoEd25519) return { state: 'skipped', unable: true, what: fault.message };
    return { state: 'failed', what: fault instanceof SyntaxError ? fault.message : `cannot be read: ${fault.message}` };
  }
}

async function digestFault({ representation, finding }) {
  if (finding === null || typeof finding !== 'object') return 'there is no finding in it';
  const found = await sha256Hex(canonicalBytes(finding));
  return found === representation.digest ? null : `the finding has ${found}, the representation says ${representation.digest ?? 'nothing'}`;
}

/** The matrix on disclosed items alone, as a reader weighs it. */
export const disclosedMatrix = finding => evaluate({
  hypotheses: finding.matrix.hypotheses.map(({ id, residual }) => ({ id, residual })),
  items: finding.disclosed.map(({ id, source, information, spoofability, origin }) => ({ id, source, information, spoofability, origin })),
  cells: finding.matrix.cells.map(({ hypothesis, evidence, rating }) => ({ hypothesis, item: evidence, rating })),
});

function matrixFault({ finding }) {
  const published = finding.matrix.disclosedOnlyRanking.map(({ id, rank, inconsistency, consistency, tied }) => ({ id, rank, inconsistency, consistency, tied }));
  return differences(published, disclosedMatrix(finding).ranking).length === 0 ? null : 'weighing the disclosed items again gives another ranking';
}

function crosscheckFault({ finding }) {
  const { strictLeader } = disclosedMatrix(finding);
  for (const each of finding.propositions.filter(one => (one.hypothesis ?? null) !== null)) {
    const holds = strictLeader === each.hypothesis;
    if (each.crosscheck?.holds !== holds) return `on disclosed items ${each.hypothesis} ${holds ? 'leads strictly' : 'does not lead strictly'}, the finding says otherwise`;
    if (!holds && each.confidence?.value === 'high') return 'the finding is not crosscheckable, and its confidence is above moderate';
  }
  return null;
}

function recordFault({ representation, finding, record, round }) {
  if (!round) return 'it holds no round';
  if (finding.method.round !== round.id) return "it is of another round than the finding's";
  if (finding.method.evidenceRoot !== round.evidenceRoot) return "its evidence root is not the finding's";
  if (finding.method.rulesHash !== round.rulesHash) return "its rules are not the finding's";
  return record.number === representation.number && record.version === representation.version ? null : 'it is of another version than the finding';
}

async function rulesFault({ round }) {
  const found = await sha256Hex(canonicalBytes(round.rules));
  return found === round.rulesHash ? null : `the rules have the hash ${found}, the round says ${round.rulesHash}`;
}

async function envelopesFault({ round }) {
  const keys = new Map(round.voters.map(each => [each.ballotKeyId, base64url.decode(each.spki)]));
  for (const [id, spki] of keys) if (await ballotKeyId(spki) !== id) return `${id} is not the id of its key`;
  for (const each of round.envelopes) {
    const { ballotKeyId: id, revision, commitment, nonce } = each;
    const digest = await envelopeDigest({ type: 'commit', v: 1, caseId: round.caseId, round: round.number, ballotKeyId: id, revision, previous: each.previous ?? null, commitment, nonce });
    if (hex(digest) !== each.digest) return `the digest of revision ${revision} of ${id} is not its own`;
    if (!keys.has(id) || !await verifyEs256(keys.get(id), digest, base64url.decode(each.signature))) return `revision ${revision} of ${id} is not signed by its key`;
  }
  return null;
}

async function openingsFault({ round }) {
  for (const { ballotKeyId: id, ballot, salt } of round.openings) {
    const last = lastOf(round, id), bytes = base64url.decode(ballot);
    if (last === null || hex(await ballotCommitment(base64url.decode(salt), bytes)) !== last.commitment) return `the opening of ${id} does not reproduce its commitment`;
    if (!isFor(round, id, parseStrict(bytes))) return `the ballot of ${id} is for something else`;
  }
  return null;
}

function escrowStep({ round }) {
  return escrowFault(round);
}

/** The record of a round as the input of the count. */
export function inputOf(round) {
  const reveal = { open: micros(round.revealOpens), close: micros(round.revealCloses) };
  const openings = new Map(round.openings.map(each => [each.ballotKeyId, each]));
  if (openings.size !== round.openings.length) throw new SyntaxError('a ballot is opened twice');
  return {
    caseId: round.caseId, round: round.number, rules: withDefaults(round.rules),
    windows: { commit: { open: micros(round.commitOpens), close: micros(round.commitCloses) }, reveal },
    panel: {
      size: round.seats,
      members: round.voters.map(each => ({
        id: each.ballotKeyId, region: each.region, standing: each.removedAt ? standingAfterRemoval(micros(each.removedAt), reveal) : 'seated',
      })),
    },
    evidenceSet: round.evidence,
    questions: round.questions,
    ballots: round.envelopes.map(each => {
      const opening = lastOf(round, each.ballotKeyId).revision === each.revision ? openings.get(each.ballotKeyId) : undefined;
      return {
        member: each.ballotKeyId, caseId: round.caseId, round: round.number, revision: each.revision, digest: each.digest, commitAt: micros(each.receivedAt),
        revealAt: opening ? micros(opening.receivedAt) : null,
        answers: answersOf(opening ? parseStrict(base64url.decode(opening.ballot)).answers : {}),
        signatureValid: true, opens: true, link: { previous: each.previous ?? null },
      };
    }),
  };
}

function tallyFault({ round }) {
  const recounted = count(inputOf(round));
  const [first] = differences(round.tally, recounted);
  return first ? { state: 'failed', what: first, recounted } : { recounted };
}

function publishedFault({ finding, round }) {
  const tally = count(inputOf(round));
  for (const { question, hypothesis, likelihood, tally: { support } } of finding.propositions) {
    const result = tally.questions[question];
    const median = likelihood?.medianBp ?? null;
    if ((hypothesis ?? null) !== result.hypothesis || (median !== null && median !== result.medianBp[result.hypothesis])) {
      return `question ${question} was counted otherwise than the finding says`;
    }
    if (differences(support, result.support).length > 0) return `the support of question ${question} is not what the ballots give`;
  }
  return null;
}

async function drawFault({ record }) {
  const it = record.draw;
  const digest = await sha256Hex(canonicalBytes(it.candidates));
  if (digest !== it.poolDigest) return `the candidates have the digest ${digest}, the record says ${it.poolDigest}`;
  if (differences(it.sourceValues, settle(it.frozenAt, it.plans, it.published, it.drawnAt)).length > 0) {
    return 'the values that made the seed are not what the announced sources said';
  }
  const seed = await seedOf(fromHex(digest), it.sourceValues);
  if (hex(seed) !== it.seed) return 'pool digest and source values give another seed';
  const on = dayOf(it.drawnAt), states = it.excludedStates ?? it.concernedStates;
  const excludedIds = it.candidates.filter(each => belongsTo(each, states, on)).map(each => each.id)
    .concat((it.excluded ?? []).map(each => each.candidate ?? each.id ?? each.person));
  const result = await draw({
    seed, pool: it.candidates.map(each => forDraw(each, on)), rules: { ...DEFAULT_RULES.panel, seats: it.seats ?? it.rules.seats },
    excludedNations: states, excludedIds,
  });
  if (result.outcome !== 'drawn') return 'repeating it seats nobody';
  const recorded = it.seated ?? it.result.filter(each => (each.replaces ?? null) === null).sort((a, b) => a.order - b.order).map(each => each.person);
  return differences(recorded, result.seated).length === 0 ? null : 'repeating it seats other people';
}

function wordingFault({ finding }) {
  for (const each of finding.propositions) {
    const wrong = what => `the sentence on the ${what} of question ${each.question} is not the one that its numbers give`;
    if (each.outcome !== 'attributed') {
      if (each.sentence !== wording.inconclusive(finding.incident.name, wording.reasonsOf(each.outcome, each.tally))) return wrong('outcome');
      continue;
    }
    const term = wording.icd203TermAt(each.likelihood.medianBp);
    if (each.likelihood.term !== term?.code || each.likelihood.label !== term.label || each.likelihood.bounds !== term.bounds) return wrong('term');
    const sentence = wording.likelihood(each.hypothesisStatement.value, term);
    if (each.sentence !== sentence || each.likelihood.sentence !== sentence) return wrong('likelihood');
    if (each.confidence.sentence !== wording.confidence(each.confidence.value)) return wrong('confidence');
    if (each.crosscheck.sentence !== wording.checkable(each.crosscheck.holds)) return wrong('crosscheck');
  }
  for (const each of finding.alternatives) {
    const sentence = each.status === 'excluded' ? wording.EXCLUDED : wording.notEstablished(each.statement.value);
    if (each.sentence !== sentence) return `the sentence on ${each.hypothesis} is not the one that its status gives`;
  }
  return null;
}

async function logFault({ representation, record, log, bundle }) {
  if (bundle) return proofsFault({ bundle, log });
  const index = record.logIndex;
  const vkey = log.vkey ?? (await log.text('/log/vkey')).trim();
  const checkpoint = await openCheckpoint(await log.text('/log/checkpoint'), await readVerifierKey(vkey));
  if (!Number.isInteger(index) || index < 0 || index >= checkpoint.size) return `the record names entry ${index}, the signed log has ${checkpoint.size}`;
  const entry = await provenEntry(log, index, checkpoint);
  if (entry === null) return `entry ${index} is not proved to be in the signed log`;
  const logged = parseStrict(entry);
  if (logged.type !== 'finding.version' || logged.body?.digest !== representation.digest) return `entry ${index} of the log does not publish this digest`;
  for (const { field, salt, value } of record.openings.filter(each => each.logIndex === index && each.field.length > 0)) {
    const commitment = logged.body[field]?.c;
    if (commitment === undefined) return `the entry has no field ${field}`;
    if (!await opens(base64url.decode(commitment), 'field', base64url.decode(salt), fieldMessage(field, value))) return `the opening of ${field} does not reproduce its commitment`;
  }
  const author = await authorOf(logged, index, logged.author ? await keysOf(log, representation.finding.incident.id) : null, async at => {
    const bytes = Number.isInteger(at) && at >= 0 && at < checkpoint.size ? await provenEntry(log, at, checkpoint) : null;
    if (bytes === null) throw new SyntaxError(`entry ${at} is not proved to be in the signed log`);
    return bytes;
  });
  if (author.fault) return author.fault;
  return { what: `Entry ${index} of ${checkpoint.size}, signed by ${checkpoint.origin}.${author.said}${log.vkey ? '' : ' The key was taken from the server itself.'}` };
}

// A mirror of files has no list of keys: then the bundle is the place to look.
const keysOf = (log, incident) => log.text(`/v1/incidents/${encodeURIComponent(incident)}/keys`).then(parseStrict, () => null);

async function provenEntry(log, index, { size, root }) {
  const { path, offset, width } = bundlePath(index, size);
  const entries = entriesOf(await log.bytes(`/log/${path}`));
  if (entries.length !== width) throw new SyntaxError(`${path} holds ${entries.length} entries, not ${width}`);
  const { hashes } = parseStrict(await log.text(`/v1/log/proofs/inclusion?index=${index}&size=${size}`));
  return await verifyInclusion(index, size, await leafHash(entries[offset]), hashes.map(decodePadded), root) ? entries[offset] : null;
}

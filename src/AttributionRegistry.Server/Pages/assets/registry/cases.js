// Files of tally cases (schema attribution-registry/tally-cases/v1), and where two results differ.

import { readAnswer } from './answers.js';
import { OtherNumber, dict } from './jcs.js';
import { decideChallenge, decideMotion, decideReopening } from './motions.js';
import { withDefaults } from './rules.js';
import { count } from './tally.js';

/** Recounts one case and writes the result the way cases write what they expect. */
export function recountCase(item) {
  switch (item.kind) {
    case 'attribution': return brief(count(inputOf(item)));
    case 'procedural': return decideMotion(item.panel.members, item.ballots);
    case 'challenge': return decideChallenge(item.panel.members, item.challenged, item.ballots);
    case 'reopen': return decideReopening(item.panel.members, item.ballots);
    default: throw new SyntaxError(`${item.kind} is not attribution, procedural, challenge or reopen.`);
  }
}

/** The answers of a ballot as parseStrict read them, by question. */
export const answersOf = answers => dict(
  Object.entries(isMap(answers) ? answers : {}).map(([question, answer]) => [question, readAnswer(answer)]));

export function inputOf(item) {
  const { commitOpen, commitClose, revealOpen, revealClose } = item.deadlines;
  return {
    caseId: item.id,
    round: item.round,
    rules: withDefaults(item.rules),
    windows: { commit: { open: commitOpen, close: commitClose }, reveal: { open: revealOpen, close: revealClose } },
    panel: item.panel,
    evidenceSet: item.evidenceSet,
    questions: item.questions,
    ballots: item.ballots.map(ballot => ({
      member: ballot.member,
      caseId: ballot.caseId ?? ballot.case ?? item.id,
      round: ballot.round ?? item.round,
      revision: ballot.revision,
      digest: ballot.digest,
      commitAt: ballot.commitAt,
      revealAt: ballot.revealAt ?? null,
      answers: answersOf(ballot.answers),
      signatureValid: ballot.signature ?? true,
      opens: ballot.opens ?? true,
      link: Object.hasOwn(ballot, 'previous') ? { previous: typeof ballot.previous === 'string' ? ballot.previous : null } : null,
    })),
  };
}

const brief = ({ seats, eligible, questions, rejected, quorumNeeded }) => ({
  seats, eligible, rejected, quorumNeeded,
  questions: dict(Object.entries(questions).map(([id, result]) => {
    const { dissenters, information, likelihoodTerm, confidence, dissents, ...rest } = result;
    return [id, result.hypothesis === null ? rest : { ...rest, likelihoodTerm, confidence, dissents }];
  })),
});

/** Where a recount departs from what is expected, one line per field. Absent and null say the same, and so do an absent count and a zero. */
export function differences(expected, actual, path = '') {
  const isNothing = value => value === undefined || value === null;
  if ((isMap(expected) || isNothing(expected)) && (isMap(actual) || isNothing(actual)) && !(isNothing(expected) && isNothing(actual))) {
    const names = new Set([...Object.keys(expected ?? {}), ...Object.keys(actual ?? {})]);
    return [...names].flatMap(name => differences(own(expected, name), own(actual, name), `${path}/${name}`));
  }
  return same(expected ?? null, actual ?? null, path) ? [] : [`${path}: expected ${JSON.stringify(expected ?? null)} got ${JSON.stringify(actual ?? null)}`];
}

const own = (map, name) => (map && Object.hasOwn(map, name) ? map[name] : undefined);

function same(expected, actual, path) {
  if (path.startsWith('/rejected/') && (expected ?? 0) === 0 && (actual ?? 0) === 0) return true;
  // The logarithmic pool is right to one basis point (V-40): logarithms differ between processors in the last digit.
  if (/\/information\/log\/[^/]*$/.test(path)) return typeof expected === 'number' && typeof actual === 'number' && Math.abs(expected - actual) <= 1;
  if (Array.isArray(expected) && Array.isArray(actual)) {
    return expected.length === actual.length && expected.every((each, i) => differences(each, actual[i], path).length === 0);
  }
  return expected === actual;
}

function isMap(value) {
  return value !== null && typeof value === 'object' && !Array.isArray(value) && !(value instanceof OtherNumber);
}

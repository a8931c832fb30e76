// The envelopes of one round, sorted into one fate per eligible member. Their order in the record makes no difference.

/** Whether a member is part of the denominator. */
export const counted = member => member.standing === 'seated' || member.standing === 'removed_after_reveal';

/** A half-open span: at its close is late (V-47). */
export const contains = (window, instant) => window.open <= instant && instant < window.close;

/** What a removal at an instant makes of a member (V-18). */
export const standingAfterRemoval = (instant, reveal) => (instant < reveal.open ? 'removed_before_reveal' : 'removed_after_reveal');

export function sortBallots(input) {
  const rejected = new Map();
  const reject = (reason, times = 1) => rejected.set(reason, (rejected.get(reason) ?? 0) + times);
  const timely = new Map();
  for (const ballot of input.ballots) {
    const reason = reasonToReject(ballot, input);
    if (reason !== null) reject(reason);
    else if (timely.has(ballot.member)) timely.get(ballot.member).push(ballot);
    else timely.set(ballot.member, [ballot]);
  }
  const fates = new Map();
  for (const member of input.panel.members.filter(counted)) {
    const fate = fateOf(timely.get(member.id) ?? [], input.windows.reveal, reject);
    fates.set(member.id, member.standing === 'removed_after_reveal' ? { kind: 'void', equivocated: fate.kind === 'void' } : fate);
  }
  return { fates: new Map([...fates].sort(([a], [b]) => (a < b ? -1 : 1))), rejected };
}

function reasonToReject(ballot, input) {
  const member = input.panel.members.find(each => each.id === ballot.member);
  if (member === undefined) return 'not_a_member';
  if (!counted(member)) return 'not_eligible';
  if (ballot.caseId !== input.caseId || ballot.round !== input.round) return 'wrong_case_or_round';
  if (!ballot.signatureValid) return 'bad_signature';
  return contains(input.windows.commit, ballot.commitAt) ? null : 'late';
}

function fateOf(held, reveal, reject) {
  const revisions = new Map();
  for (const each of held) revisions.set(each.revision, [...(revisions.get(each.revision) ?? []), each]);
  if ([...revisions.values()].some(same => new Set(same.map(each => each.digest)).size > 1)) return { kind: 'void', equivocated: true };

  let last = null;
  const inTime = [...revisions.values()].map(copies => ({ copies, first: earliest(copies, each => each.commitAt) }))
    .sort((a, b) => a.first.commitAt - b.first.commitAt || a.first.revision - b.first.revision);
  for (const { copies, first } of inTime) {
    // The same envelope twice is one envelope (V-52); its first receipt is the one that counts.
    if (first.revision === (last?.revision ?? 0) + 1 && (first.link === null || first.link.previous === (last?.digest ?? null))) last = first;
    else reject('out_of_sequence', copies.length);
  }
  if (last === null) return { kind: 'absent' };

  // A wrong opening may be retried until close (V-53): one right opening in the window is enough.
  const right = held.filter(each => each.revision === last.revision && each.opens && each.revealAt !== null && contains(reveal, each.revealAt));
  return right.length > 0
    ? { kind: 'revealed', revision: last.revision, answers: earliest(right, each => each.revealAt).answers }
    : { kind: 'unrevealed', revision: last.revision };
}

const earliest = (items, at) => items.reduce((least, each) => (at(each) < at(least) ? each : least));

// The draw of a panel by lot (V-03 … V-09): seed, ranks, seats, alternates; and who speaks for an announced source (V-06).

import { ascii, concat, encodeUtf8, hex, sha256, u32be } from './bytes.js';
import { ticks } from './instants.js';
import { REGIONS } from './rules.js';

const tag = text => concat(ascii(text), new Uint8Array(1));

/** The seed out of the frozen pool's digest and what the sources said, in their announced order. */
export const seedOf = (poolDigest, sources) => sha256(concat(
  tag('attribution-registry/panel-seed/v1'), poolDigest,
  ...sources.flatMap(source => [u32be(encodeUtf8(source).length), encodeUtf8(source)])));

/** A person's place in the lot, hex; lower is earlier. */
export async function rankOf(seed, memberId) {
  const key = await crypto.subtle.importKey('raw', seed, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  return hex(new Uint8Array(await crypto.subtle.sign('HMAC', key, concat(tag('attribution-registry/panel-draw/v1'), encodeUtf8(memberId)))));
}

/**
 * Fills the regional minima first, then the rest under the caps; one alternate per region.
 * @param pool [{id, region, nations, employerGroup?}]
 */
export async function draw({ seed, pool, rules, excludedNations = [], excludedIds = [] }) {
  const fault = faultOf(rules) ?? (new Set(pool.map(each => each.id)).size === pool.length ? null : 'The pool lists a person twice; a person has one lot.');
  if (fault !== null) return { outcome: 'refused', fault };
  const drawable = pool.filter(each => !each.nations.some(nation => excludedNations.includes(nation)) && !excludedIds.includes(each.id));
  const ranks = new Map(await Promise.all(drawable.map(async each => [each.id, await rankOf(seed, each.id)])));
  const ranked = [...drawable].sort((a, b) => (ranks.get(a.id) < ranks.get(b.id) ? -1 : 1));

  const seated = [];
  const inRegion = region => seated.filter(each => each.region === region).length;
  const hasRoom = each => inRegion(each.region) < rules.maxPerRegion &&
    each.nations.every(nation => seated.filter(other => other.nations.includes(nation)).length < rules.maxPerNationality) &&
    (!each.employerGroup || seated.filter(other => other.employerGroup === each.employerGroup).length < rules.maxPerEmployer);
  const fill = mayTake => {
    for (const each of ranked) if (seated.length < rules.seats && mayTake(each) && hasRoom(each)) seated.push(each);
  };
  fill(each => inRegion(each.region) < rules.minPerRegion);
  fill(each => !seated.includes(each));

  const below = REGIONS.filter(region => inRegion(region) < rules.minPerRegion);
  const short = below.length > 0 || seated.length === rules.seats ? below : REGIONS.filter(region => inRegion(region) < rules.maxPerRegion);
  if (short.length > 0) return { outcome: 'infeasible', filled: seated.length, shortRegions: short };
  const next = region => ranked.find(each => each.region === region && !seated.includes(each));
  return {
    outcome: 'drawn',
    seated: seated.map(each => each.id),
    alternates: Object.fromEntries(REGIONS.filter(next).map(region => [region, [next(region).id]])),
  };
}

function faultOf(rules) {
  if (rules.seats < 7 || rules.seats > 41) return `A panel has 7 to 41 seats, not ${rules.seats}.`;
  if (rules.minPerRegion < 0 || rules.maxPerNationality < 1 || rules.maxPerEmployer < 1) return 'A minimum is not negative and a cap is at least one.';
  if (rules.minPerRegion * REGIONS.length > rules.seats) return 'The regional minima need more seats than there are.';
  return rules.maxPerRegion * REGIONS.length < rules.seats ? 'The regional caps cannot fill the panel.' : null;
}

const isCurrent = (employment, on) => employment.until === null || employment.until === undefined || employment.until >= on;

/** A candidate of the pool as the draw sees them on a day. */
export const forDraw = (candidate, on) => ({
  id: candidate.id, region: candidate.region, nations: candidate.nationalities,
  employerGroup: candidate.employments.find(each => isCurrent(each, on))?.group ?? null,
});

/** Whether nationality, residence or employer belong to a concerned state (V-03). */
export const belongsTo = (candidate, states, on) =>
  candidate.nationalities.some(state => states.includes(state)) || (candidate.residence && states.includes(candidate.residence)) ||
  candidate.employments.some(each => isCurrent(each, on) && each.state && states.includes(each.state));

/** What the announced sources said, one value each, in the announced order; throws a sentence when it does not follow (V-05, V-06). */
export function settle(frozenAt, plans, published, at) {
  if (plans.length < 2) throw new SyntaxError('At least two seed sources are announced (V-06).');
  const inLine = plan => [{ name: plan.name, dueBy: plan.dueBy }, ...plan.fallbacks];
  const announced = new Set(plans.flatMap(inLine).map(each => each.name));
  const now = ticks(at);
  for (const [i, said] of published.entries()) {
    if (!announced.has(said.name) || published.slice(0, i).some(each => each.name === said.name)) throw new SyntaxError('A value comes from a source that the freeze announced, once.');
    if (!said.value) throw new SyntaxError('A source that has spoken has said something.');
    if (ticks(said.publishedAt) > now) throw new SyntaxError('A source cannot have spoken after now.');
  }
  return plans.map(plan => {
    const asked = inLine(plan).map(due => ({ due, said: published.find(each => each.name === due.name && ticks(each.publishedAt) <= ticks(due.dueBy)) }));
    const speaks = asked.findIndex(each => each.said);
    if (speaks < 0) throw new SyntaxError(`Neither ${plan.name} nor a named fallback was published by its time; freeze the pool anew.`);
    if (asked.slice(0, speaks).some(each => now < ticks(each.due.dueBy))) throw new SyntaxError(`${asked[speaks].due.name} stands in only once the time of ${plan.name} has run out (V-06).`);
    if (ticks(asked[speaks].said.publishedAt) <= ticks(frozenAt)) throw new SyntaxError(`${asked[speaks].said.name} was known before the pool was frozen; the draw would prove nothing (V-05).`);
    return asked[speaks].said.value;
  });
}

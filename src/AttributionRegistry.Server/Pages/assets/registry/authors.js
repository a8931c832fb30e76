// The signatures of those who acted: each over its entry, with a key that the same chain bound before to the same pseudonym.

import * as base64url from './base64url.js';
import { isAfter } from './bundlelog.js';
import { ascii, concat, equal } from './bytes.js';
import { ballotKeyId, commit, verifyEs256 } from './commitments.js';
import { canonicalBytes, parseStrict } from './jcs.js';

const BOUND = 'case-key.bound', EVENT = 'application/vnd.attribution-registry.event+json';

/** What an author signs: the DSSE encoding of the entry without author, seq, prev and at. */
export function authorMessage({ actor = null, body, subject, type, v }) {
  const signed = canonicalBytes({ actor, body, subject, type, v });
  return concat(ascii(`DSSEv1 ${EVENT.length} ${EVENT} ${signed.length} `), signed);
}

/** Every signed entry of a bundle is signed by its author. */
export async function authorsFault({ bundle }) {
  const readable = bundle.log.entries.filter(({ event }) => event !== null && event.type !== 'unsealed' && event.type !== 'key.introduced');
  let signed = 0;
  for (const each of readable) {
    if (!each.event.author) continue;
    const { key } = each.event.author;
    const bound = readable.find(({ index, event }) => index < each.index && event.type === BOUND && event.subject === each.event.subject && event.body.key === key);
    if (!bound && isAfter(bundle, each)) continue; // its key was bound after the version too
    if (!bound || bound.event.actor !== each.event.actor) return `entry ${each.index} is signed with ${key}, which its chain has not bound to that author before`;
    if (!await isSigned(each.event, bound.event)) return `entry ${each.index} does not carry a signature of ${key} over what it says`;
    signed++;
  }
  return { what: `${signed} of ${readable.length} entries are signed by their authors.` };
}

/**
 * Whether one entry that was fetched by its address is signed by its author.
 * @param event the entry, read
 * @param keys what GET /v1/incidents/{id}/keys answers, or null
 * @param entryAt gives the proven bytes of an entry
 * @returns {{fault: string}|{said: string}}
 */
export async function authorOf(event, index, keys, entryAt) {
  if (!event.author) return { said: ' It carries no signature of its author.' };
  const { key } = event.author;
  if (keys === null) return { said: ' Who signed it was not checked.' };
  const named = keys.keys.find(each => each.key === key);
  if (!named || named.index >= index) return { fault: `entry ${index} is signed with ${key}, which the case had not bound` };
  const leaf = await entryAt(named.index);
  const bound = (named.openedBy ?? null) === null ? parseStrict(leaf) : await opened(leaf, named.index, parseStrict(await entryAt(named.openedBy)).body);
  if (bound?.type !== BOUND || bound.subject !== event.subject || bound.actor !== event.actor || bound.body.key !== key) {
    return { fault: `entry ${named.index} does not bind ${key} to the author of entry ${index}` };
  }
  return await isSigned(event, bound) ? { said: ' It is signed by its author.' } : { fault: `entry ${index} does not carry a signature of ${key} over what it says` };
}

async function opened(leaf, at, body) {
  const seal = canonicalBytes({ c: base64url.encode(await commit('event', base64url.decode(body.salt), canonicalBytes(body.event))), type: 'sealed', v: 1 });
  return body.index === at && equal(seal, leaf) ? body.event : null;
}

async function isSigned(event, bound) {
  const spki = base64url.decode(bound.body.spki);
  return await ballotKeyId(spki) === event.author.key && verifyEs256(spki, authorMessage(event), base64url.decode(event.author.sig));
}

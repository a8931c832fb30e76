// Who must have witnessed a log (C2SP tlog-policy), and whether a checkpoint's cosignatures are those of the quorum.

import { concat, encodeUtf8, sha256Hex } from './bytes.js';
import { COSIGNATURE, NoteFault, openParsed, originOf, parseNote, readVerifierKey, signedBy, verifyEd25519 } from './note.js';

const MOST = 128; // of logs, witnesses and groups each
const NONE = 'none';

/** A policy that cannot be read; the message begins with its line. */
export class PolicyFault extends SyntaxError {}

/** Reads a policy: {logs, witnesses, groups, quorum}. */
export async function readPolicy(text) {
  const policy = { logs: [], witnesses: [], groups: [], quorum: null };
  const names = new Set(), members = new Set(), keys = new Set();
  for (const [i, line] of text.split('\n').entries()) {
    const refuse = what => { throw new PolicyFault(`Line ${i + 1}: ${what}`); };
    // eslint-disable-next-line no-control-regex
    if (/[\u0000-\u0008\u000a-\u001f\u007f]/.test(line) || !line.isWellFormed()) refuse(line.endsWith('\r') ? 'Lines end with a line feed alone.' : 'Of control characters only tab and line feed are allowed.');
    const words = line.split(/[ \t]+/).filter(word => word !== '');
    if (words.length === 0 || words[0].startsWith('#')) continue;
    const [kind, first, second, ...rest] = words;
    const define = name => {
      if (name === NONE) refuse(`'${NONE}' has a meaning of its own.`);
      if (names.has(name)) refuse(`'${name}' is defined twice.`);
      names.add(name);
    };
    const keyOf = async (vkey, type) => {
      let key;
      try {
        key = await readVerifierKey(vkey, type);
      } catch (fault) {
        refuse(fault.message);
      }
      // The same key under another name is still one holder; and a key signs for a log or for a witness, never for both.
      if (keys.has(`${key.key}`)) refuse(`The key of ${key.name} is named twice.`);
      keys.add(`${key.key}`);
      return key;
    };
    if (kind === 'log' && words.length >= 2 && words.length <= 3) {
      policy.logs.push({ vkey: first, key: await keyOf(first), url: second ?? null });
    } else if (kind === 'witness' && words.length >= 3 && words.length <= 4) {
      define(first);
      policy.witnesses.push({ name: first, vkey: second, key: await keyOf(second, COSIGNATURE), url: rest[0] ?? null });
    } else if (kind === 'group' && words.length >= 4) {
      for (const member of rest) {
        if (!names.has(member)) refuse(`'${member}' is no witness or group of a line before.`);
        if (members.has(member)) refuse(`'${member}' is a member of a group already.`); // else one witness could count twice
        members.add(member);
      }
      if (second !== 'all' && second !== 'any' && !(/^[1-9][0-9]{0,3}$/.test(second) && Number(second) <= rest.length)) refuse(`'${second}' is not all, any or a number from 1 to ${rest.length}.`);
      define(first);
      policy.groups.push({ name: first, rule: second, members: rest });
    } else if (kind === 'quorum' && words.length === 2) {
      if (policy.quorum !== null) refuse('There is one quorum line.');
      if (first !== NONE && !names.has(first)) refuse(`'${first}' is no witness or group of a line before.`);
      policy.quorum = first;
    } else {
      refuse(['log', 'witness', 'group', 'quorum'].includes(kind) ? `Not the form of a line that begins with ${kind}.` : `'${kind}' is not log, witness, group or quorum.`);
    }
    if ([policy.logs, policy.witnesses, policy.groups].some(each => each.length > MOST)) refuse(`A policy has at most ${MOST} logs, ${MOST} witnesses and ${MOST} groups.`);
  }
  if (policy.quorum === null) throw new PolicyFault(`Line ${text.split('\n').length}: The policy has no quorum line; 'quorum ${NONE}' demands no witness.`);
  return policy;
}

export const demandsWitnesses = ({ quorum }) => quorum !== NONE;

const address = url => (url === null ? '' : ` ${url}`);
const demands = ({ witnesses, groups, quorum }) => witnesses.map(({ name, vkey, url }) => `witness ${name} ${vkey}${address(url)}\n`).join('') +
  groups.map(({ name, rule, members }) => `group ${name} ${rule} ${members.join(' ')}\n`).join('') + `quorum ${quorum}\n`;

/** The policy in its one form. */
export const policyText = policy => policy.logs.map(({ vkey, url }) => `log ${vkey}${address(url)}\n`).join('') + demands(policy);

/** What an entry of a log says of who must witness it: the digest of the policy without the lines of logs, or none. */
export const bindingOf = async policy => (demandsWitnesses(policy) ? sha256Hex(encodeUtf8(demands(policy))) : NONE);

/**
 * Checks every signature by a known key: {cosigned: names of witnesses, missing: null when the quorum is met}. Throws NoteFault where a signature
 * in a known name is wrong, and NoEd25519 where this browser cannot tell.
 */
export async function evaluate(policy, note) {
  const parsed = parseNote(note), origin = originOf(parsed.text);
  if (policy.logs.length > 0) {
    const accepted = policy.logs.map(({ key }) => key).filter(key => key.name === origin);
    if (accepted.length === 0) throw new NoteFault(`The policy names no log ${origin}.`);
    const signers = accepted.filter(key => signedBy(parsed, key).length > 0);
    if (signers.length === 0) throw new NoteFault('No signature is by the known key.');
    for (const key of signers) await openParsed(parsed, key);
  }
  const cosigned = [];
  for (const { name, key } of policy.witnesses) {
    const lines = signedBy(parsed, key);
    for (const { payload } of lines) if (!await isCosignature(key, payload, parsed.text)) throw new NoteFault(`The signature of ${key.name} is wrong; the whole note is void.`);
    if (lines.length > 0) cosigned.push(name);
  }
  if (isMet(policy, policy.quorum, new Set(cosigned))) return { cosigned, missing: null };
  const have = cosigned.length === 0 ? `none of ${policy.witnesses.length} witnesses has cosigned` : `of ${policy.witnesses.length} witnesses only ${cosigned.join(', ')} cosigned`;
  return { cosigned, missing: `the quorum ${policy.quorum} is not met: ${have}` };
}

// Groups name only what stands before them, so this ends.
function isMet(policy, name, cosigned) {
  if (name === NONE) return true;
  const group = policy.groups.find(each => each.name === name);
  if (!group) return cosigned.has(name);
  const least = group.rule === 'all' ? group.members.length : group.rule === 'any' ? 1 : Number(group.rule);
  return group.members.filter(member => isMet(policy, member, cosigned)).length >= least;
}

// cosignature/v1: eight bytes of time, then the signature over time and checkpoint.
async function isCosignature(key, payload, text) {
  if (payload.length !== 72) return false;
  const seconds = new DataView(payload.buffer, payload.byteOffset, 8).getBigInt64(0);
  if (seconds < 0n) return false;
  return verifyEd25519(key.key, payload.slice(8), concat(encodeUtf8(`cosignature/v1\ntime ${seconds}\n`), encodeUtf8(text)));
}

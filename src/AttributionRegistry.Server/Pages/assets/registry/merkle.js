// Inclusion in the log's tree (RFC 6962, RFC 9162 §2.1.3.2).

import { concat, equal, sha256 } from './bytes.js';

export const leafHash = entry => sha256(concat(Uint8Array.of(0), entry));
export const nodeHash = (left, right) => sha256(concat(Uint8Array.of(1), left, right));

/** Whether the leaf stands at the index in the tree of that size and root. The leaf's sibling comes first in the proof. */
export async function verifyInclusion(index, size, leaf, proof, root) {
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size || proof.length > 64 || [leaf, root, ...proof].some(each => each.length !== 32)) return false;
  const half = number => Math.floor(number / 2);
  let node = index, last = size - 1, hash = leaf;
  for (const sibling of proof) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      hash = await nodeHash(sibling, hash);
      while (node % 2 === 0 && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      hash = await nodeHash(hash, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && equal(hash, root);
}

/** The entries of a C2SP bundle: each a 16-bit length and its bytes. */
export function entriesOf(bundle) {
  const entries = [];
  for (let at = 0; at < bundle.length;) {
    const end = at + 2 + ((bundle[at] << 8) | bundle[at + 1]);
    if (at + 2 > bundle.length || end > bundle.length) throw new SyntaxError('A bundle of entries is cut off.');
    entries.push(bundle.slice(at + 2, end));
    at = end;
  }
  return entries;
}

/** The address of the bundle that holds an entry of a tree of that size. */
export function bundlePath(index, size) {
  const number = Math.floor(index / 256), width = Math.min(256, size - number * 256);
  const groups = [];
  for (let rest = number; ; rest = Math.floor(rest / 1000)) {
    groups.unshift(`${groups.length > 0 ? 'x' : ''}${String(rest % 1000).padStart(3, '0')}`);
    if (rest < 1000) break;
  }
  return { path: `tile/entries/${groups.join('/')}${width < 256 ? `.p/${width}` : ''}`, offset: index % 256, width };
}

// A finding bundle: a BagIt bag in a zip whose every byte follows from its contents. The form is that of AttributionRegistry.Log.BundleForm.

import { decodePadded, encodePadded } from './base64url.js';
import { decodeUtf8, sha256Hex } from './bytes.js';
import { isCanonical, parseStrict } from './jcs.js';
import { readZip, ZipFault } from './zip.js';

export const MAX_ITEM_BYTES = 4 * 1024 * 1024;
export const MAX_EVIDENCE_BYTES = 32 * 1024 * 1024;

const DECLARATION = 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n';
const MANIFEST = 'manifest-sha256.txt', TAG_MANIFEST = 'tagmanifest-sha256.txt', INFO = 'bag-info.txt';
const KNOWN = ['bagit.txt', INFO, MANIFEST, TAG_MANIFEST, 'data/finding.json', 'data/representation.json', 'data/record.json', 'data/evidence.json',
  'tlog/checkpoint', 'tlog/vkey', 'tlog/policy'];

export const evidenceFile = id => `data/evidence/${id}.bin`;

/** Unpacks a bundle: its files, and the documents in them once bagFault has found nothing. */
export async function readBundle(bytes) {
  const files = await readZip(bytes);
  const text = name => decodeUtf8(files.get(name));
  return {
    files, text,
    entries: [...files.keys()].filter(name => name.endsWith('.entry')).map(name => Number(name.slice('tlog/'.length, -'.entry'.length))).sort((a, b) => a - b),
    finding: () => parseStrict(files.get('data/finding.json')),
    representation: () => parseStrict(files.get('data/representation.json')),
    record: () => parseStrict(files.get('data/record.json')),
    evidence: () => parseStrict(files.get('data/evidence.json')),
  };
}

/** Every file is one that belongs there, is what its manifest says, and is in its one form. */
export async function bagFault({ files, text }) {
  const missing = KNOWN.find(name => !files.has(name));
  if (missing) return `'${missing}' is missing`;
  if (text('bagit.txt') !== DECLARATION) return "'bagit.txt' is not that of a bag of version 1.0";
  for (const [manifest, isIn] of [[MANIFEST, isPayload], [TAG_MANIFEST, name => !isPayload(name) && name !== TAG_MANIFEST]]) {
    const fault = listFault(files, text(manifest).split('\n'), await manifestOf(files, isIn), manifest);
    if (fault) return fault;
  }
  for (const name of files.keys()) {
    if (KNOWN.includes(name) || name.startsWith('data/evidence/')) continue;
    const found = /^tlog\/(0|[1-9][0-9]*)\.(entry|tlog-proof)$/.exec(name);
    if (!found || !Number.isSafeInteger(Number(found[1]))) return `'${name}' does not belong into a bundle`;
    const pair = `tlog/${found[1]}.${found[2] === 'entry' ? 'tlog-proof' : 'entry'}`;
    if (!files.has(pair)) return `'${pair}' is missing`;
  }
  for (const [name, bytes] of files) if (name.endsWith('.json') && !isCanonical(bytes)) return `'${name}' is not in canonical form`;
  return text(INFO) === infoOf(files, text('tlog/vkey'), parseStrict(files.get('data/finding.json'))) ? null : `'${INFO}' does not say what is in the bundle`;
}

const isPayload = name => name.startsWith('data/');

async function manifestOf(files, isIn) {
  const lines = [];
  for (const [name, bytes] of files) if (isIn(name)) lines.push(`${await sha256Hex(bytes)}  ${name}`);
  return [...lines, ''];
}

function listFault(files, found, wanted, manifest) {
  if (found.length === wanted.length && found.every((line, i) => line === wanted[i])) return null;
  const line = found.find(each => !wanted.includes(each)) ?? wanted.find(each => !found.includes(each)) ?? '';
  const name = line.slice(66); // after the digest and two spaces
  return files.has(name) ? `'${name}' is not the file that '${manifest}' names` : `'${manifest}' names a file that is not there, or does not name one that is`;
}

function infoOf(files, vkey, { number, version, publishedAt, exerciseNotice }) {
  const payload = [...files].filter(([name]) => isPayload(name));
  return `Source-Organization: ${vkey.split('+')[0]}\nExternal-Identifier: ${number} version ${version}\n` +
    (exerciseNotice ? `External-Description: ${exerciseNotice}\n` : '') +
    `Bagging-Date: ${publishedAt.slice(0, 10)}\nPayload-Oxum: ${payload.reduce((sum, [, bytes]) => sum + bytes.length, 0)}.${payload.length}\n`;
}

/** Reads a proof file (C2SP tlog-proof); null where it is none, or not in its one form. */
export function readProof(text) {
  const end = text.indexOf('\n\n');
  const found = /^c2sp\.org\/tlog-proof@v1\n(?:extra ([A-Za-z0-9+/=]*)\n)?index (0|[1-9][0-9]*)((?:\n[A-Za-z0-9+/=]+)*)$/.exec(text.slice(0, Math.max(0, end)));
  if (!found) return null;
  try {
    const hashes = found[3].split('\n').slice(1).map(decodePadded);
    const extra = found[1] === undefined ? null : decodePadded(found[1]);
    if (hashes.some(each => each.length !== 32) || (extra && encodePadded(extra) !== found[1])) return null;
    return { index: Number(found[2]), hashes, extra, checkpoint: text.slice(end + 2) };
  } catch {
    return null;
  }
}

export { ZipFault };

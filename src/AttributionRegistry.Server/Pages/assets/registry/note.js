// Signed notes (C2SP) and the checkpoint in them. Ed25519 comes from WebCrypto, where the browser has it.

import { concat, encodeUtf8, equal, sha256 } from './bytes.js';
import { decodePadded } from './base64url.js';

/** The note is not what it says, or not by the key. */
export class NoteFault extends SyntaxError {}

/** This browser's WebCrypto has no Ed25519: nothing is known about the signature. */
export class NoEd25519 extends Error {}

const isName = name => name.length > 0 && !/[\p{Z}\p{Cc}+]/u.test(name) && name.isWellFormed();
const isDecimal = text => /^(0|[1-9][0-9]*)$/.test(text) && Number.isSafeInteger(Number(text));

/** The types of keys: of a log, and of a witness. */
export const LOG = 1, COSIGNATURE = 4;

/** Reads name+8 hex digits+base64(type, key), and sees that the id is the key's. */
export async function readVerifierKey(vkey, type = LOG) {
  const found = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(vkey);
  const blob = found && base64(found[3]);
  if (!found || !isName(found[1]) || blob.length !== 33 || blob[0] !== type) {
    throw new NoteFault(`Not the key of a ${type === LOG ? 'log' : 'witness'}: name+8 hex digits+base64 of type ${type} and 32 bytes.`);
  }
  const id = (await sha256(concat(encodeUtf8(`${found[1]}\n`), blob))).slice(0, 4);
  if (!equal(id, Uint8Array.from({ length: 4 }, (_, i) => parseInt(found[2].slice(2 * i, 2 * i + 2), 16)))) {
    throw new NoteFault(`The key id ${found[2]} is not that of this name and key; the text was altered or mistyped.`);
  }
  return { name: found[1], id, key: blob.slice(1) };
}

/** The signatures of a note in the name of a key. */
export const signedBy = ({ signatures }, { name, id }) => signatures.filter(each => each.name === name && equal(each.id, id));

/** The text of a note that was taken apart, once the key has signed it. */
export async function openParsed(parsed, verifier) {
  const claimed = signedBy(parsed, verifier);
  if (claimed.length === 0) throw new NoteFault('No signature is by the known key.');
  for (const each of claimed) {
    if (each.payload.length !== 64 || !await verifyEd25519(verifier.key, each.payload, encodeUtf8(parsed.text))) {
      throw new NoteFault(`The signature of ${each.name} is wrong; the whole note is void.`);
    }
  }
  return parsed.text;
}

/** The text of a note that the key has signed. */
export const openNote = async (note, verifier) => openParsed(parseNote(note), verifier);

/** Opens a checkpoint with the log's key: {origin, size, root}. */
export async function openCheckpoint(note, verifier) {
  const parsed = parseNote(note);
  const checkpoint = bodyOf(await openParsed(parsed, verifier));
  if (checkpoint.origin !== verifier.name) throw new NoteFault(`The checkpoint is of ${checkpoint.origin}, the key of ${verifier.name}.`);
  return checkpoint;
}

/** The log that a checkpoint says it is of; nothing is verified. */
export const originOf = text => bodyOf(text).origin;

function bodyOf(text) {
  const lines = text.split('\n');
  if (lines.length !== 4 || lines[3] !== '' || !isDecimal(lines[1])) throw new NoteFault('A checkpoint is three lines: origin, size, and the root in base64.');
  const root = base64(lines[2]);
  if (root.length !== 32) throw new NoteFault('The root of a checkpoint has 32 bytes.');
  return { origin: lines[0], size: Number(lines[1]), root };
}

/** Takes a note apart; nothing is verified. */
export function parseNote(note) {
  // eslint-disable-next-line no-control-regex
  if (note.length > 1000000 || /[\u0000-\u0009\u000b-\u001f]/.test(note) || !note.isWellFormed()) throw new NoteFault('A note is text with no control characters but line feeds.');
  const split = note.lastIndexOf('\n\n');
  if (split < 0 || !note.endsWith('\n') || split + 2 >= note.length) throw new NoteFault('A note is a text, an empty line and signature lines.');
  const signatures = note.slice(split + 2, -1).split('\n').map(line => {
    const found = /^— (\S+) (\S+)$/u.exec(line);
    const blob = found ? base64(found[2]) : new Uint8Array();
    if (!found || !isName(found[1]) || blob.length < 5) throw new NoteFault('A signature line reads: em dash, space, name, space, base64 of key id and signature.');
    return { name: found[1], id: blob.slice(0, 4), payload: blob.slice(4) };
  });
  if (signatures.length > 100) throw new NoteFault('A note has at most 100 signatures.');
  return { text: note.slice(0, split + 1), signatures };
}

/** Whether an Ed25519 signature is right. */
export async function verifyEd25519(raw, signature, message) {
  let key;
  try {
    key = await crypto.subtle.importKey('raw', raw, { name: 'Ed25519' }, false, ['verify']);
  } catch (fault) {
    if (fault.name === 'NotSupportedError') throw new NoEd25519('Not checked here: this browser has no Ed25519, with which logs and witnesses sign.');
    throw new NoteFault('The key is no Ed25519 key.');
  }
  return crypto.subtle.verify({ name: 'Ed25519' }, key, signature, message);
}

function base64(text) {
  try {
    return decodePadded(text);
  } catch {
    throw new NoteFault('Not padded base64.');
  }
}

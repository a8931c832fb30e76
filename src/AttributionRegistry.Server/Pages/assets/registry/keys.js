// Private keys as files: PKCS#8 in PEM, as the command line writes and reads them.

import { concat } from './bytes.js';
import * as base64url from './base64url.js';

const SIGNING = { algorithm: { name: 'ECDSA', namedCurve: 'P-256' }, usages: ['sign'], publicUsages: ['verify'] };
const AGREEING = { algorithm: { name: 'ECDH', namedCurve: 'P-256' }, usages: ['deriveBits'], publicUsages: [] };

export const newSigningKey = () => generate(SIGNING);
export const newEscrowKey = () => generate(AGREEING);
export const readSigningKey = pem => read(pem, SIGNING);
export const readEscrowKey = pem => read(pem, AGREEING);
export const importSigningKey = pkcs8 => importPkcs8(pkcs8, SIGNING);
export const importEscrowKey = pkcs8 => importPkcs8(pkcs8, AGREEING);

/** The private key as a file that the command line reads too. */
export async function toPem(pair) {
  const pkcs8 = new Uint8Array(await crypto.subtle.exportKey('pkcs8', pair.privateKey));
  const lines = base64url.encodePadded(pkcs8).match(/.{1,64}/g).join('\n');
  return `-----BEGIN PRIVATE KEY-----\n${lines}\n-----END PRIVATE KEY-----\n`;
}

async function generate(use) {
  const pair = await crypto.subtle.generateKey(use.algorithm, true, ['sign', 'verify', 'deriveBits'].filter(each => use.usages.concat(use.publicUsages).includes(each)));
  return { privateKey: pair.privateKey, spki: new Uint8Array(await crypto.subtle.exportKey('spki', pair.publicKey)) };
}

// Text around the key, other line ends and missing ones are forgiven; a file that is no P-256 key is not.
function read(pem, use) {
  const found = /-----BEGIN (EC )?PRIVATE KEY-----([A-Za-z0-9+/=\s]*)-----END (EC )?PRIVATE KEY-----/.exec(pem);
  if (found === null) {
    throw new SyntaxError(/-----BEGIN ENCRYPTED PRIVATE KEY/.test(pem)
      ? 'This key is encrypted; decrypt it first: openssl pkcs8 -in FILE -out NEW.'
      : 'This file holds no private key in PEM (it begins with -----BEGIN PRIVATE KEY-----).');
  }
  let der;
  try {
    der = base64url.decodePadded(found[2].replace(/\s/g, ''));
  } catch {
    throw new SyntaxError('The letters of this key are damaged.');
  }
  return importPkcs8(found[1] ? pkcs8Of(der) : der, use);
}

async function importPkcs8(pkcs8, use) {
  let privateKey;
  try {
    privateKey = await crypto.subtle.importKey('pkcs8', pkcs8, use.algorithm, true, use.usages);
  } catch {
    throw new SyntaxError('This is no private key on the curve P-256.');
  }
  // The public half is in the private key: x and y of its JWK.
  const { x, y } = await crypto.subtle.exportKey('jwk', privateKey);
  const publicKey = await crypto.subtle.importKey('jwk', { kty: 'EC', crv: 'P-256', x, y }, use.algorithm, true, use.publicUsages);
  return { privateKey, spki: new Uint8Array(await crypto.subtle.exportKey('spki', publicKey)) };
}

/** SEC1 ("EC PRIVATE KEY") inside PKCS#8. */
function pkcs8Of(sec1) {
  const head = Uint8Array.from([0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07]);
  const inner = concat(head, derOf(0x04, sec1));
  return derOf(0x30, inner);
}

const derOf = (tag, content) => content.length < 128
  ? concat(Uint8Array.from([tag, content.length]), content)
  : concat(content.length < 256 ? Uint8Array.from([tag, 0x81, content.length]) : Uint8Array.from([tag, 0x82, content.length >> 8, content.length & 0xff]), content);

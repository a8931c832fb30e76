// Bytes, hex, base64 and digests. Everything comes from WebCrypto: a page needs https or localhost for it.

const utf8 = new TextEncoder();
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export const ascii = text => utf8.encode(text);
export const encodeUtf8 = text => {
  if (!text.isWellFormed()) throw new TypeError('A text holds half a surrogate pair.');
  return utf8.encode(text);
};

/** Throws on what is no UTF-8, and keeps a byte order mark, which no reader here accepts. */
export const decodeUtf8 = bytes => strictUtf8.decode(bytes);

export function concat(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export const u32be = number => new Uint8Array([number >>> 24, number >>> 16, number >>> 8, number]);

export const equal = (a, b) => a.length === b.length && a.every((byte, i) => byte === b[i]);

export const hex = bytes => Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');

export function fromHex(text) {
  if (typeof text !== 'string' || !/^([0-9a-fA-F]{2})*$/.test(text)) throw new SyntaxError('Not pairs of hex digits.');
  return Uint8Array.from({ length: text.length / 2 }, (_, i) => parseInt(text.slice(2 * i, 2 * i + 2), 16));
}

export const sha256 = async bytes => new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));

export const sha256Hex = async bytes => hex(await sha256(bytes));

/** SHA-256(tag, a zero byte, message): the tags hold no zero byte, so no message can pass for one of another tag. */
export const tagged = (tag, message) => sha256(concat(ascii(tag), new Uint8Array(1), message));

export const randomBytes = count => crypto.getRandomValues(new Uint8Array(count));

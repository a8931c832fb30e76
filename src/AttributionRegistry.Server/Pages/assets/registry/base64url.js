// Base64url without padding, and padded base64, both read strictly: every byte string has exactly one text.

const URL_LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const VALUES = new Map([...URL_LETTERS].map((letter, value) => [letter, value]));

export function encode(bytes) {
  const letters = [];
  for (let i = 0; i < bytes.length; i += 3) {
    const left = Math.min(3, bytes.length - i);
    const word = (bytes[i] << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    for (let letter = 0; letter <= left; letter++) letters.push(URL_LETTERS[(word >> (18 - 6 * letter)) & 63]);
  }
  return letters.join('');
}

export function decode(text) {
  if (typeof text !== 'string' || text.length % 4 === 1) throw new SyntaxError('Not base64url without padding.');
  const bytes = new Uint8Array(Math.floor(text.length * 3 / 4));
  let word = 0, bits = 0, at = 0;
  for (const letter of text) {
    const value = VALUES.get(letter);
    if (value === undefined) throw new SyntaxError('Not base64url without padding.');
    word = ((word << 6) | value) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = (word >> bits) & 0xff;
    }
  }
  // Spare bits must be zero, or one byte string would have several texts.
  if ((word & ((1 << bits) - 1)) !== 0) throw new SyntaxError('Not base64url without padding.');
  return bytes;
}

/** Standard base64 with padding, as signed notes and proofs write it. */
export function decodePadded(text) {
  const bare = typeof text === 'string' && text.length % 4 === 0 ? text.replace(/={1,2}$/, '') : null;
  if (bare === null || /[-_=]/.test(bare) || Math.ceil(bare.length / 4) * 4 !== text.length) throw new SyntaxError('Not padded base64.');
  return decode(bare.replaceAll('+', '-').replaceAll('/', '_'));
}

export const encodePadded = bytes => {
  const text = encode(bytes).replaceAll('-', '+').replaceAll('_', '/');
  return text.padEnd(Math.ceil(text.length / 4) * 4, '=');
};

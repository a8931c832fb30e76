// Secret sharing after Shamir over GF(2^8) with the polynomial of AES: each byte of the secret is the value at 0 of a polynomial of its own.

/** The product in the field, without a table and without a branch on the factors. */
export function multiply(a, b) {
  let product = 0;
  for (let bit = 0; bit < 8; bit++) {
    product ^= a & -((b >> bit) & 1);
    a = (a << 1) ^ (0x11b & -((a >> 7) & 1));
  }
  return product;
}

function inverse(a) {
  let power = 1;
  for (let i = 0; i < 254; i++) power = multiply(power, a); // the group of the field has 255 elements
  return power;
}

/** Shares numbered from 1; any `threshold` of them give the secret back. Coefficients come in the order of their degree. */
export function split(secret, threshold, count, random) {
  const coefficients = Array.from({ length: threshold - 1 }, () => random(secret.length));
  return Array.from({ length: count }, (_, index) => {
    const x = index + 1;
    const share = new Uint8Array(secret.length + 1);
    share[0] = x;
    for (let i = 0; i < secret.length; i++) {
      let value = 0;
      for (let degree = coefficients.length - 1; degree >= 0; degree--) value = multiply(value ^ coefficients[degree][i], x);
      share[i + 1] = value ^ secret[i];
    }
    return share;
  });
}

/** The secret, or null when the shares do not belong together. */
export function combine(shares) {
  const length = shares[0]?.length ?? 0;
  const numbers = shares.map(share => share[0]);
  if (length < 2 || shares.some(share => share.length !== length || share[0] === 0) || new Set(numbers).size !== shares.length) return null;
  const secret = new Uint8Array(length - 1);
  for (const share of shares) {
    let weight = 1; // Lagrange's, at 0: subtraction is exclusive or
    for (const other of numbers.filter(x => x !== share[0])) weight = multiply(weight, multiply(other, inverse(other ^ share[0])));
    for (let i = 0; i < secret.length; i++) secret[i] ^= multiply(share[i + 1], weight);
  }
  return secret;
}

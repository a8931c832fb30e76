// Instants as the record writes them, to 100 nanoseconds; the count uses whole microseconds.

const FORM = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,7}))?(Z|[+-]\d\d:\d\d)$/;

/** Units of 100 nanoseconds since 1970, exact. */
export function ticks(text) {
  const found = typeof text === 'string' ? FORM.exec(text) : null;
  const seconds = found === null ? NaN : Date.parse(`${found[1]}${found[3]}`);
  if (Number.isNaN(seconds)) throw new SyntaxError(`${JSON.stringify(text)} is no instant.`);
  return BigInt(seconds) * 10000n + BigInt((found[2] ?? '').padEnd(7, '0'));
}

/** Whole microseconds since 1970. */
export const micros = text => Number(ticks(text) / 10n);

/** The day in UTC, as YYYY-MM-DD. */
export const dayOf = text => new Date(Number(ticks(text) / 10000n)).toISOString().slice(0, 10);

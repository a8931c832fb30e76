// RFC 8785 in the registry's profile: integers of at most 53 bits only. With it a reader of JSON that is as strict as the server's:
// JSON.parse takes the last of two equal keys, rounds numbers and reads 1.0 as 1, and a record must mean one thing to all its readers.

import { decodeUtf8, encodeUtf8 } from './bytes.js';

export const MAX_DEPTH = 64;

/** A number that is no integer of 53 bits, as it was written: 1.0, 1e2, -0. It may be read, and is never canonical. */
export class OtherNumber {
  constructor(literal) {
    this.literal = literal;
  }
}

/** The text has no canonical form, or is no JSON. */
export class JsonFault extends SyntaxError {}

/** An object without a prototype: a key such as __proto__ is a key like others. */
export const dict = entries => {
  const made = Object.create(null);
  for (const [key, value] of entries ?? []) made[key] = value;
  return made;
};

/** Reads JSON. Refuses two equal keys, trailing text, a byte order mark and nesting deeper than 64. */
export function parseStrict(input) {
  const text = typeof input === 'string' ? input : decode(input);
  const reader = new Reader(text);
  const value = reader.value(0);
  reader.blank();
  if (reader.at < text.length) throw reader.fault('something follows the value');
  return value;
}

/** The canonical text of a value. Refuses fractions, lone surrogates and what is no JSON value. */
export function canonicalText(value, depth = 0) {
  if (value === null || value === true || value === false) return String(value);
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) throw new JsonFault('A number is no integer of at most 53 bits.');
    return String(value);
  }
  if (typeof value !== 'object' || value instanceof OtherNumber) throw new JsonFault('A number is no integer of at most 53 bits, or a value is no JSON.');
  if (depth >= MAX_DEPTH) throw new JsonFault(`Nested deeper than ${MAX_DEPTH}.`);
  if (Array.isArray(value)) return `[${value.map(item => canonicalText(item, depth + 1)).join(',')}]`;
  // The order of UTF-16 code units is the one that sort() has by itself.
  const members = Object.keys(value).sort().map(key => `${quoted(key)}:${canonicalText(value[key], depth + 1)}`);
  return `{${members.join(',')}}`;
}

/** The canonical bytes of a value. */
export const canonicalBytes = value => encodeUtf8(canonicalText(value));

/** Whether the bytes are the canonical form of what they say. */
export function isCanonical(bytes) {
  try {
    const text = decode(bytes);
    return canonicalText(parseStrict(text)) === text;
  } catch (fault) {
    if (fault instanceof JsonFault) return false;
    throw fault;
  }
}

function decode(bytes) {
  try {
    return decodeUtf8(bytes);
  } catch {
    throw new JsonFault('The text is no UTF-8.');
  }
}

function quoted(text) {
  if (!text.isWellFormed()) throw new JsonFault('A string or key holds a lone surrogate.');
  return JSON.stringify(text); // escapes exactly what RFC 8785 escapes, in the same way
}

const NUMBER = /-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;
// eslint-disable-next-line no-control-regex
const STRING = /"([^"\\\u0000-\u001f]|\\(["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;

class Reader {
  constructor(text) {
    this.text = text;
    this.at = 0;
  }

  fault(what) {
    return new JsonFault(`Not JSON at character ${this.at + 1}: ${what}.`);
  }

  blank() {
    while (' \t\n\r'.includes(this.text[this.at] ?? 'x')) this.at++;
  }

  value(depth) {
    this.blank();
    switch (this.text[this.at]) {
      case '{': return this.object(depth);
      case '[': return this.array(depth);
      case '"': return this.string();
      case 't': return this.word('true', true);
      case 'f': return this.word('false', false);
      case 'n': return this.word('null', null);
      default: return this.number();
    }
  }

  word(word, value) {
    if (!this.text.startsWith(word, this.at)) throw this.fault('a value is expected');
    this.at += word.length;
    return value;
  }

  match(pattern, what) {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found === null) throw this.fault(`${what} is expected`);
    this.at = pattern.lastIndex;
    return found[0];
  }

  number() {
    const literal = this.match(NUMBER, 'a value');
    const isPlain = /^(0|-?[1-9][0-9]*)$/.test(literal) && Number.isSafeInteger(Number(literal));
    return isPlain ? Number(literal) : new OtherNumber(literal);
  }

  string() {
    return JSON.parse(this.match(STRING, 'a string'));
  }

  open(depth) {
    if (depth >= MAX_DEPTH) throw this.fault(`it nests deeper than ${MAX_DEPTH}`);
    this.at++;
    this.blank();
  }

  /** Whether another member follows; eats the comma or the closing bracket. */
  more(close) {
    this.blank();
    const next = this.text[this.at];
    if (next !== ',' && next !== close) throw this.fault(`a comma or ${close} is expected`);
    this.at++;
    return next === ',';
  }

  array(depth) {
    this.open(depth);
    const items = [];
    if (this.text[this.at] === ']') {
      this.at++;
      return items;
    }
    do items.push(this.value(depth + 1)); while (this.more(']'));
    return items;
  }

  object(depth) {
    this.open(depth);
    const members = dict();
    if (this.text[this.at] === '}') {
      this.at++;
      return members;
    }
    do {
      this.blank();
      const key = this.string();
      if (Object.hasOwn(members, key)) throw this.fault(`the key ${JSON.stringify(key)} occurs twice in one object`);
      this.blank();
      if (this.text[this.at] !== ':') throw this.fault('a colon is expected');
      this.at++;
      members[key] = this.value(depth + 1);
    } while (this.more('}'));
    return members;
  }
}

// One thing is made different in one object: most are faults, some are not. The same seed gives the same list.
export function random(seed) {
  let state = seed >>> 0;
  const next = () => { // mulberry32
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return { below: (n) => Math.floor(next() * n), pick: (list) => list[Math.floor(next() * list.length)] };
}

const isInstant = (value) => typeof value === 'string' && /^\d{4}-\d\d-\d\dT.*Z$/.test(value);
const isId = (value) => typeof value === 'string' && /^[a-z0-9-]+--[0-9a-f-]{36}$/i.test(value);
const names = (object, fits = () => true) => Object.keys(object).filter((name) => name !== 'type' && fits(object[name], name));

const instants = ['2020-13-01T00:00:00.000Z', '2020-01-01T24:00:00.000Z', '2020-01-01T00:61:00.000Z', '2020-01-01T00:00:00.000+01:00', '2020-01-01 00:00:00.000Z',
  '2020-01-01T00:00:00.000z', '2020-01-01T00:00:00.Z', '2020-01-01', '2020-01-01T00:00:00.000', '20200101T000000Z', '', '2020-00-10T00:00:00.000Z', '2020-01-32T00:00:00.000Z'];
const ids = [(id) => id.slice(0, -1), (id) => `${id}0`, (id) => id.replace('--', '-'), (id) => id.toUpperCase(), (id) => id.replace(/--.*/, '--'),
  (id) => id.replace(/(--.{14})./, '$19'), (id) => id.replace(/(--.{19})./, '$1c'), (id) => id.replace(/.$/, 'g'), (id) => ` ${id}`];
const values = [17, -1, 1.5, 'text', true, null, [], {}, [[]], [17], { a: 1 }];

/** name → what it does to a copy, or nothing where the object has no place for it */
export const kinds = {
  dropped: (object, dice, required) => { const name = dice.pick(required.filter((each) => each in object)); if (!name) return undefined; delete object[name]; return `without ${name}`; },
  left: (object, dice) => { const name = dice.pick(names(object)); if (!name) return undefined; delete object[name]; return `without ${name}`; },
  typed: (object, dice) => { const name = dice.pick(names(object)); const value = dice.pick(values); object[name] = value; return `${name} is ${JSON.stringify(value)}`; },
  instant: (object, dice) => { const name = dice.pick(names(object, isInstant)); if (!name) return undefined; object[name] = dice.pick(instants); return `${name} is ${object[name]}`; },
  identifier: (object, dice) => { const name = dice.pick(names(object, isId)); if (!name) return undefined; object[name] = dice.pick(ids)(object[name]); return `${name} is ${object[name]}`; },
  listed: (object, dice) => {
    const name = dice.pick(names(object, Array.isArray));
    if (!name) return undefined;
    object[name] = dice.pick([[], [...object[name], 17], [...object[name], null], {}, object[name].concat(object[name].slice(0, 1))]);
    return `${name} is ${JSON.stringify(object[name]).slice(-60)}`;
  },
  inner: (object, dice) => {
    const name = dice.pick(names(object, (value) => Array.isArray(value) && value.length > 0 && value.every((each) => each && typeof each === 'object')));
    if (!name) return undefined;
    const each = dice.pick(object[name]);
    const member = dice.pick(Object.keys(each));
    if (dice.below(2)) delete each[member]; else each[member] = dice.pick(values);
    return `${name}.${member} is ${JSON.stringify(each[member])}`;
  },
  numbered: (object, dice) => { object.confidence = dice.pick([101, -1, 50.5, '50', 0, 100]); return `confidence is ${JSON.stringify(object.confidence)}`; },
  hashed: (object, dice) => {
    const [name, value] = dice.pick([['MD5', 'f'.repeat(31)], ['MD5', 'g'.repeat(32)], ['SHA-1', 'a'.repeat(40)], ['SHA-256', 'a'.repeat(63)], ['SHA-256', 'A'.repeat(64)], ['SHA-512', ''], ['x', 'aa'], ['my-hash', 'aa'], ['SHA-256', 7]]);
    if (!('hashes' in object) && object.type !== 'file' && object.type !== 'artifact') return undefined;
    object.hashes = { [name]: value };
    return `hashes is ${JSON.stringify(object.hashes).slice(0, 60)}`;
  },
  versioned: (object, dice) => { object.spec_version = dice.pick(['2.2', '3', 21, null, '']); return `spec_version is ${JSON.stringify(object.spec_version)}`; },
  renamed: (object, dice) => { object.type = dice.pick(['x', 'Malware', 'a_b', 17, null, '-x-y', 'x-own']); return `type is ${JSON.stringify(object.type)}`; },
  own: (object, dice) => { object[`x_${dice.below(1000)}`] = dice.pick(values); return 'a property of its own'; },
};

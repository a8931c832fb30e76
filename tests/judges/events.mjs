// node events.mjs SERVER-ADDRESS
// Every entry of a running registry's log, judged by ajv on the schemas of schema/events: what the log shows is what the schemas say, and
// what was sealed and opened again as well. Exit code 0: every entry validates, every schema refuses a member that it does not know.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Ajv from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

const [address] = process.argv.slice(2);
const folder = join(dirname(fileURLToPath(import.meta.url)), '../../schema/events');
const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: true });
formats(ajv);

// A type may stand in two records (keys of persons, keys of the log): an entry is judged by the schemas of its type.
const byType = new Map();
for (const file of readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.json'))) {
  const schema = JSON.parse(readFileSync(join(folder, file), 'utf8'));
  byType.set(schema.title, [...(byType.get(schema.title) ?? []), ajv.compile(schema)]);
}

function judge(entry, where) {
  const schemas = byType.get(entry.type);
  assert.ok(schemas, `${where}: no schema has the type ${entry.type}`);
  assert.ok(schemas.some((schema) => schema(entry)), `${where}: ${entry.type} ${JSON.stringify(schemas.map((schema) => schema.errors))}`);
  assert.ok(!schemas.some((schema) => schema({ ...entry, unknown: 1 })), `${where}: the schema of ${entry.type} takes anything`);
  if (entry.body) assert.ok(entry.type === 'unsealed' || !schemas.some((schema) => schema({ ...entry, body: { ...entry.body, unknown: 1 } })), `${where}: the body of ${entry.type} takes anything`);
}

async function get(path) {
  const answer = await fetch(`${address}/log/${path}`);
  assert.equal(answer.status, 200, path);
  return Buffer.from(await answer.arrayBuffer());
}

const size = Number((await get('checkpoint')).toString('utf8').split('\n')[1]);
const types = new Set();
let opened = 0;
for (let first = 0; first < size; first += 256) {
  const [index, width] = [first / 256, Math.min(256, size - first)];
  assert.ok(index < 1000, 'this judge reads up to 256,000 entries');
  const bundle = await get(`tile/entries/${String(index).padStart(3, '0')}${width < 256 ? `.p/${width}` : ''}`);
  for (let at = 0, n = first; at < bundle.length; n += 1) {
    const length = bundle.readUInt16BE(at);
    const entry = JSON.parse(bundle.subarray(at + 2, at + 2 + length).toString('utf8'));
    at += 2 + length;
    judge(entry, `entry ${n}`);
    types.add(entry.type);
    if (entry.type === 'unsealed') {
      judge(entry.body.event, `entry ${entry.body.index}, opened by ${n}`);
      types.add(entry.body.event.type);
      opened += 1;
    }
  }
}

assert.ok(opened > 0 && types.size > 20, `only ${types.size} types, ${opened} opened`);
console.log(`${size} entries of ${types.size} types validate, ${opened} of them opened again`);

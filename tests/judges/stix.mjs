// node stix.mjs SERVER.dll DEMO-FOLDER PORT SHARED-DATA [MUTATIONS=240] [SEED=1]
// The registry's STIX validator beside a judge of other hands: ajv on the published schemas of STIX 2.1 (draft 2020-12). Published bundles,
// and seeded mutations of the richest object of each type, are submitted as evidence; valid and invalid must be the same for both. Not
// mutated is what only one of the two speaks of: names of one's own properties, what is inside extensions, targets of references. The findings that
// the demo exports as STIX must be valid for both. Exit code 0: they agree.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { Server, call } from '../uploads/server.mjs';
import { kinds, random } from './mutations.mjs';

const [dll, folder, port, shared, mutations = '240', seed = '1'] = process.argv.slice(2);
const server = new Server(dll, folder, Number(port));
const read = (...path) => JSON.parse(readFileSync(join(shared, ...path), 'utf8'));

const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: true, unicodeRegExp: false });
formats(ajv);
const byType = new Map();
let whole;
for (const group of ['common', 'sdos', 'sros', 'observables']) {
  for (const file of readdirSync(join(shared, 'schemas/stix-2.1', group))) {
    const schema = read('schemas/stix-2.1', group, file);
    ajv.addSchema(schema);
    if (group !== 'common' || ['language-content.json', 'marking-definition.json', 'extension-definition.json'].includes(file)) byType.set(file.replace('.json', ''), schema.$id);
    if (file === 'bundle.json') whole = schema.$id;
  }
}

const required = (schema) => [...(schema.required ?? []), ...(schema.allOf ?? []).flatMap((each) => required(each.$ref ? ajv.getSchema(new URL(each.$ref, schema.$id ?? whole).href).schema : each))];

// The published schema of a bundle names 36 types, and takes a custom object for one of two groups that exclude each other by nothing: it refuses
// every grouping, incident, location, note, opinion and extension-definition, though their own schemas are published. They are judged by those.
const named = new Set(JSON.stringify(ajv.getSchema(whole).schema).match(/(?<=\/)[a-z0-9-]+(?=\.json)/g));
const unnamed = [...byType.keys()].filter((type) => !named.has(type));

/** Why the published schemas refuse a bundle: each object by its type, and the bundle. Empty: they take it. */
function judge(bundle) {
  const errors = (id, value) => (ajv.getSchema(id)(value) ? [] : ajv.getSchema(id).errors.map((error) => `${error.instancePath} ${error.message}`));
  const own = bundle.objects.flatMap((each) => (byType.has(each?.type) ? errors(byType.get(each.type), each) : []));
  const objects = bundle.objects.filter((each) => !unnamed.includes(each?.type));
  return own.length > 0 ? own : errors(whole, objects.length > 0 ? { ...bundle, objects } : { type: bundle.type, id: bundle.id });
}

/** Why the registry refuses it. */
async function registry(tour, title, bundle) {
  const { id } = await call(server.address, tour.ANALYST_KEY, 'POST', `/v1/incidents/${tour.COLLECTING}/evidence`, {
    title, kind: 'stixBundle', description: { value: title, lang: 'en' }, interestInOutcome: 'none', tlp: 'TLP:AMBER',
  });
  const authorization = { Authorization: `Bearer ${tour.ANALYST_KEY}` };
  const put = await fetch(`${server.address}/v1/evidence/${id}/content`, { method: 'PUT', body: JSON.stringify(bundle), headers: authorization });
  assert.equal(put.status, 201, await put.text());
  const answer = await fetch(`${server.address}/v1/evidence/${id}/observables`, { method: 'POST', headers: authorization });
  const problem = await answer.json();
  if (answer.status === 200) return [];
  assert.equal(answer.status, 422, JSON.stringify(problem));
  return problem.errors.map((error) => `${error.pointer} ${error.code}`);
}

try {
  await server.start();
  const tour = server.tour();
  const samples = ['apt1', 'indicator-to-campaign-relationship', 'infrastructure', 'interop-objectmarking-test', 'reference-finding-export', 'tlp-2.0-markings'].map((name) => `stix/${name}.json`)
    .concat('attack/attack-6-campaigns-21.json', 'attack/ics-groups-campaigns-original-21.json');
  const of = (objects) => ({ type: 'bundle', id: 'bundle--44af6c39-c09b-49c5-9de2-394224b04982', objects });
  const cases = [];
  const richest = new Map();
  for (const name of samples) {
    const document = read(name);
    const bundle = document.type === 'bundle' ? document : of([document]);
    cases.push({ title: name, bundle });
    for (const each of bundle.objects) {
      if (!(Object.keys(richest.get(each.type) ?? {}).length >= Object.keys(each).length)) richest.set(each.type, each);
    }
  }

  const dice = random(Number(seed));
  const objects = [...richest.values()];
  const wanted = cases.length + Number(mutations);
  while (cases.length < wanted) {
    const object = structuredClone(dice.pick(objects));
    const [type, kind] = [object.type, dice.pick(Object.keys(kinds))];
    const what = kinds[kind](object, dice, byType.has(type) ? required(ajv.getSchema(byType.get(type)).schema) : []);
    if (what) cases.push({ title: `${type}: ${what}`, bundle: of([object]) });
  }

  // What the registry itself exports is judged by the same hands.
  const published = await (await fetch(`${server.address}/v1/findings`)).json();
  assert.ok(published.items.length > 0, 'the demo has findings');
  for (const { number } of published.items) {
    const bundle = await (await fetch(`${server.address}/v1/findings/${number}/stix`)).json();
    assert.deepEqual(judge(bundle), [], `${number} is exported as the schemas have it`);
    cases.push({ title: `export of ${number}`, bundle });
  }

  const [differences, verdicts] = [[], { valid: 0, invalid: 0 }];
  for (const { title, bundle } of cases) {
    const [theirs, ours] = [judge(bundle), await registry(tour, title.slice(0, 200), bundle)];
    if ((theirs.length === 0) === (ours.length === 0)) {
      verdicts[ours.length === 0 ? 'valid' : 'invalid']++;
      continue;
    }
    differences.push(`${title}\n  schemas: ${theirs.slice(0, 4).join(' | ') || 'valid'}\n  registry: ${ours.join(' | ') || 'valid'}`);
  }
  console.log(`${cases.length} bundles of ${objects.length} types: both valid ${verdicts.valid}, both invalid ${verdicts.invalid}`);
  assert.deepEqual(differences, [], differences.join('\n'));
} finally {
  await server.kill();
}
process.exit(0);

// The page /recount: a finding and its record, or a bundle of everything, from the server or from files, checked in this browser.

import { $, element, note, table } from './dom.js';
import { parseStrict } from './registry/jcs.js';
import { readPolicy } from './registry/policy.js';
import { checksFor, openBundle, verdictOf, verify } from './registry/verify.js';
import { ZipFault } from './registry/zip.js';

const STATES = { ok: 'ok', failed: 'failed', skipped: 'not checked', waiting: '…' };

async function answerOf(path) {
  const answer = await fetch(path, { cache: 'no-store', credentials: 'omit' });
  if (!answer.ok) throw new Error(answer.status === 404 ? `There is no ${path}.` : `${path} answered ${answer.status}.`);
  return answer;
}

const textAt = async path => (await answerOf(path)).text();
const bytesAt = async path => new Uint8Array(await (await answerOf(path)).arrayBuffer());

async function run(load, bundled = false) {
  const checks = checksFor(bundled ? {} : null);
  $('outcome').hidden = false;
  $('about').replaceChildren();
  $('tally').replaceChildren();
  $('verdict').className = 'verdict waiting';
  $('verdict').textContent = 'Computing…';
  $('steps').replaceChildren(...checks.map(check => line({ ...check, state: 'waiting', what: '' })));
  $('result').focus();
  try {
    const { representation, record, log, bundle = null } = await load();
    $('about').replaceChildren(...about(representation));
    const steps = [];
    for await (const step of verify(representation, record, log, bundle)) {
      steps.push(step);
      $('steps').children[steps.length - 1].replaceWith(line(step));
    }
    const verdict = verdictOf(steps);
    $('verdict').className = `verdict ${verdict.valid ? 'ok' : verdict.check === null ? 'unable' : 'failed'}`;
    $('verdict').textContent = verdict.text;
    if (record?.round?.tally) showTally(representation, record, steps.find(step => step.name === 'tally')?.recounted);
  } catch (fault) {
    // What cannot be opened as a bundle fails its first check; nothing in it is looked at.
    const isBag = bundled && fault instanceof ZipFault;
    $('steps').replaceChildren(...(isBag ? [line({ ...checks[0], state: 'failed', what: fault.message })] : []));
    $('verdict').className = 'verdict failed';
    $('verdict').textContent = isBag ? `bag: ${fault.message}` : fault.message;
  }
}

const line = ({ name, means, state, what, left = [] }) => element('li', { 'data-check': name, 'data-state': state },
  element('span', { class: `state ${state}` }, STATES[state]),
  element('span', {}, means, ' ', element('span', { class: 'name' }, `(${name})`)),
  ...[what, ...left].filter(each => each).map(each => element('span', { class: 'what' }, each)));

function about({ number, version, banner, finding }) {
  return [
    element('h3', {}, `${number ?? 'A finding without a number'}${finding?.incident?.name ? `: ${finding.incident.name}` : ''}`),
    banner ? note(banner) : null,
    ...(finding?.propositions ?? []).map(each => element('p', {}, String(each.sentence), ' ', each.confidence?.sentence ? String(each.confidence.sentence) : '')),
    element('p', {}, `Version ${version}. The sentences above are the finding's own; below is what your browser makes of it.`),
  ].filter(each => each !== null);
}

const FIELDS = [
  ['outcome', 'Outcome'], ['hypothesis', 'Hypothesis found'], ['blockedBy', 'Blocked by'], ['quorum', 'Quorum'], ['threshold', 'Supporters needed'],
  ['likelihoodTerm', 'Likelihood of the median'], ['confidence', 'Confidence (lower median)'], ['dissents', 'Dissents'],
];
const COUNTS = { votes: 'Votes', abstained: 'Abstained', spoiled: 'Spoiled', unrevealed: 'Committed, not opened', absent: 'Absent', void: 'Void' };
const said = value => (value === null || value === undefined ? '—' : typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value).replaceAll('_', ' '));

function showTally({ finding }, { round }, recounted) {
  const names = new Map((finding?.matrix?.hypotheses ?? []).map(each => [each.id, each.statement?.value ?? each.id]));
  const head = ['', 'Published', 'Recounted here'];
  const tables = Object.entries(round.tally.questions).map(([id, published]) => {
    const mine = recounted?.questions?.[id];
    const row = (label, of) => [label, said(of(published)), mine ? said(of(mine)) : 'could not be counted'];
    const rows = [
      ...FIELDS.map(([field, label]) => row(label, it => (field === 'hypothesis' ? names.get(it.hypothesis) ?? it.hypothesis : it[field]))),
      ...Object.entries(COUNTS).map(([field, label]) => row(label, it => it.counts?.[field])),
      ...Object.keys(published.support ?? {}).map(h => row(names.get(h) ?? h, it =>
        `${said(it.support?.[h])} supporters from ${said(it.regions?.[h])} regions, median ${percent(it.medianBp?.[h])}, ${said(it.status?.[h])}`)),
    ];
    return table(`The count of question ${id}`, head, rows);
  });
  $('tally').replaceChildren(element('h3', {}, 'The count'), ...tables);
}

const percent = basisPoints => (typeof basisPoints === 'number' ? `${basisPoints / 100} %` : '—');

$('by-number').addEventListener('submit', event => {
  event.preventDefault();
  const number = encodeURIComponent($('number').value.trim()), vkey = $('vkey').value.trim();
  if (event.submitter?.value === 'bundle') {
    run(async () => bundleOf(await bytesAt(`/v1/findings/${number}/bundle`), vkey, await policyIn('')), true);
    return;
  }
  run(async () => {
    const finding = parseStrict(await textAt(`/v1/findings/${number}`));
    const record = parseStrict(await textAt(`/v1/findings/${number}/record`));
    return { representation: finding, record, log: { text: textAt, bytes: bytesAt, vkey: vkey || null } };
  });
});

const bundleOf = async (bytes, vkey, policy) => ({ ...await openBundle(bytes), log: { vkey: vkey || null, policy } });

// What the reader pasted or chose; one that cannot be read is said before anything is checked.
async function policyIn(form) {
  const pasted = $(`${form}policy`).value.trim(), [file] = $(`${form}policy-file`).files;
  if (pasted && file) throw new SyntaxError('Paste the policy of witnesses or choose it as a file, not both.');
  const policy = file ? await file.text() : pasted ? `${pasted}\n` : null;
  if (policy !== null) {
    await readPolicy(policy).catch(fault => { throw new SyntaxError(`This is no policy of witnesses: ${fault.message}`); });
  }
  return policy;
}

$('by-bundle').addEventListener('submit', event => {
  event.preventDefault();
  const [file] = $('bundle-file').files, vkey = $('bundle-vkey').value.trim();
  run(async () => bundleOf(new Uint8Array(await file.arrayBuffer()), vkey, await policyIn('bundle-')), true);
});

$('by-files').addEventListener('submit', event => {
  event.preventDefault();
  const [finding] = $('finding-file').files, [record] = $('record-file').files;
  run(async () => ({ representation: parseStrict(await finding.text()), record: record ? parseStrict(await record.text()) : null, log: null }));
});

const asked = new URLSearchParams(location.search), whole = asked.get('bundle');
if (whole ?? asked.get('finding')) {
  $('number').value = whole ?? asked.get('finding');
  $('by-number').requestSubmit($(whole === null ? 'recount' : 'check-bundle'));
}

// The pages in a real Chromium, against a running demo: node pages.mjs ADDRESS DEMO_FOLDER CLI_DLL [SCREENSHOTS_FOLDER]
// A member seals, hands in, revises and opens by page; scrutineers open what a member did not; the command line reads what the page sealed
// and the reverse; forged receipts and tampered records are refused; no page asks for anything that its policy forbids.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { readBundle } from '../../src/AttributionRegistry.Server/Pages/assets/registry/bundle.js';
import { bagOf, change as changed } from '../pages/bundles.mjs';

const [address, demo, cliDll, shots] = process.argv.slice(2);
const work = mkdtempSync(join(tmpdir(), 'pages-'));
const tour = Object.fromEntries([...readFileSync(join(demo, 'tour.env'), 'utf8').matchAll(/^(\w+)='(.*)'$/gm)].map(([, name, value]) => [name, value]));
const cli = (...args) => execFileSync('dotnet', [cliDll, ...args], { encoding: 'utf8', cwd: work });
const ask = async (path, key, init = {}) => (await fetch(address + path, { ...init, headers: { Authorization: `Bearer ${key}`, ...init.headers } })).json();

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
const complaints = [];
let passed = 0;

async function open(path, options = {}) {
  const context = await browser.newContext({ acceptDownloads: true, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(8000);
  page.on('pageerror', fault => complaints.push(`${path}: ${fault.message}`));
  page.on('console', said => { if (/Content Security Policy|Refused to/.test(said.text())) complaints.push(`${path}: ${said.text()}`); });
  await options.before?.(page);
  await page.goto(address + path);
  return page;
}

async function check(name, run) {
  try {
    await run();
    passed++;
    console.log(`ok   ${name}`);
  } catch (fault) {
    console.log(`FAIL ${name}: ${fault.message}`);
    process.exitCode = 1;
  }
}

const verdictOn = async page => {
  await page.waitForFunction(() => /(^|\s)(ok|failed)(\s|$)/.test(document.getElementById('verdict').className), null, { timeout: 60000 });
  return page.textContent('#verdict');
};

const save = async (page, act, name) => {
  const [file] = await Promise.all([page.waitForEvent('download'), act()]);
  const path = join(work, name);
  await file.saveAs(path);
  return path;
};

// ---- recount
const { items: findings } = await (await fetch(`${address}/v1/findings`)).json();
for (const { number } of findings) {
  await check(`${number} is recounted: valid`, async () => {
    const page = await open(`/recount?finding=${number}`);
    assert.equal(await verdictOn(page), 'valid');
    assert.equal(await page.locator('#steps [data-state=ok]').count(), 16);
    await page.context().close();
  });
}

const [{ number }] = findings.filter(each => each.number.endsWith('0001'));
const tampered = (path, change) => page => page.route(`**${path}`, async route => {
  const answer = await route.fetch(), json = await answer.json();
  change(json);
  await route.fulfill({ response: answer, json });
});
const record = change => tampered(`/v1/findings/${number}/record`, change);
const flip = text => text.slice(0, 60) + (text[60] === 'A' ? 'B' : 'A') + text.slice(61);
for (const [name, failing, before] of [
  ['a changed ballot', 'openings', record(r => { r.round.openings[0].ballot = flip(r.round.openings[0].ballot); })],
  ['a changed commitment', 'envelopes', record(r => { r.round.envelopes[0].commitment = '00'.repeat(32); })],
  ['a dropped envelope', 'openings', record(r => { r.round.envelopes.shift(); })],
  ['a changed tally', 'tally', record(r => { r.round.tally.questions.Q1.threshold++; })],
  ['a changed draw seed', 'draw', record(r => { r.draw.seed = '00'.repeat(32); })],
  ['a changed share of escrow', 'escrow', record(r => { r.round.escrow.opened[0].shares[0].share = r.round.escrow.opened[0].shares[1].share; })],
  ['a changed digest', 'digest', tampered(`/v1/findings/${number}`, f => { f.digest = '00'.repeat(32); })],
  ['a log entry that is another', 'log', record(r => { r.logIndex--; })],
]) {
  await check(`${name} is called ${failing}`, async () => {
    const page = await open(`/recount?finding=${number}`, { before });
    assert.match(await verdictOn(page), new RegExp(`^${failing}: `));
    assert.equal(await page.getAttribute(`[data-check=${failing}]`, 'data-state'), 'failed');
    await page.context().close();
  });
}

await check('saved files are recounted without the server', async () => {
  const files = await Promise.all(['', '/record'].map(async end => {
    const path = join(work, `saved${end.replace('/', '-')}.json`);
    writeFileSync(path, await (await fetch(`${address}/v1/findings/${number}${end}`)).text());
    return path;
  }));
  const page = await open('/recount');
  await page.context().setOffline(true);
  await page.setInputFiles('#finding-file', files[0]);
  await page.setInputFiles('#record-file', files[1]);
  await page.click('text=Recount the files');
  assert.equal(await verdictOn(page), 'valid (not checked: log)');
  await page.context().close();
});

// ---- bundles
for (const { number: each } of findings) {
  await check(`the bundle of ${each} is fetched and checked: valid in every step`, async () => {
    const page = await open(`/recount?bundle=${each}`);
    assert.match(await verdictOn(page), /^valid \(.*the log's key was taken from the bundle itself.* its policy demands no witness/);
    assert.equal(await page.locator('#steps [data-state=ok]').count(), 24);
    await page.context().close();
  });
}

const bundle = new Uint8Array(await (await fetch(`${address}/v1/findings/${number}/bundle`)).arrayBuffer());
const vkey = (await (await fetch(`${address}/log/vkey`)).text()).trim();
async function verdictOf(bytes, key = '', policy = '') {
  const path = join(work, 'bundle.zip');
  writeFileSync(path, bytes);
  const page = await open('/recount');
  await page.context().setOffline(true);
  await page.setInputFiles('#bundle-file', path);
  await page.fill('#bundle-vkey', key);
  await page.fill('#bundle-policy', policy);
  await page.click('text=Check the bundle');
  const text = await verdictOn(page);
  const failed = await page.locator('#steps [data-state=failed]').evaluateAll(steps => steps.map(step => step.dataset.check));
  await page.context().close();
  const program = spawnSync('dotnet', [cliDll, 'verify', path, ...(key ? ['--vkey', key] : [])], { encoding: 'utf8' });
  return { text, failed, program: program.stdout.trim() };
}

await check('a saved bundle is checked without the server, against a key from elsewhere, as the command line does', async () => {
  const { text, failed, program } = await verdictOf(bundle, vkey);
  const left = / \(that it is current is the bundle's own word.*its policy demands no witness/;
  assert.match(text, left);
  assert.deepEqual(failed, []);
  assert.match(program, /^valid \(its policy demands no witness.*that it is current is the bundle's own word/);
});

await check("a reader's own policy of witnesses is asked in the browser, and one that cannot be read is refused", async () => {
  const demanding = `log ${vkey}\nwitness w1 witness.example/w1+e0cd2864+BKCapfR6Z1mAL/lV+NwtKhSlyZ0jvpf4ZBJ/+Tg0VaTw\nquorum w1\n`;
  const { text, failed } = await verdictOf(bundle, vkey, demanding);
  assert.match(text, /^witnesses: the quorum w1 is not met: none of 1 witnesses has cosigned/);
  assert.deepEqual(failed, ['witnesses']);
  assert.match((await verdictOf(bundle, vkey, 'quorum w1')).text, /^This is no policy of witnesses: Line 1/);
});

for (const [name, failing, tamper] of [
  ['a byte of the zip', 'bag', () => bundle.map((byte, i) => (i === 5000 ? byte ^ 1 : byte))],
  ['an entry left out of the log, under new manifests', 'chain', async files => {
    const [entry] = [...files.keys()].filter(each => each.endsWith('.entry') && Buffer.from(files.get(each)).includes('"sealed"')).slice(-3);
    files.delete(entry);
    files.delete(entry.replace('.entry', '.tlog-proof'));
  }],
  ['another ballot in the record, under new manifests', 'openings', files => changed(files, 'record', r => { r.round.openings[0].ballot = flip(r.round.openings[0].ballot); })],
  ['other bytes of evidence, under new manifests', 'payload', files => files.set([...files.keys()].find(each => each.startsWith('data/evidence/')), Buffer.from('other'))],
]) {
  await check(`${name}: called ${failing}, in the browser and by the command line`, async () => {
    const files = new Map((await readBundle(bundle)).files);
    const made = await tamper(files);
    const { text, failed, program } = await verdictOf(made instanceof Uint8Array ? made : bagOf(files));
    assert.match(text, new RegExp(`^${failing}: `));
    assert.equal(failed[0], failing);
    assert.match(program, new RegExp(`^${failing}: `));
  });
}

// ---- vote
const round = await ask(`/v1/rounds/${tour.ROUND}`, tour.MEMBER_KEY);
const roundFile = join(work, 'round.json');
writeFileSync(roundFile, JSON.stringify(round));
const member = await open(`/vote/?round=${tour.ROUND}`);

const said = (page, id, text) => page.waitForFunction(([place, wanted]) => document.getElementById(place).textContent.includes(wanted), [id, text], { timeout: 8000 });

async function fill(page, percents, reasons) {
  for (const [i, percent] of percents.entries()) await page.fill(`#q0-h${i}`, percent);
  await page.selectOption('#q0-confidence', 'moderate');
  await page.check('#q0-e0');
  await page.fill('#q0-reasons', reasons);
}

await check('a member signs in and loads the ballot key', async () => {
  await member.fill('#api-key', tour.MEMBER_KEY);
  await member.click('#sign-in button');
  await said(member, 'signed-in', 'Signed in as');
  await member.setInputFiles('#key-file', tour.BALLOT_KEY);
  await said(member, 'key-said', round.mine.ballotKeyId);
  assert.equal(await member.inputValue('#api-key'), '');
  assert.deepEqual(await member.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie]), [0, 0, '']);
});

await check('a key of somebody else is refused', async () => {
  const others = readdirSync(join(tour.BALLOT_KEY, '..')).filter(each => each.endsWith('.pem') && !tour.BALLOT_KEY.endsWith(each));
  await member.setInputFiles('#key-file', join(tour.BALLOT_KEY, '..', others[0]));
  await said(member, 'key-said', 'this one is');
  await member.setInputFiles('#key-file', tour.BALLOT_KEY);
  await said(member, 'key-said', 'This is the key');
});

await check('likelihoods that do not make 100 % are refused', async () => {
  await fill(member, ['70', '10', '15', '4.99'], 'x');
  await member.click('#ballot button');
  await said(member, 'ballot-said', '99.99 %');
});

let first, second;
await check('a ballot is shown byte for byte, sealed, saved before it can be handed in, and handed in', async () => {
  await fill(member, ['70', '10', '15', '5'], 'Zażółć “quoted” 🔍 </script>');
  await member.click('#ballot button');
  await member.waitForSelector('#seal-section:not([hidden])');
  const shown = await member.textContent('#canonical');
  assert.ok(await member.isDisabled('#commit') && await member.isDisabled('#saved'));
  first = await save(member, () => member.click('#seal'), 'first.json');
  assert.ok(await member.isDisabled('#commit'));
  assert.equal(Buffer.from(JSON.parse(readFileSync(first, 'utf8')).ballot, 'base64url').toString('utf8'), shown);
  await member.check('#saved');
  await member.click('#commit');
  await said(member, 'seal-said', 'Handed in');
  assert.match(cli('ballot', 'verify', first, '--round', roundFile), /^holds: commitment, digest, signature and round/);
});

await check('a ballot is revised', async () => {
  await fill(member, ['80', '10', '5', '5'], 'On reflection.');
  await member.click('#ballot button');
  second = await save(member, () => member.click('#seal'), 'second.json');
  await member.check('#saved');
  await member.click('#commit');
  await said(member, 'seal-said', 'Handed in');
  const { mine } = await ask(`/v1/rounds/${tour.ROUND}`, tour.MEMBER_KEY);
  assert.deepEqual(mine.envelopes.map(each => each.envelope.revision).sort(), [1, 2]);
});

await check('a receipt for another commitment is refused', async () => {
  const page = await open(`/vote/?round=${tour.ROUND}`);
  await page.fill('#api-key', tour.MEMBER_KEY);
  await page.click('#sign-in button');
  await said(page, 'signed-in', 'Signed in as');
  await page.setInputFiles('#key-file', tour.BALLOT_KEY);
  await said(page, 'key-said', 'This is the key');
  await fill(page, ['85', '5', '5', '5'], 'Third.');
  await page.setInputFiles('#previous', second);
  await page.click('#ballot button');
  await page.waitForSelector('#seal-section:not([hidden])');
  await save(page, () => page.click('#seal'), 'third.json');
  await page.check('#saved');
  await page.route(`**/v1/rounds/${tour.ROUND}/envelopes`, route => route.fulfill({ json: { receipt: { leafIndex: 0, leafHash: 'AAAA', checkpoint: '', inclusionProof: [] } } }));
  await page.click('#commit');
  await said(page, 'seal-said', 'its receipt is not yours');
  await page.unroute(`**/v1/rounds/${tour.ROUND}/envelopes`);
  await page.route(`**/v1/rounds/${tour.ROUND}/envelopes`, async route => {
    const answer = await route.fetch(), json = await answer.json();
    json.receipt.leafIndex = 0;
    await route.fulfill({ response: answer, json });
  });
  await page.click('#commit');
  await said(page, 'seal-said', 'does not lead from the entry to the signed root');
  second = join(work, 'third.json'); // the server has it: it is the last revision now
  await page.context().close();
});

// ---- open
await check('the command line seals for another member, and the page opens it', async () => {
  const keys = join(tour.BALLOT_KEY, '..');
  const credentials = JSON.parse(readFileSync(tour.CREDENTIALS, 'utf8')).people;
  const answers = join(work, 'answers.json');
  writeFileSync(answers, JSON.stringify({ Q1: { likelihood: Object.fromEntries(round.questions[0].hypotheses.map((h, i) => [h, [7000, 1000, 1500, 500][i]])), confidence: 'low', cites: [round.evidence[0]], reasons: 'By command line.' } }));
  let other = null;
  for (const each of credentials.filter(one => /^Exercise member/.test(one.name) && one.apiKey !== tour.MEMBER_KEY)) {
    const { mine } = await ask(`/v1/rounds/${tour.ROUND}`, each.apiKey);
    if (mine && mine.envelopes.length === 0) other = { ...each, keyId: mine.ballotKeyId };
  }
  assert.ok(other, 'somebody else has not voted');
  const [, nn, region] = /(\d\d) \((\w+)\)/.exec(other.name);
  const sealed = join(work, 'by-cli.json');
  cli('ballot', 'seal', '--round', roundFile, '--answers', answers, '--key', join(keys, `${region}-${nn}.pem`), '--out', sealed);
  cli('ballot', 'commit', sealed, '--server', address, '--round', tour.ROUND, '--credentials', tour.CREDENTIALS, '--as', other.name);
  await fetch(`${address}/v1/rounds/${tour.ROUND}/windows`, { method: 'POST', headers: { Authorization: `Bearer ${tour.CHAIR_KEY}` } });
  const page = await open(`/vote/?round=${tour.ROUND}`);
  await page.fill('#api-key', other.apiKey);
  await page.click('#sign-in button');
  await page.waitForSelector('#open-section:not([hidden])');
  await page.setInputFiles('#open-file', sealed);
  await page.click('#open button');
  await said(page, 'open-said', 'Your ballot is received');
  await page.context().close();
});

await check('the command line opens what the page sealed', async () => {
  assert.match(cli('ballot', 'open', second, '--server', address, '--round', tour.ROUND, '--credentials', tour.CREDENTIALS, '--as', tour.MEMBER), /leafIndex/);
});

await check('a scrutineer makes a key that the command line reads', async () => {
  const page = await open('/vote/scrutineer');
  const pem = await save(page, () => page.click('#make-key'), 'escrow-key.pem');
  await said(page, 'key-said', 'This is the key e-');
  assert.match(readFileSync(pem, 'utf8'), /^-----BEGIN PRIVATE KEY-----/);
  await page.setInputFiles('#key-file', pem);
  await said(page, 'key-said', 'This is the key e-');
  await page.context().close();
});

// ---- escrow: a case at the level of a state, in which a member seals by page and never opens
await check('what a member sealed by page and never opened, three scrutineers open by page', async () => {
  const credentials = JSON.parse(readFileSync(tour.CREDENTIALS, 'utf8')).people;
  const caseFile = new URL('../cases/viasat-kasat-2022.json', import.meta.url).pathname;
  const told = cli('case', 'load', caseFile, '--server', address, '--credentials', tour.CREDENTIALS, '--stop-at', 'voting');
  const [, id, folder] = /round (rnd_\w+) open, .* keys in (\S+)/.exec(told);
  let voter = null;
  for (const each of credentials.filter(one => /^Exercise member/.test(one.name))) {
    const { mine } = await ask(`/v1/rounds/${id}`, each.apiKey);
    if (mine && mine.envelopes.length === 0) voter = each;
  }
  const [, nn, region] = /(\d\d) \((\w+)\)/.exec(voter.name);
  const page = await open(`/vote/?round=${id}`);
  await page.fill('#api-key', voter.apiKey);
  await page.click('#sign-in button');
  await said(page, 'signed-in', 'Signed in as');
  await page.setInputFiles('#key-file', join(folder, `${region}-${nn}.pem`));
  await said(page, 'key-said', 'This is the key');
  const { questions: [{ hypotheses }] } = await ask(`/v1/rounds/${id}`, voter.apiKey);
  await fill(page, hypotheses.map((_, i) => String(i === 0 ? 100 - 5 * (hypotheses.length - 1) : 5)), 'In escrow.');
  await page.click('#ballot button');
  await page.waitForSelector('#seal-section:not([hidden])');
  const file = JSON.parse(readFileSync(await save(page, () => page.click('#seal'), 'in-escrow.json'), 'utf8'));
  await page.check('#saved');
  await page.click('#commit');
  await said(page, 'seal-said', 'Handed in');
  await page.context().close();

  const registrar = credentials.find(each => each.roles.includes('registrar')).apiKey;
  for (let window = 0; window < 2; window++) {
    assert.ok((await fetch(`${address}/v1/rounds/${id}/windows`, { method: 'POST', headers: { Authorization: `Bearer ${registrar}` } })).ok);
  }
  const scrutineers = credentials.filter(each => each.roles.includes('scrutineer'));
  for (const [n, { apiKey, escrowKeyFile }] of scrutineers.slice(0, 3).entries()) {
    const desk = await open('/vote/scrutineer');
    await desk.fill('#api-key', apiKey);
    await desk.click('#sign-in button');
    await said(desk, 'signed-in', 'Signed in as');
    await desk.fill('#round', id);
    await desk.click('#list button');
    await said(desk, 'pending', 'waits for your share');
    if (n === 0) {
      await desk.setInputFiles('#key-file', join(demo, scrutineers[3].escrowKeyFile));
      await said(desk, 'key-said', 'This is the key');
      await desk.click('#release');
      await said(desk, 'release-said', 'this key is e-');
    }
    await desk.setInputFiles('#key-file', join(demo, escrowKeyFile));
    await said(desk, 'key-said', 'This is the key');
    await desk.click('#release');
    await said(desk, 'release-said', '9 shares released');
    await desk.context().close();
  }
  assert.equal((await ask(`/v1/rounds/${id}/escrow`, scrutineers[4].apiKey)).pending.length, 0, 'nothing waits any more');
  let count = {};
  for (let i = 0; i < 90 && !count.ballots; i++) {
    count = await ask(`/v1/rounds/${id}/tally`, registrar);
    if (!count.ballots) await new Promise(resolve => { setTimeout(resolve, 1000); });
  }
  const counted = count.ballots.find(each => each.ballotKeyId === file.envelope.ballotKeyId);
  assert.equal(counted.answers.Q1.reasons, 'In escrow.');
});

// ---- how they look, and what they ask for
if (shots) mkdirSync(shots, { recursive: true });
for (const colorScheme of ['light', 'dark']) {
  for (const width of [360, 1440]) {
    await check(`nothing sticks out at ${width} px, ${colorScheme}`, async () => {
      for (const path of ['/vote/', '/vote/scrutineer', `/recount?finding=${number}`]) {
        const page = await open(path, { colorScheme, viewport: { width, height: 900 } });
        if (path.startsWith('/recount')) await verdictOn(page);
        if (path === '/vote/') {
          await page.fill('#round', tour.ROUND);
          await page.fill('#api-key', tour.MEMBER_KEY);
          await page.click('#sign-in button');
          await page.waitForSelector('#ballot-section:not([hidden])');
        }
        const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        const unnamed = await page.evaluate(() => [...document.querySelectorAll('input,select,textarea')].filter(each => each.labels.length === 0).map(each => each.id));
        if (shots) await page.screenshot({ path: join(shots, `${path.replace(/\W+/g, '-')}${width}-${colorScheme}.png`), fullPage: true });
        assert.equal(over, 0, `${path} is ${over} px too wide`);
        assert.deepEqual(unnamed, [], `${path} has inputs without a label`);
        await page.context().close();
      }
    });
  }
}

await check('no page broke its policy, and no script failed', async () => assert.deepEqual(complaints, []));
await browser.close();
rmSync(work, { recursive: true, force: true });
console.log(`${passed} passed`);

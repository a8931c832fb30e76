// node hostile.mjs SERVER.dll DEMO-FOLDER PORT [CHROMIUM=/usr/bin/chromium]
// Hostile files are submitted as evidence and opened in a real Chromium in every way that could run them, from a page of the registry's own
// origin and from another: nothing may run, and every navigation is a download under the item's id. The same files on a careless host
// must run, or this test shows nothing. Exit code 0: all holds.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { Server, call } from '../uploads/server.mjs';
import { lyingTitle, payloads } from './payloads.mjs';
import { canaries, keyed, naive } from './servers.mjs';

const [dll, folder, port, executablePath = '/usr/bin/chromium'] = process.argv.slice(2);
const server = new Server(dll, folder, Number(port));
const listener = await canaries();
const files = payloads(listener.address);
const sleep = (milliseconds) => new Promise((resolve) => { setTimeout(resolve, milliseconds); });
const closing = [listener];

async function submit(tour, title, bytes) {
  const { id } = await call(server.address, tour.ANALYST_KEY, 'POST', `/v1/incidents/${tour.COLLECTING}/evidence`, {
    title, kind: 'webArchive', description: { value: `Hostile: ${title}`, lang: 'en' }, interestInOutcome: title, tlp: 'TLP:AMBER', handlingCaveats: [title],
    declaredMediaType: 'text/html', collected: { when: { value: '2026', precision: 'year' }, where: title, how: title, by: title },
  });
  const put = await fetch(`${server.address}/v1/evidence/${id}/content`, { method: 'PUT', body: bytes, headers: { Authorization: `Bearer ${tour.ANALYST_KEY}`, 'Content-Type': 'text/html' } });
  assert.equal(put.status, 201, await put.text());
  return id;
}

// Several at a time: most of the time is waiting for what must not come.
async function severally(list, run, atOnce = 3) {
  const left = [...list];
  await Promise.all(Array.from({ length: atOnce }, async () => { while (left.length > 0) await run(left.shift()); }));
}

// A context of its own for each: a service worker that got in must not serve the next.
async function inBrowser(browser, name, run) {
  const context = await browser.newContext({ acceptDownloads: true });
  const said = [];
  context.on('console', (message) => { if (message.text().startsWith('ran ')) said.push(message.text()); });
  context.on('dialog', (dialog) => { said.push(`dialog ${dialog.message()}`); dialog.dismiss().catch(() => {}); });
  const mine = () => listener.hits.filter((hit) => hit.startsWith(`${name}/`));
  const before = mine().length;
  try {
    await run(context, said);
    await sleep(150); // What was started may still be on its way to the listener.
    return [...said, ...mine().slice(before)];
  } finally {
    await context.close();
  }
}

/** All the ways of a page to take the file for something that runs, and where one says so until they are made. @returns what ran */
const embedded = (browser, name, origin, url, made = () => true) => inBrowser(browser, name, async (context, said) => {
  const page = await context.newPage();
  await page.goto(`${origin}/attack?url=${encodeURIComponent(url)}`, { waitUntil: 'commit' }); // A viewer of PDF may never be done.
  await page.waitForFunction(() => window.tried, null, { timeout: 60_000 });
  for (let n = 0; n < 150 && !made(); n++) await sleep(100);
  await sleep(150);
  const { ran, title } = await page.evaluate(() => ({ ran: window.ran, title: document.title }));
  if (ran) said.push(`window.ran ${ran}`);
  if (title !== 'attack') said.push(`title ${title}`);
});

/** The file as the address of a tab, and in a window that a page opens. @returns what ran, and the downloads */
async function navigated(browser, name, url) {
  const downloads = [];
  const ran = await inBrowser(browser, name, async (context, said) => {
    const page = await context.newPage();
    page.on('download', (download) => downloads.push(download));
    await page.goto(url).catch((fault) => { if (!/Download is starting|ERR_ABORTED/.test(fault.message)) throw fault; });
    await sleep(250);
    // What has run may be on its way to elsewhere, which takes the page from under the question.
    const { ran: set, title } = await page.evaluate(() => ({ ran: window.ran, title: document.title })).catch(() => ({ ran: 'and navigated', title: '' }));
    if (set) said.push(`window.ran ${set}`);
    if (title.startsWith('ran')) said.push(`title ${title}`);
    for (const download of downloads) {
      download.name = download.suggestedFilename();
      download.bytes = readFileSync(await download.path());
    }
  });
  return { ran, downloads };
}

async function careless(browser) {
  const host = await naive(files);
  const other = await naive(files);
  closing.push(host, other);
  const silent = [];
  await severally(files, async (file) => {
    const url = `${host.address}/${file.name}.${file.extension}`;
    const ran = [
      ...await embedded(browser, file.name, host.address, url), ...await embedded(browser, file.name, other.address, url), ...(await navigated(browser, file.name, url)).ran,
    ];
    if (file.mustRun) assert.notDeepEqual(ran, [], `${file.name} on a careless host runs, or this test shows nothing`);
    if (ran.length === 0) silent.push(file.name);
  });
  console.log(`control: ${files.length - silent.length} of ${files.length} files run on a careless host; silent in this Chromium: ${silent.join(', ')}`);
}

async function guarded(browser, tour) {
  const registry = await keyed(server.address, tour.ANALYST_KEY);
  const other = await naive(files);
  closing.push(registry, other);
  let ways = 0;
  await severally(files, async (file) => {
    const id = await submit(tour, file.name === 'named' ? lyingTitle : `${file.name}.${file.extension}`, file.bytes);
    const path = `/v1/evidence/${id}/content`;
    const url = registry.address + path;
    // Silence counts only where the bytes were really answered, to each way of asking.
    for (const [page, whose, wanted] of [
      [registry.address, "the registry's", ['iframe', 'image', 'object', 'embed', 'script', 'style', 'worker', 'serviceworker']],
      [other.address, 'another', ['iframe', 'image', 'object', 'embed', 'script', 'style']],
    ]) {
      const before = registry.answered.length;
      const answers = () => registry.answered.slice(before).filter((each) => each.path === path && (each.status === 200 || each.status === 206));
      const missing = () => wanted.filter((as) => !answers().some((each) => each.as === as));
      assert.deepEqual(await embedded(browser, file.name, page, url, () => missing().length === 0), [], `${file.name} in a page of ${whose} origin`);
      assert.deepEqual(missing(), [], `${file.name} in a page of ${whose} origin was answered to all that asked`);
      ways += answers().length;
    }

    for (const [address, extension] of [[url, 'bin'], [`${url}?packaging=zip`, 'zip']]) {
      const { ran, downloads } = await navigated(browser, file.name, address);
      assert.deepEqual(ran, [], `${file.name} as an address`);
      assert.deepEqual(downloads.map((each) => each.name), [`${id}.${extension}`], `${file.name} is a download under its id`);
      if (extension === 'bin') assert.ok(downloads[0].bytes.equals(file.bytes), `${file.name} comes as it was sent`);
    }

    // A part of a file is no page either.
    const part = await fetch(url, { headers: { Range: 'bytes=0-6' } });
    assert.equal(part.status, 206);
    assert.ok(Buffer.from(await part.arrayBuffer()).equals(file.bytes.subarray(0, 7)));
    assert.match(part.headers.get('content-disposition'), new RegExp(`^attachment; filename="${id}\\.bin"$`));
    assert.match(part.headers.get('content-security-policy'), /sandbox/);
  });
  for (const { headers } of registry.answered.filter((each) => each.status < 300)) {
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.match(headers['content-type'], /^application\/(octet-stream|zip)$/);
    assert.match(headers['content-disposition'], /^attachment; /);
  }
  console.log(`registry: ${files.length} files, ${ways} answers to pages of two origins: nothing ran; as an address each is a download under the item's id, plain and in a zip`);
  return registry;
}

// The one page that shows words of strangers: all of them are text, and its own style is what its policy allows.
async function report(browser, tour, registry) {
  const words = `<script>window.ran='report';fetch('${listener.address}/report/script')</script><img src=x onerror="window.ran='report'">"'&<style>*{display:none}</style>`;
  const id = await submit(tour, words, Buffer.from(words));
  await call(server.address, tour.ANALYST_KEY, 'POST', `/v1/evidence/${id}/custody`, { kind: 'examined', note: words, circumstances: { place: words, method: words, purpose: words, sealNumber: words } });
  for (const path of [`/v1/evidence/${id}/custody-report.html`, `/v1/evidence/${id}/custody-report`]) {
    const ran = await inBrowser(browser, 'report', async (context, said) => {
      await context.addInitScript(() => {
        window.violations = [];
        addEventListener('securitypolicyviolation', (violation) => window.violations.push(`${violation.violatedDirective} ${violation.blockedURI}`));
      });
      const page = await context.newPage();
      await page.goto(registry.address + path);
      const seen = await page.evaluate(() => ({
        ran: window.ran, violations: window.violations, text: document.body.textContent, font: getComputedStyle(document.body).fontFamily,
        foreign: document.querySelectorAll('script, img, iframe, body style').length, type: document.contentType,
      }));
      assert.equal(seen.type, 'text/html');
      assert.equal(seen.ran, undefined);
      assert.equal(seen.foreign, 0, 'words of strangers are no elements');
      assert.ok(seen.text.split(words).length > 6, 'they stand in the page as text, at least six times');
      assert.deepEqual(seen.violations, [], 'the page needs nothing that its policy forbids');
      assert.match(seen.font, /Georgia/, 'its own style is applied');
      if (seen.ran) said.push(seen.ran);
    });
    assert.deepEqual(ran, []);
  }
  console.log('custody report: hostile words are text, its style is applied, its policy is not violated');
}

let browser;
try {
  await server.start();
  const tour = server.tour();
  browser = await chromium.launch({
    executablePath, headless: true,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
  await careless(browser);
  await report(browser, tour, await guarded(browser, tour));
  console.log(`Chromium ${browser.version()}`);
} finally {
  await browser?.close();
  for (const each of closing) each.close();
  await server.kill();
}
process.exit(0);

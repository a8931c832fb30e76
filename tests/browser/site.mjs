// The public pages in a real Chromium, against a running demo: node site.mjs ADDRESS [SCREENSHOTS_FOLDER]
// Every page: valid HTML, no fault that axe finds in either colour scheme, nothing that its policy forbids, no sideways scrolling at 360 px,
// and all of it without a script.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { HtmlValidate } from 'html-validate';
import { chromium } from 'playwright-core';

const [address, shots] = process.argv.slice(2);
const { items } = await (await fetch(`${address}/v1/findings`)).json();
const numbers = items.map(each => each.number).sort();
const everywhere = ['/', '/findings', '/findings?q=malware&sort=relevance', '/findings?q=zzzz', `/findings/${numbers[0]}`, `/findings/${numbers[0]}/versions/1`, '/incidents',
  `/incidents/${numbers[0].replace('AR', 'IN')}`, '/actors', '/actors?name=Lazarus', '/method', '/people', '/funding', '/policy', '/track-record', '/balance', '/nothing-here'];
const [first, ...others] = numbers, incident = `/incidents/${first.replace('AR', 'IN')}`;
const pages = [...everywhere.map(path => `/en${path}`), ...others.slice(0, 3).map(number => `/en/findings/${number}`),
  ...['/', `/findings/${first}`].map(path => `/fr${path}`), ...['/', `/findings/${first}`, incident, '/findings'].map(path => `/ar${path}`),
  ...['es', 'ru', 'zh'].map(lang => `/${lang}/`)];

// The checker's own taste in white space and quotes is not asked for; what makes HTML invalid or hard to use is.
const validator = new HtmlValidate({ extends: ['html-validate:standard'], rules: { 'no-trailing-whitespace': 'off', 'attr-quotes': 'off', 'void-style': 'off', 'long-title': 'off', 'no-inline-style': 'error' } });
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
let failed = 0;
const say = (page, what) => { failed++; console.log(`FAIL ${page}: ${what}`); };

for (const path of pages) {
  const answer = await fetch(address + path, { headers: { Accept: 'text/html' } });
  const html = await answer.text();
  if (answer.status !== (path.endsWith('/nothing-here') ? 404 : 200)) say(path, `status ${answer.status}`);
  for (const { messages } of (await validator.validateString(html)).results) for (const m of messages) say(path, `${m.ruleId}: ${m.message} (${m.line}:${m.column})`);
  if (!html.includes(`<html lang="${path.slice(1, 3)}"`)) say(path, 'is not marked with its language');
}

// In the dark scheme one page of each kind, and the longest from right to left.
const kinds = [...everywhere.map(path => `/en${path}`), `/ar/findings/${numbers[0]}`];
const complaints = [];
for (const [scheme, width, looked] of [['light', 1440, pages], ['dark', 768, kinds]]) {
  const context = await browser.newContext({ colorScheme: scheme, viewport: { width, height: 900 } });
  const page = await context.newPage();
  page.on('console', said => { if (/Content Security Policy|Refused to/.test(said.text())) complaints.push(`${page.url()}: ${said.text()}`); });
  page.on('pageerror', fault => complaints.push(`${page.url()}: ${fault.message}`));
  for (const path of looked) {
    await page.goto(address + path);
    const { violations } = await new AxeBuilder({ page }).analyze();
    for (const v of violations) say(`${path} (${scheme}, ${width})`, `${v.id}: ${v.nodes.slice(0, 3).map(node => node.target.join(' ')).join(' | ')} ${v.nodes[0].failureSummary?.split('\n')[1] ?? ''}`);
    for (const wide of scheme === 'light' ? [width, 360] : [width]) {
      await page.setViewportSize({ width: wide, height: 900 });
      const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (over > 0) say(path, `${over} px wider than ${wide}`);
      if (shots) {
        mkdirSync(shots, { recursive: true });
        await page.screenshot({ path: join(shots, `${path.replace(/\W+/g, '_')}_${wide}_${scheme}.png`), fullPage: true });
      }
    }
    await page.setViewportSize({ width, height: 900 });
  }
  await context.close();
}

// Without any script: search by form, language by link, the right direction.
const context = await browser.newContext({ javaScriptEnabled: false, locale: 'fr-FR' });
const page = await context.newPage();
await page.goto(`${address}/`);
assert.equal(new URL(page.url()).pathname, '/fr/', 'the reader is led to the language that the browser asks for');
await page.fill('#q', 'ransomware');
await page.keyboard.press('Enter');
await page.waitForURL('**/fr/findings?q=ransomware**');
assert.ok(await page.locator('mark').count() > 0, 'what was found is marked');
await page.click('nav.languages a[lang=ar]');
await page.waitForURL('**/ar/findings');
assert.equal(await page.getAttribute('html', 'dir'), 'rtl');
await context.close();
await browser.close();

for (const complaint of complaints) say('policy', complaint);
console.log(`${pages.length} pages: ${failed === 0 ? 'all hold' : `${failed} faults`}`);
process.exitCode = failed === 0 ? 0 : 1;

// node upload.mjs SERVER.dll CLI.dll DEMO-FOLDER PORT
// tus-js-client sends a file in small chunks through a proxy that cuts connections; the server is killed (kill -9) and started again in the
// middle; the item's digest must be the file's. Then the same with the command line, in one piece that is cut. Exit code 0: all holds.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as tus from 'tus-js-client';
import { cuttingProxy } from './proxy.mjs';
import { Server, call } from './server.mjs';

const [dll, cli, folder, port] = process.argv.slice(2);
const MiB = 1024 * 1024;
const server = new Server(dll, folder, Number(port));
const work = mkdtempSync(join(tmpdir(), 'uploads-'));
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

const description = (title) => ({
  title, kind: 'diskImage', description: { value: 'Sent in pieces.', lang: 'en' }, interestInOutcome: 'none', tlp: 'TLP:AMBER',
});

function send(bytes, options) {
  return new Promise((resolve, reject) => {
    const upload = new tus.Upload(bytes, {
      retryDelays: Array.from({ length: 60 }, (_, i) => Math.min(100 * 2 ** i, 1000)),
      onError: reject,
      onSuccess: () => resolve(upload.url),
      ...options,
    });
    upload.start();
  });
}

async function library(tour) {
  const bytes = randomBytes(6 * MiB + 12345);
  // Each connection dies after 0.3 to 1.3 MiB: in the middle of a chunk, or between two.
  const proxy = await cuttingProxy(server.port, () => (0.3 + Math.random()) * MiB);
  let [kills, restarting] = [0, Promise.resolve()];
  const url = await send(bytes, {
    endpoint: `http://127.0.0.1:${proxy.port}/v1/uploads`,
    headers: { Authorization: `Bearer ${tour.ANALYST_KEY}` },
    metadata: { filename: 'image.dd', filetype: 'application/octet-stream', incident: tour.COLLECTING, sha256: sha256(bytes) },
    chunkSize: 512 * 1024,
    onProgress: (sent) => {
      // Twice in the middle of a chunk: no warning, no flush.
      if ((kills === 0 && sent > 1.5 * MiB) || (kills === 1 && sent > 4 * MiB)) {
        kills++;
        restarting = restarting.then(() => server.kill()).then(() => server.start());
      }
    },
  });
  await restarting;
  assert.equal(kills, 2, 'the server was killed twice');
  assert.ok(proxy.state.cuts >= 3, `the proxy has cut ${proxy.state.cuts} times`);
  proxy.close();

  const id = url.slice(url.lastIndexOf('/') + 1);
  const { id: item } = await call(server.address, tour.ANALYST_KEY, 'POST', `/v1/incidents/${tour.COLLECTING}/evidence`,
    { ...description('By tus-js-client'), upload: id, sha256: sha256(bytes) });
  const content = Buffer.from(await (await fetch(`${server.address}/v1/evidence/${item}/content`, { headers: { Authorization: `Bearer ${tour.ANALYST_KEY}` } })).arrayBuffer());
  assert.equal(sha256(content), sha256(bytes));
  assert.ok(!readdirSync(join(folder, 'uploads')).includes(id), 'the parts are gone');
  console.log(`tus-js-client: ${bytes.length} bytes, ${proxy.state.cuts} cuts, ${kills} kills, digest holds`);
}

// The library's own way of going on in another process: it finds the upload by its address.
async function resumed(tour) {
  const bytes = randomBytes(3 * MiB);
  const headers = { Authorization: `Bearer ${tour.ANALYST_KEY}` };
  const address = await new Promise((resolve, reject) => {
    const upload = new tus.Upload(bytes, {
      endpoint: `${server.address}/v1/uploads`, headers, chunkSize: 256 * 1024, uploadDataDuringCreation: true,
      onError: reject,
      onChunkComplete: (_, accepted) => { if (accepted >= MiB) upload.abort().then(() => resolve(upload.url), reject); },
    });
    upload.start();
  });
  await server.kill();
  await server.start();
  const url = await send(bytes, { uploadUrl: address, headers, chunkSize: 256 * 1024 });
  assert.equal(url, address);
  const terminated = await fetch(url, { method: 'HEAD', headers: { ...headers, 'Tus-Resumable': '1.0.0' } });
  assert.equal(terminated.headers.get('upload-offset'), String(bytes.length));
  await tus.Upload.terminate(url, { headers });
  assert.equal((await fetch(url, { method: 'HEAD', headers: { ...headers, 'Tus-Resumable': '1.0.0' } })).status, 404);
  console.log('tus-js-client: creation with bytes, abort, kill, resume by address, termination hold');
}

async function commandLine(tour) {
  const bytes = randomBytes(5 * MiB + 7);
  const file = join(work, 'image.dd');
  writeFileSync(file, bytes);
  const proxy = await cuttingProxy(server.port, () => 1.2 * MiB);
  const { stdout } = await promisify(execFile)('dotnet', [
    cli, 'evidence', 'submit', file, '--incident', tour.COLLECTING, '--title', 'By the command line', '--description', 'In one piece, cut.',
    '--resumable', 'always', '--server', `http://127.0.0.1:${proxy.port}`,
  ], { env: { ...process.env, ATTRIBUTION_API_KEY: tour.ANALYST_KEY } });
  assert.ok(proxy.state.cuts >= 3, `the proxy has cut ${proxy.state.cuts} times`);
  proxy.close();
  const [item] = stdout.split(' ');
  const recorded = await call(server.address, tour.ANALYST_KEY, 'GET', `/v1/evidence/${item}`);
  assert.equal(recorded.payload.sha256, sha256(bytes));
  console.log(`command line: ${bytes.length} bytes, ${proxy.state.cuts} cuts, digest holds`);
}

try {
  await server.start();
  const tour = server.tour();
  await library(tour);
  await resumed(tour);
  await commandLine(tour);
} finally {
  await server.kill();
  rmSync(work, { recursive: true });
}
process.exit(0);

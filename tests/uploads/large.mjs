// node large.mjs SERVER.dll DEMO-FOLDER PORT [GIB=5]
// Sends so many GiB of made-up bytes in one piece that is cut once, submits them, and prints how much memory the server had at most.
// Not part of tests/run.sh: it needs twice the size on the disk, and minutes. Exit code 0: the digest holds and memory stayed flat.
import assert from 'node:assert/strict';
import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { Server, call } from './server.mjs';

const [dll, folder, port, gib = '5'] = process.argv.slice(2);
const MiB = 1024 * 1024;
const length = Math.round(Number(gib) * 1024) * MiB;
const mostGrowth = 256 * MiB;
const server = new Server(dll, folder, Number(port));
const status = (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${server.process.pid}/status`, 'utf8'))[1]) * 1024;

// The same bytes from the same key, from any MiB on: nothing of the file is ever here.
const key = randomBytes(32);
const mebibyte = (n) => {
  const counter = Buffer.alloc(16);
  counter.writeBigUInt64BE(BigInt(n) * BigInt(MiB / 16), 8);
  return createCipheriv('aes-256-ctr', key, counter).update(Buffer.alloc(MiB));
};

function piece(path, headers, offset, stopAt) {
  return new Promise((resolve, reject) => {
    const request = http.request(`${server.address}${path}`, {
      method: 'PATCH',
      headers: { ...headers, 'Content-Type': 'application/offset+octet-stream', 'Upload-Offset': offset, 'Content-Length': length - offset },
    }, (answer) => { answer.resume(); answer.on('end', () => resolve(answer.statusCode)); });
    request.on('error', (fault) => (stopAt < length ? resolve('cut') : reject(fault)));
    let at = offset;
    const more = () => {
      while (at < stopAt) {
        const inBlock = at % MiB;
        const block = mebibyte((at - inBlock) / MiB).subarray(inBlock);
        at += block.length;
        if (!request.write(block)) { request.once('drain', more); return; }
      }
      if (at >= length) request.end(); else request.destroy();
    };
    more();
  });
}

try {
  await server.start();
  const tour = server.tour();
  const headers = { Authorization: `Bearer ${tour.ANALYST_KEY}`, 'Tus-Resumable': '1.0.0' };
  const before = status('VmHWM');
  const begun = await fetch(`${server.address}/v1/uploads`, {
    method: 'POST', headers: { ...headers, 'Upload-Length': length, 'Upload-Metadata': `incident ${Buffer.from(tour.COLLECTING).toString('base64')}` },
  });
  assert.equal(begun.status, 201, await begun.text());
  const path = begun.headers.get('location');
  const offset = async () => Number((await fetch(server.address + path, { method: 'HEAD', headers })).headers.get('upload-offset'));

  const started = Date.now();
  await piece(path, headers, 0, Math.floor(length / 2 / MiB) * MiB);
  const cutAt = await offset();
  assert.ok(cutAt > 0 && cutAt < length, `cut at ${cutAt}`);
  assert.equal(await piece(path, headers, cutAt, length), 204);
  assert.equal(await offset(), length);
  const sent = Date.now();

  const hash = createHash('sha256');
  for (let n = 0; n < length / MiB; n++) hash.update(mebibyte(n));
  const digest = hash.digest('hex');
  const submitting = Date.now();
  const { id } = await call(server.address, tour.ANALYST_KEY, 'POST', `/v1/incidents/${tour.COLLECTING}/evidence`, {
    title: 'Large', kind: 'diskImage', description: { value: 'Large.', lang: 'en' }, interestInOutcome: 'none', tlp: 'TLP:AMBER',
    upload: path.slice(path.lastIndexOf('/') + 1), sha256: digest,
  });
  const submitted = Date.now();
  const item = await call(server.address, tour.ANALYST_KEY, 'GET', `/v1/evidence/${id}`);
  assert.equal(item.payload.sha256, digest);

  const peak = status('VmHWM');
  console.log(`${length} bytes, cut at ${cutAt}: received in ${(sent - started) / 1000} s, submitted in ${(submitted - submitting) / 1000} s; ` +
    `peak resident memory ${Math.round(peak / MiB)} MiB, before ${Math.round(before / MiB)} MiB`);
  assert.ok(peak - before < mostGrowth, `memory grew by ${peak - before} bytes`);
} finally {
  await server.kill();
  rmSync(join(folder, 'uploads'), { recursive: true, force: true });
}
process.exit(0);

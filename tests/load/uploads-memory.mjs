// node uploads-memory.mjs SERVER.dll DEMO-FOLDER PORT PUT|tus [UPLOADS=16] [MIB=1024] [LIMIT-MIB=250]
// So many uploads of so many MiB in parallel, made up on the way, and the server's peak resident memory against the limit. See uploads-memory.sh.
import assert from 'node:assert/strict';
import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { Server, call } from '../uploads/server.mjs';

const [dll, folder, port, way, uploads = '16', mebibytes = '1024', limit = '250'] = process.argv.slice(2);
const MiB = 1024 * 1024;
const length = Number(mebibytes) * MiB;
const server = new Server(dll, folder, Number(port));
const status = (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${server.process.pid}/status`, 'utf8'))[1]) / 1024;

/** Sends a stream of its own, nothing of which is kept; the answer must be the wanted one. @returns its SHA-256 */
function send(method, path, headers, wanted) {
  const cipher = createCipheriv('aes-256-ctr', randomBytes(32), randomBytes(16));
  const hash = createHash('sha256');
  const zeros = Buffer.alloc(MiB);
  return new Promise((resolve, reject) => {
    const request = http.request(server.address + path, { method, headers: { ...headers, 'Content-Length': length } }, (answer) => {
      let said = '';
      answer.on('data', (text) => { said += text; });
      answer.on('end', () => (answer.statusCode === wanted ? resolve(hash.digest('hex')) : reject(new Error(`${method} ${path}: ${answer.statusCode} ${said}`))));
    });
    request.on('error', reject);
    let sent = 0;
    const more = () => {
      while (sent < length) {
        const block = cipher.update(zeros);
        hash.update(block);
        sent += block.length;
        if (!request.write(block)) { request.once('drain', more); return; }
      }
      request.end();
    };
    more();
  });
}

const description = { kind: 'diskImage', description: { value: 'Large.', lang: 'en' }, interestInOutcome: 'none', tlp: 'TLP:AMBER' };

async function put(tour, n) {
  const { id } = await call(server.address, tour.ANALYST_KEY, 'POST', `/v1/incidents/${tour.COLLECTING}/evidence`, { title: `Large ${n}`, ...description });
  return [id, await send('PUT', `/v1/evidence/${id}/content`, { Authorization: `Bearer ${tour.ANALYST_KEY}` }, 201)];
}

async function tus(tour, n) {
  const headers = { Authorization: `Bearer ${tour.ANALYST_KEY}`, 'Tus-Resumable': '1.0.0' };
  const begun = await fetch(`${server.address}/v1/uploads`, {
    method: 'POST', headers: { ...headers, 'Upload-Length': length, 'Upload-Metadata': `incident ${Buffer.from(tour.COLLECTING).toString('base64')}` },
  });
  assert.equal(begun.status, 201, await begun.text());
  const path = begun.headers.get('location');
  const sha256 = await send('PATCH', path, { ...headers, 'Content-Type': 'application/offset+octet-stream', 'Upload-Offset': 0 }, 204);
  const { id } = await call(server.address, tour.ANALYST_KEY, 'POST', `/v1/incidents/${tour.COLLECTING}/evidence`,
    { title: `Large ${n}`, ...description, upload: path.slice(path.lastIndexOf('/') + 1), sha256 });
  return [id, sha256];
}

let over = true;
try {
  // The first start loads the demo's cases, which is not what is measured here.
  await server.start();
  await server.kill();
  await server.start();
  const tour = server.tour();
  const before = status('VmHWM');
  const samples = [];
  const sampling = setInterval(() => samples.push(status('VmRSS')), 500);
  const started = Date.now();
  const sent = await Promise.all(Array.from({ length: Number(uploads) }, (_, n) => (way === 'tus' ? tus : put)(tour, n)));
  clearInterval(sampling);
  const seconds = (Date.now() - started) / 1000;
  for (const [id, sha256] of sent) {
    assert.equal((await call(server.address, tour.ANALYST_KEY, 'GET', `/v1/evidence/${id}`)).payload.sha256, sha256, 'each digest is that of what was sent');
  }
  const peak = status('VmHWM');
  over = peak > Number(limit);
  console.log(`${way}: ${uploads} x ${mebibytes} MiB in parallel in ${seconds.toFixed(0)} s (${(Number(uploads) * Number(mebibytes) / seconds).toFixed(0)} MiB/s), every digest holds`);
  console.log(`peak resident memory ${peak.toFixed(0)} MiB (goal ${limit}); before ${before.toFixed(0)}, highest sample ${Math.max(...samples).toFixed(0)}, of ${samples.length}`);
} finally {
  await server.kill();
}
process.exit(over ? 1 : 0);

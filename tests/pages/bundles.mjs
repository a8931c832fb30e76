// Bundles for tests: unpacked, changed, and packed again as whoever tampers would.

import { createHash } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { canonicalBytes, parseStrict } from '../../src/AttributionRegistry.Server/Pages/assets/registry/jcs.js';

const TABLE = Array.from({ length: 256 }, (_, n) => { for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1; return n >>> 0; });
const crc32 = bytes => { let crc = 0xffffffff; for (const byte of bytes) crc = TABLE[(crc ^ byte) & 255] ^ (crc >>> 8); return (crc ^ 0xffffffff) >>> 0; };

/** A zip of [name, bytes] in this order. With lie(line) a header can be made to say what is not so. */
export function zipOf(files, { deflate = false, lie = () => {} } = {}) {
  const bodies = [], directory = [];
  let offset = 0;
  for (const [name, bytes] of files) {
    const packed = deflate ? deflateRawSync(bytes) : bytes;
    const line = { flags: 0, method: deflate ? 8 : 0, crc: crc32(bytes), packed: packed.length, size: bytes.length, name };
    lie(line);
    const label = Buffer.from(line.name, 'latin1'), head = Buffer.alloc(30), entry = Buffer.alloc(46);
    head.writeUInt32LE(0x04034b50, 0);
    entry.writeUInt32LE(0x02014b50, 0);
    for (const [into, at] of [[head, 4], [entry, 6]]) {
      into.writeUInt16LE(20, at);
      into.writeUInt16LE(line.flags, at + 2);
      into.writeUInt16LE(line.method, at + 4);
      into.writeUInt32LE(0x00210000, at + 6);
      into.writeUInt32LE(line.crc, at + 10);
      into.writeUInt32LE(line.packed, at + 14);
      into.writeUInt32LE(line.size, at + 18);
      into.writeUInt16LE(label.length, at + 22);
    }
    entry.writeUInt32LE(offset, 42);
    bodies.push(head, label, Buffer.from(packed));
    directory.push(entry, label);
    offset += head.length + label.length + packed.length;
  }
  const size = directory.reduce((sum, each) => sum + each.length, 0), end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Math.min(files.length, 0xffff), 8);
  end.writeUInt16LE(Math.min(files.length, 0xffff), 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(offset, 16);
  return new Uint8Array(Buffer.concat([...bodies, ...directory, end]));
}

const sha256 = bytes => createHash('sha256').update(bytes).digest('hex');
const isPayload = name => name.startsWith('data/');

/** Manifests made anew over what is there, and the zip. */
export function bagOf(files) {
  const lines = isIn => [...files].filter(([name]) => isIn(name)).sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, bytes]) => `${sha256(bytes)}  ${name}\n`).join('');
  const payload = [...files].filter(([name]) => isPayload(name));
  if (files.has('bag-info.txt')) {
    const info = Buffer.from(files.get('bag-info.txt')).toString().replace(/Payload-Oxum: .*\n/, `Payload-Oxum: ${payload.reduce((sum, [, bytes]) => sum + bytes.length, 0)}.${payload.length}\n`);
    files.set('bag-info.txt', Buffer.from(info));
  }
  files.set('manifest-sha256.txt', Buffer.from(lines(isPayload)));
  files.set('tagmanifest-sha256.txt', Buffer.from(lines(name => !isPayload(name) && name !== 'tagmanifest-sha256.txt')));
  return zipOf([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Changes one document of a bundle. */
export function change(files, name, how) {
  const json = parseStrict(files.get(`data/${name}.json`));
  how(json);
  files.set(`data/${name}.json`, canonicalBytes(json));
}

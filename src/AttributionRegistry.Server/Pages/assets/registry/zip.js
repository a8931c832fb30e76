// The zip around a bundle, read without a library: stored or deflated files, in the order of their names. What is read may be hostile:
// all limits hold before memory is taken.

export const MAX_FILES = 20000;
export const MAX_ZIP_BYTES = 256 * 1024 * 1024;
export const MAX_FILE_BYTES = 32 * 1024 * 1024;
export const MAX_ALL_BYTES = 256 * 1024 * 1024;

const MAX_NAME = 100;
const MAX_LINE = 46 + MAX_NAME + 64; // with room for the extra field of other writers
const END = 22, END_SIGNATURE = 0x06054b50, LINE_SIGNATURE = 0x02014b50, FILE_SIGNATURE = 0x04034b50;
const STORED = 0, DEFLATED = 8;

/** No bundle, or one that nobody should unpack. */
export class ZipFault extends SyntaxError {}

/** The files of a bundle by their names. */
export async function readZip(bytes) {
  if (bytes.length > MAX_ZIP_BYTES) throw new ZipFault(`the zip has ${bytes.length} bytes; a bundle has at most ${MAX_ZIP_BYTES}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { count, at: directory, end } = directoryOf(view);
  const files = new Map();
  let at = directory, left = MAX_ALL_BYTES, last = '';
  for (let i = 0; i < count; i++) {
    const line = lineAt(view, bytes, at, end);
    at = line.next;
    accept(line, last);
    const content = await contentOf(view, bytes, line, directory, Math.min(MAX_FILE_BYTES, left));
    left -= content.length;
    last = line.name;
    files.set(line.name, content);
  }
  if (at !== end) throw new ZipFault('the directory of the zip holds more than it says');
  return files;
}

function directoryOf(view) {
  for (let at = view.byteLength - END; at >= Math.max(0, view.byteLength - END - 0xffff); at--) {
    if (view.getUint32(at, true) !== END_SIGNATURE) continue;
    // 0xFFFF stands for a count in the larger form, which no bundle needs.
    const count = view.getUint16(at + 10, true), size = view.getUint32(at + 12, true), offset = view.getUint32(at + 16, true);
    if (count > MAX_FILES) throw new ZipFault(`the zip says that it holds ${count} files or more; a bundle has at most ${MAX_FILES}`);
    if (size > count * MAX_LINE || offset + size !== at || view.getUint16(at + 8, true) !== count) throw new ZipFault('the directory of the zip is not as large as its files need');
    return { count, at: offset, end: at };
  }
  throw new ZipFault('it is no zip, or it is cut short');
}

function lineAt(view, bytes, at, end) {
  if (at + 46 > end || view.getUint32(at, true) !== LINE_SIGNATURE) throw new ZipFault('the directory of the zip is cut short or damaged');
  const [flags, method] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true)];
  const [packed, size] = [view.getUint32(at + 20, true), view.getUint32(at + 24, true)];
  const [nameLength, extra, comment] = [view.getUint16(at + 28, true), view.getUint16(at + 30, true), view.getUint16(at + 32, true)];
  const next = at + 46 + nameLength + extra + comment;
  if (next > end) throw new ZipFault('the directory of the zip is cut short or damaged');
  const name = String.fromCharCode(...bytes.subarray(at + 46, at + 46 + Math.min(nameLength, MAX_NAME + 1)));
  return { name, flags, method, packed, size, offset: view.getUint32(at + 42, true), nameLength, next };
}

/** Letters, digits and a few marks, in folders; never up, never absolute, never a folder itself. */
const isName = name => name.length <= MAX_NAME && /^[A-Za-z0-9._/-]+$/.test(name) && name.split('/').every(part => /[^.]/.test(part));

function accept({ name, flags, method }, last) {
  // eslint-disable-next-line no-control-regex
  if (!isName(name)) throw new ZipFault(`'${name.slice(0, MAX_NAME).replace(/[\u0000-\u001f\u007f-\u009f]/g, '?')}' is no name of a file in a bundle`);
  if ((flags & 1) !== 0) throw new ZipFault(`'${name}' is encrypted`);
  if (method !== STORED && method !== DEFLATED) throw new ZipFault(`'${name}' is packed in a way that a bundle is not`);
  if (name === last) throw new ZipFault(`'${name}' is there twice`);
  if (name < last) throw new ZipFault(`'${name}' stands after '${last}'; the files of a bundle are in the order of their names`);
}

async function contentOf(view, bytes, { name, method, packed, size, offset, nameLength }, directory, most) {
  const damaged = () => new ZipFault(`'${name}' is cut short or damaged`);
  if (offset + 30 > directory || view.getUint32(offset, true) !== FILE_SIGNATURE) throw damaged();
  const from = offset + 30 + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true);
  const own = String.fromCharCode(...bytes.subarray(offset + 30, offset + 30 + Math.min(view.getUint16(offset + 26, true), MAX_NAME)));
  if (own !== name || own.length !== nameLength || from + packed > directory) throw damaged();
  if (size > most) throw new ZipFault(`'${name}' unpacks to more than the ${most} bytes that are left for it`);
  const content = bytes.slice(from, from + packed);
  const unpacked = method === STORED ? content : await inflate(content, size).catch(() => { throw damaged(); });
  if (unpacked.length !== size) throw damaged();
  return unpacked;
}

// What the header says of the length is not believed: reading stops once there is more.
async function inflate(packed, size) {
  const reader = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate-raw')).getReader();
  const unpacked = new Uint8Array(size);
  for (let at = 0; ;) {
    const { done, value } = await reader.read();
    if (done) return unpacked.subarray(0, at);
    if (at + value.length > size) {
      await reader.cancel();
      throw new ZipFault('more than it says');
    }
    unpacked.set(value, at);
    at += value.length;
  }
}

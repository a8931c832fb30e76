// Three small servers on loopback: the canaries' listener, a registry for browsers (each request gets the caller's key), and a naive host.
import http from 'node:http';

const listening = (server) => new Promise((resolve) => { server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${server.address().port}`)); });

/** Whatever asks here has run, or has been rendered. */
export async function canaries() {
  const hits = [];
  const server = http.createServer((request, answer) => {
    hits.push(request.url.slice(1));
    answer.writeHead(200, { 'Access-Control-Allow-Origin': '*', 'Content-Type': 'text/plain' }).end();
  });
  return { address: await listening(server), hits, close: () => server.close() };
}

// All the ways in which a page can take a file for something that runs. It says `tried` when each has loaded or failed.
const attack = `<!DOCTYPE html><html><head><title>attack</title></head><body><script>
const url = new URLSearchParams(location.search).get('url');
const waits = [];
const settled = (element, place) => waits.push(new Promise((done) => { element.onload = element.onerror = done; place.append(element); }));
const make = (name, set) => Object.assign(document.createElement(name), set);
settled(make('iframe', { src: url }), document.body);
settled(make('img', { src: url }), document.body);
settled(make('object', { data: url }), document.body);
for (const type of ['text/html', 'image/svg+xml']) settled(make('object', { data: url, type }), document.body);
for (const type of ['', 'image/svg+xml']) settled(make('embed', { src: url, type }), document.body);
settled(make('script', { src: url }), document.head);
settled(make('script', { src: url, type: 'module' }), document.head);
settled(make('link', { rel: 'stylesheet', href: url }), document.head);
waits.push(import(url).catch(() => {}));
const worker = (type) => new Promise((done) => { try { const w = new Worker(url, { type }); w.onerror = w.onmessage = done; setTimeout(done, 400); } catch { done(); } });
waits.push(worker('classic'), worker('module'));
const blob = URL.createObjectURL(new Blob(['try{importScripts(' + JSON.stringify(url) + ')}catch(e){}postMessage(0)'], { type: 'text/javascript' }));
waits.push(new Promise((done) => { const w = new Worker(blob); w.onerror = w.onmessage = done; }));
for (const type of ['classic', 'module']) waits.push(navigator.serviceWorker.register(url, { type, scope: new URL('.', url).pathname }).then((r) => { window.ran = 'service worker'; return r.unregister(); }, () => {}));
if (new URL(url).origin === location.origin) waits.push(WebAssembly.compileStreaming(fetch(url)).then(() => { window.compiled = true; }, () => {}));
Promise.race([Promise.all(waits), new Promise((done) => setTimeout(done, 1500))]).then(() => { window.tried = true; });
</script></body></html>`;

function attackPage(request, answer) {
  if (!request.url.startsWith('/attack?')) return false;
  answer.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end(attack);
  return true;
}

/** The registry as a browser would see it whose every request carries the key, whatever made it; and a page of the attacker at its own origin. */
export async function keyed(target, key) {
  const answered = [];
  const server = http.createServer((request, answer) => {
    if (attackPage(request, answer)) return;
    const onward = http.request(target + request.url, { method: request.method, headers: { ...request.headers, host: new URL(target).host, authorization: `Bearer ${key}` } }, (reply) => {
      answered.push({ path: request.url, as: request.headers['sec-fetch-dest'], site: request.headers['sec-fetch-site'], status: reply.statusCode, headers: reply.headers });
      answer.writeHead(reply.statusCode, reply.headers);
      reply.pipe(answer);
    });
    onward.on('error', () => answer.destroy());
    answer.on('close', () => onward.destroy());
    request.pipe(onward);
  });
  return { address: await listening(server), answered, close: () => { server.closeAllConnections(); server.close(); } };
}

const types = {
  html: 'text/html', svg: 'image/svg+xml', js: 'text/javascript', mjs: 'text/javascript', css: 'text/css', xhtml: 'application/xhtml+xml', pdf: 'application/pdf',
  mhtml: 'multipart/related', xml: 'text/xml', wasm: 'application/wasm',
};

/** What a careless host does: the type by the extension, and nothing else. */
export async function naive(files) {
  const server = http.createServer((request, answer) => {
    if (attackPage(request, answer)) return;
    const file = files.find((each) => request.url.startsWith(`/${each.name}.${each.extension}`));
    if (!file) { answer.writeHead(404).end(); return; }
    answer.writeHead(200, { 'Content-Type': types[file.extension] }).end(file.bytes);
  });
  return { address: await listening(server), close: () => { server.closeAllConnections(); server.close(); } };
}

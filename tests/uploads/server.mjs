// The real server process on a demo's data folder: started, killed without warning, started again.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

export class Server {
  constructor(dll, folder, port, ...settings) {
    Object.assign(this, { dll, folder, port, settings, address: `http://127.0.0.1:${port}` });
    this.process = null;
  }

  start() {
    return new Promise((resolve, reject) => {
      const child = spawn('dotnet', [this.dll, 'demo', `--Registry:DataPath=${this.folder}`, '--urls', this.address, ...this.settings]);
      let said = '';
      child.stdout.on('data', (text) => {
        said += text;
        if (/^Ready/m.test(said)) resolve();
      });
      child.stderr.on('data', (text) => { said += text; });
      child.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${said}`)));
      this.process = child;
    });
  }

  // SIGKILL: nothing is flushed, nothing is closed.
  kill() {
    return new Promise((resolve) => {
      this.process.removeAllListeners('exit');
      this.process.once('exit', resolve);
      this.process.kill('SIGKILL');
    });
  }

  // Who plays in the demo: ids and keys as `tour.env` names them.
  tour() {
    return Object.fromEntries([...readFileSync(`${this.folder}/tour.env`, 'utf8').matchAll(/^(\w+)=(.*)$/gm)]
      .map(([, name, value]) => [name, value.replace(/^(['"])(.*)\1$/, '$2')]));
  }
}

export async function call(address, key, method, path, body) {
  const answer = await fetch(address + path, {
    method, headers: { Authorization: `Bearer ${key}`, ...(body ? { 'Content-Type': 'application/json' } : {}) }, body: body && JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return JSON.parse(text);
}

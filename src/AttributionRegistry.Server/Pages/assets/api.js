// The registry's API for one signed-in person. The key lives in this object and nowhere else.

export class Api {
  #key;

  constructor(key) {
    this.#key = key;
  }

  get = path => this.#ask(path, {});

  post = (path, body) => this.#ask(path, {
    method: 'POST', body: JSON.stringify(body), headers: { 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID() },
  });

  async #ask(path, { headers, ...rest }) {
    const answer = await fetch(path, { ...rest, cache: 'no-store', credentials: 'omit', headers: { ...headers, Authorization: `Bearer ${this.#key}` } });
    const text = await answer.text();
    const said = text && /json/.test(answer.headers.get('Content-Type') ?? '') ? JSON.parse(text) : null;
    if (!answer.ok) throw new Error(said?.detail ?? said?.title ?? `${path} answered ${answer.status}.`);
    return said;
  }
}

/** A public text, such as the log's key. */
export async function publicText(path) {
  const answer = await fetch(path, { cache: 'no-store', credentials: 'omit' });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}.`);
  return answer.text();
}

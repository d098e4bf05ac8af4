// The web page: it speaks the Model Context Protocol to the server it came from.

const ENDPOINT = '/mcp';
const VERSION = '2026-07-28';
const META = 'io.modelcontextprotocol/';
const KEY = 'custory.key';
const AGAIN = 3; // times that a request is repeated which came too soon
const PATIENCE = 15_000; // for all of them

/** Refused is an answer that the key does not let in. */
export class Refused extends Error {}

/** A Fault is what a tool refuses, in its words, with the code that classes it. */
export class Fault extends Error {
  constructor(words, code) {
    super(words);
    this.code = code;
  }
}

export const kept = {
  get: (k) => { try { return sessionStorage.getItem(k) ?? ''; } catch { return ''; } },
  set: (k, v) => { try { v ? sessionStorage.setItem(k, v) : sessionStorage.removeItem(k); } catch { /* a page may not be allowed to keep anything */ } },
};

export function pageHost() {
  let next = 1;

  async function post(method, params, name, signal) {
    const headers = {
      'Content-Type': 'application/json', Accept: 'application/json, text/event-stream', Authorization: `Bearer ${kept.get(KEY)}`,
      'Mcp-Protocol-Version': VERSION, 'Mcp-Method': method,
    };
    if (name) headers['Mcp-Name'] = name;
    const _meta = { [`${META}protocolVersion`]: VERSION, [`${META}clientCapabilities`]: {}, [`${META}clientInfo`]: { name: 'custory page', version: '1' } };
    const body = JSON.stringify({ jsonrpc: '2.0', id: next++, method, params: { ...params, _meta } });
    let res;
    try {
      res = await patiently(() => fetch(ENDPOINT, { method: 'POST', headers, body, signal, credentials: 'omit', redirect: 'error', referrerPolicy: 'no-referrer' }));
    } catch (err) {
      if (signal?.aborted) throw err;
      throw new Error('The server cannot be reached. Check the connection and try again.');
    }
    if (res.status === 401) throw new Refused('The server does not know this key. It may have expired or been revoked; ask an owner for a new one.');
    if (res.status === 429) throw new Error('Too many requests; wait a moment and try again.');
    return res;
  }

  async function request(method, params, name) {
    const res = await post(method, params, name);
    let answer;
    for await (const message of messages(res)) if ('result' in message || 'error' in message) answer = message;
    if (!answer) throw new Error(res.ok ? 'The server gave no answer.' : `The server answered ${res.status}.`);
    if (answer.error) throw new Error(answer.error.message);
    return answer.result;
  }

  return {
    kind: 'page',
    editable: true,
    signedIn: () => Boolean(kept.get(KEY)),
    signIn(text) {
      const key = text.trim().replace(/^bearer\s+/i, '');
      if (!/^[\w.~+/=-]+$/.test(key)) throw new Refused('That is not a key: it is one word that begins with cus_, or a token of your identity provider.');
      kept.set(KEY, key);
    },
    signOut: () => kept.set(KEY, ''),
    read: async (uri) => content(await request('resources/read', { uri }, uri)),
    call: async (tool, args) => outcome(await request('tools/call', { name: tool, arguments: args }, tool)),
    watch(uris, changed, state) {
      const stop = new AbortController();
      listen(stop.signal, uris, changed, state);
      return () => stop.abort();
    },
  };

  // listen follows changes, and comes back with growing patience when the line is lost.
  async function listen(signal, uris, changed, state) {
    for (let wait = 1000, first = true; !signal.aborted; wait = Math.min(wait * 2, 30_000)) {
      try {
        const res = await post('subscriptions/listen', { notifications: { resourceSubscriptions: uris } }, '', signal);
        if (!res.ok) throw new Error(`the server answered ${res.status}`);
        for await (const message of messages(res)) {
          if (message.error) throw new Error(message.error.message);
          if (message.method === 'notifications/subscriptions/acknowledged') {
            state('live');
            if (!first) changed();
            first = false;
            wait = 1000;
          }
          if (message.method === 'notifications/resources/updated') changed();
        }
      } catch (err) {
        if (err instanceof Refused) return state('refused', err);
      }
      if (signal.aborted) return;
      state('waiting');
      await new Promise((resume) => setTimeout(resume, wait));
    }
  }
}

// patiently asks again for what came too soon, when the server says to: such
// a request was not looked at, so it is done once.
async function patiently(ask) {
  for (let again = 0, waited = 0; ; again++) {
    const res = await ask();
    const wait = 1000 * Math.max(1, Number(res.headers.get('Retry-After')) || 1);
    if (res.status !== 429 || again === AGAIN || waited + wait > PATIENCE) return res;
    waited += wait;
    await new Promise((resume) => setTimeout(resume, wait));
  }
}

// messages are those of an answer, whether it is one or a stream of events.
async function* messages(res) {
  if (!res.headers.get('Content-Type')?.startsWith('text/event-stream')) {
    const text = await res.text();
    let all;
    try {
      all = JSON.parse(text);
    } catch {
      throw new Error(`The server answered ${res.status}, and nothing that can be read.`);
    }
    if (all?.jsonrpc) yield all;
    return;
  }
  let rest = '';
  const reader = res.body.pipeThrough(new TextDecoderStream()).getReader();
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const events = (rest + value).replaceAll('\r\n', '\n').split('\n\n');
      rest = events.pop();
      for (const event of events) {
        const data = event.split('\n').filter((l) => l.startsWith('data:')).map((l) => l.slice(5).trimStart()).join('\n');
        if (data) yield JSON.parse(data);
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

/** content is what a resource holds. */
export function content(result) {
  const text = result?.contents?.[0]?.text;
  if (typeof text !== 'string') throw new Error('The server gave nothing to read.');
  return JSON.parse(text);
}

/** outcome is what a tool answers; what it refuses is an error with its words. */
export function outcome(result) {
  if (result?.isError) throw new Fault((result.content ?? []).map((c) => c.text).filter(Boolean).join('\n') || 'The server refused.', result.structuredContent?.error?.code ?? 'refused');
  if (result?.resultType === 'input_required') throw new Error('This needs an answer that only an assistant can ask for.');
  if (result?.structuredContent) return result.structuredContent;
  try {
    return JSON.parse(result.content[0].text);
  } catch {
    return {};
  }
}

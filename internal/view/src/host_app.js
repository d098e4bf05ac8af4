// The view within an assistant: it speaks JSON-RPC with the host that shows it.
import { content, outcome } from './host_page.js';

const VERSION = '2026-01-26';
const PATIENCE = 20_000;

/** appHost begins the talk with the host. told is called with what the tool that shows this view was asked and answered. */
export function appHost({ told, context, ended }) {
  const waiting = new Map();
  let next = 1;
  let can = {};
  const send = (message) => window.parent.postMessage({ jsonrpc: '2.0', ...message }, '*');
  const notify = (method, params = {}) => send({ method, params });

  function request(method, params) {
    return new Promise((resolve, reject) => {
      const id = next++;
      const late = setTimeout(() => settle(id, { error: { message: 'The assistant does not answer.' } }), PATIENCE);
      waiting.set(id, { resolve, reject, late });
      send({ id, method, params });
    });
  }

  function settle(id, { result, error }) {
    const w = waiting.get(id);
    if (!w) return;
    waiting.delete(id);
    clearTimeout(w.late);
    error ? w.reject(new Error(error.message || 'The assistant refused.')) : w.resolve(result);
  }

  const heard = {
    'ui/notifications/tool-input': (p) => told({ input: p?.arguments ?? {} }),
    'ui/notifications/tool-result': (p) => told({ result: p }),
    'ui/notifications/tool-cancelled': () => told({ cancelled: true }),
    'ui/notifications/host-context-changed': (p) => context(p ?? {}),
  };

  window.addEventListener('message', ({ source, data }) => {
    if (source !== window.parent || data?.jsonrpc !== '2.0') return;
    if (data.method && data.id !== undefined) return answer(data);
    if (data.method) return heard[data.method]?.(data.params);
    settle(data.id, data);
  });

  function answer({ id, method }) {
    if (method === 'ui/resource-teardown') {
      ended();
      return send({ id, result: {} });
    }
    if (method === 'ping') return send({ id, result: {} });
    send({ id, error: { code: -32601, message: `there is no ${method} here` } });
  }

  async function begin() {
    const r = await request('ui/initialize', { protocolVersion: VERSION, appInfo: { name: 'custory', version: '1' }, appCapabilities: { availableDisplayModes: ['inline', 'fullscreen'] } });
    can = r?.hostCapabilities ?? {};
    context(r?.hostContext ?? {});
    notify('ui/notifications/initialized');
  }

  return {
    kind: 'app',
    get editable() { return Boolean(can.serverTools); },
    get reads() { return Boolean(can.serverResources); },
    begin,
    resize: (width, height) => notify('ui/notifications/size-changed', { width, height }),
    read: async (uri) => content(await request('resources/read', { uri })),
    call: async (tool, args) => outcome(await request('tools/call', { name: tool, arguments: args })),
    // Hosts pass no subscriptions on: what changed is read when the view is looked at again.
    watch(_uris, changed) {
      let last = Date.now();
      const look = () => {
        if (document.visibilityState !== 'visible' || Date.now() - last < 10_000) return;
        last = Date.now();
        changed();
      };
      document.addEventListener('visibilitychange', look);
      window.addEventListener('focus', look);
      return () => {
        document.removeEventListener('visibilitychange', look);
        window.removeEventListener('focus', look);
      };
    },
  };
}

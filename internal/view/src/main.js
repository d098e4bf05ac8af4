// Where it begins: which host shows the map, and what it is to show.
import { h, later, swap } from './dom.js';
import { icon, mark } from './icon.js';
import { app } from './app.js';
import { outOf } from './model.js';
import { appHost } from './host_app.js';
import { exportHost } from './host_export.js';
import { pageHost, Refused } from './host_page.js';
import { dot, speak } from './words.js';

const root = document.getElementById('root');
const mapURI = (id) => `custory://journey/${encodeURIComponent(id)}/map?format=json`;

const screen = (title, ...kids) => swap(root, h('main', { class: 'screen' }, h('div', { class: 'screen-in' }, h('div', { class: 'brand' }, mark(), h('span', null, 'custory')), h('h1', null, title), kids)));
const waiting = (text) => screen(text, h('div', { class: 'bones', 'aria-hidden': 'true' }, h('i', null), h('i', null), h('i', null)));
const failed = (err, again) => screen('That did not work', h('p', { class: 'fault', role: 'alert' }, icon('warn'), h('span', null, err.message)), again && h('p', null, h('button', { class: 'button primary', type: 'button', onclick: again }, 'Try again')));

function page() {
  const host = pageHost();
  let journeys = [], stop = () => {}, current = '';
  const view = app(root, host, {
    picker: (map) => h('h1', { class: 'picker' }, h('span', { class: 'picked', dir: 'auto', 'aria-hidden': 'true' }, map.name), icon('down'), h('select', { 'aria-label': 'Journey', onchange: (e) => visit(e.target.value) }, journeys.map((j) => h('option', { value: j.id, selected: j.id === map.id }, j.name)))),
    bar: (map) => [h('span', { class: 'you quiet', title: `You are ${map.you.role}` }, dot(map.you.name, map.you.role, map.you.proposes && 'may propose')), h('button', { class: 'plain small', type: 'button', onclick: () => leave() }, 'Sign out')],
    link: (item) => new URL(`#${current}/${item}`, location.href).href,
    visit, reload: () => load(true), opened: (item) => history.replaceState(null, '', item ? `#${current}/${item}` : `#${current}`),
  });

  function signIn(err) {
    const key = h('input', { type: 'password', id: 'key', autocomplete: 'off', required: true, spellcheck: 'false', 'aria-describedby': 'key-help' });
    const enter = (e) => {
      e.preventDefault();
      try {
        host.signIn(key.value);
      } catch (err) {
        return signIn(err);
      }
      start();
    };
    const fault = h('p', { class: 'fault', role: 'alert' }, err && [icon('warn'), h('span', null, err.message)]);
    const go = h('button', { class: 'button primary', type: 'submit' }, 'Open the map');
    const form = h('form', { class: 'sign-in', onsubmit: enter }, h('label', { for: 'key' }, 'Your API key'), key, fault, go,
      h('p', { class: 'quiet', id: 'key-help' }, 'It stays in this tab and is forgotten when you close it. No key yet? An owner of the workspace makes one with ', h('code', null, 'custory key create'), '.'));
    screen('See the whole journey', h('p', { class: 'lead' }, 'What customers go through, how well you know it, and what to do next.'), form);
    key.focus();
  }

  function leave(err) {
    stop();
    host.signOut();
    journeys = [];
    history.replaceState(null, '', location.pathname);
    location.hash = '';
    if (err) return signIn(err);
    location.reload();
  }

  const wrong = (err, again) => (err instanceof Refused ? leave(err) : failed(err, again));

  async function start() {
    waiting('Opening the map');
    try {
      journeys = (await host.read('custory://journeys?format=json')).journeys ?? [];
    } catch (err) {
      return wrong(err, start);
    }
    if (!journeys.length) {
      return screen('No journey yet', h('p', { class: 'lead' }, 'Connect your assistant and say: “Make a journey from trial to customer”. It appears here.'),
        h('div', { class: 'buttons' }, h('button', { class: 'button primary', type: 'button', onclick: start }, 'Look again'), h('button', { class: 'button', type: 'button', onclick: () => leave() }, 'Sign out')));
    }
    const [wanted, item] = decodeURIComponent(location.hash.slice(1)).split('/');
    const j = journeys.find((x) => x.id === wanted || x.slug === wanted) ?? journeys.reduce((a, b) => ((b.items ?? 0) > (a.items ?? 0) ? b : a));
    await visit(j.id);
    if (item) view.open(item);
  }

  async function visit(id) {
    stop();
    current = id;
    history.replaceState(null, '', location.hash.startsWith(`#${id}/`) ? location.hash : `#${id}`);
    try {
      await load();
    } catch (err) {
      return wrong(err, () => visit(id));
    }
    stop = host.watch([`custory://journey/${id}/map`, 'custory://journeys'], later(250, () => load().catch((err) => (err instanceof Refused ? leave(err) : view.tell(err.message)))), (state, err) => (err ? leave(err) : view.cue(state)));
  }

  async function load(mine) {
    const id = current;
    const [map, list] = await Promise.all([host.read(mapURI(id)), journeys.some((j) => j.id === id) ? null : host.read('custory://journeys?format=json')]);
    if (list) journeys = list.journeys ?? [];
    if (id === current) view.show(map, mine);
  }

  host.signedIn() ? start() : signIn();
}

async function inAssistant() {
  let journey = '', result, drawn = false, ready = false;
  const host = appHost({ told, context, ended: () => swap(root) });
  const view = app(root, host, { reload: () => load(true), drawn: () => resize() });
  const resize = later(50, () => host.resize(document.documentElement.clientWidth, Math.ceil(document.documentElement.getBoundingClientRect().height)));
  waiting('Waiting for the journey');
  try {
    await host.begin();
  } catch (err) {
    return failed(err);
  }
  host.watch([], later(250, () => load().catch(() => {})));
  ready = true;
  if (result) load().catch((err) => failed(err));

  function told(what) {
    if (what.input) journey = what.input.journey ?? '';
    if (what.cancelled && !drawn) screen('Cancelled', h('p', { class: 'lead' }, 'The assistant did not finish showing the journey.'));
    if (!what.result) return;
    result = what.result;
    if (ready) load().catch((err) => failed(err));
  }

  // load reads the whole map where the host lets the view read, or shows what the assistant was told.
  async function load(mine) {
    if (result?.isError) throw new Error(result.content?.map((c) => c.text).filter(Boolean).join('\n') || 'The journey could not be shown.');
    const told_ = result?.structuredContent;
    const id = told_?.id ?? journey;
    if (!id) return;
    let map;
    if (host.reads) map = await host.read(mapURI(id)).catch(() => null);
    if (!map && host.editable) map = outOf(await host.call('get_journey', { journey: id, format: 'data' }));
    map ??= outOf(told_);
    drawn = true;
    view.show(map, mine);
  }

  function context(c) {
    if (c.theme) document.documentElement.dataset.theme = c.theme;
    if (c.locale) speak(c.locale);
    const size = c.containerDimensions ?? {};
    const tall = size.height ?? Math.min(size.maxHeight ?? 680, 680);
    document.documentElement.style.setProperty('--tall', c.displayMode === 'fullscreen' && !size.height ? '100dvh' : `${Math.max(tall, 320)}px`);
    for (const [side, px] of Object.entries(c.safeAreaInsets ?? {})) if (Number.isFinite(px)) document.documentElement.style.setProperty(`--safe-${side}`, `${px}px`);
  }
}

function file() {
  const host = exportHost();
  const view = app(root, host, { bar: (map) => h('span', { class: 'quiet' }, dot('A copy', map.changed && new Date(map.changed).toLocaleDateString())) });
  view.show({ ...host.map, you: { role: 'Viewer' } });
}

({ page, app: inAssistant, export: file })[document.documentElement.dataset.host]();

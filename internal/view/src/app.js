// The map on screen, whichever host shows it.
import { h, later, said, swap } from './dom.js';
import { icon, mark, disc } from './icon.js';
import { choose, GROUP, model, NO_FILTERS, SHOWS, TYPES } from './model.js';
import { detail } from './detail.js';
import { grid, sheets } from './grid.js';
import { help } from './help.js';
import { matrix } from './matrix.js';
import { table } from './table.js';
import { turns } from './undo.js';
import { Fault, kept } from './host_page.js';
import { COVERAGE, count, dot, num } from './words.js';

const VIEWS = { grid: 'Grid', table: 'Table', matrix: 'Matrix' };
const STATUSES = 'custory://vocabulary?format=json';

/** app draws maps into root. options: bar, more for the top; visit, to show another journey; link, the address of an item; reload, to read the map anew. */
export function app(root, host, options = {}) {
  let m, statuses = {}, meant = null, open = null, shownFor = '';
  let view = 'grid', filters = { ...NO_FILTERS }, sort = { key: 'step', down: false };
  let changed = new Set(), unfolded = new Set(), paper = false;

  const past = turns(host, { reload: () => options.reload(), tell: (words) => tell(words), drawn: () => draw() });
  const live = h('div', { class: 'only', role: 'status', 'aria-live': 'polite' });
  const cue = h('span', { class: 'cue', hidden: true });
  const toast = h('div', { class: 'toast', hidden: true });
  const main = h('main', { class: 'board', id: 'board', tabindex: '-1' });
  const side = h('div', { class: 'side' });
  const fault = h('p', { class: 'fault', role: 'alert' });
  const head = h('header', { class: 'top' });
  const tools = h('div', { class: 'tools', role: 'search' });
  const shell = h('div', { class: `shell ${host.kind}` }, head, tools, h('div', { class: 'stand' }, main, side), toast, live);
  const keys = help(() => host.editable && m.role !== 'Viewer' && !m.map.you?.proposes);
  shell.append(keys.dialog);

  const search = h('input', { type: 'search', id: 'search', placeholder: 'Search the map', 'aria-label': 'Search the map', autocomplete: 'off', spellcheck: 'false', 'aria-keyshortcuts': '/' });
  const views = h('div', { class: 'views', role: 'group', 'aria-label': 'View' }, Object.entries(VIEWS).map(([k, name]) => h('button', { type: 'button', data: { view: k }, onclick: () => { view = k; keep(); draw(); } }, icon(k), h('span', null, name))));
  const undoButton = h('button', { class: 'plain small', type: 'button', hidden: true, onclick: () => past.back() }, icon('undo'), 'Undo');
  const found = h('span', { class: 'found quiet' });
  const clear = h('button', { class: 'plain small', type: 'button', hidden: true, onclick: () => { filters = { ...NO_FILTERS }; search.value = ''; meant = null; fillFilters(); keep(); draw(); } }, 'Clear');
  const selects = {};
  for (const [key, name] of [['group', 'Group'], ['status', 'Status'], ['owner', 'Owner'], ['persona', 'Persona'], ['show', 'Show']]) {
    selects[key] = h('select', { 'aria-label': name, onchange: (e) => { filters[key] = e.target.value; keep(); draw(); } });
  }
  const filterBox = h('details', { class: 'filters' }, h('summary', null, icon('filter'), 'Filters'), h('div', { class: 'filter-row' }, Object.values(selects)));
  swap(tools, views, h('label', { class: 'search' }, icon('search'), search, h('kbd', { 'aria-hidden': 'true' }, '/')), filterBox, found, clear, h('span', { class: 'grow' }), undoButton, keys.button);

  search.addEventListener('input', () => { filters.q = search.value; meant = null; soon(); bySense(); });
  const soon = later(60, () => { keep(); draw(); });
  const bySense = later(400, async () => {
    const q = filters.q.trim();
    if (q.length < 3 || !host.editable) return;
    try {
      const r = await host.call('search', { query: q, kinds: ['item'], within: m.map.id, limit: 8 });
      if (q !== filters.q.trim()) return;
      meant = new Set((r.hits ?? []).map((x) => x.id));
      draw();
    } catch { /* what the words find stands */ }
  });

  const key = () => `custory.map.${m.map.id}`;
  const keep = () => kept.set(key(), JSON.stringify({ view, filters: { ...filters, q: '' }, sort }));
  function recall() {
    try {
      const was = JSON.parse(kept.get(key()));
      view = VIEWS[was.view] ? was.view : 'grid';
      filters = { ...NO_FILTERS, ...was.filters };
      sort = was.sort ?? sort;
    } catch { /* nothing is kept */ }
  }

  function fillFilters() {
    const set = (k, all, options) => {
      swap(selects[k], h('option', { value: '' }, all), options);
      selects[k].value = filters[k];
      if (selects[k].value !== filters[k]) selects[k].value = filters[k] = '';
      selects[k].hidden = options.flat().length === 0;
    };
    const opt = (value, text) => h('option', { value }, text);
    const items = [...m.items.values()];
    const types = TYPES.filter((t) => items.some((i) => i.type === t));
    set('group', 'All groups', types.map((t) => opt(t, GROUP[t])));
    set('status', 'Any status', types.map((t) => h('optgroup', { label: GROUP[t] }, [...new Set(items.filter((i) => i.type === t).map((i) => i.status))].sort().map((st) => opt(st, st)))));
    set('owner', 'Any owner', m.map.people?.length ? [opt('-', 'Nobody'), ...m.map.people.map((p) => opt(p.id, p.name || p.id))] : []);
    set('persona', 'All personas', (m.map.personas ?? []).map((p) => opt(p.id, p.name || p.id)));
    set('show', 'Everything', Object.entries(SHOWS).filter(([, [, fits]]) => items.some(fits)).map(([k, [name]]) => opt(k, name)));
  }

  function drawHead() {
    const c = m.map.counts ?? {};
    const cov = m.map.coverage ?? {};
    const steps = m.steps.length;
    const title = options.picker?.(m.map) ?? h('h1', { dir: 'auto' }, m.map.name);
    swap(head, h('div', { class: 'brand' }, mark(), h('span', null, 'custory')), h('div', { class: 'title' }, title,
      h('p', { class: 'sum quiet' }, dot(count(m.map.stages?.length ?? 0, 'stage'), count(steps, 'step'), count(c.items ?? 0, 'item'), c.drafts && count(c.drafts, 'draft'), m.map.signals?.placed && count(m.map.signals.placed, 'signal')))),
    steps > 0 && h('ul', { class: 'legend', 'aria-label': 'How well the steps are evidenced' }, Object.entries(COVERAGE).map(([k, name]) => h('li', null, disc(k), h('b', null, num(cov[k] ?? 0)), h('span', null, name.toLowerCase())))),
    h('div', { class: 'end' }, cue, options.bar?.(m.map)));
  }

  function draw() {
    const at = main.scrollLeft, down = main.scrollTop, focused = document.activeElement?.dataset?.item;
    const c = choose(m, filters, meant);
    const how = { ...c, group: filters.group, persona: filters.persona, open: unfolded, whole: paper, changed, visit: options.visit };
    for (const b of views.children) b.setAttribute('aria-pressed', String(b.dataset.view === view));
    main.dataset.view = view;
    undoButton.hidden = !past.any;
    clear.hidden = !c.active;
    const many = Object.entries(filters).filter(([k, v]) => k !== 'q' && v).length;
    filterBox.firstChild.lastChild.textContent = many ? `Filters (${many})` : 'Filters';
    const words = c.active ? (c.shown.size ? `${num(c.shown.size)} of ${count(m.items.size, 'item')}${c.byMeaning.size ? `, ${num(c.byMeaning.size)} by meaning` : ''}` : '') : '';
    if (found.textContent !== words) found.textContent = words;
    const said_ = c.active ? (c.shown.size ? words : 'Nothing matches') : '';
    if (said_ !== shownFor) { shownFor = said_; live.textContent = said_; }
    swap(main, notes(), empty(c) ?? (view === 'table' ? table(m, how, sort, (to, at) => { sort = to; keep(); draw(); main.querySelector(`[data-sort="${at}"]`)?.focus(); }) : view === 'matrix' ? matrix(m, how) : paper ? sheets(m, how) : grid(m, how)));
    main.scrollTo(at, down);
    if (focused && !document.activeElement?.dataset?.item) main.querySelector(`[data-item="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
    options.drawn?.();
  }

  const notes = () => (m.map.left_out?.length ? h('p', { class: 'note' }, icon('warn'), `Left out of this picture: ${m.map.left_out.join('; ')}`) : null);

  // empty says what to do where there is nothing to see.
  function empty(c) {
    const say = (title, text) => h('div', { class: 'empty' }, mark(), h('h2', null, title), h('p', null, text));
    if (!(m.map.stages ?? []).length) return say('This journey has no stages yet', 'Ask your assistant: “Draft the stages and steps of this journey”, or paste a transcript and let it find them.');
    if (view !== 'grid' && !m.items.size) return say('Nothing stands on this journey yet', 'Capture signals with your assistant, then ask it to draft insights from them. They appear here at once.');
    if (c.active && !c.shown.size) return say('Nothing matches', 'Try fewer words, or clear the filters.');
    if (view === 'matrix' && ![...m.items.values()].some((i) => c.shown.has(i.id) && (i.type === 'Opportunity' || i.type === 'Solution'))) return say('Nothing to weigh up yet', 'Opportunities and solutions appear here by their impact and effort.');
    return null;
  }

  function show(id, from) {
    if (!m.items.has(id)) return tell('That item is not on this map.');
    swap(fault);
    const d = detail(m, id, host, act, fault);
    if (!open) open = { from };
    open.id = id;
    swap(side, d.root);
    shell.classList.add('with-item');
    d.heading.focus({ preventScroll: true });
    options.opened?.(id);
  }

  function close() {
    if (!open) return;
    const back = main.querySelector(`[data-item="${CSS.escape(open.id)}"]`) ?? main;
    open = null;
    swap(side);
    shell.classList.remove('with-item');
    back.focus({ preventScroll: true });
    options.opened?.('');
  }

  const act = {
    close,
    go: show,
    copy: options.link && ((i) => navigator.clipboard.writeText(options.link(i.id)).then(() => tell('Link copied'), () => tell('The link is in the address bar.'))),
    latest: (i) => m.items.get(i.id) ?? i,
    renew(focus) {
      swap(fault);
      refresh(true);
      side.querySelector(focus)?.focus();
    },
    may: (i) => Boolean(i) && host.editable && m.role !== 'Viewer' && !m.map.you?.proposes,
    statuses: (type) => statuses[type] ?? [],
    save: (i, fields, words) => change('save_items', { items: [{ item: i.id, version: i.version, ...fields }] }, words),
    accept: (i) => change('review_drafts', { action: 'accept', drafts: [i.id] }, 'Accepted').then(() => act.renew('#detail-title')),
    dismiss: (i, reason) => change('review_drafts', { action: 'dismiss', drafts: [i.id], reason: reason || 'dismissed on the map' }, 'Dismissed'),
  };

  async function change(tool, args, words) {
    const r = await host.call(tool, args).catch(conflict);
    if (r.call) past.did(r.call);
    await options.reload();
    tell(r.call ? words : 'Nothing changed', r.call && ['Undo', () => past.back()]);
  }

  // conflict shows what somebody else has made of it meanwhile.
  async function conflict(err) {
    if (err.code !== 'conflict') throw err;
    await options.reload();
    throw new Fault('Somebody changed this item meanwhile, so nothing was saved. It is shown as it is now; choose again if you still mean it.', err.code);
  }

  const hide = later(6000, () => { toast.hidden = true; });
  function tell(text, action) {
    swap(toast, h('span', null, text), action && h('button', { class: 'plain small', type: 'button', onclick: () => { toast.hidden = true; action[1](); } }, action[0]));
    toast.hidden = false;
    live.textContent = text;
    hide();
  }

  main.addEventListener('click', (e) => {
    const b = e.target.closest('[data-item], [data-journey]');
    if (b?.dataset.item) show(b.dataset.item, b);
    if (b?.dataset.journey) options.visit?.(b.dataset.journey);
  });
  document.addEventListener('keydown', (e) => {
    if (!shell.isConnected || e.defaultPrevented || keys.dialog.open) return;
    const typing = e.target.closest?.('input, textarea, select');
    if (e.key === 'Escape') {
      if (e.target === search && search.value) { search.value = ''; search.dispatchEvent(new Event('input')); return; }
      return close();
    }
    if (typing) return;
    if (e.key === '?') return keys.show();
    if (e.key === '/' && !e.ctrlKey && !e.metaKey) { e.preventDefault(); return search.focus(); }
    if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === 'z') { e.preventDefault(); e.shiftKey ? past.forth() : past.back(); }
    if (e.ctrlKey && e.key.toLowerCase() === 'y') { e.preventDefault(); past.forth(); }
  });

  let stood;
  const print = (on) => {
    if (!shell.isConnected || paper === on) return;
    if (on) stood = [main.scrollLeft, main.scrollTop];
    paper = on;
    draw();
    if (!on) main.scrollTo(...stood);
  };
  window.addEventListener('beforeprint', () => print(true));
  window.addEventListener('afterprint', () => print(false));

  const calm = later(2400, () => { changed = new Set(); for (const el of main.querySelectorAll('.changed')) el.classList.remove('changed'); });

  return {
    /** show draws a map; of one that is drawn already, it marks what is new. */
    show(map, mine) {
      const before = m;
      m = model(map);
      changed = new Set();
      if (before?.map.id === m.map.id) {
        for (const i of m.items.values()) if (before.items.get(i.id)?.version !== i.version) changed.add(i.id);
        calm();
        if (changed.size && !mine) live.textContent = `${count(changed.size, 'item')} changed`;
      } else {
        past.forget();
        unfolded = new Set();
        close();
        recall();
      }
      if (!shell.isConnected) swap(root, shell);
      drawHead();
      fillFilters();
      draw();
      if (open && !m.items.has(open.id)) {
        close();
        if (!mine) tell('The item that was open is no longer on this map.');
      }
      refresh();
      if (host.editable && m.role !== 'Viewer' && !Object.keys(statuses).length) host.read(STATUSES).then((v) => {
        statuses = Object.fromEntries(v.item_types.map((t) => [t.type, t.statuses]));
        if (open) refresh();
      }).catch(() => {});
    },
    open: show,
    tell,
    /** cue shows whether changes arrive. */
    cue(state) {
      cue.hidden = false;
      cue.dataset.state = state;
      swap(cue, h('i', null), state === 'live' ? 'Live' : 'Reconnecting…');
    },
  };

  // refresh draws the open item anew, unless something is being typed in it.
  function refresh(always) {
    if (!open || !always && [...side.querySelectorAll('textarea, input')].some((e) => e.matches('textarea, :focus') || e.value)) return;
    const top = side.querySelector('.detail-body')?.scrollTop ?? 0;
    const had = side.contains(document.activeElement) && document.activeElement.getAttribute('aria-label');
    const d = detail(m, open.id, host, act, fault);
    swap(side, d.root);
    side.querySelector('.detail-body').scrollTop = top;
    if (had) (side.querySelector(`[aria-label="${CSS.escape(had)}"]`) ?? d.heading).focus({ preventScroll: true });
  }
}

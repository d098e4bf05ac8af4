// One item with all that belongs to it.
import { h, only, said, swap } from './dom.js';
import { icon, pips, strength } from './icon.js';
import { spark, stateOf } from './card.js';
import { count, day, dot, label, num, percent, value } from './words.js';

const SCORES = { Insight: ['severity'], Opportunity: ['impact', 'effort'], Solution: ['impact', 'effort'] };

/** detail shows an item at once as the map has it, and in full when it is read. What goes wrong is told in fault. */
export function detail(m, id, host, act, fault) {
  const i = m.items.get(id);
  const rest = h('div', { class: 'rest' });
  const can = act.may(i);
  const try_ = async (fn) => {
    swap(fault);
    try {
      await fn();
    } catch (err) {
      swap(fault, icon('warn'), h('span', null, err.message));
      fault.scrollIntoView({ block: 'nearest' });
    }
  };
  const heading = h('h2', { tabindex: '-1', id: 'detail-title', class: 'detail-title', dir: 'auto' }, i.title);
  const root = h('aside', { class: `detail t-${i.type}`, role: 'dialog', 'aria-labelledby': 'detail-title', data: { item: id } },
    h('header', null, h('span', { class: 'detail-kind' }, icon(i.type, 'kind'), i.type), i.draft && h('span', { class: 'tag draft-tag' }, 'Draft'),
      act.copy && h('button', { class: 'plain small copy', type: 'button', onclick: () => act.copy(i) }, icon('link'), 'Copy link'),
      h('button', { class: 'plain close', type: 'button', 'aria-label': 'Close', onclick: act.close }, icon('close'))),
    h('div', { class: 'detail-body' }, title(i, heading, can, try_, act), i.draft && review(i, can, try_, act), fault, facts(m, i, can, try_, act), rest));
  const draw = (v) => swap(rest, v.description && h('div', { class: 'prose', dir: 'auto' }, v.description), number(i, v), evidence(i, v), chain(m, i, v, act), places(m, i, v), hangs(v, host), talk(v), history(v));
  draw({ description: i.description });
  if (host.kind !== 'export' || i.quotes) rest.append(h('p', { class: 'quiet loading' }, 'Reading the rest…'));
  host.read(`custory://item/${id}?format=json`).then((v) => root.isConnected && draw(v)).catch((err) => {
    rest.querySelector('.loading')?.remove();
    if (host.kind !== 'export' && root.isConnected) swap(fault, icon('warn'), h('span', null, err.message));
  });
  return { root, heading };
}

function title(i, heading, can, try_, act) {
  if (!can) return h('div', { class: 'title-row' }, heading);
  const rowEl = h('div', { class: 'title-row' });
  const done = () => act.renew('.rename');
  const edit = () => {
    const input = h('textarea', { class: 'title-edit', 'aria-label': 'Title', rows: 2, dir: 'auto', value: i.title });
    let base = i; // what the new title is meant to replace
    const save = () => try_(async () => {
      const to = input.value.trim().replace(/\s+/g, ' ');
      if (!to) throw new Error('A title has at least one word.');
      try {
        if (to !== base.title) await act.save(base, { title: to }, 'Renamed');
      } catch (err) {
        if (err.code !== 'conflict') throw err;
        base = act.latest(i);
        throw new Error(`Somebody changed this item meanwhile; it is called “${base.title}” now. Save again to give it your title, or cancel to keep theirs.`);
      }
      done();
    });
    input.addEventListener('keydown', (e) => {
      if (e.key === 'Enter' && !e.isComposing) { e.preventDefault(); save(); }
      if (e.key === 'Escape') { e.stopPropagation(); done(); }
    });
    swap(rowEl, input, h('span', { class: 'buttons' }, h('button', { class: 'button', type: 'button', onclick: save }, 'Save'), h('button', { class: 'plain small', type: 'button', onclick: done }, 'Cancel')));
    input.focus();
    input.select();
  };
  return swap(rowEl, heading, h('button', { class: 'plain small rename', type: 'button', onclick: edit }, 'Rename'));
}

function review(i, can, try_, act) {
  const box = h('div', { class: 'review' }, h('p', null, 'This is a draft. It waits for review and counts nowhere yet.'));
  if (!can) return box;
  const reason = h('input', { type: 'text', 'aria-label': 'Why it is dismissed', placeholder: 'Why? (kept with the draft)', maxlength: 500 });
  const ask = h('div', { class: 'buttons', hidden: true }, reason, h('button', { class: 'button', type: 'button', onclick: () => try_(() => act.dismiss(i, reason.value.trim())) }, 'Dismiss it'));
  box.append(h('div', { class: 'buttons' },
    h('button', { class: 'button primary', type: 'button', onclick: () => try_(() => act.accept(i)) }, 'Accept'),
    h('button', { class: 'button', type: 'button', onclick: () => { ask.hidden = false; reason.focus(); } }, 'Dismiss…')), ask);
  return box;
}

function facts(m, i, can, try_, act) {
  const rows = [];
  const row = (name, ...kids) => kids.some(Boolean) && rows.push(h('div', { class: 'fact-row' }, h('dt', null, name), h('dd', null, kids)));
  const statuses = act.statuses(i.type);
  row('Status', can && statuses.length ? h('select', { 'aria-label': 'Status', onchange: (e) => try_(() => act.save(i, { status: e.target.value }, 'Status changed')) }, statuses.map((v) => h('option', { value: v, selected: v === i.status }, v))) : i.status);
  for (const f of SCORES[i.type] ?? []) row(label(f), can ? scale(i, f, try_, act) : i[f] && h('span', { class: 'fact' }, pips(i[f]), `${i[f]} of 5`));
  row('Owner', i.owner && said('span', '', m.names.get(i.owner)));
  row('Kind', i.insight_type ?? i.solution_type ?? i.metric?.type);
  row('Channel', i.channel);
  row('Priority', i.priority);
  row('Confidence', i.confidence);
  row('Due', i.target_date && day(i.target_date));
  row('Personas', i.personas && said('span', '', i.personas.map((p) => m.names.get(p)).join(', ')));
  return h('dl', { class: 'facts' }, rows);
}

// scale is five buttons, of which one is pressed.
function scale(i, field, try_, act) {
  return h('span', { class: 'scale', role: 'group', 'aria-label': label(field) },
    [1, 2, 3, 4, 5].map((n) => h('button', { type: 'button', 'aria-pressed': String(i[field] === n), 'aria-label': `${label(field)} ${n} of 5`, class: n <= (i[field] ?? 0) ? 'on' : '', onclick: () => try_(() => act.save(i, { [field]: n }, `${label(field)} set to ${n}`)) }, n)));
}

const part = (name, note, ...kids) => kids.flat().some(Boolean) && h('section', { class: 'part' }, h('h3', null, name, note && h('span', { class: 'quiet' }, note)), kids);

function number(i, v) {
  if (i.type !== 'Metric') return null;
  const x = { ...i.metric, readings: v.readings ?? i.metric?.readings };
  const state = stateOf(i);
  const facts = [['Baseline', x.baseline ?? v.baseline], ['Now', x.current], ['Goal', x.target]].filter(([, n]) => n !== undefined);
  return part('Value', v.evaluation_period ?? x.direction, state && h('p', { class: 'state' }, icon('warn'), state),
    facts.length > 0 && h('dl', { class: 'figures' }, facts.map(([name, n]) => h('div', null, h('dt', null, name), h('dd', null, value(n, x.unit))))), spark(x, 360, 96));
}

function evidence(i, v) {
  const e = v.evidence ?? (i.evidence && { strength: i.evidence, people: i.people ?? 0, quotes: i.quotes ?? 0 });
  if (!e) return null;
  if (!e.quotes) return part('Evidence', '', h('p', { class: 'hint' }, 'No quote supports this yet: it is an assumption. Ask your assistant to find signals that speak for or against it.'));
  const said_ = dot(count(e.people, 'person', 'people'), count(e.quotes, 'quote'), e.sources && count(e.sources, 'kind of source', 'kinds of source'), e.disagree > 0 && `${percent(e.disagree)} disagree`);
  return part('Evidence', '', h('p', { class: `weight ${e.strength}` }, strength(e.strength), h('b', null, label(e.strength)), h('span', { class: 'quiet' }, said_)),
    v.citations?.length > 0 && h('p', { class: 'overline words' }, 'In customers’ own words'), (v.citations ?? []).map(quote), v.left_out?.map((t) => h('p', { class: 'quiet' }, `Left out: ${t}`)));
}

function quote(c) {
  return h('figure', { class: `quote ${c.stance}` }, h('blockquote', { dir: 'auto' }, c.quote),
    h('figcaption', null, c.stance === 'contradicts' && h('span', { class: 'tag against' }, 'Disagrees'), said('span', '', dot(c.author || 'Someone', c.source_name && c.source_name !== c.source ? `${c.source_name} (${c.source})` : c.source, day(c.said_at)))));
}

function chain(m, i, v, act) {
  const known = (ids) => (ids ?? []).map((id) => m.items.get(id)).filter(Boolean).map((x) => ({ item: x.id, type: x.type, title: x.title, status: x.status }));
  const list = (links) => links.length > 0 && h('ul', { class: 'links' }, links.filter((l) => l.review !== 'dismissed').map((l) => h('li', null, m.items.has(l.item)
    ? h('button', { class: `chip t-${l.type}`, type: 'button', onclick: () => act.go(l.item) }, icon(l.type, 'kind'), only(`${l.type}, `), said('span', 'chip-title', l.title), h('span', { class: 'quiet' }, l.status))
    : h('span', { class: `chip t-${l.type}` }, icon(l.type, 'kind'), only(`${l.type}, `), said('span', 'chip-title', l.title), h('span', { class: 'quiet' }, 'elsewhere')))));
  const from = v.linked_from ?? known(m.from.get(i.id)), to = v.linked_to ?? known(m.to.get(i.id));
  return [part('Comes from', '', list(from)), part('Leads to', '', list(to))];
}

function places(m, i, v) {
  const on = v.placements?.map((p) => p.path) ?? (m.on.get(i.id) ?? []).map((n) => `${m.steps[n].stage.name} › ${m.steps[n].name}`);
  return part('Stands on', '', on.length > 0 && h('ul', { class: 'plain-list' }, on.map((p) => h('li', { dir: 'auto' }, p))));
}

// link leads out only from the web page, only to the web, and tells the other side nothing.
function link(url, text, host) {
  const shown = text || url;
  if (host.kind !== 'page' || !/^https?:\/\//i.test(url ?? '')) return said('span', '', shown === url ? url : dot(shown, url));
  return h('a', { href: url, target: '_blank', rel: 'noopener noreferrer nofollow', dir: 'auto' }, shown, icon('out'), only(' (opens in a new tab)'));
}

function hangs(v, host) {
  return [
    part('Tasks', '', v.tasks && h('ul', { class: 'plain-list' }, v.tasks.map((t) => h('li', null, link(t.url, `${t.key} ${t.title}`, host), h('span', { class: 'quiet' }, ` ${dot(t.platform, t.status)}`))))),
    part('Links', '', v.links && h('ul', { class: 'plain-list' }, v.links.map((w) => h('li', null, link(w.url, w.title, host), w.description && said('p', 'quiet', w.description))))),
    part('Files', '', v.attachments && h('ul', { class: 'plain-list' }, v.attachments.map((a) => h('li', null, a.url ? link(a.url, a.name, host) : said('span', '', a.name))))),
  ];
}

const talk = (v) => part('Comments', '', v.comments && v.comments.map((c) => h('div', { class: 'comment' }, said('p', 'prose', c.text), h('p', { class: 'quiet' }, dot(c.author?.name, day(c.at))))));

const history = (v) => part('History', '', v.changes && h('ol', { class: 'history' }, v.changes.map((e) => h('li', null, h('span', { dir: 'auto' }, e.summary || e.tool.replaceAll('_', ' ')), h('span', { class: 'quiet' }, dot(e.actor?.name, e.client, day(e.at), e.undone && 'taken back'))))));

// The items as rows, to be sorted.
import { h, only, said } from './dom.js';
import { facts, stateOf } from './card.js';
import { icon, pips, strength } from './icon.js';
import { TYPES } from './model.js';
import { day, dot, num, value } from './words.js';

const PAGE = 120; // rows drawn at once; the rest follows as it is scrolled to

const FALLING = ['severity', 'impact', 'priority', 'evidence', 'updated']; // most first
const BENEATH = ['title', 'type', 'status', 'step', 'channel', 'severity', 'impact', 'effort', 'evidence', 'current', 'target'];

const rank = (list) => (v) => { const n = list.indexOf(v); return n < 0 ? undefined : n; };
const priority = rank(['Low', 'Medium', 'High', 'Critical']);
const evidence = rank(['none', 'contested', 'weak', 'moderate', 'strong']);
const score = (field) => [(i) => i[field], (i) => i[field] && h('span', { class: 'fact' }, pips(i[field]), h('span', null, i[field]), only(' of 5'))];

// Each column: its title, what it sorts by, what it shows, and the groups that have it.
const columns = (m) => [
  ['title', 'Item', (i) => i.title.toLowerCase(), (i) => h('button', { class: 'open', type: 'button', data: { item: i.id }, 'aria-haspopup': 'dialog' }, icon(i.type, `kind t-${i.type}`), said('span', '', i.title), i.draft && h('span', { class: 'tag draft-tag' }, 'Draft'))],
  ['type', 'Type', (i) => TYPES.indexOf(i.type), (i) => i.type, ['']],
  ['status', 'Status', (i) => i.status, (i) => i.status],
  ['step', 'Step', (i) => m.on.get(i.id)?.[0], (i) => where(m, i)],
  ['owner', 'Owner', (i) => m.names.get(i.owner)?.toLowerCase(), (i) => i.owner && said('span', '', m.names.get(i.owner)), ['', 'Opportunity', 'Solution', 'Metric']],
  ['channel', 'Channel', (i) => i.channel, (i) => i.channel, ['Touchpoint']],
  ['insight', 'Kind', (i) => i.insight_type, (i) => i.insight_type, ['Insight']],
  ['severity', 'Severity', ...score('severity'), ['', 'Insight']],
  ['confidence', 'Confidence', (i) => i.confidence, (i) => i.confidence, ['Insight', 'Opportunity']],
  ['impact', 'Impact', ...score('impact'), ['', 'Opportunity', 'Solution']],
  ['effort', 'Effort', ...score('effort'), ['', 'Opportunity', 'Solution']],
  ['priority', 'Priority', (i) => priority(i.priority), (i) => i.priority, ['', 'Opportunity', 'Solution']],
  ['kind', 'Kind', (i) => i.solution_type, (i) => i.solution_type, ['Solution']],
  ['target_date', 'Due', (i) => i.target_date, (i) => i.target_date && day(i.target_date), ['Solution']],
  ['current', 'Now', (i) => i.metric?.current, (i) => value(i.metric?.current, i.metric?.unit), ['Metric']],
  ['target', 'Goal', (i) => i.metric?.target, (i) => value(i.metric?.target, i.metric?.unit), ['Metric']],
  ['evidence', 'Evidence', (i) => evidence(i.evidence), (i) => i.evidence && h('span', { class: 'fact' }, strength(i.evidence), dot(i.evidence, i.people && num(i.people)), i.people > 0 && only(i.people === 1 ? ' person' : ' people')), ['', 'Insight', 'Opportunity']],
  ['updated', 'Updated', (i) => i.updated, (i) => day(i.updated)],
].map(([key, title, by, show, groups]) => ({ key, title, by, show, groups }));

function where(m, i) {
  const on = m.on.get(i.id) ?? [];
  if (!on.length) return null;
  return [said('span', 'where', m.steps[on[0]].name), on.length > 1 && h('span', { class: 'quiet' }, ` +${on.length - 1}`)];
}

// beneath is what stands under the title where there is no room for columns: what
// matters of an item of its type, where it stands, and what it is sorted by.
function beneath(m, i, by) {
  const more = !BENEATH.includes(by.key) && by.show(i);
  return h('span', { class: `beneath card-meta t-${i.type}` }, i.type === 'Metric' ? figures(i) : facts(i), h('span', { class: 'quiet' }, where(m, i)), more && h('span', { class: 'fact' }, `${by.title}: `, more));
}

function figures(i) {
  const x = i.metric ?? {}, state = stateOf(i);
  return [x.current !== undefined && h('b', null, value(x.current, x.unit)), x.target !== undefined && h('span', null, `Goal ${value(x.target, x.unit)}`), state && h('span', { class: state === 'Broken' ? 'state bad' : 'state' }, state)];
}

// order is how to sort where there are no heads of columns.
function order(cols, by, sort, resort) {
  const way = sort.down ? 'descending' : 'ascending';
  return h('div', { class: 'sort-by' },
    h('label', null, 'Sort by', h('select', { data: { sort: 'by' }, onchange: (e) => resort({ key: e.target.value, down: FALLING.includes(e.target.value) }, 'by') }, cols.map((c) => h('option', { value: c.key, selected: c === by }, c.title)))),
    h('button', { class: 'plain', type: 'button', data: { sort: 'way' }, 'aria-label': `Order: ${way}`, onclick: () => resort({ key: by.key, down: !sort.down }, 'way') }, h('span', { 'aria-hidden': 'true' }, sort.down ? '↓' : '↑')));
}

/** table draws the rows. resort is called with how they shall be sorted, and with which control. */
export function table(m, how, sort, resort) {
  const cols = columns(m).filter((c) => !c.groups || c.groups.includes(how.group));
  const by = cols.find((c) => c.key === sort.key) ?? cols.find((c) => c.key === 'step');
  const rows = [...m.items.values()].filter((i) => how.shown.has(i.id)).map((i) => [by.by(i), i]);
  rows.sort(([a], [b]) => {
    if (a === undefined || b === undefined) return (a === undefined) - (b === undefined);
    const c = typeof a === 'string' ? a.localeCompare(b) : a - b;
    return sort.down ? -c : c;
  });
  const heads = cols.map((c) => h('th', { scope: 'col', class: `k-${c.key}`, 'aria-sort': c === by ? (sort.down ? 'descending' : 'ascending') : undefined },
    h('button', { type: 'button', class: 'sort', data: { sort: c.key }, onclick: () => resort({ key: c.key, down: c === by ? !sort.down : FALLING.includes(c.key) }, c.key) }, c.title, h('span', { class: 'arrow', 'aria-hidden': 'true' }, c === by ? (sort.down ? '↓' : '↑') : ''))));
  const body = h('tbody');
  const root = h('div', { class: 'table' }, order(cols, by, sort, resort), h('table', null, h('caption', { class: 'only' }, `${m.map.name}: ${rows.length} items`), h('thead', null, h('tr', null, heads)), body));
  const end = h('div', { class: 'table-end' });
  let drawn = 0;
  const draw = (n) => {
    body.append(...rows.slice(drawn, drawn + n).map(([, i]) => h('tr', { class: how.changed?.has(i.id) ? 'changed' : '' }, cols.map((c, n) => h(n ? 'td' : 'th', { scope: n ? undefined : 'row', class: `k-${c.key}` }, c.show(i), !n && beneath(m, i, by))))));
    drawn += n;
    if (drawn >= rows.length) end.remove();
  };
  draw(how.whole ? rows.length : PAGE);
  if (drawn < rows.length) {
    root.append(end);
    const seen = new IntersectionObserver((all) => all.some((e) => e.isIntersecting) && draw(PAGE), { rootMargin: '600px' });
    seen.observe(end);
  }
  return root;
}

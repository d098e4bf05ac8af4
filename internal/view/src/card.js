// Cards of items, and the small pictures on them.
import { h, s, only, said } from './dom.js';
import { icon, pips, strength } from './icon.js';
import { day, dot, num, value } from './words.js';

/** card is an item in a lane. */
export function card(i, how) {
  const cls = ['card', `t-${i.type}`, i.draft && 'draft', how.changed && 'changed', how.byMeaning && 'meant'].filter(Boolean).join(' ');
  return h('button', { class: cls, type: 'button', tabindex: '-1', data: { item: i.id }, 'aria-haspopup': 'dialog' },
    h('span', { class: 'card-top' }, icon(i.type, 'kind'), said('span', 'card-title', i.title)),
    i.draft && h('span', { class: 'tag draft-tag' }, 'Draft'),
    how.byMeaning && h('span', { class: 'tag' }, 'Found by meaning'),
    i.type === 'Metric' ? metric(i) : h('span', { class: 'card-meta' }, facts(i)));
}

/** facts are the few of an item, other than a metric, that tell most. */
export function facts(i) {
  const all = [];
  if (i.status) all.push(h('span', null, i.status));
  if (i.severity) all.push(h('span', { class: 'fact' }, only(`severity ${i.severity} of 5`), pips(i.severity)));
  if (i.evidence && i.evidence !== 'none') all.push(h('span', { class: 'fact' }, strength(i.evidence), only(`${i.evidence} evidence, `), num(i.people), only(i.people === 1 ? ' person' : ' people')));
  else if (i.type === 'Insight' && i.evidence === 'none') all.push(h('span', { class: 'fact quiet' }, 'no quotes'));
  if (i.impact || i.effort) all.push(h('span', { class: 'fact' }, dot(i.impact && `Impact ${i.impact}`, i.effort && `Effort ${i.effort}`)));
  if (i.channel) all.push(h('span', null, i.channel));
  return all;
}

/** stateOf is the state of a metric's card. */
export function stateOf(i) {
  const x = i.metric ?? {};
  if (i.status === 'Broken') return 'Broken';
  if (x.current === undefined && !x.readings?.length) return x.source ? 'Waiting for first sync' : 'No source';
  return '';
}

function metric(i) {
  const x = i.metric ?? {};
  const state = stateOf(i);
  if (state && x.current === undefined) return h('span', { class: 'card-meta' }, h('span', { class: `state ${state === 'Broken' ? 'bad' : ''}` }, state === 'Broken' && icon('warn'), state), x.target !== undefined && h('span', { class: 'fact quiet' }, `Goal ${value(x.target, x.unit)}`));
  return h('span', { class: 'metric' },
    h('span', { class: 'metric-now' }, h('b', null, value(x.current ?? x.readings.at(-1).value, x.unit)),
      x.target !== undefined && h('span', { class: 'quiet' }, `Goal ${value(x.target, x.unit)}`),
      state && h('span', { class: 'state bad' }, icon('warn'), state)),
    spark(x, 200, 34));
}

/** spark draws the readings of a metric with its goal. */
export function spark(x, w, hgt) {
  const all = x.readings ?? [];
  if (all.length < 2) return null;
  const values = all.map((r) => r.value);
  const marks = x.target === undefined ? values : [...values, x.target];
  const lo = Math.min(...marks), hi = Math.max(...marks);
  const t0 = Date.parse(all[0].at), t1 = Date.parse(all.at(-1).at);
  const px = (r, n) => 3 + (w - 6) * (t1 > t0 ? (Date.parse(r.at) - t0) / (t1 - t0) : n / (all.length - 1));
  const py = (v) => 4 + (hgt - 8) * (hi > lo ? (hi - v) / (hi - lo) : 0.5);
  const line = all.map((r, n) => `${n ? 'L' : 'M'}${px(r, n).toFixed(1)} ${py(r.value).toFixed(1)}`).join('');
  const end = all.at(-1);
  const tells = `From ${num(values[0])} on ${day(all[0].at)} to ${num(end.value)} on ${day(end.at)}${x.target === undefined ? '' : `, goal ${num(x.target)}`}`;
  return s('svg', { class: 'spark', viewBox: `0 0 ${w} ${hgt}`, role: 'img', 'aria-label': tells },
    x.target !== undefined && s('line', { class: 'goal', x1: 0, x2: w, y1: py(x.target), y2: py(x.target) }),
    s('path', { class: 'spark-area', d: `${line}L${px(end, all.length - 1).toFixed(1)} ${hgt}L3 ${hgt}Z` }),
    s('path', { class: 'spark-line', d: line }),
    s('circle', { class: 'spark-end', cx: px(end, all.length - 1), cy: py(end.value), r: 2.6 }));
}

// The journey in order: stages and steps across, lanes down, and the curve above.
import { h, s, only, said } from './dom.js';
import { card } from './card.js';
import { disc, face, icon } from './icon.js';
import { LANES, GROUP, feeling, stepConcerns } from './model.js';
import { COVERAGE, FEELINGS, count, num } from './words.js';

const FEW = 5; // cards of a cell before the rest is folded
const ACROSS = 6; // columns of a printed sheet
const MANY = 400; // items from which on those out of sight are not laid out

export function grid(m, how, columns = columnsOf(m.map)) {
  const lanes = LANES.filter((l) => (!how.group || l === how.group) && (how.active ? true : l !== 'nested' || m.steps.some((st) => st.nested?.length)));
  const root = h('div', { class: m.items.size > MANY ? 'grid many' : 'grid', role: 'grid', 'aria-label': `${m.map.name}: steps across, lanes down`, 'aria-colcount': columns.length + 1, vars: { cols: columns.length } },
    stages(m, columns), steps(columns, how), curve(m, columns), lanes.map((l) => lane(m, l, columns, how)));
  rove(root);
  return root;
}

/** sheets are the grid in parts that fit on paper. */
export function sheets(m, how) {
  const all = columnsOf(m.map);
  const across = Math.ceil(all.length / Math.ceil(all.length / ACROSS));
  return Array.from({ length: Math.ceil(all.length / across) }, (_, n) => grid(m, how, all.slice(n * across, (n + 1) * across)));
}

// A stage without steps has a column that says so.
function columnsOf(map) {
  let n = 0;
  return (map.stages ?? []).flatMap((stage) => (stage.steps?.length ? stage.steps.map((step) => ({ stage, step, n: n++ })) : [{ stage }]));
}

const row = (cls, ...cells) => h('div', { class: `row ${cls}`, role: 'row' }, cells);
const cell = (cls, c, ...kids) => h('div', { class: `cell ${cls}${c.first ? ' first' : ''}`, role: 'gridcell' }, kids);

function stages(m, columns) {
  const shown = [];
  for (const c of columns) {
    c.first = c.stage !== shown.at(-1)?.stage;
    if (c.first) shown.push({ stage: c.stage, span: 0 });
    shown.at(-1).span++;
  }
  return row('stages', h('div', { class: 'corner', role: 'columnheader' }, h('span', { class: 'overline' }, 'Stage')),
    shown.map(({ stage: st, span }) => h('div', { class: 'stage first', role: 'columnheader', 'aria-colspan': span, vars: { span } },
      h('span', { class: 'stage-in' }, said('span', 'stage-name', st.name), h('span', { class: 'quiet' }, count(st.steps?.length ?? 0, 'step'))))));
}

function steps(columns, how) {
  return row('steps', h('div', { class: 'corner', role: 'columnheader' }, h('span', { class: 'overline' }, 'Step')),
    columns.map((c) => {
      if (!c.step) return h('div', { class: 'step first', role: 'columnheader' }, h('span', { class: 'quiet' }, 'No steps yet'));
      const st = c.step;
      const cls = `step${c.first ? ' first' : ''} c-${(st.coverage ?? 'unknown').split(' ')[0]}${stepConcerns(st, how.persona) ? '' : ' aside'}`;
      return h('div', { class: cls, role: 'columnheader', title: st.description },
        said('span', 'step-name', st.name),
        h('span', { class: 'step-meta' }, disc(st.coverage), h('span', { class: 'cov' }, COVERAGE[st.coverage] ?? 'Not judged'),
          st.signals?.placed && h('span', { class: 'quiet' }, count(st.signals.placed, 'signal')),
          st.signals?.proposed && h('span', { class: 'quiet' }, `${num(st.signals.proposed)} proposed`)));
    }));
}

// curve runs through every step's own cell, so that it fits columns of any width.
function curve(m, columns) {
  const f = feeling(m);
  if (!f.kind) return null;
  const top = (v) => (f.kind === 'emotion' ? 86 - (v - 1) * 18 : 14 + (v - 1) * 18);
  const known = f.values.map((v, n) => [n, v]).filter(([, v]) => v);
  const at = (n) => {
    if (f.values[n]) return top(f.values[n]);
    const before = known.findLast(([k]) => k < n), after = known.find(([k]) => k > n);
    if (!before || !after) return top((before ?? after)[1]);
    return top(before[1]) + (top(after[1]) - top(before[1])) * ((n - before[0]) / (after[0] - before[0]));
  };
  const rowhead = h('div', { class: 'head', role: 'rowheader' }, h('span', { class: 'head-in' }, h('span', null, f.kind === 'emotion' ? 'Emotion' : 'Severity')),
    h('span', { class: 'quiet head-note' }, f.kind === 'emotion' ? 'how it feels, 1 to 5' : 'the worst insight, 5 lowest'));
  return row('curve', rowhead, columns.map((c) => {
    if (!c.step) return cell('bend', c);
    const n = c.n, y = at(n), v = f.values[n];
    const prev = n > 0 ? at(n - 1) : y, next = n < f.values.length - 1 ? at(n + 1) : y;
    const line = `M-50 ${prev}C0 ${prev} 0 ${y} 50 ${y}C100 ${y} 100 ${next} 150 ${next}`;
    return cell('bend', c,
      s('svg', { viewBox: '0 0 100 100', preserveAspectRatio: 'none', 'aria-hidden': 'true' },
        s('path', { class: 'bend-area', d: `${line}V100H-50Z` }), s('path', { class: v ? 'bend-line' : 'bend-line guess', d: line })),
      v ? h('span', { class: `bend-dot ${f.kind}`, vars: { y: `${y}%` }, title: f.kind === 'emotion' ? `${v} of 5, ${FEELINGS[v]}` : `severity ${v} of 5` },
        f.kind === 'emotion' ? face(v) : h('b', { 'aria-hidden': 'true' }, v), only(f.kind === 'emotion' ? `${v} of 5, ${FEELINGS[v]}` : `severity ${v} of 5`)) : only('not judged'));
  }));
}

function lane(m, key, columns, how) {
  const ids = new Set();
  const cells = columns.map((c) => {
    const found = key === 'nested' ? (how.active && how.group !== 'nested' ? [] : c.step?.nested ?? []) : (c.step?.items ?? []).map((id) => m.items.get(id)).filter((i) => i?.type === key && how.shown.has(i.id));
    for (const x of found) ids.add(x.id);
    return [c, found];
  });
  if (how.active && !ids.size) return null;
  const name = h('div', { class: `head t-${key}`, role: 'rowheader' }, h('span', { class: 'head-in' }, icon(key, 'kind'), h('span', null, GROUP[key])), h('span', { class: 'quiet head-note' }, num(ids.size)));
  return row(`lane l-${key}${ids.size ? '' : ' bare'}`, name, cells.map(([c, found]) => {
    const box = cell(c.step && !stepConcerns(c.step, how.persona) ? 'aside' : '', c);
    const draw = (all) => all.map((x) => (key === 'nested' ? nested(x, how) : card(x, { changed: how.changed?.has(x.id), byMeaning: how.byMeaning.has(x.id) })));
    const most = found.length > FEW + 1 && !how.whole && !how.open.has(`${key} ${c.step.id}`) ? FEW : found.length;
    box.append(...draw(found.slice(0, most)));
    if (most < found.length) {
      box.append(h('button', { class: 'more', type: 'button', tabindex: '-1', onclick: (e) => {
        how.open.add(`${key} ${c.step.id}`);
        const rest = draw(found.slice(most));
        e.currentTarget.replaceWith(...rest);
        rest[0].focus();
      } }, `${num(found.length - most)} more`));
    }
    return box;
  }));
}

function nested(j, how) {
  const kids = [h('span', { class: 'card-top' }, icon('nested', 'kind'), said('span', 'card-title', j.name)), h('span', { class: 'card-meta' }, h('span', null, count(j.steps ?? 0, 'step')), j.items && h('span', null, count(j.items, 'item')))];
  return how.visit ? h('button', { class: 'card t-nested', type: 'button', tabindex: '-1', data: { journey: j.id } }, kids) : h('div', { class: 'card t-nested' }, kids);
}

// rove lets the arrow keys move among the cards, with one of them in the order of the tab key.
function rove(root) {
  const first = root.querySelector('.lane button');
  if (first) first.tabIndex = 0;
  root.addEventListener('focusin', (e) => {
    if (!e.target.matches('.lane button')) return;
    for (const b of root.querySelectorAll('.lane button[tabindex="0"]')) b.tabIndex = -1;
    e.target.tabIndex = 0;
  });
  root.addEventListener('keydown', (e) => {
    if (!e.target.matches('.lane button') || e.altKey || e.ctrlKey || e.metaKey) return;
    const to = step(e.target, e.key);
    if (!to) return;
    e.preventDefault();
    to.focus();
    to.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  });
}

function step(from, key) {
  const box = from.parentElement, here = [...box.querySelectorAll('button')], n = here.indexOf(from);
  const cells = (r) => [...r.querySelectorAll(':scope > .cell')];
  const column = cells(box.parentElement).indexOf(box);
  const across = (list) => list.map((c) => c.querySelectorAll('button')).find((b) => b.length);
  const mine = cells(box.parentElement);
  const pick = (b) => b?.[Math.min(n, b.length - 1)];
  switch (key) {
    case 'ArrowRight': return pick(across(mine.slice(column + 1)));
    case 'ArrowLeft': return pick(across(mine.slice(0, column).reverse()));
    case 'Home': return across(mine)?.[0];
    case 'End': return across(mine.reverse())?.[0];
    case 'ArrowDown': return here[n + 1] ?? down(box.parentElement, column, 'nextElementSibling')?.[0];
    case 'ArrowUp': return here[n - 1] ?? [...(down(box.parentElement, column, 'previousElementSibling') ?? [])].at(-1);
  }
}

function down(from, column, way) {
  for (let r = from[way]; r; r = r[way]) {
    const b = r.matches('.lane') && r.querySelectorAll(':scope > .cell')[column]?.querySelectorAll('button');
    if (b?.length) return b;
  }
}

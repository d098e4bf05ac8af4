// Opportunities and solutions by impact and effort.
import { h, only, said } from './dom.js';
import { icon } from './icon.js';
import { QUADRANTS, quadrant } from './model.js';
import { count, num } from './words.js';

const FEW = 4;

export function matrix(m, how) {
  const all = [...m.items.values()].filter((i) => how.shown.has(i.id) && (i.type === 'Opportunity' || i.type === 'Solution'));
  const scored = all.filter((i) => quadrant(i) >= 0), not = all.filter((i) => quadrant(i) < 0);
  return h('div', { class: 'matrix' },
    h('div', { class: 'plot' },
      h('div', { class: 'axis y', 'aria-hidden': 'true' }, h('span', { class: 'axis-name' }, 'Impact')),
      h('div', { class: 'quads' }, QUADRANTS.map((q, n) => quad(q, n, scored.filter((i) => quadrant(i) === n), how))),
      h('div', { class: 'axis x', 'aria-hidden': 'true' }, [1, 2, 3, 4, 5].map((n) => h('span', null, n)), h('span', { class: 'axis-name' }, 'Effort'))),
    not.length > 0 && h('section', { class: 'unscored', 'aria-label': 'Not scored' }, h('h2', null, 'Not scored', h('span', { class: 'quiet' }, num(not.length))), h('p', { class: 'quiet' }, 'Score impact and effort to compare them.'),
      h('div', { class: 'chips' }, folded(not, 12, how))));
}

function quad(q, n, items, how) {
  const impacts = n < 2 ? [5, 4] : [3, 2, 1], efforts = n % 2 ? [3, 4, 5] : [1, 2];
  return h('section', { class: `quad q-${q.key}`, 'aria-label': `${q.name}: ${q.scores}`, vars: { w: efforts.length } },
    h('header', null, h('h2', null, q.name), h('span', { class: 'quiet' }, `${q.reading} · ${items.length}`)),
    h('div', { class: 'spots' }, impacts.flatMap((i) => [n % 2 ? null : h('span', { class: 'tick', 'aria-hidden': 'true' }, i), ...efforts.map((e) => h('div', { class: 'spot' }, folded(items.filter((x) => x.impact === i && x.effort === e), FEW, how)))])));
}

function folded(items, few, how) {
  const most = items.length > few + 1 ? few : items.length;
  const kids = items.slice(0, most).map((i) => chip(i, how));
  if (most < items.length) {
    kids.push(h('button', { class: 'more', type: 'button', onclick: (e) => {
      const rest = items.slice(most).map((i) => chip(i, how));
      e.currentTarget.replaceWith(...rest);
      rest[0].focus();
    } }, count(items.length - most, 'more', 'more')));
  }
  return kids;
}

const chip = (i, how) =>
  h('button', { class: `chip t-${i.type}${i.draft ? ' draft' : ''}${how.changed?.has(i.id) ? ' changed' : ''}`, type: 'button', data: { item: i.id }, title: i.title, 'aria-haspopup': 'dialog' },
    icon(i.type, 'kind'), only(`${i.type}, `), said('span', 'chip-title', i.title), i.draft && h('span', { class: 'tag draft-tag' }, 'Draft'),
    h('span', { class: 'chip-scores', 'aria-hidden': 'true' }, [i.impact && `I${i.impact}`, i.effort && `E${i.effort}`].filter(Boolean).join(' ')),
    i.impact && i.effort ? only(`, impact ${i.impact}, effort ${i.effort}`) : null);

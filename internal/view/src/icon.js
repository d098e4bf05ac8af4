// Shapes, so that nothing is told by colour alone.
import { s } from './dom.js';

const PATHS = {
  Touchpoint: 'M8 2.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11M8 6.4a1.6 1.6 0 1 0 0 3.2a1.6 1.6 0 1 0 0-3.2',
  Insight: 'M6.8 4.2C4.6 4.9 3.2 6.7 3.2 9.3c0 1.5.9 2.5 2.1 2.5s2-.8 2-2c0-1.1-.8-1.9-1.9-1.9M13 4.2c-2.2.7-3.6 2.5-3.6 5.1c0 1.5.9 2.5 2.1 2.5s2-.8 2-2c0-1.1-.8-1.9-1.9-1.9',
  Opportunity: 'M8 2l1.7 4.3L14 8l-4.3 1.7L8 14l-1.7-4.3L2 8l4.3-1.7z',
  Solution: 'M3 4.5A1.5 1.5 0 0 1 4.5 3h7A1.5 1.5 0 0 1 13 4.5v7a1.5 1.5 0 0 1-1.5 1.5h-7A1.5 1.5 0 0 1 3 11.5zM5.6 8.2l1.7 1.7l3.2-3.7',
  Metric: 'M3 13V9.5M8 13V3M13 13V6.5',
  nested: 'M8 2.5L14 5.5L8 8.5L2 5.5zM2.5 8.5L8 11.2l5.5-2.7M2.5 11.2L8 13.9l5.5-2.7',
  search: 'M7 2.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 1 0 0-9M10.3 10.3L14 14',
  close: 'M4 4l8 8M12 4l-8 8',
  undo: 'M6 3.5L3 6.5l3 3M3 6.5h6.5a3.5 3.5 0 0 1 0 7H7',
  grid: 'M2.5 3h11v10h-11zM2.5 6.5h11M6.2 3v10M9.8 3v10',
  table: 'M2.5 4h11M2.5 8h11M2.5 12h11',
  matrix: 'M3 2.5V13h10.5M6 10h.01M9 5.5h.01M11.5 8h.01',
  people: 'M6 3.2a2.2 2.2 0 1 0 0 4.4a2.2 2.2 0 1 0 0-4.4M2 13c0-2.4 1.7-3.9 4-3.9s4 1.5 4 3.9M10.5 3.6a2 2 0 0 1 0 3.7M11.7 9.4c1.5.5 2.4 1.8 2.4 3.6',
  down: 'M4 6l4 4l4-4',
  filter: 'M2.5 4h11M4.5 8h7M6.5 12h3',
  out: 'M9.5 3H13v3.5M13 3L7.5 8.5M11 9.5V13H3V5h3.5',
  link: 'M7 9.2a2.6 2.6 0 0 0 3.7 0l2-2A2.6 2.6 0 0 0 9 3.5l-.8.8M9 6.8a2.6 2.6 0 0 0-3.7 0l-2 2A2.6 2.6 0 0 0 7 12.5l.8-.8',
  warn: 'M8 2.5L14.2 13.3H1.8zM8 6.5v3M8 11.4v.1',
};

export const icon = (name, cls = '') =>
  s('svg', { class: `icon ${cls}`, viewBox: '0 0 16 16', 'aria-hidden': 'true', focusable: 'false' }, s('path', { d: PATHS[name] }));

/** coverage is a disc that fills with evidence. */
export function disc(coverage) {
  const g = [s('circle', { class: 'disc-ring', cx: 8, cy: 8, r: 6 })];
  if (coverage === 'partly evidenced') g.push(s('path', { class: 'disc-fill', d: 'M8 2a6 6 0 0 1 0 12z' }));
  if (coverage === 'evidenced') g.push(s('circle', { class: 'disc-fill', cx: 8, cy: 8, r: 6 }));
  return s('svg', { class: `disc ${coverage?.split(' ')[0] ?? 'unknown'}`, viewBox: '0 0 16 16', 'aria-hidden': 'true' }, g);
}

const MOUTHS = { 1: 'M5 11.4Q8 7.9 11 11.4', 2: 'M5.3 10.8Q8 9 10.7 10.8', 3: 'M5.4 10.2H10.6', 4: 'M5.3 9.6Q8 11.7 10.7 9.6', 5: 'M4.8 9.2Q8 13.5 11.2 9.2' };

/** face shows an emotion from 1 to 5. */
export const face = (level) =>
  s('svg', { class: `face f${level}`, viewBox: '0 0 16 16', 'aria-hidden': 'true' },
    s('circle', { class: 'face-ring', cx: 8, cy: 8, r: 7 }),
    s('circle', { class: 'face-eye', cx: 5.7, cy: 6.3, r: 0.9 }), s('circle', { class: 'face-eye', cx: 10.3, cy: 6.3, r: 0.9 }),
    s('path', { class: 'face-mouth', d: MOUTHS[level] }));

/** strength is three bars that fill with evidence, or two arrows where people disagree. */
export function strength(label) {
  const n = { weak: 1, moderate: 2, strong: 3 }[label] ?? 0;
  if (label === 'contested') return s('svg', { class: 'strength contested', viewBox: '0 0 16 16', 'aria-hidden': 'true' }, s('path', { d: 'M2 6h11l-3-3M14 10.5H3l3 3' }));
  return s('svg', { class: 'strength', viewBox: '0 0 16 16', 'aria-hidden': 'true' },
    [0, 1, 2].map((i) => s('rect', { class: i < n ? 'on' : '', x: 1.5 + i * 5, y: 9.5 - i * 3.5, width: 3, height: 5 + i * 3.5, rx: 1 })));
}

/** pips show a score from 1 to 5. */
export const pips = (n) => s('svg', { class: 'pips', viewBox: '0 0 34 8', 'aria-hidden': 'true' }, [0, 1, 2, 3, 4].map((i) => s('rect', { class: i < n ? 'on' : '', x: i * 7, y: 1, width: 5, height: 6, rx: 1.5 })));

export const mark = () =>
  s('svg', { class: 'mark', viewBox: '0 0 20 20', 'aria-hidden': 'true' },
    s('path', { d: 'M3 14.5C6 14.5 6.5 5.5 10 5.5S14 11 17 11' }), s('circle', { cx: 3, cy: 14.5, r: 2 }), s('circle', { cx: 10, cy: 5.5, r: 2 }), s('circle', { cx: 17, cy: 11, r: 2 }));

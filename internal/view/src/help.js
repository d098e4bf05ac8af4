// The keys of the map, told in a dialog.
import { h, swap } from './dom.js';
import { icon } from './icon.js';

const CTRL = /Mac|iP/.test(navigator.platform) ? '⌘' : 'Ctrl';

// Each: the keys, what they do, and whether that is for those who edit.
const KEYS = [
  [['/'], 'Search the map'],
  [['←', '→', '↑', '↓'], 'Go from card to card'],
  [['Home', 'End'], 'Go to the first or last card of a lane'],
  [['Enter'], 'Open a card'],
  [['Esc'], 'Close it, or clear the search'],
  [[CTRL, 'Z'], 'Take back your last change', true],
  [[CTRL, 'Shift', 'Z'], 'Do it again', true],
  [['?'], 'Show these keys'],
];

/** help is a dialog that tells the keys, and the button that opens it. */
export function help(edits) {
  const list = h('dl', null);
  const dialog = h('dialog', { class: 'help', 'aria-labelledby': 'help-title', onclick: (e) => e.target === dialog && dialog.close() },
    h('div', { class: 'help-in' }, h('header', null, h('h2', { id: 'help-title' }, 'Keys'), h('button', { class: 'plain close', type: 'button', 'aria-label': 'Close', onclick: () => dialog.close() }, icon('close'))), list));
  const show = () => {
    if (dialog.open) return;
    swap(list, KEYS.filter(([, , writes]) => !writes || edits()).map(([keys, does]) => h('div', null, h('dt', null, keys.map((k) => h('kbd', null, k))), h('dd', null, does))));
    dialog.showModal();
  };
  const button = h('button', { class: 'plain small keys', type: 'button', 'aria-label': 'Keys', 'aria-haspopup': 'dialog', 'aria-keyshortcuts': '?', title: 'Keys (?)', onclick: show }, h('kbd', { 'aria-hidden': 'true' }, '?'));
  return { dialog, button, show };
}

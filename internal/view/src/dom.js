// The one place that makes elements. Text is only ever set as text.

const SVG = 'http://www.w3.org/2000/svg';

function fill(el, props, kids) {
  for (const [k, v] of Object.entries(props ?? {})) {
    if (v === undefined || v === null || v === false) continue;
    if (k.startsWith('on')) el.addEventListener(k.slice(2), v);
    else if (k === 'class') el.setAttribute('class', v);
    else if (k === 'vars') for (const [name, value] of Object.entries(v)) el.style.setProperty(`--${name}`, value);
    else if (k === 'data') Object.assign(el.dataset, v);
    else if (k === 'value') el.value = v;
    else el.setAttribute(k, v === true ? '' : String(v));
  }
  add(el, kids);
  return el;
}

function add(el, kids) {
  for (const kid of kids) {
    if (kid === undefined || kid === null || kid === false || kid === '') continue;
    if (Array.isArray(kid)) add(el, kid);
    else el.append(kid instanceof Node ? kid : String(kid));
  }
}

/** h makes an HTML element. */
export const h = (tag, props, ...kids) => fill(document.createElement(tag), props, kids);

/** s makes an SVG element. */
export const s = (tag, props, ...kids) => fill(document.createElementNS(SVG, tag), props, kids);

/** said makes an element for text that people wrote: it is set apart from what stands around it, whichever way it runs. */
export const said = (tag, cls, text) => h(tag, { class: cls, dir: 'auto' }, text);

/** only is for those who do not see the page. */
export const only = (text) => h('span', { class: 'only' }, text);

/** swap puts new content into an element. */
export function swap(el, ...kids) {
  el.replaceChildren();
  add(el, kids);
  return el;
}

/** later runs fn once things have been quiet for so long. */
export function later(ms, fn) {
  let timer;
  return (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => fn(...args), ms);
  };
}

// How things are said.
let locale;
let dates;
let numbers;

export function speak(tag) {
  try {
    locale = tag ? Intl.getCanonicalLocales(tag)[0] : undefined;
  } catch {
    locale = undefined;
  }
  dates = new Intl.DateTimeFormat(locale, { dateStyle: 'medium' });
  numbers = new Intl.NumberFormat(locale, { maximumFractionDigits: 2 });
}
speak();

export const day = (iso) => (iso ? dates.format(new Date(iso)) : '');
export const num = (v) => (v === undefined || v === null ? '' : numbers.format(v));
export const count = (n, one, many = `${one}s`) => `${num(n)} ${n === 1 ? one : many}`;
export const dot = (...parts) => parts.filter(Boolean).join(' · ');
export const label = (field) => field[0].toUpperCase() + field.slice(1).replaceAll('_', ' ');

export function value(v, unit) {
  if (v === undefined || v === null) return '';
  if (!unit || unit === 'Other') return num(v);
  return unit === '%' ? `${num(v)} %` : `${num(v)} ${unit}`;
}

export const COVERAGE = { evidenced: 'Evidenced', 'partly evidenced': 'Partly evidenced', assumed: 'Assumed' };
export const FEELINGS = ['', 'very bad', 'bad', 'mixed', 'good', 'very good'];

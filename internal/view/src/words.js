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
// A number and its unit are not parted at the end of a line, nor does a line begin with a dot.
const measured = (v, unit) => `${v}\u00a0${unit}`;

export const count = (n, one, many = `${one}s`) => measured(num(n), n === 1 ? one : many);
export const percent = (share) => measured(Math.round(share * 100), '%');
export const dot = (...parts) => parts.filter(Boolean).join('\u00a0· ');
export const label = (field) => field[0].toUpperCase() + field.slice(1).replaceAll('_', ' ');

export function value(v, unit) {
  if (v === undefined || v === null) return '';
  if (!unit || unit === 'Other') return num(v);
  return measured(num(v), unit);
}

export const COVERAGE = { evidenced: 'Evidenced', 'partly evidenced': 'Partly evidenced', assumed: 'Assumed' };
export const FEELINGS = ['', 'very bad', 'bad', 'mixed', 'good', 'very good'];

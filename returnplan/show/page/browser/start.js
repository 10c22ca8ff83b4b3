// Data, words and numbers of the page. All parts of the script share one scope.

const RIGHT_TO_LEFT = /[\u0590-\u08ff]/;
const root = document.documentElement;
const $ = (id) => document.getElementById(id);

/** Make an element; text is never read as markup. */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%.()*+-;,=:?@^_/{|}~";

/** Bytes of their number and base 85 (packing.py). */
function bytesOf(text) {
  const [count, signs] = text.split(" ");
  const digit = Object.fromEntries([...DIGITS].map((sign, i) => [sign, i]));
  const bytes = new DataView(new ArrayBuffer((4 * signs.length) / 5));
  for (let i = 0, value = 0; i < signs.length; i++) {
    value = 85 * value + digit[signs[i]];
    if (i % 5 < 4) continue;
    bytes.setUint32((4 * (i - 4)) / 5, value);
    value = 0;
  }
  return new Uint8Array(bytes.buffer, 0, Number(count));
}

async function unpack(text) {
  const stream = new Blob([bytesOf(text)]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).json();
}

let data;
const state = { allocation: 0, step: 0, measure: 0, chosen: null, view: "year", villages: false, rival: 0, beside: false };
const listeners = [];

/** Call a function now and whenever the state changes, with the names of what changed. */
function follow(listener) {
  listeners.push(listener);
}

function change(parts) {
  const changed = new Set(Object.keys(parts).filter((name) => state[name] !== parts[name]));
  if (!changed.size) return;
  Object.assign(state, parts);
  for (const listener of listeners) listener(changed);
}

/** What stands for itself within words from right to left: in its own direction, as in bdi. */
const apart = (value) => (root.dir === "rtl" ? `${RIGHT_TO_LEFT.test(value) ? "\u2067" : "\u2066"}${value}\u2069` : value);

/** Say a sentence of the page's language, with values in place of the names in braces. */
function say(key, values = {}) {
  return data.words[key].replace(/\{(\w+)\}/g, (_, name) => apart(values[name]));
}

/** A whole number as the page's language writes it. */
function number(value) {
  const { group, least } = data.formats;
  const digits = String(Math.abs(Math.round(value)));
  const parts = digits.length < least ? digits : digits.replace(/\B(?=(\d{3})+$)/g, group);
  return value < 0 ? `−${parts}` : parts;
}

const seconds = (day) => Date.parse(data.start) / 1000 + day * 86400;

/** Fill year, month and day into the patterns of a language, one for each month. */
function dated(patterns, second) {
  const when = new Date(second * 1000);
  const day = when.getUTCDate();
  const parts = { day: day === 1 ? data.formats.first : day, year: when.getUTCFullYear() };
  return patterns[when.getUTCMonth()].replace(/\{(\w+)\}/g, (_, name) => parts[name]);
}

const date = (day) => (day === null ? say("never") : dated(data.formats.dates, seconds(day)));
/** A date that the draws bring about: few of them tell only its quarter. */
const said = (day) => (day === null ? say("never") : dated(data.formats.said, seconds(day)));
const days = (count) => data.formats.days.replace("{number}", number(count));

/** A share in whole percent, rounded; 0 and 100 only where it is exactly none or all. */
function percent(share) {
  const sign = data.formats.percent;
  if (share <= 0) return `0${sign}`;
  if (share >= 1) return `100${sign}`;
  if (share < 0.01) return `<1${sign}`;
  if (share > 0.99) return `>99${sign}`;
  return `${Math.floor(100 * share + 0.5 + 1e-9)}${sign}`;
}

/** A value with its range; the value alone where there is none. */
function ranged(values, write) {
  const [low, middle, high] = values.length === 3 ? values : [null, values[0], null];
  if (middle === null) return say("not_shown");
  if (low === null || high === null) return write(middle);
  return say("ranged", { middle: write(middle), low: write(low), high: write(high) });
}

/** The middle of [p10, p50, p90], or the only one. */
const middleOf = (ranges) => ranges[ranges.length >> 1];

const today = () => data.days[state.step];

/** Between which numbers that of a step lies, which only rise: those shown before and after it; null: not known. */
function between(values, step) {
  const before = values.slice(0, step + 1).findLast((value) => value !== null) ?? null;
  const after = values.slice(step).find((value) => value !== null) ?? null;
  return before === null || after === null ? null : [before, after];
}

/** Numbers of a step, for people; where it shows none, those between which they lie. */
function told(ranges, step, write) {
  const middle = middleOf(ranges);
  if (middle[step] !== null) return ranged(ranges.map((values) => values[step]), write);
  const ends = between(middle, step);
  if (ends === null) return say("not_shown");
  return ends[0] === ends[1] ? write(ends[0]) : say("from_to", { begin: write(ends[0]), end: write(ends[1]) });
}

/** Spell a word without accents, for searching. */
const plain = (word) =>
  word.toLowerCase().replace(/ı/g, "i").replace(/ə/g, "e").normalize("NFD").replace(/\p{M}/gu, "");

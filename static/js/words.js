/**
 * The words of the page: the catalogue of its language, numbers, hours and days.
 *
 * A key is written as a whole wherever it is used, never put together, so that the tests find the missing and the unused.
 */

const root = document.documentElement;
const locales = { fr: "fr-FR", en: "en-GB" };
let catalogue = {};
let format;

/**
 * Fetch the catalogue, and those of the folders named, and put their words into the page; where one does not come, the page stays
 * in French.
 */
export async function load(...folders) {
  try {
    const parts = await Promise.all(["", ...folders.map((folder) => `${folder}/`)].map(part));
    catalogue = Object.assign({}, ...parts);
  } catch (error) {
    root.lang = "fr";
    document.querySelector("#broken").hidden = false;
    throw error;
  } finally {
    format = formats(locales[root.lang]);
    if (Object.keys(catalogue).length) translate();
    delete root.dataset.words;
  }
}

/** Fetch the catalogue of one more folder, for what is only sometimes needed. */
export async function more(folder) {
  catalogue = { ...catalogue, ...(await part(`${folder}/`)) };
}

async function part(folder) {
  const answer = await fetch(new URL(`../locales/${folder}${root.lang}.json`, import.meta.url));
  if (!answer.ok) throw new Error(answer.statusText);
  return answer.json();
}

function formats(locale) {
  const date = (options) => new Intl.DateTimeFormat(locale, options);
  return {
    plural: new Intl.PluralRules(locale),
    number: new Intl.NumberFormat(locale),
    clock: date({ hour: "2-digit", minute: "2-digit" }),
    parts: date({ hour: "numeric", minute: "2-digit", hourCycle: "h23" }),
    weekday: date({ weekday: "long" }),
    day: date({ weekday: "long", day: "numeric", month: "long" }),
    relative: new Intl.RelativeTimeFormat(locale, { numeric: "auto" }),
  };
}

function translate() {
  const places = [document, ...[...document.querySelectorAll("template")].map(({ content }) => content)];
  const all = (selector) => places.flatMap((place) => [...place.querySelectorAll(selector)]);
  for (const node of all("[data-i18n]")) node.textContent = say(node.dataset.i18n);
  for (const node of all("[data-i18n-label]")) node.ariaLabel = say(node.dataset.i18nLabel);
  for (const node of all("[data-i18n-title]")) node.title = say(node.dataset.i18nTitle);
}

/** The words of `key`, their plural chosen by `values.count`. */
export function say(key, values = {}) {
  const entry = catalogue[key];
  const text = typeof entry === "string" ? entry : (entry[format.plural.select(values.count)] ?? entry.other);
  return text.replace(/\{(\w+)\}/g, (_, name) => {
    const value = values[name];
    return typeof value === "number" ? format.number.format(value) : value;
  });
}

/** The raw entry of `key`, for what is not a sentence. */
export const list = (key) => catalogue[key];

export const language = () => root.lang;

/* Times: seconds since 1970, in the reader's own zone. */

const dayOf = (at) => new Date(at * 1000).toDateString();
const daysFrom = (now, days) => {
  const date = new Date(now * 1000);
  date.setDate(date.getDate() + days); // by the calendar: a day may have 23 or 25 hours
  return date.toDateString();
};

/** For margins: 18:47. */
export const clock = (at) => format.clock.format(at * 1000);

/** For sentences: 18 h 47, 22 h. */
export function hour(at) {
  const parts = Object.fromEntries(format.parts.formatToParts(at * 1000).map(({ type, value }) => [type, value]));
  const hours = String(Number(parts.hour));
  return parts.minute === "00" ? say("when.sharp", { hours }) : say("when.hour", { hours, minutes: parts.minute });
}

/** For sentences about what comes: à 21 h 30, demain à 9 h, mercredi à 9 h. */
export function when(at, now) {
  if (dayOf(at) === dayOf(now)) return say("when.today", { hour: hour(at) });
  if (dayOf(at) === daysFrom(now, 1)) return say("when.tomorrow", { hour: hour(at) });
  const name = at - now < 6 * 86400 ? format.weekday : format.day;
  return say("when.later", { day: name.format(at * 1000), hour: hour(at) });
}

/** For what ends within a day: 22 h, demain à 1 h. */
export const until = (at, now) => (dayOf(at) === dayOf(now) ? hour(at) : when(at, now));

export const sameDay = (a, b) => dayOf(a) === dayOf(b);

export const capital = (text) => text.charAt(0).toLocaleUpperCase() + text.slice(1);

export const date = (at) => format.day.format(at * 1000);

/** For the line between two days. */
export function day(at, now) {
  if (dayOf(at) === dayOf(now)) return say("when.this_day", { date: date(at) });
  if (dayOf(at) === daysFrom(now, -1)) return say("when.last_day", { date: date(at) });
  return capital(date(at));
}

/** For tooltips: il y a 12 minutes. */
export function ago(at, now) {
  const minutes = Math.round((at - now) / 60);
  if (minutes > -60) return format.relative.format(minutes, "minute");
  return format.relative.format(Math.round(minutes / 60), "hour");
}

/** Figures without people, as charts whose values are printed. 1 to 4 is « < 5 »: the server says `null`. */

import { say } from "../words.js";
import { ask } from "./api.js";
import { age } from "./names.js";

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 416;
const HEIGHT = 132;
const TOP = 22; // room for the value above a bar
const FOOT = 22; // and for its name below

const place = document.querySelector("#figures");

/** Ask for them and draw them. */
export async function show() {
  const empty = place.querySelector(".empty");
  const { ok, body } = await ask("console/figures");
  empty.hidden = ok && body.days.length > 0;
  if (!empty.hidden) empty.textContent = ok ? say("console.figures_none") : (body.message ?? say("console.failed"));
  place.querySelector(".charts").replaceChildren(...(ok ? charts(body) : []));
}

function charts({ days, rules }) {
  const weekday = new Intl.DateTimeFormat(document.documentElement.lang, { weekday: "short", day: "numeric", timeZone: "UTC" });
  const shown = days.slice(-7);
  const byDay = (pick, print = String) => shown.map((day) => ({ name: weekday.format(new Date(`${day.day}T12:00Z`)), value: pick(day), print }));
  const seconds = (value) => age(value);
  return [
    bars(say("console.chart_opened"), byDay(({ opened }) => opened)),
    bars(say("console.chart_oldest"), byDay(({ oldest_seconds: oldest }) => oldest, seconds)),
    bars(say("console.chart_median"), byDay(({ median_seconds: median }) => median, seconds)),
    bars(say("console.chart_undone"), byDay(({ decided, undone, reversed }) => share(sum(undone, reversed), decided), percent)),
    ...(rules.length ? [lines(say("console.chart_rules"), rules)] : []),
  ];
}

const sum = (a, b) => (a === null || b === null ? null : (a ?? 0) + (b ?? 0));
const share = (part, whole) => (part === null || whole === null ? null : whole ? part / whole : 0);
const percent = (value) => say("console.percent", { count: Math.round(value * 100) });

/** One bar a day, its value above it. */
function bars(title, entries) {
  const most = Math.max(...entries.map(({ value }) => value ?? 0)) || 1;
  const step = WIDTH / entries.length;
  const drawn = entries.flatMap(({ name, value, print }, n) => {
    const x = n * step + step * 0.14;
    const width = step * 0.72;
    const height = value === null ? 8 : (value / most) * (HEIGHT - TOP - FOOT);
    const y = HEIGHT - FOOT - height;
    const bar = make("rect", { class: value === null ? "none" : "bar-fill", x, y, width, height });
    return [bar, text(x + width / 2, y - 6, value === null ? say("console.few") : print(value), "value"), text(x + width / 2, HEIGHT - 5, name)];
  });
  return figure(title, HEIGHT, [...drawn, make("line", { x1: 0, x2: WIDTH, y1: HEIGHT - FOOT, y2: HEIGHT - FOOT })], entries.map(({ name, value, print }) => [name, value === null ? say("console.few") : print(value)]));
}

/** One line a rule: what it held, and the part of it that was published all the same. */
function lines(title, rules) {
  const most = Math.max(...rules.map(({ held }) => held));
  const step = 44;
  const drawn = rules.flatMap(({ rule, held, published }, n) => {
    const y = n * step;
    const words = published === null ? say("console.rule_few", { rule, held }) : say("console.rule", { rule, held, published });
    const name = text(0, y + 14, words, "value start");
    const all = make("rect", { class: "bar-rest", x: 0, y: y + 20, width: (held / most) * WIDTH, height: 12 });
    const wrong = make("rect", { class: published === null ? "none" : "bar-fill", x: 0, y: y + 20, width: ((published ?? 4) / most) * WIDTH, height: 12 });
    return [name, all, wrong];
  });
  return figure(title, rules.length * step, drawn, rules.map(({ rule, held, published }) => [rule, published === null ? say("console.rule_few", { rule, held }) : say("console.rule", { rule, held, published })]));
}

function figure(title, height, drawn, said) {
  const node = document.querySelector("#chart").content.firstElementChild.cloneNode(true);
  node.firstElementChild.textContent = title;
  const chart = make("svg", { class: "chart", viewBox: `0 0 ${WIDTH} ${height}`, role: "img" });
  chart.ariaLabel = `${title} ${said.map(([name, value]) => say("console.chart_value", { name, value })).join(", ")}`;
  chart.append(...drawn);
  node.append(chart);
  return node;
}

function make(name, attributes) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}

function text(x, y, words, kind = "") {
  const node = make("text", { x, y, class: kind });
  node.textContent = words;
  return node;
}

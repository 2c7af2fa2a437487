/** The moderators' console: where one is, what is before one's eyes, and what each key does. */

import { acts } from "./console/acts.js";
import { alarm } from "./console/alarm.js";
import { ask, now, whenOut } from "./console/api.js";
import { around } from "./console/around.js";
import { card as cardView } from "./console/card.js";
import { decision } from "./console/decision.js";
import { keys } from "./console/keys.js";
import { cases } from "./console/list.js";
import { QUEUES, apply, beside, initial } from "./console/state.js";
import { link } from "./room/link.js";
import { settle } from "./settings.js";
import { load, say } from "./words.js";

const find = (selector) => document.querySelector(selector);
const VIEWS = ["sanctions", "figures", "watch"];
const told = {
  proposed: "console.told_proposed",
  left: "console.told_left",
  left_by: "console.told_left_by",
  too_late: "console.told_too_late",
  delivered: "console.told_delivered",
  undelivered: "console.told_undelivered",
  transferred: "console.told_transferred",
  lifted: "console.told_lifted",
  confirmed: "console.told_confirmed",
};

/* State and events */

let state = initial;
let drawn = initial;
let drawing = false;
let toFocus = null; // what is to have the focus once it is there

const current = () => state;

function dispatch(event) {
  const before = state;
  state = apply(state, { ...event, now: now() });
  react(event, before);
  redraw();
}

function redraw() {
  if (drawing) return;
  drawing = true;
  // Hidden pages paint no frames, but the words for their title still have to come.
  if (document.hidden) setTimeout(draw, 100);
  else requestAnimationFrame(draw);
}

/** Have the focus go where something is to be read or done next, as soon as it is there to be seen, unless the reader goes elsewhere first. */
function point(where) {
  toFocus = where;
  redraw();
}

function focus() {
  const node = toFocus && find(toFocus);
  if (!node?.checkVisibility()) return; // a case may be on its way: the next drawing asks again
  node.focus();
  toFocus = null;
}

for (const turn of ["keydown", "pointerdown"]) addEventListener(turn, () => (toFocus = null), { capture: true });

function react(event, before) {
  if (event.type === "case" && event.change === "opened" && event.case?.kind === "distress") bell.ring();
  if (event.type === "counts" && before.link.is !== "live") arrived(before);
  if (event.type === "waiting") whoAmI(); // it may be the login that has ended
  if (event.type === "stopped") dispatch({ type: "out" });
  if (state.card?.id !== before.card?.id) connection.send({ type: "view", ...(state.card && { case: state.card.id }) });
  if (event.type === "settled") {
    point(state.card ? "#card-title" : "#cases-title");
    address(state.card?.id);
  }
}

/** What was missed meanwhile is asked for. */
function arrived(before) {
  if (!before.link.lost) return;
  act.list();
  act.look(0);
}

function draw() {
  drawing = false;
  const before = drawn;
  drawn = state;
  find("#desktop").dataset.view = state.view;
  for (const view of VIEWS) find(`#${view}`).hidden = state.view !== view;
  sides.update(state, before);
  if (!state.me || state.out) return;
  rows.update(state, before);
  page.update(state);
  form.update(state);
  tick();
  if (state.card?.id !== before.card?.id) find("#case").scrollTop = 0;
  focus();
}

function tick() {
  if (state.undo && state.undo.until <= now()) dispatch({ type: "undone", ids: state.undo.ids });
  page.tick(state);
  sides.tick(state);
  act.keep();
}

function age() {
  if (!state.me || state.out) return;
  rows.update(state, { ...state, list: {} });
  sides.age(state);
}

/* What is said to whoever works here */

function complain({ message }) {
  find("#problem").hidden = false;
  find("#problem p").textContent = message ?? say("console.failed");
}

/** Say what has become of something; who listens hears it, who looks sees it. */
function tell(what, values) {
  find("#said").textContent = "";
  const words = say(told[what], values);
  requestAnimationFrame(() => (find("#said").textContent = words));
}

/* Where one is: the address says which queue, which case, which page. */

let stopWatching = null;

function go() {
  const [place = "all", ...rest] = location.hash.slice(2).split("/").map(decodeURIComponent);
  stopWatching?.();
  stopWatching = null;
  if (VIEWS.includes(place)) return visit(place, rest[0]);
  const queue = QUEUES.includes(place) ? place : "all";
  const id = rest.join("/");
  dispatch({ type: "view", view: id ? "case" : "list" });
  if (queue !== state.list.queue || state.list.failed || !state.list.rows.length) act.list(queue, "");
  if (id) {
    act.open(id);
    point("#card-title");
  } else if (narrow.matches) act.close();
}

async function visit(view, what) {
  dispatch({ type: "view", view, watched: what });
  point(`#${view}-title`);
  if (view === "watch") stopWatching = (await import("./console/watch.js")).watch(what);
  if (view === "figures") (await import("./console/figures.js")).show();
  if (view === "sanctions") (await import("./console/sanctions.js")).show({ me: state.me, complain, tell });
}

/** Put in the bar where one is, without a step in the history for each case. */
function address(id) {
  history.replaceState(null, "", `#/${state.list.queue}${id ? `/${encodeURIComponent(id)}` : ""}`);
}

const narrow = matchMedia("(width < 64rem)");

async function move(step) {
  if (VIEWS.includes(state.view)) return;
  let row = beside(state, step);
  if (!row && step > 0 && state.list.cursor) {
    await act.more();
    row = beside(state, step);
  }
  if (!row) return;
  const alone = narrow.matches && state.view === "case";
  act.open(row.id);
  if (narrow.matches && !alone) return void requestAnimationFrame(() => rows.focus(row.id));
  address(row.id);
  if (alone) point("#card-title");
  else requestAnimationFrame(() => requestAnimationFrame(() => rows.focus(row.id)));
}

function pick(type) {
  const { card, picked, list } = state;
  if (card && list.rows.some(({ id }) => id === card.id)) dispatch({ type, id: card.id, on: !picked.includes(card.id) });
}

/** A verdict: of those that are picked, where some are. */
function judge(key) {
  if (!state.picked.length) return form.judge(key);
  rows.judgeAll({ a: "publish", r: "remove", d: "dismiss", e: "escalate" }[key]);
}

async function undo() {
  if (await act.undo()) point("#card-title");
}

function search() {
  if (state.list.queue !== "decided" || state.view !== "list") {
    history.pushState(null, "", "#/decided");
    go();
  }
  point("#search-text");
}

/* The start */

await load("console");
const connection = link({ path: "/console/live", hear: dispatch, first: "counts" });
const act = acts({ current, dispatch, complain, tell });
const bell = alarm();
const rows = cases({ current, act, dispatch });
const page = cardView();
const form = decision({ current, act, dispatch });
const sides = around({ act, send: connection.send });

async function whoAmI() {
  const { ok, status, body } = await ask("console/me");
  if (ok) dispatch({ type: "me", me: body });
  else if (status === 403) complain(body);
  return ok;
}

keys({
  j: () => move(1),
  k: () => move(-1),
  o: () => state.card && find("#card-title").focus(),
  c: () => state.card?.case && !state.card.case.decided && form.toggle(),
  a: () => judge("a"),
  r: () => judge("r"),
  d: () => judge("d"),
  e: () => judge("e"),
  w: () => state.card?.case && find("#words").focus(),
  z: undo,
  x: () => pick("pick"),
  X: () => pick("pickTo"),
  n: () => {
    find("#notes").open = true;
    find("#note-text").focus();
  },
  "/": search,
  "?": () => find("#keys").showModal(),
  number: (number) => form.reason(number),
  then: { g: (key) => QUEUES[Number(key) - 1] && (() => (location.hash = `#/${QUEUES[Number(key) - 1]}`)) },
  Escape: () => (state.picked.length ? dispatch({ type: "unpick" }) : rows.focus(state.card?.id)),
});

settle();
find("#show-keys").addEventListener("click", () => find("#keys").showModal());
find("#problem button").addEventListener("click", () => (find("#problem").hidden = true));
find("#skip").addEventListener("click", (event) => {
  event.preventDefault();
  find(state.card ? "#card-title" : "#cases-title").focus();
});
find("#search").addEventListener("submit", (event) => {
  event.preventDefault();
  act.list("decided", find("#search-text").value.trim());
});
find("#word").addEventListener("submit", async (event) => {
  event.preventDefault();
  const field = find("#word-text");
  if (field.value.trim() && (await act.word(field.value.trim()))) field.value = "";
});
find("#transfer").addEventListener("submit", (event) => {
  event.preventDefault();
  act.transfer(find("#transfer-to").value);
});
find("#notes").open = !narrow.matches;
whenOut(() => {
  connection.close();
  dispatch({ type: "out" });
});
addEventListener("hashchange", go);

if (await whoAmI()) {
  connection.open();
  go();
  setInterval(tick, 1000);
  setInterval(age, 30_000);
}

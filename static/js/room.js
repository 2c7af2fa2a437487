/**
 * The page of a room: its state, what goes to the server and to the tab's storage, and the parts of the page that show it.
 *
 * Everything that happens is an event given to `dispatch`; what it changes is in room/state.js, what it sets off in `react`.
 */

import { around, announcer } from "./room/around.js";
import { composer } from "./room/composer.js";
import { door, invitation } from "./room/door.js";
import { entrance } from "./room/entrance.js";
import { link } from "./room/link.js";
import { SESSION_ENDED, apply, initial, isName } from "./room/state.js";
import { stream } from "./room/stream.js";
import { asMember, settle, tab } from "./settings.js";
import { language, load, say } from "./words.js";

const root = document.documentElement;
const find = (selector) => document.querySelector(selector);
const slug = location.pathname.split("/")[2];

const keys = {
  session: "session", inside: `inside:${slug}`, draft: `draft:${slug}`, sending: `sending:${slug}`, ignored: `ignored:${slug}`,
  reported: `reported:${slug}`, away: `away:${slug}`,
};
let session = tab.read(keys.session);
let pseudonym = null; // asked for, until the server has given one

/* State and events */

let state = initial;
let drawn = initial;
let drawing = false;

function dispatch(event) {
  const before = state;
  state = apply(state, { ...event, now: Date.now() });
  react(event, before);
  if (drawing) return;
  drawing = true;
  // Hidden pages paint no frames, but the words for their title and for screen readers still have to come.
  if (document.hidden) setTimeout(draw, 250);
  else requestAnimationFrame(draw);
}

function react(event, before) {
  switch (event.type) {
    case "welcome":
      session = event.you.session ?? session;
      pseudonym = null;
      tab.write(keys.session, session);
      tab.write(keys.inside, event.room.title);
      resend();
      break;
    case "said":
      if (state.offset > before.offset) tell(event);
      break;
    case "refused":
      if (event.code === "store_away") setTimeout(() => resend(event.ref), (event.retry_after ?? 1) * 1000);
      break;
    case "notice":
      if (event.code === "store_back") resend();
      break;
    case "error":
      if (isName(event.code) && !before.inside) connection.close();
      break;
    case "door":
      if (state.wanting && state.door.is === "ready") act.enter(pseudonym);
      break;
    case "stopped":
      if (event.code === SESSION_ENDED) forget(before);
      break;
  }
  if (state.sending !== before.sending) tab.write(keys.sending, state.sending.length ? JSON.stringify(state.sending) : "");
  if (concerns(event)) showCase(event, state !== before && event.type !== "welcome");
  for (const key of ["reported", "away"]) if (state[key] !== before[key]) tab.write(keys[key], JSON.stringify(state[key]));
  if (state.ignored !== before.ignored) tab.write(keys.ignored, state.ignored.join(" "));
  if (state.gap && !before.gap) connection.open(); // from our offset, so that what was missed comes
}

/* What is only sometimes needed: what shows cases, their words and their looks. */

const told = new Set(["resources", "decided", "lapsed", "report_outcome", "muted"]);
const concerns = ({ type, code, you }) =>
  type === "held" || type === "asked" || type === "word" || (type === "notice" && told.has(code)) || you?.pending.length > 0;

let coming = null;
let shown = null;

/** Answer what `coming` brings; where it does not come, say so, and answer null. */
async function brought(coming) {
  try {
    return await coming;
  } catch {
    dispatch({ type: "refusing", message: say("page.partial") });
    return null;
  }
}

/** Bring what shows cases, once; if it fails, the next event asks again. */
async function furnish() {
  coming ??= import("./room/private.js").then((part) => part.furnish(parts));
  shown = await brought(coming);
  if (!shown) coming = null;
  else if (!state.furnished) dispatch({ type: "furnished" });
  return shown;
}

/** Show it, and say aloud what was not known before. */
async function showCase(event, isNew) {
  const line = (await furnish())?.line(event, state);
  if (line && isNew) voice.add(line);
  if (!shown && event.code === "resources") dispatch({ type: "refusing", message: say("help.short") });
}

function tell({ author, text }) {
  if (author.id === state.you.id) voice.add(say("log.sent"));
  else if (!state.ignored.includes(author.id)) voice.hear({ author, text });
}

/** The session is over: back to the door; whoever was already at it comes in with a new one. */
function forget(before) {
  const knocking = !before.inside && !before.resuming && session;
  session = null;
  tab.write(keys.session, "");
  tab.write(keys.inside, "");
  if (knocking) return act.enter(pseudonym);
  find("#ended").hidden = false;
}

function hello() {
  const { epoch, offset } = state;
  return {
    type: "hello",
    lang: language(),
    ...(session && { session }),
    ...(pseudonym && { pseudonym }),
    ...(epoch && { since: { epoch, offset } }),
  };
}

/** Send what is unanswered, all of it or one ref: the same ref is done once, however often it is sent. */
function resend(only) {
  if (state.link.is !== "live" || !state.store) return;
  for (const { ref, frame, id } of state.sending) {
    if (!id && (!only || ref === only)) connection.send({ ...frame, ref });
  }
}

const newRef = () => crypto.getRandomValues(new Uint32Array(4)).join("-");

function ask(frame) {
  const ref = newRef();
  dispatch({ type: "asking", ref, frame });
  resend(ref);
}

const act = {
  say: (text, to) => ask({ type: "say", text, ...(to && { to }) }),
  ask,
  sure() {
    const { ref } = state.question;
    dispatch({ type: "sure" });
    resend(ref);
  },
  rewrite(text) {
    views.composer.restore(text);
    views.composer.focus();
  },
  reason: (code) => shown?.reason(code) ?? code,
  ignore: (author, on) => dispatch({ type: "ignoring", author, on }),
  open: () => connection.open(),
  reload: () => location.reload(),
  home: () => location.replace("/"),
  async enter(name) {
    pseudonym = name;
    find("#ended").hidden = true;
    if (!session) {
      const { is } = state.door;
      dispatch({ type: "wanting", on: true });
      if (is === "idle" || is === "failed") gate.open();
      if (is !== "ready") return; // it comes back here once it is
      session = await gate.enter();
      if (!session) return;
      tab.write(keys.session, session);
    }
    dispatch({ type: "wanting", on: false });
    connection.open();
  },
  wait: () => gate.wait(),
  /** Come in by six words, under the name that is still known here, if one is; answers what is wrong with them, or nothing. */
  async comeBack(words) {
    const { session: begun, message = "" } = await gate.comeBack(words);
    if (!begun) return message;
    session = begun;
    pseudonym = null;
    tab.write(keys.session, session);
    dispatch({ type: "wanting", on: false });
    connection.open();
    return "";
  },
  older() {
    if (!state.older.more || state.older.ref || state.link.is !== "live") return;
    const ref = newRef();
    dispatch({ type: "lookingBack", ref });
    connection.send({ type: "history", ref, before: state.first });
  },
  menu: () => brought(import("./room/menu.js")),
  report: async (message) => (await furnish())?.report(message),
  answer(message) {
    dispatch({ type: "answering", message });
    views.composer.focus();
  },
};

function leave() {
  connection.close();
  for (const key of Object.values(keys)) tab.write(key, "");
  act.home();
}

/* The page */

function draw() {
  drawing = false;
  const entered = state.inside && !drawn.inside && !drawn.resuming;
  const place = state.inside || state.resuming ? "room" : "entrance";
  if (root.dataset.place !== place) {
    root.dataset.place = place;
    if (place === "entrance") {
      comeToDoor();
      find("#entrance-title").focus();
    }
  }
  document.title = `${state.room?.title ?? tab.read(keys.inside) ?? say("entrance.title")} – ${community}`;
  for (const view of Object.values(views)) view.update(state, drawn);
  drawn = state;
  if (!entered) return;
  if (matchMedia("(hover: hover)").matches) views.composer.focus();
  else find("#room-title").focus(); // no keyboard over the messages before one wants to write
}

/** A slip whose wait was spent on the page for those without scripts: it comes behind the address, and stays there no longer. */
function bring() {
  const [, slip] = location.hash.match(/^#wait=(.+)/) ?? [];
  if (slip) history.replaceState(null, "", location.pathname);
  return slip && { wait: slip };
}

function invited(given) {
  session = given;
  gate.close();
  comeToDoor();
}

async function comeToDoor() {
  if (!session) gate.open(slip);
  try {
    const answer = await fetch(`/api/rooms?lang=${language()}`, asMember());
    if (answer.ok) views.entrance.show((await answer.json()).find((room) => room.slug === slug) ?? null);
  } catch {
    // The door works without the room's title.
  }
}

await load();
settle();
const community = find("meta[name=application-name]").content;
const voice = announcer();
const slip = bring();
const gate = door((told) => dispatch({ type: "door", door: told }));
const connection = link({ path: `/r/${slug}/live`, hello, hear: dispatch });
const draft = { read: () => tab.read(keys.draft) ?? "", write: (text) => tab.write(keys.draft, text) };
const parts = { dispatch, act, current: () => state, draft, show: (view) => (views.question = view) };
const views = { entrance: entrance(parts), stream: stream(parts), composer: composer(parts), around: around(parts) };

find("#room-title").textContent = tab.read(keys.inside) ?? "";
invitation(invited);
find("#leave").addEventListener("click", leave);
dispatch({
  type: "restored",
  resuming: root.dataset.place === "room",
  sending: JSON.parse(tab.read(keys.sending) ?? "[]"),
  ignored: tab.read(keys.ignored)?.split(" ") ?? [],
  reported: JSON.parse(tab.read(keys.reported) ?? "{}"),
  away: JSON.parse(tab.read(keys.away) ?? "[]"),
});
if (state.resuming) connection.open();
else comeToDoor();

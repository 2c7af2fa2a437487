/** What stands around the stream: the bar, the banners, who is here, and what is said aloud. */

import { preference } from "../settings.js";
import { say, until, when } from "../words.js";
import { seal, tag } from "./message.js";

const find = (selector) => document.querySelector(selector);
const now = () => Date.now() / 1000;

/* The bar */

const states = { open: "room.open", last_call: "room.last_call", paused: "room.paused", closed: "room.closed" };

function lamp(state) {
  const { link, room, phase } = state;
  if (link.is === "waiting" || link.is === "stopped" || link.lost) return { state: "closed", words: say("room.offline") };
  if (!room) return { state: "closed", words: say("room.connecting") };
  const more = room.closes_at ? say("lobby.until", { when: until(room.closes_at, now()) }) : "";
  return { state: phase.state, words: say(states[phase.state] ?? "room.open"), more };
}

function bar(state) {
  const { state: lit, words, more = "" } = lamp(state);
  const [about, rest] = find("#lamp").children;
  find("#lamp").dataset.state = lit;
  about.textContent = words;
  rest.textContent = more;
  const count = find("#count");
  count.hidden = !state.inside;
  count.textContent = say("room.present", { count: state.present });
  count.ariaLabel = say("room.present_label", { count: state.present });
  if (state.room) find("#room-title").textContent = state.room.title;
}

/* The banners */

const stops = {
  4500: { kind: "held", key: "stop.protocol", what: "stop.protocol_what", button: "stop.reload", act: "reload" },
  4501: { kind: "danger", key: "stop.excluded", what: "stop.excluded_what", button: "stop.home", act: "home" },
  4503: { kind: "held", key: "stop.closed", what: "stop.closed_what", button: "stop.home", act: "home" },
  4505: { key: "stop.elsewhere", what: "stop.elsewhere_what", button: "stop.resume", act: "open" },
};
const unknownStop = { key: "stop.other", what: "stop.other_what", button: "stop.reload", act: "reload" };

const DRAINING = 4000;

/** Say why one is away, and from when on one may come back, where the server said it. */
export function comeBack(words, problem) {
  return problem?.code === "excluded" && problem.until ? `${words} ${say("stop.excluded_until", { when: when(problem.until, now()) })}` : words;
}

function sanction({ muted }, reason) {
  const box = find("#muted");
  box.hidden = !muted;
  if (!muted) return;
  box.querySelector("b").textContent = say("link.muted", { when: until(muted.until, now()) });
  box.querySelector(".what").textContent = muted.reason && say("link.muted_why", { reason: reason(muted.reason) });
}

/** What the banner says: its kind, a bold sentence, what it means, a countdown, and what one can do. */
function banner({ link, returned, problem, inside, resuming }) {
  if (link.is === "stopped") {
    const { kind, key, what, button, act } = stops[link.code] ?? unknownStop;
    return { kind, title: say(key), what: comeBack(say(what), problem), button: say(button), act };
  }
  if (!inside && !resuming) return null;
  if (link.is === "waiting" && link.code === DRAINING) {
    return { title: say("link.restart"), what: say("link.restart_what"), until: link.until, button: say("link.now"), act: "open" };
  }
  if (link.is === "waiting") {
    return { title: say("link.lost"), what: say("link.draft"), until: link.until, button: say("link.now"), act: "open" };
  }
  if (link.lost) return { title: say("link.lost"), what: say("link.draft"), countdown: say("link.trying") };
  if (!returned) return null;
  const { recovered, missed } = returned;
  if (!recovered) return { kind: "held", title: say("link.back"), what: say("link.gaps") };
  return { kind: "good", title: say("link.back"), what: missed ? say("link.caught_up", { count: missed }) : say("link.whole") };
}

/* Who is here */

function person(member, own) {
  const node = find("#person").content.firstElementChild.cloneNode(true);
  node.dataset.hue = member.hue;
  if (member.face === "name") node.dataset.face = "name";
  node.querySelector(".seal").textContent = seal(member.name);
  node.querySelector(".name").textContent = member.name;
  node.querySelector(".you").hidden = !own;
  const mark = tag(member);
  const label = node.querySelector(".tag");
  label.hidden = !mark;
  if (mark) Object.assign(label, { textContent: mark.text }).dataset.kind = mark.kind;
  return node;
}

function people(state, ignore) {
  const { you, members, ignored, present, messages } = state;
  const others = members.filter(({ id }) => id !== you.id && !ignored.includes(id)).sort(staffFirst);
  const self = members.find(({ id }) => id === you.id) ?? { ...you, name: you.pseudonym };
  find("#people").replaceChildren(person(self, true), ...others.map((member) => person(member, false)));
  find("#people-title").textContent = say("people.here", { count: present });
  const unnamed = Math.max(0, present - members.length - (members.some(({ id }) => id === you.id) ? 0 : 1));
  find("#unnamed").hidden = unnamed === 0;
  find("#unnamed summary").textContent = say("people.others", { count: unnamed });
  find("#few").hidden = present >= 8;
  const known = new Map([...messages.map(({ author }) => author), ...members].map((member) => [member.id, member]));
  const unseen = ignored.map((id) => known.get(id)).filter(Boolean);
  find("#ignored").hidden = unseen.length === 0;
  find("#ignored ul").replaceChildren(...unseen.map((member) => unseenPerson(member, ignore)));
}

const staffFirst = (a, b) => Boolean(b.role) - Boolean(a.role) || a.name.localeCompare(b.name);

function unseenPerson(member, ignore) {
  const node = person(member, false);
  const button = Object.assign(document.createElement("button"), {
    type: "button", className: "button", textContent: say("menu.unignore"), ariaLabel: say("menu.unignore_label", { name: member.name }),
  });
  button.dataset.size = "small";
  button.addEventListener("click", () => {
    ignore(member.id, false);
    find("#people-title").focus();
  });
  node.append(button);
  return node;
}

export function around({ dispatch, act, current }) {
  const box = find("#link");
  const part = (selector) => box.querySelector(selector);
  let ticking;
  let returning;
  let choice;

  function update(state, drawn) {
    bar(state);
    const { ignored, members, messages, present, you } = state;
    if (you && [ignored, members, messages, present, you].some((fact, at) => fact !== [drawn.ignored, drawn.members, drawn.messages, drawn.present, drawn.you][at])) {
      people(state, act.ignore);
    }
    if (state.room !== drawn.room || state.phase !== drawn.phase) rules(state);
    if (state.returned && state.returned !== drawn.returned) {
      clearTimeout(returning);
      returning = setTimeout(() => dispatch({ type: "seen" }), 8000);
    }
    find("#store").hidden = state.store;
    if (state.muted !== drawn.muted || state.furnished !== drawn.furnished) sanction(state, act.reason);
    sayLink(state);
  }

  function sayLink(state) {
    clearTimeout(ticking);
    choice = banner(state);
    box.hidden = !choice;
    if (!choice) return;
    box.dataset.kind = choice.kind ?? "plain";
    for (const [selector, words] of [["b", choice.title], [".what", choice.what], ["button", choice.button ?? ""]]) {
      if (part(selector).textContent !== words) part(selector).textContent = words; // or it would be read aloud again
    }
    part("button").hidden = !choice.button;
    const left = Math.max(0, Math.ceil((choice.until - Date.now()) / 1000));
    part(".countdown").textContent = choice.until ? say("link.retry", { delay: left }) : (choice.countdown ?? "");
    if (choice.until) ticking = setTimeout(() => sayLink(current()), 1000);
  }

  part("button").addEventListener("click", () => act[choice.act]());
  aside();
  return { update };
}

function rules({ room, phase }) {
  if (room) find("#kept").textContent = say("here.kept", { count: Math.round(room.history_seconds / 3600) });
  find("#slow").hidden = !phase.slow;
  if (phase.slow) find("#slow").textContent = say("here.slow", { count: phase.slow });
}

/** On narrow screens who is here is a page of its own; the focus goes there and comes back. */
function aside() {
  const page = find("#aside");
  const opener = find("#count");
  const show = (open) => {
    page.toggleAttribute("data-open", open);
    opener.ariaExpanded = String(open);
    for (const other of document.querySelectorAll(".app > .bar, .room > :not(#aside)")) other.inert = open;
    (open ? find("#aside-close") : opener).focus();
  };
  opener.addEventListener("click", () => show(true));
  find("#aside-close").addEventListener("click", () => show(false));
  page.addEventListener("keydown", ({ key }) => key === "Escape" && page.hasAttribute("data-open") && show(false));
  matchMedia("(width >= 64rem)").addEventListener("change", ({ matches }) => matches && page.hasAttribute("data-open") && show(false));
}

/* What is said aloud: the stream is not a live region, a burst is summed up. */

const BURST_MS = 1500;
const MANY = 3;

/** Announce what others say, to screen readers and, for who wants it, by a sound. */
export function announcer() {
  const log = find("#log");
  let waiting = [];

  function flush() {
    const said = waiting;
    waiting = [];
    const lines = said.length > MANY ? [say("log.many", { count: said.length })] : said.map(({ author, text }) => say("log.said", { name: author.name, text }));
    for (const line of lines) add(line);
  }

  function add(line) {
    log.append(Object.assign(document.createElement("p"), { textContent: line }));
    while (log.children.length > 20) log.firstElementChild.remove();
  }

  return {
    add,
    hear(said) {
      if (!waiting.length) {
        setTimeout(flush, BURST_MS);
        if (preference("sound") === "on") import("./tone.js").then(({ tone }) => tone());
      }
      waiting.push(said);
    },
  };
}

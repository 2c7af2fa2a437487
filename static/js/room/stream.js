/** The messages on the page: rows made from the state, only those that changed, and what is read kept where it is. */

import { sameDay, say } from "../words.js";
import { build, menus, tellAge } from "./message.js";

const TURN_SECONDS = 300; // the same author within five minutes goes on without a new head
const NEAR = 48; // px from the end that still count as its end

const find = (selector) => document.querySelector(selector);

/** The rows to show, each flat, so that two of them compare field by field. */
export function rows(state) {
  const shown = [];
  const byId = new Map(state.messages.map((message) => [message.id, message]));
  const leaving = new Set(state.sending.map(({ frame }) => frame.type === "withdraw" && frame.message));
  let before = null;
  for (const message of [...state.messages, ...state.sending.filter(({ frame }) => frame.type === "say").map(unsaid(state.you))]) {
    if (!before || !sameDay(before.at, message.at)) shown.push({ key: `d-${message.id}`, kind: "day", at: message.at });
    const row = rowOf(state, message, before, byId);
    if (row.kind === "unseen" && shown.at(-1).author === row.author) shown.at(-1).count += 1;
    else shown.push(leaving.has(message.id) ? { ...row, leaving: true } : row);
    before = message;
  }
  return shown;
}

const unsaid = (you) => ({ ref, at, frame: { text, to }, id }) => ({
  id: ref, at, text, to, sending: !id,
  author: { id: you?.id, name: you?.pseudonym ?? "…", hue: you?.hue, face: "mask" },
});

function rowOf(state, message, before, byId) {
  const { id, author, at, to, sending = false } = message;
  const own = author.id === state.you?.id;
  if (message.withdrawn) return { key: `w-${id}`, kind: "withdrawn", message, own };
  if (state.ignored.includes(author.id)) return { key: `i-${id}`, kind: "unseen", author: author.id, name: author.name, count: 1 };
  const turn = before && !before.withdrawn && before.author.id === author.id;
  const follows = Boolean(turn) && sameDay(before.at, at) && at - before.at < TURN_SECONDS;
  return {
    key: id, kind: "message", ...(sending ? { text: message.text, at } : {}), message, own, follows, sending,
    live: sending && state.link.is === "live" && state.store, ...(to ? answered(state, byId.get(to)) : {}),
  };
}

export function answered(state, to) {
  if (!to || to.withdrawn) return { answered: say("message.answered_gone") };
  if (state.ignored.includes(to.author.id)) return { answered: say("message.answered_unseen") };
  return { answered: say("message.answered", { name: to.author.name, text: to.text.slice(0, 140) }), answeredId: to.id };
}

/* What a pending row wraps is made anew at each turn: its words are compared instead. */
const compared = ({ message, ...row }) => (row.sending ? row : { ...row, message });
function same(a, b) {
  const [one, other] = [compared(a), compared(b)];
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...keys].every((key) => one[key] === other[key]);
}

export function stream({ dispatch, act, current }) {
  const scroll = find("#messages");
  const list = find("#stream");
  const older = find("#older");
  const newer = find("#newer");
  const kept = new Map(); // key → {row, node}

  // Magnified, the page scrolls instead of the list.
  const scroller = () => (getComputedStyle(scroll).overflowY === "visible" ? document.scrollingElement : scroll);
  const toEnd = () => {
    const box = scroller();
    box.scrollTop = box.scrollHeight;
  };

  function update(state, drawn) {
    const unchanged = ["messages", "sending", "ignored", "link", "store", "you"].every((key) => state[key] === drawn[key]);
    if (!unchanged) {
      const restore = state.reading ? hold() : toEnd;
      draw(rows(state));
      restore();
    }
    find("#beginning").hidden = !state.inside || state.older.more || !state.messages.length;
    find("#empty").hidden = !state.inside || state.messages.length + state.sending.length > 0;
    older.hidden = !state.older.more;
    newer.hidden = !state.reading;
    if (state.reading !== drawn.reading || state.newer !== drawn.newer) sayNewer(state.newer);
    if (state.room !== drawn.room) sayHours(state.room);
    if (state.older.more && scroller().scrollHeight <= scroller().clientHeight) act.older(); // nothing to scroll up with
    const last = state.sending.at(-1);
    if (last?.frame.type === "say" && last.ref !== drawn.sending.at(-1)?.ref) toEnd(); // one looks for one's own words
  }

  /** With nothing new, the way down makes itself small: it stands over what is read. */
  function sayNewer(count) {
    const button = newer.firstElementChild;
    newer.toggleAttribute("data-quiet", !count);
    button.textContent = count ? say("stream.newer", { count }) : "↓";
    button.ariaLabel = count ? null : say("stream.latest");
  }

  const sayHours = ({ history_seconds: seconds }) => {
    find("#beginning").textContent = say("stream.beginning", { count: Math.round(seconds / 3600) });
  };

  function draw(wanted) {
    const keys = new Set(wanted.map((row) => row.key));
    for (const [key, { node }] of kept) {
      if (keys.has(key)) continue;
      node.remove();
      kept.delete(key);
    }
    let place = list.firstElementChild;
    for (const row of wanted) {
      const node = nodeOf(row);
      if (place && !place.isConnected) place = node; // it was made anew
      if (node === place) place = place.nextElementSibling;
      else list.insertBefore(node, place);
    }
  }

  function nodeOf(row) {
    const was = kept.get(row.key);
    if (was && same(was.row, row)) return was.node;
    const node = build(row);
    kept.set(row.key, { row, node });
    if (was) {
      const focused = was.node.contains(document.activeElement);
      was.node.replaceWith(node);
      if (focused) node.querySelector(".more, button")?.focus({ preventScroll: true });
    }
    return node;
  }

  /** Remember where the lines in sight stand; the function returned puts the first that is left back there. */
  function hold() {
    const top = scroller() === scroll ? scroll.getBoundingClientRect().top : 0;
    const seen = [...list.children].map((node) => [node, node.getBoundingClientRect()]).filter(([, box]) => box.bottom > top).slice(0, 20);
    return () => {
      const [node, box] = seen.find(([one]) => one.isConnected) ?? [];
      if (node) scroller().scrollTop += node.getBoundingClientRect().top - box.top;
    };
  }

  function onScroll() {
    const box = scroller();
    const away = box.scrollHeight - box.scrollTop - box.clientHeight > NEAR;
    if (away !== current().reading) dispatch({ type: "reading", away });
    if (box.scrollTop < 200 && away) act.older();
  }

  scroll.addEventListener("scroll", onScroll, { passive: true });
  addEventListener("scroll", onScroll, { passive: true });
  new ResizeObserver(() => current().reading || toEnd()).observe(scroll);
  older.firstElementChild.addEventListener("click", act.older);
  newer.firstElementChild.addEventListener("click", () => {
    dispatch({ type: "reading", away: false });
    toEnd();
    scroll.focus({ preventScroll: true });
  });
  list.addEventListener("click", (event) => {
    const { target } = event;
    if (target.closest(".answered")) goTo(event);
    const { unignore } = target.dataset;
    if (unignore) act.ignore(unignore, false);
  });
  menus(list, (id) => act.choices(id));
  tellAge(list);

  return { update, goTo };
}

/** Follow a link to an answered message by the focus, so that the address of the page stays as it is. */
export function goTo(event) {
  const target = document.getElementById(event.target.closest("a").hash.slice(1));
  event.preventDefault();
  target?.focus();
  target?.scrollIntoView({ block: "center" });
}

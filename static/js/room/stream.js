/** The messages on the page: rows made from the state, only those that changed, and what is read kept where it is. */

import { sameDay, say } from "../words.js";
import { build, tellAge } from "./message.js";

const TURN_SECONDS = 300; // the same author within five minutes goes on without a new head
const NEAR = 48; // px from the end that still count as its end

const SHOWN = [
  "messages", "sending", "ignored", "link", "store", "you", "held", "decisions", "words", "help", "reported", "away", "furnished",
];

const find = (selector) => document.querySelector(selector);

/** The rows to show, each flat, so that two of them compare field by field. */
export function rows(state) {
  const shown = [];
  const byId = new Map(state.messages.map((message) => [message.id, message]));
  const leaving = new Set(state.sending.map(({ frame }) => frame.type === "withdraw" && frame.message));
  let before = null;
  for (const message of inOrder(state)) {
    if (!before || !sameDay(before.at, message.at)) shown.push({ key: `d-${message.id}`, kind: "day", at: message.at });
    const row = message.row ?? rowOf(state, message, before, byId);
    if (row.kind === "unseen" && shown.at(-1).author === row.author) shown.at(-1).count += 1;
    else shown.push(leaving.has(message.id) ? { ...row, leaving: true } : row);
    before = message.row ? { at: message.at, author: {} } : message;
  }
  return state.help && state.furnished ? withHelp(shown, state.help) : shown;
}

/** What was said, by its offset; among it, by its hour, what one alone sees; last what is on its way. */
function inOrder(state) {
  const among = privately(state).sort((a, b) => a.at - b.at);
  const replaced = new Set(among.map(({ id }) => id));
  const shown = [];
  for (const message of state.messages) {
    if (message.withdrawn && replaced.has(message.id)) continue;
    while (among[0]?.at < message.at) shown.push(among.shift());
    shown.push(message);
  }
  return [...shown, ...among, ...state.sending.filter(({ frame }) => frame.type === "say").map(unsaid(state.you))];
}

function privately({ you, held, decisions, words, away, furnished }) {
  const frames = held.map(({ id, at, text, why }) => ({ id, at, text, author: author(you), held: why?.join(" ") || "?" }));
  if (!furnished) return frames;
  const told = decisions.filter(({ message, verdict, sanction }) => !away.includes(message) && (verdict !== "publish" || sanction));
  return [
    ...frames,
    ...told.map((decision) => ({ id: decision.message, at: decision.at, row: { key: `c-${decision.message}`, kind: "decided", decision, you } })),
    ...words.map((word) => ({ id: `o-${word.at}`, at: word.at, row: { key: `o-${word.at}-${word.text}`, kind: "word", word } })),
  ];
}

/** Put the card after the message that it answers, wherever that stands by now; at the end where it is not known. */
function withHelp(shown, help) {
  const after = shown.findLastIndex(({ key }) => key === help.id || key === help.ref);
  return shown.toSpliced(after < 0 ? shown.length : after + 1, 0, { key: "help", kind: "help", help });
}

const author = (you) => ({ id: you?.id, name: you?.pseudonym ?? "…", hue: you?.hue, face: "mask" });
const unsaid = (you) => ({ ref, at, frame: { text, to }, id }) => ({ id: ref, at, text, to, sending: !id, author: author(you) });

function rowOf(state, message, before, byId) {
  const { id, author, at, to, sending = false, held = "" } = message;
  const own = author.id === state.you?.id;
  const report = state.reported[id];
  if (message.withdrawn) return { key: `w-${id}`, kind: "withdrawn", message, own, report };
  if (state.ignored.includes(author.id)) return { key: `i-${id}`, kind: "unseen", author: author.id, name: author.name, count: 1 };
  const turn = before && !before.withdrawn && before.author.id === author.id;
  const follows = Boolean(turn) && sameDay(before.at, at) && at - before.at < TURN_SECONDS;
  return {
    key: id, kind: "message", ...(sending || held ? { text: message.text, at } : {}), message, own, follows, sending, held, report,
    furnished: state.furnished && Boolean(held),
    live: sending && state.link.is === "live" && state.store, ...(to ? answered(state, byId.get(to)) : {}),
  };
}

export function answered(state, to) {
  if (!to || to.withdrawn) return { answered: say("message.answered_gone") };
  if (state.ignored.includes(to.author.id)) return { answered: say("message.answered_unseen") };
  return { answered: say("message.answered", { name: to.author.name, text: to.text.slice(0, 140) }), answeredId: to.id };
}

/* What a pending row wraps is made anew at each turn: its words are compared instead. */
const compared = ({ message, ...row }) => (row.sending || row.held ? row : { ...row, message });
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
    const unchanged = SHOWN.every((key) => state[key] === drawn[key]);
    if (!unchanged) {
      const restore = state.reading ? hold() : toEnd;
      draw(rows(state));
      restore();
    }
    find("#beginning").hidden = !state.inside || state.older.more || !state.messages.length;
    find("#empty").hidden = !state.inside || list.children.length > 0;
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
      const focused = node.contains(document.activeElement);
      node.remove();
      if (focused) scroll.focus({ preventScroll: true });
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
      if (focused) (node.querySelector(".more:not([hidden]), button:not([hidden])") ?? node).focus({ preventScroll: true });
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

  async function openMenu(more, last) {
    (await act.menu())?.toggle(more, { current, dispatch, act }, last);
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
  list.addEventListener("click", ({ target }) => target.closest(".more") && openMenu(target.closest(".more")));
  list.addEventListener("keydown", (event) => {
    const more = event.target.closest(".more");
    if (!more || (event.key !== "ArrowDown" && event.key !== "ArrowUp")) return;
    event.preventDefault();
    openMenu(more, event.key === "ArrowUp");
  });
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

/** The lobby: which rooms are open, and how many are there. */

import { apply, crowd, initial, isOpen, sorted } from "./lobby/state.js";
import { invitation } from "./room/door.js";
import { asMember, settle } from "./settings.js";
import { capital, date, hour, language, load, say, until, when } from "./words.js";

const REFRESH_SECONDS = 15;
const find = (selector) => document.querySelector(selector);
const seconds = () => Math.floor(Date.now() / 1000);
let state = initial;
let timer;

function dispatch(event) {
  state = apply(state, { ...event, now: seconds() });
  render();
}

async function refresh() {
  clearTimeout(timer);
  if (document.hidden) return; // it starts again when someone looks
  try {
    const answer = await fetch(`/api/rooms?lang=${language()}`, asMember());
    if (!answer.ok) throw new Error(answer.statusText);
    dispatch({ type: "came", rooms: await answer.json() });
  } catch {
    dispatch({ type: "failed" });
  }
  timer = setTimeout(refresh, REFRESH_SECONDS * 1000);
}

function render() {
  const { rooms, now, failed } = state;
  find("#now").textContent = [say("lobby.now", { date: capital(date(now)), hour: hour(now) }), rooms ? people(rooms) : ""].join(" ");
  find("#failed").hidden = !failed;
  find("#failed p").textContent = rooms ? say("lobby.stale", { hour: hour(state.at) }) : say("lobby.failed");
  find("#looking").hidden = rooms !== null || failed;
  if (!rooms) return;
  const { open, later } = sorted(rooms);
  show("#open", open);
  show("#later", later);
  find("#later-title").hidden = later.length === 0;
  find("#nothing").hidden = open.length > 0;
  find("#nothing").textContent = rooms.length ? say("lobby.all_closed") : say("lobby.empty");
}

function people(rooms) {
  const { count, bound } = crowd(rooms);
  if (count === 0) return bound ? say("lobby.few") : say("lobby.nobody");
  return bound ? say("lobby.more", { count }) : say("lobby.there", { count });
}

/** Rows are filled in place: the focus and what one points at stay where they are. */
function show(selector, rooms) {
  const rows = find(selector);
  rows.hidden = rooms.length === 0;
  const known = new Map([...rows.children].map((row) => [row.dataset.slug, row]));
  rooms.forEach((room, index) => {
    const row = known.get(room.slug) ?? find("#place").content.firstElementChild.cloneNode(true);
    known.delete(room.slug);
    fill(row, room);
    if (rows.children[index] !== row) rows.insertBefore(row, rows.children[index] ?? null);
  });
  for (const gone of known.values()) gone.remove();
}

function fill(row, room) {
  const open = isOpen(room);
  row.dataset.slug = room.slug;
  const link = row.querySelector("a");
  link.textContent = room.title;
  if (open) link.href = `/r/${encodeURIComponent(room.slug)}`;
  else link.removeAttribute("href");
  row.querySelector(".about").textContent = room.about ?? "";
  const lamp = row.querySelector(".lamp");
  lamp.dataset.state = open ? room.state : "closed";
  lamp.textContent = open ? there(room) : closed(room);
  row.querySelector(".until").textContent = open ? ending(room) : "";
}

function there({ members, state: room }) {
  if (room === "paused") return say("lobby.paused");
  if (members === 0) return say("lobby.none");
  return members === null ? say("lobby.some") : say("lobby.members", { count: members });
}

const closed = (room) => (room.opens_at ? say("lobby.opens", { when: when(room.opens_at, state.now) }) : say("lobby.closed"));

function ending(room) {
  if (room.closes_at) return say("lobby.until", { when: until(room.closes_at, state.now) });
  return room.state === "last_call" ? say("lobby.last_call") : "";
}

await load("lobby");
document.title = `${say("lobby.title")} – ${find("meta[name=application-name]").content}`;
settle();
invitation(refresh);
find("#retry").addEventListener("click", refresh);
document.addEventListener("visibilitychange", refresh);
state = { ...state, now: seconds() };
render();
refresh();

/** The entrance: a name for this time, what one promises, and the door. */

import { list, say, when } from "../words.js";
import { seal } from "./message.js";
import { comeBack } from "./around.js";
import { isName } from "./state.js";

const pick = (words) => words[Math.floor(Math.random() * words.length)];

/** A name in two words, in the language of the page; its adjective agrees because each group brings its own. */
export function propose() {
  const groups = list("name.groups").map((group) => group.map((words) => words.split(" ")));
  const [nouns, adjectives] = pick(groups);
  return say("name.pattern", { noun: pick(nouns), adjective: pick(adjectives) });
}

const segmenter = new Intl.Segmenter();
const signs = (text) => [...segmenter.segment(text.normalize("NFC"))].length;

export function entrance({ act, current }) {
  const form = document.querySelector("#entrance");
  const part = (selector) => form.querySelector(selector);
  const own = part("#own");
  const enter = part("[type=submit]");
  let room;
  let ticking;

  function proposeAnother() {
    const name = propose();
    part("output").textContent = name;
    part(".seal").textContent = seal(name);
    wrong("");
  }

  const chosen = () => (part("details").open && own.value.trim() ? own.value.trim() : part("output").textContent);
  const ownChosen = () => chosen() === own.value.trim();

  function submit(event) {
    event.preventDefault();
    if (enter.ariaDisabled === "true") return;
    const name = chosen();
    const count = signs(name);
    if (count < 2 || count > 24) return wrong(say("entrance.length", { count }));
    wrong("");
    act.enter(name);
  }

  /** Say what is wrong with the name beside the control it came from, and bring the focus there. */
  function wrong(message) {
    const field = ownChosen() ? own : part("#another");
    for (const [control, note] of [[own, part("#own-wrong")], [part("#another"), part("#another-wrong")]]) {
      note.textContent = control === field ? message : "";
      note.hidden = !note.textContent;
    }
    own.ariaInvalid = String(Boolean(message) && field === own);
    if (message) field.focus();
  }

  function update(state, drawn) {
    const { problem } = state;
    if (problem && problem !== drawn.problem && isName(problem.code)) wrong(problem.message);
    sayDoor(state);
  }

  function sayDoor({ link, problem }) {
    clearTimeout(ticking);
    const busy = link.is === "opening" || link.is === "waiting";
    enter.textContent = busy ? say("entrance.entering") : say("entrance.enter");
    enter.ariaDisabled = String(busy || room?.state === "closed");
    const left = Math.max(0, Math.ceil((link.until - Date.now()) / 1000));
    const words = link.is === "waiting" ? say("entrance.silent", { delay: left })
      : problem && !isName(problem.code) ? comeBack(problem.message, problem) : closed();
    const door = part("#door-note");
    door.hidden = !words;
    if (door.textContent !== words) door.textContent = words;
    if (link.is === "waiting") ticking = setTimeout(() => sayDoor(current()), 1000);
  }

  function closed() {
    if (room?.state !== "closed") return "";
    return room.opens_at ? say("entrance.closed_until", { when: when(room.opens_at, Date.now() / 1000) }) : say("entrance.closed");
  }

  /** Show which room this is; `null` where there is none at this address. */
  function show(found) {
    room = found;
    document.querySelector("#unknown").hidden = Boolean(found);
    form.hidden = !found;
    if (!found) return;
    document.querySelector("#entrance-title").textContent = found.title;
    document.querySelector("#entrance-about").textContent = found.about ?? "";
    const hours = Math.round(found.history_seconds / 3600);
    if (hours) part("#entrance-kept").textContent = say("entrance.kept_for", { count: hours });
    sayDoor(current());
  }

  part("#another").addEventListener("click", proposeAnother);
  form.addEventListener("submit", submit);
  own.addEventListener("input", () => wrong(""));
  proposeAnother();

  return { update, show };
}

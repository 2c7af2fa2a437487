/** The entrance: a name for this time, what one promises, and the door. */

import { language, list, say, when } from "../words.js";
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

/** 8 s, 2 min 10 s. */
const delay = (seconds) => (seconds < 60 ? say("entrance.seconds", { seconds })
  : say("entrance.minutes", { minutes: Math.floor(seconds / 60), seconds: seconds % 60 }));

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

  async function returnBySixWords() {
    const field = part("#six-words");
    const problem = await act.comeBack(field.value);
    part("#six-wrong").textContent = problem;
    part("#six-wrong").hidden = !problem;
    field.ariaInvalid = String(Boolean(problem));
    if (problem) field.focus();
    else field.value = "";
  }

  function update(state, drawn) {
    const { problem } = state;
    if (problem && problem !== drawn.problem && isName(problem.code)) wrong(problem.message);
    sayDoor(state);
  }

  function sayDoor({ link, problem, door, wanting }) {
    clearTimeout(ticking);
    const busy = wanting || link.is === "opening" || link.is === "waiting";
    const shut = ["looking", "computing", "waiting"].includes(door.is);
    enter.textContent = shut ? (wanting ? say("entrance.opening") : say("entrance.when_ready"))
      : busy && door.is !== "failed" ? say("entrance.entering") : say("entrance.enter");
    enter.ariaDisabled = String((busy && door.is !== "failed") || door.is === "invitation" || room?.state === "closed");
    const words = link.is === "waiting" ? say("entrance.silent", { delay: left(link) })
      : door.is === "failed" ? door.message
      : door.is === "invitation" ? say("invitation.needed")
      : problem && !isName(problem.code) ? comeBack(problem.message, problem) : closed();
    const note = part("#door-note");
    note.hidden = !words;
    if (note.textContent !== words) note.textContent = words;
    sayEffort(door, shut);
    if (link.is === "waiting" || door.is === "waiting") ticking = setTimeout(() => sayDoor(current()), 1000);
  }

  const left = ({ until }) => Math.max(0, Math.ceil((until - Date.now()) / 1000));

  function sayEffort(door, shut) {
    part("#effort").hidden = !shut;
    part("#other-way").hidden = door.wait || (!shut && door.is !== "failed");
    part("#patience").hidden = !shut || !door.wait;
    if (door.wait) part("#patience span").textContent = say("entrance.wait_for", { delay: delay(door.wait) });
    const ready = door.is === "ready" && door.effort ? say("entrance.ready") : "";
    if (part("#ready").textContent !== ready) part("#ready").textContent = ready;
    if (!shut) return;
    part("progress").value = door.is === "waiting" ? 1 - left(door) / door.whole : (door.done ?? 0);
    part("#effort label").textContent = door.is === "waiting" ? say("entrance.waiting", { delay: delay(left(door)) })
      : door.left ? say("entrance.computing_for", { delay: delay(door.left) }) : say("entrance.computing");
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
  part("#patience button").addEventListener("click", () => {
    act.wait();
    enter.focus();
  });
  part("#other-way").href += `&lang=${language()}`;
  form.addEventListener("submit", submit);
  part("#come-back").addEventListener("click", returnBySixWords);
  part("#six-words").addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    returnBySixWords();
  });
  own.addEventListener("input", () => wrong(""));
  proposeAnother();

  return { update, show };
}

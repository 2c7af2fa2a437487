/** What is held of whoever has this tab's session: shown, put in a file, erased. */

import { contest } from "./about-you/contest.js";
import { asOf, messages, saidAt, sections, text } from "./about-you/told.js";
import { settle } from "./settings.js";
import { language, load, say, when } from "./words.js";

const find = (selector) => document.querySelector(selector);
const copy = (id) => find(`#${id}`).content.firstElementChild.cloneNode(true);
const community = find("meta[name=application-name]").content;
let told = null;

function session() {
  try {
    return sessionStorage.getItem("session");
  } catch {
    return null; // storage may be forbidden: then each page has a session of its own, and this one has none
  }
}

async function ask(method) {
  const answer = await fetch(`/api/about-me?lang=${language()}`, { method, headers: { Authorization: `Bearer ${session()}` } });
  return { status: answer.status, body: await answer.json() };
}

async function look() {
  find("#problem").hidden = true;
  if (!session()) return over(say("about.nothing"));
  try {
    const { status, body } = await ask("GET");
    if (status === 401) return over(say("about.over"));
    if (status !== 200) return complain(body.message);
    told = body;
    show();
  } catch {
    complain(say("about.failed"));
  }
}

function show() {
  find("#as-of").textContent = asOf(told.at);
  find("#held").replaceChildren(...sections(told).map(section));
  find("#deeds").hidden = false;
  find("#back-until").hidden = !told.words;
  if (told.words) {
    find("#back-until").textContent = say("about.back_until", { when: when(told.words.until, told.at) });
    find("#give").textContent = say("about.give_again");
  }
  find("#erase-count").textContent = say("about.erase_count", { count: messages(told) });
  find("#erase-rooms").hidden = told.rooms.length < 2;
  find("#erase-sanction").hidden = !told.session.sanction && !told.rooms.some((room) => room.sanction);
}

function section({ title, facts, messages: said = [] }, index) {
  const node = copy("section");
  const heading = node.querySelector("h2");
  heading.id = `held-${index}`;
  heading.textContent = title;
  node.setAttribute("aria-labelledby", heading.id);
  const list = copy("facts");
  list.replaceChildren(...facts.map(fact));
  node.append(list);
  if (said.length) node.append(table(said, title));
  return node;
}

function fact([name, words]) {
  const node = copy("fact");
  node.querySelector("dt").textContent = name;
  node.querySelector("dd").textContent = words;
  return node;
}

function table(said, title) {
  const node = copy("words");
  node.ariaLabel = say("about.said_in", { title });
  node.querySelector("tbody").replaceChildren(...said.map(row));
  return node;
}

function row({ text: words, at, until }) {
  const node = copy("word");
  const [what, , gone] = node.children;
  what.textContent = words;
  node.querySelector("time").dateTime = new Date(at * 1000).toISOString();
  node.querySelector("time").textContent = saidAt(at, told.at);
  gone.textContent = when(until, told.at);
  gone.dataset.label = say("about.gone_at"); // where the columns have no room, nor their heads
  return node;
}

function download() {
  const url = URL.createObjectURL(new Blob([text(told, community)], { type: "text/plain;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = `${say("about.file")}.txt`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000); // some browsers begin to read it later
}

async function give() {
  find("#problem").hidden = true;
  try {
    const answer = await fetch(`/api/about-me/words?lang=${language()}`, { method: "POST", headers: { Authorization: `Bearer ${session()}` } });
    const body = await answer.json();
    if (answer.status === 401) return over(say("about.over"));
    if (!answer.ok) return complain(body.message);
    find("#six").replaceChildren(...body.words.map((word) => Object.assign(document.createElement("li"), { textContent: word })));
    find("#given").hidden = false;
    find("#back-until").hidden = true;
    find("#give").textContent = say("about.give_again");
  } catch {
    complain(say("about.failed"));
  }
}

async function erase() {
  const button = find("#erase-now");
  if (button.ariaDisabled === "true") return;
  button.ariaDisabled = "true";
  find("#problem").hidden = true;
  try {
    const { status, body } = await ask("DELETE");
    // Not known any more: an earlier try has done it, and its answer was lost.
    if (status === 200 || status === 401) over(status === 200 ? say("about.erased", { count: body.messages }) : say("about.erased_before"));
    else complain(body.message);
  } catch {
    complain(say("about.failed"));
  }
  button.ariaDisabled = "false";
}

function complain(message) {
  if (!told) find("#as-of").textContent = "";
  find("#problem").hidden = false;
  find("#problem p").textContent = message;
  find("#again").hidden = Boolean(told); // what was being done stands before one's eyes, to be tried again
}

/** Nothing is held: this tab keeps nothing either. */
function over(words) {
  told = null;
  try {
    sessionStorage.clear();
  } catch {
    // nothing was kept, then
  }
  find("#as-of").textContent = "";
  find("#held").replaceChildren();
  find("#deeds").hidden = true;
  find("#none p").textContent = words;
  find("#none").hidden = false;
  find("#title").focus();
}

await load("about-you", "moderation");
document.title = `${say("about.title")} – ${community}`;
settle();
find("#again").addEventListener("click", look);
find("#download").addEventListener("click", download);
find("#give").addEventListener("click", give);
find("#erase-now").addEventListener("click", erase);
contest();
look();

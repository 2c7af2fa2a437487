/** One row of the stream as an element. */

import { ago, clock, day, say } from "../words.js";

const find = (selector) => document.querySelector(selector);
const roles = { facilitator: "role.facilitator", moderator: "role.moderator", organiser: "role.organiser", admin: "role.admin" };

export function seal(name) {
  const words = name.split(/[\s'’]+/u).filter(Boolean);
  return [...new Set([words[0], words.at(-1)])].map((word) => [...word][0].toLocaleUpperCase()).join("");
}

export function tag({ role, face }) {
  if (role) return { kind: "role", text: roles[role] ? say(roles[role]) : role };
  return face === "name" ? { kind: "face", text: say("face.name") } : null;
}

/** Make the element of a row; see `rows` in stream.js for what rows there are. */
export const build = (row) => builders[row.kind](row);

/** Learn to show what is only sometimes there: `rows` by kind, and what stands at the `foot` of one's held messages. */
export function learn({ rows, foot }) {
  Object.assign(builders, rows);
  footOf = foot;
}

let footOf = null;

const builders = {
  day({ at }) {
    const node = template("#day");
    fillTime(node.querySelector("time"), at, day(at, Date.now() / 1000));
    return node;
  },

  unseen({ author, name, count }) {
    const node = template("#unseen");
    node.querySelector("p").textContent = say("message.unseen", { count, name });
    const button = node.querySelector("button");
    button.dataset.unignore = author;
    button.ariaLabel = say("menu.unignore_label", { name });
    return node;
  },

  withdrawn({ message, own, report }) {
    const node = template("#withdrawn");
    node.id = `m-${message.id}`;
    fillTime(node.querySelector("time"), message.at);
    node.querySelector("p").textContent = [goneWords(message, own), report && say("message.reported_yours")].filter(Boolean).join(" ");
    return node;
  },

  message(row) {
    const node = template(row.follows ? "#follower" : "#message");
    const { author, at, id, text } = row.message;
    node.id = `m-${id}`;
    node.dataset.hue = author.hue;
    node.toggleAttribute("data-own", row.own);
    if (author.face === "name") node.dataset.face = "name";
    if (row.sending || row.held) node.dataset.state = row.held ? "held" : "sending";
    node.querySelector(".name").textContent = author.name;
    fillTime(node.querySelector("time"), at);
    if (!row.follows) fillHead(node, row);
    node.querySelector(".message-text").replaceChildren(...paragraphs(text));
    fillAnswered(node.querySelector(".answered"), row);
    const foot = node.querySelector(".message-foot");
    foot.textContent = footWords(row);
    if (row.held && !row.leaving && footOf) foot.replaceChildren(footOf(row));
    foot.hidden = !foot.textContent;
    fillMore(node.querySelector(".more"), row);
    return node;
  },
};

export const template = (selector) => find(selector).content.firstElementChild.cloneNode(true);

function goneWords({ withdrawn, author }, own) {
  if (withdrawn !== "author") return say("message.withdrawn_moderation");
  return own ? say("message.withdrawn_own") : say("message.withdrawn_author", { name: author.name });
}

export function fillTime(node, at, words = clock(at)) {
  node.dateTime = new Date(at * 1000).toISOString().slice(0, 16) + "Z"; // to the minute
  node.textContent = words;
}

export function fillHead(node, { message: { author }, own }) {
  node.querySelector(".seal").textContent = seal(author.name);
  node.querySelector(".you").hidden = !own;
  const mark = tag(author);
  const label = node.querySelector(".tag");
  label.hidden = !mark;
  if (mark) Object.assign(label, { textContent: mark.text }).dataset.kind = mark.kind;
}

function fillAnswered(link, { answered, answeredId }) {
  link.hidden = !answered;
  link.textContent = answered;
  if (answeredId) link.href = `#m-${answeredId}`;
}

const reports = { sent: "message.reported", remove: "message.reported_removed", dismiss: "message.reported_kept" };

function footWords({ sending, leaving, live, held, report }) {
  if (leaving) return say("message.leaving");
  if (held) return say("message.held");
  if (report) return say(reports[report]);
  if (!sending) return "";
  return live ? say("message.sending") : say("message.unsent");
}

function fillMore(button, { message: { id, at, author }, own, sending, held }) {
  button.hidden = sending || Boolean(held);
  button.dataset.message = id;
  const time = clock(at);
  button.ariaLabel = own ? say("message.menu_own", { time }) : say("message.menu", { name: author.name, time });
}

/* The text as it was written: its paragraphs, its lines, its addresses made links but shown whole. */

// An address ends at a space, at what often follows one in prose, and at signs that could turn its letters round.
const ADDRESS = /https?:\/\/[^\s<>"«»\u200e\u200f\u202a-\u202e\u2066-\u2069]+/giu;
const AFTER = /[.,;:!?…'’)\]}]+$/u;

export function paragraphs(text) {
  return text.split(/\n{2,}/).filter((part) => part.trim()).map((part) => {
    const node = document.createElement("p");
    node.dir = "auto";
    node.append(...linked(part));
    return node;
  });
}

function linked(text) {
  const parts = [];
  let done = 0;
  for (const { 0: found, index } of text.matchAll(ADDRESS)) {
    const address = found.replace(AFTER, "");
    if (!URL.canParse(address)) continue;
    parts.push(text.slice(done, index), anchor(address));
    done = index + address.length;
  }
  return [...parts, text.slice(done)];
}

const anchor = (address) => Object.assign(document.createElement("a"), {
  href: address, textContent: address, target: "_blank", rel: "noreferrer noopener nofollow",
});

/** Say how long ago a message came to whoever points at its hour. */
export function tellAge(list) {
  list.addEventListener("pointerover", ({ target }) => {
    const time = target.closest(".message time");
    if (time) time.title = ago(Date.parse(time.dateTime) / 1000, Date.now() / 1000);
  });
}

/**
 * What one alone sees in a room: why a message is held, what was decided and what one can do, words of a moderator, help.
 *
 * It comes with its words and its looks when it is first needed. What there is, is in cases.js; what moderation finds and decides by
 * codes has its words here.
 */

import { reason } from "../reasons.js";
import { language, more, say } from "../words.js";
import { appeal, report } from "./forms.js";
import { help } from "./help.js";
import { button, make } from "./make.js";
import { fillHead, fillTime, learn, paragraphs, seal, template } from "./message.js";
import { question, sentence } from "./question.js";

const details = {
  phone: "held.phone",
  email: "held.email",
  iban: "held.iban",
  nir: "held.nir",
  siret: "held.siret",
  card: "held.card",
  address: "held.address",
  ip: "held.ip",
  url: "held.url",
  handle: "held.handle",
  plate: "held.plate",
  name: "held.name",
  employer: "held.employer",
};

const categories = {
  threat: "held.threat",
  insult: "held.insult",
  hate: "held.hate",
  sexual: "held.sexual",
  doxxing: "held.doxxing",
  solicitation: "held.solicitation",
  flooding: "held.flooding",
  failed: "held.failed",
  newcomer: "held.newcomer",
  premoderated: "held.premoderated",
};

const titles = {
  remove: "decided.remove",
  uphold: "decided.uphold",
  reverse: "decided.reverse",
  lapsed: "decided.lapsed",
};

const sanctions = { warn: "decided.warn", mute: "decided.mute", exclude: "decided.exclude" };

/** Say in sentences what a message is held for; `why` are kinds of details and categories. */
export function heldFor(why) {
  const inIt = why.filter((each) => Object.hasOwn(details, each)).map((each) => say(details[each]));
  const rest = why.filter((each) => !Object.hasOwn(details, each)).map((each) => (Object.hasOwn(categories, each) ? say(categories[each]) : each));
  const list = new Intl.ListFormat(language()).format(inIt);
  return [inIt.length && say("held.contains", { list }), ...rest].filter(Boolean).join(" ");
}

const title = ({ code, verdict }) => say(titles[code === "lapsed" ? code : verdict] ?? "decided.other");

/** All that is said of a decision: what it is, why, in whose words, and what follows. */
function sentences({ reason: why, words, sanction, appealed }) {
  return [
    why && say("decided.why", { reason: reason(why).replace(/[.\s]+$/, "") }),
    sanction && (sanctions[sanction] ? say(sanctions[sanction]) : sanction),
    words && say("decided.words", { words }),
    appealed && say("decided.appealed"),
  ].filter(Boolean).join(" ");
}

const lines = {
  held: () => say("log.held"),
  asked: (_, state) => state.question && sentence(state.question),
  word: ({ from, text }) => say("log.word", { name: from, text }),
  resources: () => say("log.help"),
  decided: (event) => [title(event), sentences(event)].join(" "),
  lapsed: title,
  report_outcome: ({ verdict }) => say(verdict === "remove" ? "message.reported_removed" : "message.reported_kept"),
};

/** Bring what shows all this into the page, and answer what else it is needed for. */
export async function furnish(parts) {
  await Promise.all([more("moderation"), looks()]);
  learn({ rows: { decided: decidedRow(parts), word: wordRow, help: help(parts) }, foot: heldFoot(parts) });
  parts.show(question(parts));
  return {
    reason,
    report: (message) => report(parts, message),
    line: (event, state) => lines[event.code ?? event.type]?.(event, state),
  };
}

const looks = () => new Promise((resolve, reject) => {
  const link = make("link", { rel: "stylesheet", href: new URL("../../css/private.css", import.meta.url).href });
  link.addEventListener("load", resolve);
  link.addEventListener("error", reject);
  document.head.append(link);
});

const heldFoot = ({ act }) => ({ message: { id }, held }) => {
  const why = held === "?" ? "" : heldFor(held.split(" "));
  const foot = document.createDocumentFragment();
  foot.append(
    make("p", {}, make("b", { textContent: say("message.held") }), " ", why),
    button(say("menu.withdraw"), () => act.ask({ type: "withdraw", message: id })),
  );
  return foot;
};

const decidedRow = (parts) => ({ decision, you }) => {
  const node = template("#message");
  const { message, at, dated, text, verdict } = decision;
  node.id = `c-${message}`; // after an appeal the message itself may be there as well
  node.dataset.hue = you.hue;
  node.dataset.state = "held";
  node.toggleAttribute("data-own", true);
  node.querySelector(".name").textContent = you.pseudonym;
  fillTime(node.querySelector("time"), at);
  node.querySelector("time").hidden = !dated;
  fillHead(node, { message: { author: { name: you.pseudonym } }, own: true });
  for (const unused of [".answered", ".more"]) node.querySelector(unused).remove();
  node.querySelector(".message-text").replaceChildren(...(verdict === "reverse" ? [] : paragraphs(text)));
  node.querySelector(".message-foot").replaceChildren(
    make("p", {}, make("b", { textContent: title(decision) }), " ", sentences(decision)),
    ...ways(parts, decision),
  );
  return node;
};

function ways({ act, dispatch }, decision) {
  const { code, verdict, text, receipt, appealed, message } = decision;
  const gone = verdict === "remove" || verdict === "uphold" || code === "lapsed";
  return [
    gone && text && button(say("decided.rewrite"), () => act.rewrite(text)),
    receipt && !appealed && button(say("decided.appeal"), () => appeal({ act }, decision), { kind: "quiet" }),
    button(say("decided.put_away"), () => dispatch({ type: "putAway", message }), { kind: "quiet" }),
  ].filter(Boolean);
}

function wordRow({ word: { from, text, at } }) {
  const node = template("#message");
  node.classList.add("word");
  node.querySelector(".name").textContent = from;
  fillTime(node.querySelector("time"), at);
  fillHead(node, { message: { author: { name: from, role: "moderator" } }, own: false });
  node.querySelector(".seal").textContent = seal(from);
  for (const unused of [".answered", ".more"]) node.querySelector(unused).remove();
  node.querySelector(".message-text").replaceChildren(...paragraphs(text));
  node.querySelector(".message-foot").textContent = say("word.private");
  return node;
}

/** The two sheets by which one speaks to the moderators: a report of somebody's message, an appeal against a decision. */

import { say } from "../words.js";
import { button, make, sheet } from "./make.js";

const reasons = {
  attack: "report.attack",
  threat: "report.threat",
  identity: "report.identity",
  hate: "report.hate",
  sexual: "report.sexual",
  solicitation: "report.solicitation",
  distress: "report.distress",
  other: "report.other",
};

const note = (words) => make("p", { className: "note", textContent: words });

function field(words, control) {
  control.id = `sheet-${control.name}`;
  return make("div", { className: "field" }, make("label", { htmlFor: control.id, textContent: words }), control);
}

export function report({ act }, message) {
  const choices = Object.entries(reasons).map(([value, key]) =>
    make("label", { className: "choice" }, make("input", { type: "radio", name: "reason", value, required: true }), " ", say(key)));
  sheet(
    {
      title: say("report.title"),
      submit: say("report.send"),
      sent: ({ reason, note: words }) => act.ask({ type: "report", message: message.id, reason, ...(words.trim() && { note: words.trim() }) }),
    },
    make("blockquote", { className: "quoted", dir: "auto" }, make("bdi", { textContent: say("message.answered", { name: message.author.name, text: message.text ?? "" }) })),
    make("fieldset", {}, make("legend", { className: "label", textContent: say("report.reason") }), make("div", { className: "choices" }, ...choices)),
    field(say("report.note"), make("textarea", { name: "note", rows: 2, maxLength: 500 })),
    note(say("report.seen")),
  );
}

const unsent = new Map(); // what was written of an appeal, by case: one that could not be sent is not lost

export function appeal({ act }, decision) {
  const text = make("textarea", { name: "text", rows: 4, maxLength: 2000, required: true, value: unsent.get(decision.case) ?? "" });
  text.addEventListener("input", () => unsent.set(decision.case, text.value));
  sheet(
    {
      title: say("appeal.title"),
      submit: say("appeal.send"),
      sent: (given) => given.text.trim() && act.ask({ type: "appeal", case: decision.case, text: given.text.trim() }),
    },
    make("p", { textContent: say("appeal.other") }),
    field(say("appeal.text"), text),
    note(say("appeal.waived")),
    receipt(decision.receipt),
  );
}

function receipt(code) {
  const shown = make("input", { name: "receipt", readOnly: true, value: code, spellcheck: false });
  const copied = make("span", { className: "note", role: "status" });
  const copy = button(say("appeal.copy"), async () => {
    shown.select();
    try {
      await navigator.clipboard.writeText(code);
      copied.textContent = say("appeal.copied");
    } catch {
      copied.textContent = say("appeal.selected"); // some browsers leave copying to the keys
    }
  });
  return make("div", { className: "stack-tight receipt" }, field(say("appeal.receipt"), shown), note(say("appeal.receipt_for")), make("p", { className: "row" }, copy, copied));
}

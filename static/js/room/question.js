/** What is asked before a message is sent that names somebody: in the composer, in nobody's way, the safest answer first. */

import { say } from "../words.js";
import { button, make } from "./make.js";

/** The parts of `text` at `spans`, half-open ranges of its code points, each once. */
export function found(text, spans) {
  const signs = [...text.normalize("NFC")];
  return [...new Set(spans.map(([start, end]) => signs.slice(start, end).join("")))];
}

/** `text` with `other` in place of what was found at `spans`. */
export function without(text, spans, other) {
  const signs = [...text.normalize("NFC")];
  let begun = signs.length;
  for (const [start, end] of spans.toSorted((a, b) => b[1] - a[1])) {
    if (end > begun) continue; // a part of what is gone
    signs.splice(start, end - start, other);
    begun = start;
  }
  return signs.join("");
}

function kindOf({ kinds }) {
  return kinds.length === 1 && (kinds[0] === "name" || kinds[0] === "employer") ? kinds[0] : "both";
}

const asked = { name: "question.name", employer: "question.employer", both: "question.both" };
const instead = { name: "question.somebody", employer: "question.my_company", both: "question.dots" };

const quoted = (words) => say("question.quoted", { words });

/** The question as it is read and said aloud. */
export function sentence(question) {
  const names = found(question.frame.text, question.spans).map(quoted).join(", ");
  return say(asked[kindOf(question)], { names });
}

export function question({ act }) {
  const box = document.querySelector("#composer .question");
  const field = document.querySelector("#text");
  let shown = null;

  function update({ question: now }) {
    if (now === shown) return;
    const focused = box.contains(document.activeElement);
    shown = now;
    box.hidden = !now;
    box.replaceChildren(...(now ? content(now) : []));
    if (focused && !now) field.focus();
  }

  /** Put `other` where the words asked about stand; it is another message then, and the question is over. */
  function replace(asked, other) {
    field.value = field.value.replace(asked, () => other).trimStart();
    field.dispatchEvent(new Event("input"));
    field.focus();
  }

  function correct(text, name) {
    replace(text, text);
    const at = field.value.indexOf(name);
    field.setSelectionRange(at, at + name.length);
  }

  function send(text) {
    act.sure(); // before its words leave the composer, which would take the question back
    replace(text, "");
  }

  function content(now) {
    const { frame: { text }, spans } = now;
    const other = say(instead[kindOf(now)]);
    return [
      make("p", { id: "question" }, make("b", { textContent: sentence(now) }), " ", say("question.why")),
      make("div", { className: "row" },
        button(say("question.instead", { words: other }), () => replace(text, without(text, spans, other))),
        button(say("question.correct"), () => correct(text, found(text, spans)[0]), { kind: "quiet" }),
        button(say("question.as_it_is"), () => send(text), { kind: "quiet" })),
    ];
  }

  return { update };
}

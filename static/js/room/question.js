/** What is asked before a message is sent that names somebody: in the composer, in nobody's way, the safest answer first. */

import { capital, language, say } from "../words.js";
import { button, make } from "./make.js";

const asked = { name: "question.name", employer: "question.employer" };
const instead = { name: "question.somebody", employer: "question.my_company" };

const quoted = (words) => say("question.quoted", { words });
const kinds = (found) => [...new Set(found.map(({ kind }) => kind))];

/** What stands in for something of `kind`. */
const standIn = (kind) => say(instead[kind] ?? "question.dots");

/** The parts of `text` that were found, each once; spans are half-open ranges of its code points. */
export function named(text, found) {
  const signs = [...text.normalize("NFC")];
  return [...new Set(found.map(({ span }) => signs.slice(...span).join("")))];
}

/** `text` with `other(kind)` in place of all that was found. */
export function without(text, found, other) {
  const signs = [...text.normalize("NFC")];
  let begun = signs.length;
  for (const { kind, span: [start, end] } of found.toSorted((a, b) => b.span[1] - a.span[1])) {
    if (end > begun) continue; // a part of what is gone
    signs.splice(start, end - start, start ? other(kind) : capital(other(kind)));
    begun = start;
  }
  return signs.join("");
}

/** The question as it is read and said aloud. */
export function sentence({ frame, found }) {
  const [kind, another] = kinds(found);
  const names = named(frame.text, found).map(quoted).join(", ");
  return say(another ? "question.both" : (asked[kind] ?? "question.both"), { names });
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
    const { frame: { text }, found } = now;
    const others = new Intl.ListFormat(language()).format(kinds(found).map(standIn).map(quoted));
    return [
      make("p", { id: "question" }, make("b", { textContent: sentence(now) }), " ", say("question.why")),
      make("div", { className: "row" },
        button(say("question.instead", { others }), () => replace(text, without(text, found, standIn))),
        button(say("question.correct"), () => correct(text, named(text, found)[0]), { kind: "quiet" }),
        button(say("question.as_it_is"), () => send(text), { kind: "quiet" })),
    ];
  }

  return { update };
}

/** The card of whom one can call: after one's own words, seen by oneself alone, put away by one press, in the way of nothing. */

import { capital, language, say } from "../words.js";
import { button, make } from "./make.js";

const titles = { self: "help.self", other: "help.someone" };
const notes = {
  self: { there: "help.self_there", nobody: "help.self_nobody" },
  other: { there: "help.other_there", nobody: "help.other_nobody" },
};

let known = null; // the numbers, once they have come

/** Make the row of the card; `crisis` says for whom it is. */
export const help = ({ dispatch }) => ({ help: { crisis, duty } }) => {
  const whom = crisis === "other" ? "other" : "self";
  const numbers = make("div");
  fill(numbers, whom);
  const node = make("li", { className: "help" },
    make("h3", { id: "help-title", textContent: say(titles[whom]) }),
    make("p", { className: "note", textContent: say(notes[whom][duty ? "there" : "nobody"]) }),
    whom === "other" && make("p", { className: "small", textContent: say("help.how") }),
    numbers,
    make("p", { className: "row" }, button(say("help.put_away"), () => dispatch({ type: "helped" }), { kind: "quiet" })));
  return node;
};

async function fill(box, whom) {
  // What stands in the page is there at once, and stays where nothing else comes.
  box.replaceChildren(document.querySelector("#aside .help dl").cloneNode(true));
  try {
    known ??= await numbers();
    const lines = known.filter((line) => !line.for || line.for.includes(whom));
    if (lines.length) box.replaceChildren(make("dl", {}, ...lines.flatMap(line)));
  } catch {
    known = null;
  }
}

async function numbers() {
  const answer = await fetch(`/api/resources?lang=${language()}`);
  if (!answer.ok) throw new Error(answer.statusText);
  return answer.json();
}

function line({ name, number, hours }) {
  const called = /^\+?[\d ]+$/.test(number) ? make("a", { href: `tel:${number.replaceAll(" ", "")}`, textContent: number }) : (number ?? "");
  return [make("dt", {}, called), make("dd", { textContent: [name, hours && capital(hours)].filter(Boolean).map((each) => `${each}.`).join(" ") })];
}

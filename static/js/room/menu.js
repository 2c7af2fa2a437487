/** The menu of what one can do with a message, by the pattern of ARIA's menu button. It comes when the first is opened. */

import { say } from "../words.js";

let button = null;
let menu = null;

/**
 * Open the menu of the message whose button is `opener`, on its last item if `last`; where it is open already, close it.
 *
 * Arrows, Home, End and first letters move, Escape and Tab close; the focus goes back to the button.
 */
export function toggle(opener, parts, last = false) {
  if (opener === button) return close(true);
  close();
  const items = choices(opener.dataset.message, parts).map(([words, act]) => item(say(words), act));
  if (!items.length) return;
  button = opener;
  button.ariaExpanded = "true";
  menu = Object.assign(document.createElement("div"), { className: "menu", role: "menu", ariaLabel: button.ariaLabel });
  menu.append(...items);
  menu.addEventListener("keydown", move);
  button.after(menu);
  const below = button.closest(".scroll").getBoundingClientRect().bottom;
  menu.toggleAttribute("data-up", menu.getBoundingClientRect().bottom > Math.min(below, innerHeight));
  items.at(last ? -1 : 0).focus({ preventScroll: true });
}

/** What can be done with a message: the keys of its words, and the deed. */
function choices(id, { current, dispatch, act }) {
  const { messages, you, reported } = current();
  const message = messages.find((one) => one.id === id);
  if (!message) return [];
  const answer = ["menu.answer", () => act.answer(id)];
  if (message.author.id === you.id) return [answer, ["menu.withdraw", () => act.ask({ type: "withdraw", message: id })]];
  const report = ["menu.report", () => act.report(message)];
  const ignore = ["menu.ignore", () => dispatch({ type: "ignoring", author: message.author.id, on: true })];
  return reported[id] ? [answer, ignore] : [answer, report, ignore];
}

function close(focus = false) {
  if (!menu) return;
  menu.remove();
  button.ariaExpanded = "false";
  if (focus) button.focus({ preventScroll: true });
  menu = button = null;
}

addEventListener("pointerdown", ({ target }) => {
  if (menu && !menu.contains(target) && !button.contains(target)) close();
});

function move(event) {
  const items = [...menu.children];
  const at = items.indexOf(event.target);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1 + items.length, Home: 0, End: items.length - 1 }[event.key];
  if (to !== undefined) {
    event.preventDefault();
    items[to % items.length].focus();
  } else if (event.key === "Escape") close(true);
  else if (event.key === "Tab") close(true); // the browser moves on from the button
  else byLetter(items, at, event.key);
}

function item(words, act) {
  const node = Object.assign(document.createElement("button"), { type: "button", role: "menuitem", tabIndex: -1, textContent: words });
  node.addEventListener("click", () => {
    close(true);
    act();
  });
  return node;
}

function byLetter(items, at, key) {
  if ([...key].length !== 1) return;
  const next = [...items.slice(at + 1), ...items.slice(0, at + 1)];
  next.find((one) => one.textContent.toLocaleLowerCase().startsWith(key.toLocaleLowerCase()))?.focus();
}

/** Elements made by hand, for what is too seldom shown to wait in the page. */

import { say } from "../words.js";

export function make(tag, { data = {}, ...facts } = {}, ...children) {
  const node = Object.assign(document.createElement(tag), facts);
  Object.assign(node.dataset, data);
  node.append(...children.filter(Boolean));
  return node;
}

export function button(words, act, data = {}) {
  const node = make("button", { type: "button", className: "button", textContent: words, data: { size: "small", ...data } });
  node.addEventListener("click", act);
  return node;
}

/** A sheet over the page, closed by Escape as well; `sent` is called with what was filled in, and the focus goes back. */
export function sheet({ title, submit, sent }, ...children) {
  const heading = make("h2", { id: "sheet-title", textContent: title });
  const send = make("button", { className: "button", textContent: submit, data: { kind: "main" } });
  const cancel = button(say("sheet.cancel"), () => dialog.close(), { kind: "quiet", size: "" });
  const form = make("form", { className: "stack", method: "dialog" }, heading, ...children, make("p", { className: "row" }, send, cancel));
  const dialog = make("dialog", { className: "sheet" }, form);
  dialog.setAttribute("aria-labelledby", heading.id);
  form.addEventListener("submit", () => sent(Object.fromEntries(new FormData(form))));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

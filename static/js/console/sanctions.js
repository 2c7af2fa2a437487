/** The sanctions that hold now: how long, why, by whom; lifted or confirmed here. */

import { say, when } from "../words.js";
import { ask, now } from "./api.js";
import { reasonName, sanctioned, within } from "./names.js";

const place = document.querySelector("#sanctions");
const list = place.querySelector("ol");
const empty = place.querySelector(".empty");

/** Ask for them and show them. */
export async function show({ me, complain, tell }) {
  const { ok, body } = await ask("console/sanctions");
  empty.hidden = ok && body.sanctions.length > 0;
  if (!empty.hidden) empty.textContent = ok ? say("console.sanctions_none") : (body.message ?? say("console.failed"));
  if (ok) list.replaceChildren(...body.sanctions.map((one) => row(one, { me, complain, tell })));
}

function row(one, context) {
  const { author, title, reason, words, by, at, ends_at: end, proposed } = one;
  const node = document.querySelector("#sanction").content.firstElementChild.cloneNode(true);
  const [head, what, deeds] = node.children;
  const [tag, name, room] = head.children;
  tag.textContent = sanctioned(one, at);
  tag.dataset.kind = proposed ? "danger" : "held";
  name.textContent = author.name;
  name.dataset.hue = author.hue;
  room.textContent = title;
  const ends = end ? say("console.sanction_until", { when: when(end, now()) }) : say("console.sanction_no_end");
  const parts = [say("console.sanction_by", { name: by, when: when(at, now()), reason: within(reasonName(reason)) }), words && say("console.with_words", { words }), proposed ? say("console.sanction_proposed", { name: by }) : "", ends];
  what.textContent = parts.filter(Boolean).join(" ");
  const [confirm, lift] = deeds.children;
  confirm.hidden = !proposed || by === context.me.name;
  confirm.ariaLabel = say("console.confirm_label", { name: author.name });
  lift.textContent = proposed ? say("console.refuse") : say("console.lift");
  lift.ariaLabel = proposed ? say("console.refuse_label", { name: author.name }) : say("console.lift_label", { name: author.name });
  for (const button of [confirm, lift]) button.addEventListener("click", () => deed(one, button.dataset.deed, context));
  return node;
}

async function deed({ room, author }, what, context) {
  const { ok, status, body } = await ask(`console/sanctions/${encodeURIComponent(room)}/${encodeURIComponent(author.id)}/${what}`, {});
  if (ok) context.tell(what === "lift" ? "lifted" : "confirmed", { name: author.name });
  else if (status !== 401) context.complain(body);
  await show(context);
  place.querySelector("h2").focus();
}

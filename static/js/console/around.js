/** What stands around the cases: the queues, who is on duty, notes, the second look, what can be taken back. */

import { hour, say } from "../words.js";
import { fillTime } from "./card.js";
import { now } from "./api.js";
import { age, doneName, queueName } from "./names.js";

const find = (selector) => document.querySelector(selector);

export function around({ act, send }) {
  function update(state, before) {
    if (state.counts !== before.counts || state.list.queue !== before.list.queue || state.view !== before.view) fillQueues(state);
    if (state.duty !== before.duty || state.me !== before.me) fillDuty(state);
    if (state.notes !== before.notes) fillNotes(state);
    if (state.look !== before.look) fillLook(state.look);
    if (state.undo !== before.undo) fillToast(state);
    find("#away").hidden = !(state.link.lost && !state.out);
    find("#out").hidden = !state.out;
    find("#desktop").hidden = !state.me || state.out;
    document.title = title(state);
  }

  function fillQueues({ counts, list, view }) {
    const open = (queue) => counts[queue]?.open ?? 0;
    const all = { open: 0, oldest_at: Infinity };
    for (const [queue, count] of Object.entries(counts)) {
      if (queue === "decided" || queue === "all") continue;
      all.open += count.open;
      all.oldest_at = Math.min(all.oldest_at, count.oldest_at ?? Infinity);
    }
    for (const link of document.querySelectorAll("#queues a")) {
      const { queue } = link.dataset;
      const count = queue === "all" ? all : counts[queue];
      const [, number, oldest] = link.children;
      number.textContent = count?.open ?? "";
      oldest.textContent = count?.open && Number.isFinite(count.oldest_at) ? age(now() - count.oldest_at) : "";
      link.toggleAttribute("data-urgent", queue === "distress" && open("distress") > 0);
      current(link, queue === list.queue && (view === "list" || view === "case"));
    }
    for (const link of document.querySelectorAll(".others a")) current(link, link.dataset.view === view);
  }

  function current(link, on) {
    if (on) link.ariaCurrent = "page";
    else link.removeAttribute("aria-current");
  }

  function fillDuty({ duty, me }) {
    const node = find("#duty");
    const others = duty.filter(({ name }) => name !== me?.name).map((one) => [one.name, one.on_case ? say("console.on_case") : one.viewing ? say("console.viewing") : ""]);
    const parts = [[say("console.you"), ""], ...others].flatMap(([name, doing], n) => {
      const who = Object.assign(document.createElement(n ? "span" : "b"), { textContent: name });
      const what = Object.assign(document.createElement("span"), { className: "muted", textContent: doing && ` ${doing}` });
      return [n ? ", " : "", who, what];
    });
    const head = Object.assign(document.createElement("span"), { className: "muted", textContent: say("console.on_duty") });
    const alone = Object.assign(document.createElement("span"), { className: "muted", textContent: say("console.alone") });
    node.replaceChildren(head, " ", ...parts, ...(others.length || !duty.length ? [] : [". ", alone]));
    const names = (me?.staff ?? duty.map(({ name }) => name)).filter((name) => name !== me?.name);
    find("#transfer-to").replaceChildren(...names.map((name) => new Option(name, name)));
    find("#pass").hidden = names.length === 0;
  }

  function fillNotes({ notes }) {
    const list = find("#notes ol");
    list.replaceChildren(...notes.map(({ by, text, at }) => {
      const node = find("#said-note").content.firstElementChild.cloneNode(true);
      node.querySelector("b").textContent = by;
      fillTime(node.querySelector("time"), at);
      node.querySelector("p").textContent = text;
      return node;
    }));
    list.parentElement.scrollTop = list.scrollHeight;
  }

  function fillLook({ away_since: since, behind = 0 }) {
    const node = find("#unseen");
    node.hidden = !since && !behind;
    if (since) node.textContent = say("console.look_away", { hour: hour(since), count: behind });
    else if (behind) node.textContent = say("console.look_behind", { count: behind });
  }

  function fillToast({ undo }) {
    find("#toast").hidden = !undo;
    if (undo) find("#toast p").textContent = undo.name ? say("console.done_one", { name: undo.name, verdict: doneName(undo.verdict) }) : say("console.done_many", { count: undo.ids.length, verdict: doneName(undo.verdict) });
  }

  function title({ counts, list, out }) {
    const community = find("meta[name=application-name]").content;
    const distress = counts.distress?.open ?? 0;
    const what = distress && !out ? say("console.tab_distress", { count: distress }) : list.queue !== "all" ? queueName(list.queue) : null;
    return [what, say("console.title"), community].filter(Boolean).join(" – ");
  }

  find("#note").addEventListener("submit", (event) => {
    event.preventDefault();
    const field = find("#note-text");
    if (!field.value.trim() || send({ type: "note", text: field.value.trim() }) === false) return;
    field.value = "";
  });
  find("#note-text").addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey) return;
    event.preventDefault();
    find("#note").requestSubmit();
  });
  find("#toast button").addEventListener("click", () => act.undo());

  return {
    update,
    tick(state) {
      if (state.undo) find("#toast .figures").textContent = say("console.seconds", { count: Math.max(0, Math.ceil(state.undo.until - now())) });
    },
    age: fillQueues,
  };
}

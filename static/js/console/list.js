/** The list of cases: one row a case, more of them as one comes to the end. */

import { clock, say } from "../words.js";
import { now } from "./api.js";
import { proposal, reasons } from "./judging.js";
import { age, caseName, doneName, foundNames, likelihood, queueName, reasonName, verdictName, within } from "./names.js";
import { holder } from "./state.js";

const find = (selector) => document.querySelector(selector);
const TAGS = { distress: "danger", reported: "held" };

export function cases({ current, act, dispatch }) {
  const list = find("#rows");
  const more = find("#more");
  const bulk = find("#bulk");
  const nodes = new Map(); // by id: {node, row, minute}
  let minute = 0;
  let near = false; // the end of what is listed

  function update(state, before) {
    const { list: shown, card, picked } = state;
    minute = Math.floor(now() / 60);
    find("#cases-title").textContent = titleOf(shown.queue);
    find("#search").hidden = shown.queue !== "decided";
    fillEmpty(shown);
    more.hidden = !shown.cursor;
    // Whoever stays at the end while more comes is told so by no observer.
    if (shown.rows !== before.list.rows && shown.cursor) setTimeout(() => near && act.more(), 100);
    if (shown.rows !== before.list.rows || card?.id !== before.card?.id || picked !== before.picked) fill(state);
    if (picked !== before.picked || shown.rows !== before.list.rows) fillBulk(state);
  }

  function fill({ list: { rows }, card, picked, me }) {
    const tabbed = rows.some(({ id }) => id === card?.id) ? card.id : rows[0]?.id;
    const wanted = rows.map((row) => element(row, { open: row.id === card?.id, tabbed: row.id === tabbed, picked: picked.includes(row.id), me }));
    const ids = new Set(rows.map(({ id }) => id));
    for (const [id, { node }] of nodes) {
      if (ids.has(id)) continue;
      node.remove();
      nodes.delete(id);
    }
    // Only what has moved is touched, so that the focus and what is read stay where they are.
    let next = list.firstElementChild;
    for (const node of wanted) {
      if (node === next) next = next.nextElementSibling;
      else list.insertBefore(node, next);
    }
  }

  function element(row, { open, tabbed, picked, me }) {
    const known = nodes.get(row.id);
    const node = known?.node ?? find("#row").content.firstElementChild.cloneNode(true);
    if (known?.row !== row || known.minute !== minute) {
      fillRow(node, row, me);
      nodes.set(row.id, { node, row, minute });
    }
    const [box, link] = node.children;
    // A thousand rows: nothing is written that is there already.
    if (open !== link.hasAttribute("aria-current")) {
      if (open) link.ariaCurrent = "true";
      else link.removeAttribute("aria-current");
    }
    if (link.tabIndex !== (tabbed ? 0 : -1)) link.tabIndex = box.tabIndex = tabbed ? 0 : -1;
    if (box.checked !== picked) box.checked = picked;
    return node;
  }

  function fillRow(node, row, me) {
    const [box, link] = node.children;
    const excerpt = row.text ?? say("console.erased");
    node.dataset.id = row.id;
    link.href = `#/${current().list.queue}/${encodeURIComponent(row.id)}`;
    box.ariaLabel = say("console.pick", { text: excerpt.slice(0, 60) });
    const tag = link.querySelector(".tag");
    tag.textContent = row.decided ? doneName(row.decided.verdict) : caseName(row);
    tag.dataset.kind = row.decided ? "" : (TAGS[row.kind] ?? "");
    const time = link.querySelector("time");
    time.textContent = row.decided ? clock(row.decided.at) : age(now() - row.opened_at);
    link.querySelector(".excerpt").textContent = excerpt;
    link.querySelector(".note").textContent = [row.title, ...noteOf(row, me)].filter(Boolean).join(" · ");
  }

  function noteOf(row, me) {
    if (row.decided) return [say("console.by", { name: row.decided.by }), within(reasonName(row.decided.reason))];
    const held = holder(row, now(), me);
    if (held === true) return [say("console.yours")];
    if (held) return [say("console.taken_by", { name: held })];
    if (row.escalated) return [say("console.escalated")];
    if (row.score) return [say("console.score", { score: likelihood(row.score) })];
    return [foundNames(row)];
  }

  function fillEmpty({ rows, loading, failed, queue, q }) {
    const node = find("#empty");
    const words = failed ? say("console.list_failed") : q ? say("console.none_found") : queue === "decided" ? say("console.none_decided") : say("console.none_open");
    node.hidden = (rows.length > 0 && !failed) || loading;
    if (!node.hidden) node.textContent = words;
  }

  /* Several at once */

  function fillBulk({ picked, list: { rows } }) {
    bulk.hidden = picked.length === 0;
    if (bulk.hidden) return;
    find("#bulk-count").textContent = say("console.picked", { count: picked.length });
    const chosen = rows.filter(({ id }) => picked.includes(id));
    // What may be decided of every one of them.
    const open = chosen.every(({ kind, held }) => kind === "held" || held) ? ["remove", "publish"] : chosen.some(({ kind }) => kind === "held" || kind === "appeal") ? ["remove"] : ["remove", "dismiss"];
    options(find("#bulk-verdict"), open, verdictName);
    fillReasons();
  }

  function fillReasons() {
    const verdict = find("#bulk-verdict").value;
    options(find("#bulk-reason"), reasons({ kind: "held" }, verdict), reasonName, verdict === "remove" ? "flooding" : undefined);
    fillDeed();
  }

  function fillDeed() {
    find("#bulk-words").parentElement.hidden = find("#bulk-reason").value !== "other";
    bulk.querySelector("[type=submit]").textContent = say("console.bulk_deed", { deed: verdictName(find("#bulk-verdict").value), count: current().picked.length });
  }

  /** From the keyboard: choose the verdict for all, go to the reason. */
  function judgeAll(verdict) {
    const select = find("#bulk-verdict");
    if (![...select.options].some(({ value }) => value === verdict)) return;
    select.value = verdict;
    fillReasons();
    find("#bulk-reason").focus();
  }

  function submit(event) {
    event.preventDefault();
    const words = find("#bulk-words");
    const draft = { ...proposal({ kind: "held", findings: [] }, { verdict: find("#bulk-verdict").value, words: words.value }), reason: find("#bulk-reason").value, person: "none" };
    if (draft.reason === "other" && !words.value.trim()) return words.focus();
    act.decideAll(draft);
  }

  find("#bulk-verdict").addEventListener("change", fillReasons);
  find("#bulk-reason").addEventListener("change", fillDeed);
  find("#unpick").addEventListener("click", () => dispatch({ type: "unpick" }));
  bulk.addEventListener("submit", submit);
  bulk.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.tagName !== "SELECT") return;
    event.preventDefault();
    bulk.requestSubmit();
  });

  list.addEventListener("change", ({ target }) => dispatch({ type: "pick", id: target.parentElement.dataset.id, on: target.checked }));
  list.addEventListener("click", (event) => {
    const id = event.target.closest("li")?.dataset.id;
    if (!event.shiftKey || !id) return;
    event.preventDefault();
    dispatch({ type: "pickTo", id });
  });
  more.firstElementChild.addEventListener("click", act.more);
  new IntersectionObserver((seen) => {
    near = seen.at(-1).isIntersecting;
    if (near) act.more();
  }, { rootMargin: "600px" }).observe(more);

  const focus = (id) => nodes.get(id)?.node.querySelector("a").focus();

  return { update, focus, judgeAll, age: (state) => fill(state) };
}

function titleOf(queue) {
  if (queue === "decided") return say("console.title_decided");
  return queue === "all" ? queueName(queue) : say("console.title_queue", { queue: queueName(queue) });
}

/** Offer `codes` in `select`, keeping what is chosen where it is still there. */
export function options(select, codes, name, first = codes[0]) {
  const { value } = select;
  select.replaceChildren(...codes.map((code) => new Option(name(code), code)));
  select.value = codes.includes(value) ? value : first;
}

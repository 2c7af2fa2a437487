/** The form in which a case is decided: the message and the person apart, and a button that repeats both. */

import { say } from "../words.js";
import { now } from "./api.js";
import { LENGTHS, keyOf, missing, proposal, reasons, touchesPerson, verdictOf, verdicts } from "./judging.js";
import { lengthName, reasonName, sanctionName, verdictName } from "./names.js";
import { holder } from "./state.js";

const find = (selector) => document.querySelector(selector);

export function decision({ current, act, dispatch }) {
  const form = find("#decision");
  const words = find("#words");
  let drawn = {}; // what the form was made for

  const draftOf = ({ card, drafts }) => proposal(card.case, drafts[card.id], card.told);
  const choose = (facts) => dispatch({ type: "draft", id: current().card.id, ...facts });

  function update(state) {
    const { card, me } = state;
    const found = card?.case;
    form.hidden = !found || Boolean(found.decided && card.conflict?.code !== "already_decided");
    if (form.hidden) return void (drawn = {});
    const draft = draftOf(state);
    if (drawn.id !== card.id || drawn.kind !== found.kind) {
      offer(found);
      words.value = draft.words;
      wrong(null);
    }
    if (drawn.id !== card.id || drawn.verdict !== draft.verdict) offerReasons(found, draft.verdict);
    if (drawn.id !== card.id || drawn.person !== draft.person) offerLengths(draft.person);
    drawn = { id: card.id, kind: found.kind, verdict: draft.verdict, person: draft.person };
    fill(draft, found, holder(found, now(), me));
  }

  function offer(found) {
    const template = find("#verdict").content.firstElementChild;
    find("#verdicts").replaceChildren(...verdicts(found).map((verdict) => {
      const node = template.cloneNode(true);
      node.querySelector("input").value = verdict;
      node.querySelector("span").textContent = verdictName(verdict);
      node.querySelector("kbd").textContent = keyOf(verdict);
      return node;
    }));
  }

  function offerReasons(found, verdict) {
    const known = verdict ? reasons(found, verdict) : [];
    find("#reason").replaceChildren(new Option(verdict ? say("console.reason_choose") : say("console.verdict_first"), ""), ...known.map((code, n) => new Option(`${n + 1}. ${reasonName(code)}`, code)));
  }

  function offerLengths(person) {
    find("#length").hidden = !LENGTHS[person];
    find("#minutes").replaceChildren(...(LENGTHS[person] ?? []).map((minutes) => new Option(lengthName(minutes), minutes)));
  }

  function fill({ verdict, reason, person, minutes }, found, held) {
    for (const input of form.elements.verdict) input.checked = input.value === verdict;
    for (const input of form.elements.person) input.checked = input.value === person;
    find("#person").hidden = !touchesPerson(found, verdict ?? (found.kind === "distress" ? "dismiss" : "remove"));
    find("#reason").value = reason ?? "";
    find("#minutes").value = minutes ?? "";
    find("#reason-label").textContent = read(verdict) ? say("console.reason") : say("console.reason_staff");
    find("#words-optional").hidden = reason === "other";
    find("#decide").textContent = deed({ verdict, person, minutes });
    const barred = typeof held === "string" || found.decided || (found.escalated && !current().me.may.includes("judge_escalated"));
    find("#decide").ariaDisabled = String(Boolean(barred));
    find("#claim").hidden = typeof held === "string" || Boolean(found.decided);
    find("#claim span").textContent = held ? say("console.release") : say("console.claim");
    find("#recourse").textContent = recourse(verdict, found);
  }

  /** Whether its author reads the reason. */
  const read = (verdict) => verdict !== "escalate" && verdict !== "dismiss";

  function recourse(verdict, found) {
    if (found.escalated) return say("console.escalated");
    if (verdict === "remove") return say("console.recourse");
    return verdict === "escalate" ? say("console.escalate_what") : "";
  }

  function deed({ verdict, person, minutes }) {
    if (!verdict) return say("console.decide");
    if (person === "none") return verdictName(verdict);
    return say("console.deed", { verdict: verdictName(verdict), sanction: sanctionName({ kind: person, minutes }) });
  }

  function wrong(what) {
    const node = find("#decision-wrong");
    const words = { verdict: say("console.verdict_missing"), reason: say("console.reason_missing"), words: say("console.words_missing") };
    node.hidden = !what;
    node.textContent = what ? words[what] : "";
    for (const [name, field] of [["reason", "#reason"], ["words", "#words"]]) {
      if (what === name) find(field).ariaInvalid = "true";
      else find(field).removeAttribute("aria-invalid");
    }
  }

  async function submit(event) {
    event.preventDefault();
    if (find("#decide").ariaDisabled === "true") return;
    const state = current();
    const draft = draftOf(state);
    const what = missing(draft);
    wrong(what);
    if (what) return void find({ verdict: "#verdicts input", reason: "#reason", words: "#words" }[what]).focus();
    if (draft.person === "exclude" && !draft.minutes && !(await forever(state.card.case))) return;
    act.decide(draft);
  }

  /** Ask once more before somebody is sent away for good. */
  function forever(found) {
    const dialog = find("#forever");
    find("#forever-who").textContent = say("console.forever_who", { name: found.author.name, room: found.title });
    dialog.returnValue = "no";
    dialog.showModal();
    return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true }));
  }

  form.addEventListener("submit", submit);
  form.addEventListener("change", ({ target }) => {
    wrong(null);
    if (target.name === "verdict") choose({ verdict: target.value, reason: null });
    else if (target.name === "person") choose({ person: target.value });
    else if (target.id === "minutes") choose({ minutes: Number(target.value) });
    else if (target.id === "reason") choose({ reason: target.value || null });
  });
  words.addEventListener("input", () => choose({ words: words.value }));
  form.addEventListener("keydown", (event) => {
    const { target, key } = event;
    const decides = key === "Enter" && (target.tagName === "SELECT" || target.type === "radio" || event.ctrlKey || event.metaKey);
    if (!decides) return;
    event.preventDefault();
    form.requestSubmit();
  });
  find("#claim").addEventListener("click", () => toggle());

  const toggle = () => (holder(current().card?.case, now(), current().me) === true ? act.release() : act.claim());

  return {
    update,
    toggle,
    /** From the keyboard: choose what `key` stands for, and go to what is left to be said. */
    judge(key) {
      const found = current().card?.case;
      const verdict = found && !found.decided && verdictOf(key, found);
      if (!verdict) return;
      choose({ verdict, reason: null });
      update(current());
      find(read(verdict) && verdict !== "publish" ? "#reason" : "#decide").focus();
      if (!holder(found, now(), current().me)) act.claim();
    },
    /** Choose the reason of this number. */
    reason(number) {
      const { verdict } = current().card?.case ? draftOf(current()) : {};
      const code = verdict && reasons(current().card.case, verdict)[number - 1];
      if (!code) return;
      choose({ reason: code });
      update(current());
      find(code === "other" ? "#words" : "#decide").focus();
    },
  };
}

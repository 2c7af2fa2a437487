/** Where one writes: the draft, what it answers, its length, and why it cannot leave. */

import { preference } from "../settings.js";
import { say, when } from "../words.js";
import { silence } from "./state.js";
import { answered, goTo } from "./stream.js";

const LIMIT = 4000; // code points, as the server counts them
const NEAR = 3800;
const DAY = 86_400_000; // ms; a timer of more than 24 of them would end at once

const silences = { muted: "composer.muted", read_only: "composer.read_only", paused: "composer.paused", closed: "composer.closed" };

export function composer({ dispatch, act, current, draft }) {
  const form = document.querySelector("#composer");
  const part = (selector) => form.querySelector(selector);
  const text = part("textarea");
  const counter = part(".counter");
  const submit = part("[type=submit]");
  let ticking;

  function update(state, drawn) {
    if (state.you !== drawn.you) part(".name").textContent = state.you?.pseudonym ?? "";
    if (state.refusal !== drawn.refusal && state.refusal?.text) restore(state.refusal.text);
    if (state.question !== drawn.question && state.question) restore(state.question.frame.text);
    if (state.answering !== drawn.answering || state.messages !== drawn.messages) sayAnswered(state);
    submit.textContent = state.link.is === "live" ? say("composer.send") : say("composer.send_later");
    sayWhy(state);
  }

  /** What was refused comes back before what was written since: nothing is lost. */
  function restore(refused) {
    text.value = [refused, text.value].filter(Boolean).join("\n\n");
    onInput();
  }

  function sayAnswered(state) {
    part(".answering").hidden = !state.answering;
    if (!state.answering) return;
    const link = part(".answered");
    const { answered: words, answeredId } = answered(state, state.messages.find(({ id }) => id === state.answering));
    link.textContent = words;
    if (answeredId) link.href = `#m-${answeredId}`;
    else link.removeAttribute("href");
  }

  function sayWhy(state) {
    clearTimeout(ticking);
    const why = silence(state);
    const left = Math.ceil(((state.refusal?.until ?? 0) - Date.now()) / 1000);
    const until = state.muted?.until;
    const words = why ? say(silences[why], { when: until && when(until, Date.now() / 1000) }) : state.refusal?.message;
    part(".notice").hidden = !words;
    if (words && part(".why").textContent !== words) part(".why").textContent = words;
    part(".countdown").textContent = left > 0 ? say("composer.wait", { delay: left }) : "";
    submit.ariaDisabled = String(Boolean(why) || left > 0);
    if (until) ticking = setTimeout(unmute, Math.min(until * 1000 - Date.now(), DAY));
    else if (left > 0) ticking = setTimeout(() => sayWhy(current()), 1000);
    else if (state.refusal?.until) dispatch({ type: "unrefused" });
  }

  function unmute() {
    if (current().muted?.until * 1000 <= Date.now()) dispatch({ type: "notice", code: "unmuted" });
    else sayWhy(current());
  }

  function onInput() {
    draft.write(text.value);
    const length = text.value.length < NEAR ? 0 : [...text.value.normalize("NFC").trim()].length;
    counter.hidden = length < NEAR;
    counter.textContent = say("composer.counter", { count: length, limit: LIMIT });
    counter.toggleAttribute("data-over", length > LIMIT);
    return length;
  }

  function send() {
    const words = text.value.trim();
    if (submit.ariaDisabled === "true") return;
    if (!words) return refuse(say("composer.blank"));
    const over = onInput() - LIMIT;
    if (over > 0) return refuse(say("composer.over", { count: over, limit: LIMIT }));
    act.say(words, current().answering);
    text.value = "";
    onInput();
    text.focus();
  }

  const refuse = (message) => {
    dispatch({ type: "refusing", message });
    text.focus();
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  text.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    const byEnter = preference("enter") === "on" && !event.shiftKey;
    if (!event.ctrlKey && !event.metaKey && !byEnter) return;
    event.preventDefault();
    send();
  });
  text.addEventListener("input", () => {
    onInput();
    if (current().refusal && !current().refusal.until) dispatch({ type: "unrefused" });
    if (current().question) dispatch({ type: "unasked" }); // it is another message now
  });
  part(".answering button").addEventListener("click", () => {
    dispatch({ type: "answering", message: null });
    text.focus();
  });
  part(".answered").addEventListener("click", goTo);

  text.value = draft.read();
  onInput();

  return { update, focus: () => text.focus(), restore };
}

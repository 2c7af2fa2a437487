/**
 * The door: a session for who has none, by a computation, a wait or an invitation.
 *
 * What it does is told as `{is, …}`: `looking`, `computing` (done 0 to 1, left in seconds once it is known), `waiting` (until), `ready`,
 * `failed` (message), `invitation`: nothing else lets in. `wait`, in seconds, is there where one may wait instead.
 */

import { tab } from "../settings.js";
import { language, say as words } from "../words.js";

const SLOW = 15; // seconds; from there on the wait is offered
const WORKER = new URL("../proof-worker.js", import.meta.url).href;

// The one address that this policy makes.
const policy = globalThis.trustedTypes?.createPolicy("sansmasque", { createScriptURL: () => WORKER });

async function ask(path, init) {
  const answer = await fetch(`/api/admission?lang=${language()}${path}`, init);
  const body = await answer.json();
  if (!answer.ok) throw body;
  return body;
}

const knock = (shown) => ask("", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(shown) });

/** Bring to life the field for an invitation, and show the one that came behind the address; `accepted` gets the session. */
export function invitation(accepted) {
  const form = document.querySelector("#invitation");
  const field = form.querySelector("input");
  const note = form.querySelector("[role=status]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const { session } = await knock({ invitation: field.value });
      tab.write("session", session);
      field.value = "";
      note.textContent = words("invitation.accepted");
      accepted(session);
    } catch ({ code, message }) {
      note.textContent = code ? message : words("invitation.failed");
    }
    field.ariaInvalid = String(Boolean(field.value));
    form.closest("details").open = true;
  });
  const brought = tab.read("invitation");
  if (!brought) return;
  tab.write("invitation", "");
  field.value = brought;
  form.closest("details").open = true;
  if (!tab.read("session")) form.requestSubmit(); // who is somebody here already decides
}

export function door(tell) {
  let now = { is: "idle" };
  let shown = null; // what to show at the door: {proof} or {wait}
  let goodUntil = 0;
  let slip = null;
  let worker = null;
  let timer;

  const say = (change) => tell((now = { ...now, ...change }));

  /** Begin, or begin again; with `what` to show already, if one has it. */
  async function open(what) {
    stop();
    if (what) return ready(what, Infinity);
    slip = null;
    say({ is: "looking", wait: null });
    try {
      const { mode, challenge, wait } = await ask("");
      if (wait) offer(wait);
      if (mode === "invitation") say({ is: "invitation" });
      else if (challenge) compute(challenge);
      else if (mode === "proof") patience();
      else ready({}, Infinity);
    } catch ({ message, retry_after }) {
      say({ is: "failed", message });
      timer = setTimeout(open, (retry_after ?? 5) * 1000);
    }
  }

  function compute(challenge) {
    const { expiresAt, data } = challenge.parameters;
    const began = performance.now();
    if (!globalThis.isSecureContext || !globalThis.Worker) return patience();
    worker = new Worker(policy ? policy.createScriptURL("") : WORKER, { type: "module" });
    worker.addEventListener("error", patience);
    worker.addEventListener("message", ({ data: { tried, solution } }) => {
      if (solution) return ready({ proof: btoa(JSON.stringify({ challenge, solution })) }, expiresAt * 1000);
      const left = ((performance.now() - began) / tried) * (data.tries - tried) / 1000;
      say({ is: "computing", done: tried / data.tries, left: Math.ceil(left) });
      if (left > SLOW && !slip) patience(true);
    });
    worker.postMessage(challenge.parameters);
    say({ is: "computing", done: 0, left: null });
  }

  function ready(what, until) {
    stop();
    shown = what;
    goodUntil = until;
    say({ is: "ready", effort: Boolean(what.proof || what.wait), wait: null });
  }

  function offer(wait) {
    slip = { text: wait.slip, until: Date.now() + wait.seconds * 1000 };
    say({ wait: wait.seconds });
  }

  /** Get a slip, to wait by it at once, or only to have the choice. */
  async function patience(choice) {
    try {
      if (!slip) offer((await ask("&wait=yes")).wait);
      if (choice !== true) wait();
    } catch ({ message }) {
      if (choice !== true) say({ is: "failed", message });
    }
  }

  function wait() {
    stop();
    const { until } = slip;
    say({ is: "waiting", until, whole: (until - Date.now()) / 1000, wait: null });
    timer = setTimeout(() => ready({ wait: slip.text }, until + 600_000), until - Date.now());
  }

  /** Show what one has, and answer a session; null where the door begins again. */
  async function enter() {
    if (Date.now() > goodUntil - 5000) return void open();
    try {
      const { session } = await knock(shown);
      say({ is: "idle" });
      return session;
    } catch ({ message, retry_after }) {
      say({ is: "failed", message });
      if (retry_after) timer = setTimeout(() => say({ is: "ready" }), retry_after * 1000);
      return null;
    }
  }

  /** Show six words; answers {session}, or {message}. */
  async function comeBack(words) {
    try {
      const found = await ask("", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ words: words || " " }) });
      stop();
      say({ is: "idle" });
      return found;
    } catch ({ message }) {
      return { message };
    }
  }

  function stop() {
    clearTimeout(timer);
    worker?.terminate();
    worker = null;
  }

  function close() {
    stop();
    say({ is: "idle", wait: null });
  }

  addEventListener("leave", stop);
  return { open, wait, enter, comeBack, close };
}

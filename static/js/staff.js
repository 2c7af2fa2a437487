/** The staff's door: name, password and second factor, then one's own logins. */

import { settle } from "./settings.js";
import { language, load, say, when } from "./words.js";

const find = (selector) => document.querySelector(selector);
const WORK = { moderator: "/console", admin: "/console" };
const ROLES = { moderator: "staff.moderator", facilitator: "staff.facilitator", organiser: "staff.organiser", admin: "staff.admin" };

async function ask(method, path, body) {
  const sent = body === undefined ? {} : { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  try {
    const answer = await fetch(`/api/staff/${path}?lang=${language()}`, { method, ...sent });
    return { status: answer.status, body: answer.status === 204 ? {} : await answer.json() };
  } catch {
    return { status: 0, body: { message: say("staff.failed") } };
  }
}

// -- to log in

async function enter(event) {
  event.preventDefault();
  complain("#wrong", "");
  const asked = !find("#second").hidden;
  const missing = [...find("#login").querySelectorAll("input")].find((input) => input.offsetParent && !input.value.trim());
  if (missing) return missing.focus();
  const shown = { name: find("#name").value, password: find("#password").value };
  const { status, body } = await ask("POST", "login", asked ? { ...shown, code: find("#code").value } : shown);
  if (status === 204) return inside(true);
  if (body.code === "second_factor_needed" && !asked) return second(true);
  if (body.code === "login_wrong") second(false);
  complain("#wrong", body.retry_after ? `${body.message} ${wait(body.retry_after)}` : body.message);
  const again = find(find("#second").hidden ? "#password" : "#code");
  again.focus();
  again.select();
}

const wait = (seconds) => (seconds < 90 ? say("staff.again", { count: Math.ceil(seconds) }) : say("staff.again_minutes", { count: Math.ceil(seconds / 60) }));

/** Ask for the code, or for name and password. */
function second(wanted) {
  find("#first").hidden = wanted;
  find("#second").hidden = !wanted;
  find("#back").hidden = !wanted;
  find("#code").value = "";
  find(wanted ? "#code" : "#name").focus();
}

// -- inside

async function inside(arriving = false) {
  const { status, body } = await ask("GET", "me");
  if (status !== 200) return outside(status === 401 ? "" : body.message);
  for (const field of ["#password", "#code"]) find(field).value = "";
  const work = WORK[body.role];
  if (arriving && work) return location.assign(work);
  find("#login").hidden = true;
  find("#inside").hidden = false;
  find("#whoami").textContent = say("staff.whoami", { name: body.name, role: say(ROLES[body.role]) });
  find("#work").hidden = !work;
  find("#logins").replaceChildren(...body.sessions.map(login));
  if (arriving) find("#title").focus();
}

function login({ id, begun, seen, current }) {
  const node = find("#one").content.firstElementChild.cloneNode(true);
  const now = Date.now() / 1000;
  const facts = { begun: when(begun, now), seen: when(seen, now) };
  node.querySelector("span").textContent = current ? say("staff.this", facts) : say("staff.other", facts);
  const end = node.querySelector("button");
  end.hidden = current; // that is what logging out is for
  end.ariaLabel = say("staff.end_that", facts);
  end.addEventListener("click", async () => {
    const { status, body } = await ask("DELETE", `sessions/${id}`);
    if (status !== 204 && status !== 404 && status !== 401) return complain("#failed", body.message);
    await inside();
    find("#logins-title").scrollIntoView({ block: "nearest" });
  });
  return node;
}

async function leave() {
  const { status, body } = await ask("POST", "logout");
  if (status !== 204) return complain("#failed", body.message);
  outside("");
}

function outside(message) {
  find("#inside").hidden = true;
  find("#login").hidden = false;
  second(false);
  complain("#wrong", message);
}

function complain(where, message) {
  find(where).hidden = !message;
  find(where).textContent = message;
}

await load("staff");
document.title = `${say("staff.title")} – ${find("meta[name=application-name]").content}`;
settle();
find("#login").addEventListener("submit", enter);
find("#back").addEventListener("click", () => second(false));
find("#logout").addEventListener("click", leave);
await inside();

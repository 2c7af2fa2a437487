/** What the server is asked, and the time as it has it. */

import { language } from "../words.js";

let ahead = 0; // ms that the server's clock is ahead of ours: leases and undoing count in seconds
let onOut = () => {};

export const now = () => (Date.now() + ahead) / 1000;

/** Call `hear` whenever an answer says that the login is over. */
export function whenOut(hear) {
  onOut = hear;
}

/** Ask `path`; post `body` where there is one. Answers `{ok, status, body}`, with status 0 where no answer came. */
export async function ask(path, body, signal) {
  const url = new URL(`/api/${path}`, location.href);
  url.searchParams.set("lang", language());
  const post = body && { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  try {
    const answer = await fetch(url, { ...post, signal });
    const said = Date.parse(answer.headers.get("date"));
    if (Math.abs(said - Date.now() - ahead) > 2000) ahead = said - Date.now();
    if (answer.status === 401) onOut();
    return { ok: answer.ok, status: answer.status, body: answer.status === 204 ? {} : await answer.json() };
  } catch (error) {
    if (error.name === "AbortError") throw error;
    return { ok: false, status: 0, body: { code: "away" } };
  }
}

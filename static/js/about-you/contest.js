/** Contest a decision by its receipt, with or without a session. */

import { language, say } from "../words.js";

export function contest() {
  const form = document.querySelector("#contest");
  const [wrong, sent] = form.querySelectorAll("[role]");

  async function send(event) {
    event.preventDefault();
    const { receipt, text } = Object.fromEntries(new FormData(form));
    wrong.hidden = true;
    try {
      const body = JSON.stringify({ receipt: receipt.trim(), text: text.trim() });
      const answer = await fetch(`/api/appeals?lang=${language()}`, { method: "POST", headers: { "content-type": "application/json" }, body });
      if (!answer.ok) return complain((await answer.json()).message);
      form.reset();
      sent.textContent = say("contest.sent");
    } catch {
      complain(say("about.failed"));
    }
  }

  function complain(message) {
    wrong.textContent = message;
    wrong.hidden = false;
    sent.textContent = "";
  }

  form.addEventListener("submit", send);
}

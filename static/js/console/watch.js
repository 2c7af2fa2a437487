/** Look into a room as it goes on, seated there as staff, without a word of one's own. */

import { link } from "../room/link.js";
import { apply, initial } from "../room/state.js";
import { language, say } from "../words.js";
import { ask } from "./api.js";
import { line } from "./card.js";

const find = (selector) => document.querySelector(selector);

/** Show `room` until the function returned is called. */
export function watch(room) {
  const list = find("#watch ol");
  const scroll = find(".watch-scroll");
  let state = initial;
  let connection = null;
  let over = false;

  find("#watch-title").textContent = "…";
  list.replaceChildren();
  tell(say("console.watch_coming"));

  const tellState = ({ link: { is }, room: known, present }) => {
    if (is === "live") tell(known.state === "closed" ? say("console.watch_closed") : say("console.watch_live", { count: present }));
    else if (is === "stopped") tell(say("console.watch_over"));
    else if (is === "waiting") tell(say("console.watch_lost"));
  };

  function tell(words) {
    const node = find("#watch-state");
    if (node.textContent !== words) node.textContent = words;
  }

  function hear(event) {
    const before = state;
    state = apply(state, { ...event, now: Date.now() });
    if (event.type === "phase" && state.room) state = { ...state, room: { ...state.room, state: event.state } };
    if (state.gap) return connection.open(); // what was missed comes with the history
    if (state.room) find("#watch-title").textContent = say("console.watch_title", { room: state.room.title });
    tellState(state);
    if (state.messages !== before.messages) fill();
  }

  function fill() {
    const end = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 80;
    list.replaceChildren(...state.messages.map((message) => {
      const node = line(message.at, message.author.name, message.withdrawn ? say("console.watch_withdrawn") : message.text);
      node.dataset.hue = message.author.hue;
      return node;
    }));
    if (end) scroll.scrollTop = scroll.scrollHeight;
  }

  async function begin() {
    const { ok, status, body } = await ask("staff/seat", { room });
    if (over) return;
    if (!ok) return tell(status === 401 ? "" : (body.message ?? say("console.failed")));
    let { session } = body;
    const keep = (event) => {
      session = event.you?.session ?? session; // it changes at each arrival
      hear(event);
    };
    connection = link({ path: `/r/${room}/live`, hello: () => ({ type: "hello", session, lang: language() }), hear: keep });
    connection.open();
  }

  begin();
  return () => {
    over = true;
    connection?.close();
  };
}

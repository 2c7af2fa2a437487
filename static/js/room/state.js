/**
 * What one knows of a room, and how each event changes it.
 *
 * `apply(state, event)` is pure: no page, no clock, no storage. An event is a frame of the server or something done here; both are
 * tagged by `type` and carry `now` in milliseconds. To answer a new frame, add it to `changes`; what concerns oneself alone is in
 * cases.js.
 */

import { changes as ofCases, concerns, done, published } from "./cases.js";

export const initial = {
  inside: false,
  resuming: false, // this tab was inside before the page was loaded again
  link: { is: "idle", lost: false }, // idle | opening | live | waiting (until) | stopped (code); `lost`: it was live before
  room: null,
  you: null,
  epoch: null,
  offset: 0,
  gap: false, // an offset was jumped: something was missed
  phase: { state: "open", may: {} },
  present: 0,
  members: [],
  messages: [], // those that can be read, by offset
  first: 0, // the oldest offset asked for
  older: { more: false, ref: null },
  sending: [], // {ref, at, frame, id?}: what the server has not answered, in the order of writing
  reading: false, // away from the newest message
  newer: 0, // messages that came meanwhile
  ignored: [],
  answering: null, // the id of a message
  refusal: null, // {message, until, text?, to?}
  muted: null, // {until, reason}: a sanction; `until` in seconds since 1970
  door: { is: "idle" }, // see door.js
  wanting: false, // to come in as soon as the door is open
  problem: null, // {code, message, until?}: what was wrong with hello, or before a close
  returned: null, // {recovered, missed}: said once, after a loss
  store: true,
  writable: true,
  ...concerns,
};

const MOST = 600; // messages kept on the page while one follows the newest
const KEPT = 400;

export function apply(state, event) {
  const numbered = typeof event.offset === "number" && !unnumbered.has(event.type);
  // What jumps ahead comes again, after what was missed.
  if (numbered && (state.gap || event.offset > state.offset + 1)) return { ...state, gap: true };
  const change = changes[event.type];
  const next = change ? change(state, event) : state;
  // Old offsets come again when they are erased.
  return numbered ? { ...next, offset: Math.max(state.offset, event.until ?? event.offset) } : next;
}

const unnumbered = new Set(["welcome", "accepted"]);

const changes = {
  ...ofCases,

  /* The connection */

  opening: (state) => ({ ...state, link: { ...state.link, is: "opening" }, problem: null }),

  waiting: (state, { until, code }) => ({
    ...state,
    link: { is: "waiting", until, code, lost: state.inside },
    returned: null,
  }),

  stopped: (state, { code }) => ({
    ...state,
    link: { is: "stopped", code, lost: false },
    muted: null,
    inside: state.inside && code !== SESSION_ENDED,
    resuming: state.resuming && code !== SESSION_ENDED,
    epoch: code === SESSION_ENDED ? null : state.epoch,
    returned: null,
  }),

  welcome(state, event) {
    const resumed = event.recovered && event.epoch === state.epoch;
    const first = Math.min(event.offset + 1, ...event.events.map((some) => some.offset));
    const missed = event.events.filter((said) => said.type === "said" && said.author.id !== event.you.id).length;
    const next = {
      ...state,
      inside: true,
      resuming: false,
      link: { is: "live", lost: false },
      room: event.room,
      you: event.you,
      epoch: event.epoch,
      offset: event.offset,
      gap: false,
      phase: event.phase,
      present: event.present,
      members: event.members,
      messages: event.events.reduce(place, resumed ? state.messages : []),
      first: resumed ? state.first : first,
      older: { more: resumed ? state.older.more : first > 1 && event.events.length > 0, ref: null }, // perhaps: one has to ask
      newer: resumed && state.reading ? state.newer + missed : 0,
      held: event.you.pending,
      muted: null, // said anew after each welcome
      problem: null,
      returned: state.link.lost || (state.epoch && !resumed) ? { recovered: resumed, missed } : null,
      store: true,
      writable: true,
    };
    return { ...next, sending: event.events.reduce((left, said) => unsent(left, said, event.you), state.sending) };
  },

  error(state, { code, message, retry_after, now }) {
    if (code === "store_away") return { ...state, store: false };
    const next = { ...state, problem: { code, message, until: retry_after && now / 1000 + retry_after } };
    // A name that cannot be borne here: whoever comes stands at the door again. Other trouble with hello ends in a close.
    return isName(code) && !state.inside ? { ...next, resuming: false, link: { is: "idle", lost: false } } : next;
  },

  /* What is said */

  said(state, event) {
    if (event.offset <= state.offset) return state; // heard before
    const messages = place(state.messages, event);
    const trimmed = !state.reading && messages.length > MOST;
    const own = event.author.id === state.you?.id;
    return {
      ...state,
      messages: trimmed ? messages.slice(-KEPT) : messages,
      first: trimmed ? messages.at(-KEPT).offset : state.first,
      older: trimmed ? { ...state.older, more: true } : state.older,
      members: joined(state.members, [event.author]),
      ...(own && published(state, event)),
      sending: state.held.some((held) => held.id === event.id) ? state.sending : unsent(state.sending, event, state.you),
      newer: state.reading && !own && !state.ignored.includes(event.author.id) ? state.newer + 1 : state.newer,
    };
  },

  withdrawn: (state, event) => ({ ...state, messages: place(state.messages, event) }),

  void: (state, event) => ({ ...state, messages: place(state.messages, event) }),

  phase: (state, event) => ({ ...state, phase: event }),

  presence: (state, { present, joined: came = [], left = [] }) => ({
    ...state,
    present,
    members: joined(state.members, came).filter((member) => !left.includes(member.id)),
  }),

  /* Answers */

  accepted(state, { ref, id, events = [], more }) {
    if (ref === state.older.ref) return older(state, events, Boolean(more));
    const said = id && !state.messages.some((message) => message.id === id);
    return {
      ...done(state, ref, id),
      refusal: state.sending.some((some) => some.ref === ref) ? null : state.refusal,
      sending: state.sending.flatMap((some) => {
        if (some.ref !== ref) return [some];
        // Its own `said` is on its way, and will take its place.
        return said && some.frame.type === "say" ? [{ ...some, id }] : [];
      }),
    };
  },

  refused(state, { ref, code, message, retry_after = 0, now }) {
    if (ref === state.older.ref) return { ...state, older: { ...state.older, ref: null } };
    const refused = state.sending.find((some) => some.ref === ref);
    if (!refused || code === "store_away") return state; // it stays, to be sent again with the same ref
    const { type, text, to } = refused.frame;
    const muted = code === "muted"; // the notice of it says more, where it came
    return {
      ...state,
      muted: muted ? (state.muted ?? { until: Math.ceil(now / 1000 + retry_after), reason: "" }) : state.muted,
      sending: state.sending.filter((some) => some !== refused),
      answering: state.answering ?? to ?? null,
      refusal: { message, until: muted ? 0 : retry_after && now + retry_after * 1000, text: type === "say" ? text : "" },
    };
  },

  /* What is done here */

  door: (state, { door }) => ({ ...state, door }),
  wanting: (state, { on }) => ({ ...state, wanting: on, problem: null }),

  asking: (state, { ref, frame, now }) => ({
    ...state,
    sending: [...state.sending, { ref, frame, at: Math.floor(now / 1000) }],
    answering: frame.type === "say" ? null : state.answering,
    refusal: null,
    question: frame.type === "say" ? null : state.question,
  }),
  lookingBack: (state, { ref }) => ({ ...state, older: { ...state.older, ref } }),
  restored: (state, { type: _, now: __, ...kept }) => ({ ...state, ...kept }),
  reading: (state, { away }) => ({ ...state, reading: away, newer: away ? state.newer : 0 }),
  answering: (state, { message }) => ({ ...state, answering: message }),
  ignoring: (state, { author, on }) => ({
    ...state,
    ignored: on ? [...state.ignored, author] : state.ignored.filter((id) => id !== author),
  }),
  seen: (state) => ({ ...state, returned: null }),
  refusing: (state, { message }) => ({ ...state, refusal: { message, until: 0, text: "" } }),
  unrefused: (state) => ({ ...state, refusal: null }),
};

export const SESSION_ENDED = 4502;

export const isName = (code) => code.startsWith("name_");

/** Put one event in its place among `messages`. */
function place(messages, event) {
  switch (event.type) {
    case "said": {
      const was = messages.find((message) => message.id === event.id);
      if (was && !(was.withdrawn && event.offset > was.offset)) return messages;
      const others = was ? messages.filter((message) => message !== was) : messages; // what was removed may be said again
      const after = others.findLastIndex((message) => message.offset < event.offset) + 1;
      return others.toSpliced(after, 0, event);
    }
    case "withdrawn":
      return messages.map((message) => (message.id === event.message ? withdrawn(message, event.by) : message));
    case "void": {
      const { offset, until = offset } = event;
      return messages.filter((message) => message.offset < offset || message.offset > until);
    }
    default:
      return messages;
  }
}

const withdrawn = ({ text: _, ...message }, by) => ({ ...message, withdrawn: by });

function older(state, events, more) {
  return {
    ...state,
    messages: events.reduce(place, state.messages),
    first: Math.min(state.first, ...events.map((event) => event.offset)),
    older: { more, ref: null },
  };
}

const joined = (members, came) => {
  const ids = new Set(came.map((member) => member.id));
  const same = came.every((member) => members.some((other) => other.id === member.id && other.name === member.name));
  return same ? members : [...members.filter((member) => !ids.has(member.id)), ...came];
};

/** What is still unanswered once `event` was heard: our own words may come back before their ref is answered, or instead of it. */
function unsent(sending, event, you) {
  if (event.type !== "said" || event.author.id !== you?.id) return sending;
  const text = event.text.normalize("NFC").trim();
  const same = sending.find((some) => some.id === event.id)
    ?? sending.find((some) => !some.id && some.frame.type === "say" && some.frame.text.normalize("NFC").trim() === text);
  return same ? sending.filter((some) => some !== same) : sending;
}

/** Whether one may post now, and if not, why: `muted`, `read_only`, `paused` or `closed`. */
export function silence(state) {
  if (state.muted) return "muted";
  if (!state.writable) return "read_only";
  const may = ["member", ...(state.you?.roles ?? [])].some((role) => state.phase.may?.[role]?.includes("message"));
  if (may || !state.inside) return null;
  return state.phase.state === "closed" ? "closed" : "paused";
}

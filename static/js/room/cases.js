/**
 * What concerns oneself alone in a room: what is held, asked or decided, words of moderators, help, and what one reported.
 *
 * A part of the state and of its changes, as pure as the rest; see state.js.
 */

export const concerns = {
  held: [], // {id, case, text, at, why}: one's own, that nobody else sees as yet
  decisions: [], // the newest notice on each message of one's own, with `at`, and `dated` where that is surely its hour
  words: [], // {from, text, at}: of moderators, to oneself alone
  help: null, // {ref, id, crisis, duty}: after which message, for whom, and whether a moderator is there
  question: null, // {ref, frame, found: [{kind, span}]}: what is asked before it is sent
  reported: {}, // by message: sent | remove | dismiss
  away: [], // messages whose decision was put away
  answered: null, // {ref, id}: the newest message that was answered
  furnished: false, // what shows all this has come
};

const notices = {
  muted: (state, { ends_at, reason = "" }) => ({ ...state, muted: { until: ends_at, reason } }),
  unmuted: (state) => ({ ...state, muted: null }),
  store_back: (state) => ({ ...state, store: true }),
  read_only: (state) => ({ ...state, writable: false }),
  writable: (state) => ({ ...state, writable: true }),
  resources: (state, { ref, message, crisis, on_duty = false }) => {
    const { id } = [state.answered, ...state.sending].find((some) => some?.ref === ref) ?? {};
    return { ...state, help: { ref, id: message ?? id ?? null, crisis, duty: on_duty } };
  },
  decided,
  lapsed: decided,
  report_outcome: (state, { message, verdict }) =>
    (state.reported[message] === verdict ? state : { ...state, reported: { ...state.reported, [message]: verdict } }),
};

export const changes = {
  held(state, { ref, id, case: about, why = [] }) {
    const some = state.sending.find((one) => one.ref === ref);
    const next = { ...done(state, ref, id), sending: state.sending.filter((one) => one !== some), refusal: null };
    if (!some || state.held.some((one) => one.id === id)) return next; // told by a welcome before
    return { ...next, held: [...state.held, { id, case: about, text: some.frame.text, at: some.at, why }] };
  },

  asked(state, { ref, found }) {
    const some = state.sending.find((one) => one.ref === ref);
    if (!some) return state;
    const { frame } = some;
    return {
      ...state,
      sending: state.sending.filter((one) => one !== some),
      answering: state.answering ?? frame.to ?? null,
      question: { ref, frame, found },
    };
  },

  word(state, { from, text, at }) {
    const told = state.words.some((word) => word.at === at && word.text === text);
    // Whoever reads further up is to see that there is something below.
    return told ? state : { ...state, words: [...state.words, { from, text, at }], newer: state.reading ? state.newer + 1 : 0 };
  },

  notice: (state, event) => notices[event.code]?.(state, event) ?? state,

  /* What is done here */

  sure({ question, ...state }, { now }) {
    const { ref, frame } = question;
    const sending = [...state.sending, { ref, frame: { ...frame, sure: true }, at: Math.floor(now / 1000) }];
    return { ...state, question: null, answering: null, sending };
  },
  unasked: (state) => ({ ...state, question: null }),
  helped: (state) => ({ ...state, help: null }),
  putAway: (state, { message }) => ({ ...state, away: [...state.away, message] }),
  furnished: (state) => ({ ...state, furnished: true }),
};

/** Take in a decision on a message of one's own: it is held no longer, and what was known of it is kept. */
function decided(state, { now, type: _, ...notice }) {
  const { message } = notice;
  const held = state.held.find((one) => one.id === message);
  const was = state.decisions.find((one) => one.message === message);
  if (was && ["case", "verdict", "appealed"].every((key) => was[key] === notice[key])) return state; // said anew by a welcome
  const said = state.messages.find((one) => one.id === message);
  const at = held?.at ?? was?.at ?? said?.at;
  const decision = {
    ...notice,
    text: notice.text || held?.text || was?.text || "",
    at: at ?? Math.floor(now / 1000),
    dated: at !== undefined && (was?.dated ?? true),
  };
  return {
    ...state,
    held: state.held.filter((one) => one !== held),
    decisions: [...state.decisions.filter((one) => one !== was), decision],
  };
}

/** One's own words are published, at last or again. */
export function published(state, { id }) {
  const gone = ({ message, verdict, sanction }) => message === id && (verdict === "remove" || !verdict) && !sanction;
  return { held: state.held.filter((one) => one.id !== id), decisions: state.decisions.filter((one) => !gone(one)) };
}

/** A request of one's own was answered, well. */
export function done(state, ref, id) {
  const { frame } = state.sending.find((some) => some.ref === ref) ?? {};
  const next = id ? { ...state, answered: { ref, id } } : state;
  const helped = id && state.help?.ref === ref ? { ...next, help: { ...state.help, id } } : next;
  switch (frame?.type) {
    case "withdraw":
      return { ...helped, held: state.held.filter((one) => one.id !== frame.message) };
    case "report":
      return { ...helped, reported: { ...state.reported, [frame.message]: state.reported[frame.message] ?? "sent" } };
    case "appeal":
      return { ...helped, decisions: state.decisions.map((one) => (one.case === frame.case ? { ...one, appealed: true, receipt: "" } : one)) };
    default:
      return helped;
  }
}

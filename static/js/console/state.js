/**
 * What one knows of the cases, and how each event changes it.
 *
 * `apply(state, event)` is pure: no page, no clock, no storage. An event is a frame of the server, an answer of its API or something done
 * here; all are tagged by `type` and carry `now` in seconds. To answer a new one, add it to `changes`.
 */

export const QUEUES = ["all", "distress", "reported", "held", "second_look", "appeals", "decided"];

const RANK = { distress: 0, reported: 1, held: 2, second_look: 3, appeal: 4 };

export const initial = {
  me: null, // {name, role, may, staff}
  out: false, // the login has ended
  link: { is: "idle", lost: false }, // idle | opening | live | waiting (until) | stopped
  view: "list", // list | case | sanctions | figures | watch
  watched: null, // the slug of the room one looks into
  list: { queue: "all", q: "", rows: [], cursor: null, loading: false, failed: false, late: [] }, // late: what came while a page was on its way
  counts: {},
  look: { behind: 0 }, // the second look: away_since?, behind
  card: null, // {id, at, case, told, conflict}: the case before one's eyes, in the list or no more; `at`: where it stood there
  picked: [], // ids, the last one last
  drafts: {}, // by id: {verdict, person, minutes, reason, words}
  undo: null, // {ids, until, verdict, name}
  duty: [],
  notes: [],
};

const NOTES = 50;

/** What the server leaves out where there is nothing. */
const whole = (found) => ({ findings: [], author: { id: "", name: "", hue: 0, face: "mask" }, ...found });

export function apply(state, event) {
  const change = changes[event.type];
  return change ? change(state, event) : state;
}

const changes = {
  /* Who one is, and the connection */

  me: (state, { me }) => ({ ...state, me, out: false }),
  out: (state) => ({ ...state, out: true, link: { is: "stopped", lost: false }, card: state.card && { ...state.card, told: null } }),
  opening: (state) => ({ ...state, link: { ...state.link, is: "opening" } }),
  waiting: (state, { until }) => ({ ...state, link: { is: "waiting", until, lost: true } }),
  stopped: (state) => ({ ...state, link: { is: "stopped", lost: true } }),

  /* Frames */

  counts(state, { counts, second_look: look }) {
    // The first frame of a connection: notes come again after it.
    const arrived = state.link.is !== "live" && state.link.is !== "idle";
    return { ...state, counts, look: look ?? state.look, link: { is: "live", lost: false }, notes: arrived ? [] : state.notes };
  },

  duty: (state, { staff }) => ({ ...state, duty: staff }),
  note: (state, { by, text, at }) => ({ ...state, notes: [...state.notes, { by, text, at }].slice(-NOTES) }),

  case(state, { change, case: told, id = told.id }) {
    const found = whole(told);
    const known = state.list.rows.find((row) => row.id === id) ?? (state.card?.id === id ? state.card.case : null);
    if (change === "gone") return gone(state, id);
    if (known && known.version > found.version) return state; // an answer was quicker
    const list = placed(state.list.loading ? { ...state.list, late: [...state.list.late, found] } : state.list, found);
    const next = { ...state, list, picked: found.decided ? without(state.picked, [id]) : state.picked };
    return state.card?.id === id ? { ...next, card: changed(state, found) } : next;
  },

  /* The list */

  asking: (state, { queue, q }) => {
    const same = queue === state.list.queue && q === state.list.q;
    const list = { ...state.list, queue, q, loading: true, failed: false };
    return same ? { ...state, list } : { ...state, list: { ...list, rows: [], cursor: null, late: [] }, picked: [] };
  },

  page(state, { queue, q, after, cases: found, cursor = null, counts, second_look: look }) {
    const cases = found.map(whole);
    if (queue !== state.list.queue || q !== state.list.q || (after && after !== state.list.cursor)) return state; // asked before one turned away
    const known = new Set(cases.map(({ id }) => id));
    const rows = after ? [...state.list.rows.filter(({ id }) => !known.has(id)), ...cases] : cases;
    const asked = { ...state.list, rows, cursor, loading: false, failed: false, late: [] };
    // The page may be older than what was told meanwhile.
    const list = state.list.late.reduce((so, found) => (so.rows.some(({ id, version }) => id === found.id && version > found.version) ? so : placed(so, found)), asked);
    const ids = new Set(list.rows.map(({ id }) => id));
    return {
      ...state,
      counts: counts ?? state.counts,
      look: look ?? state.look,
      list,
      picked: state.picked.filter((id) => ids.has(id)),
    };
  },

  unanswered: (state) => ({ ...state, list: { ...state.list, loading: false, failed: true } }),

  pick: (state, { id, on }) => ({ ...state, picked: on ? [...without(state.picked, [id]), id] : without(state.picked, [id]) }),
  pickTo(state, { id }) {
    const ids = state.list.rows.map((row) => row.id);
    const [from, to] = [ids.indexOf(state.picked.at(-1) ?? id), ids.indexOf(id)].sort((a, b) => a - b);
    const range = ids.slice(Math.max(from, 0), to + 1);
    return { ...state, picked: [...without(state.picked, [...range, id]), ...without(range, [id]), id] };
  },
  unpick: (state) => ({ ...state, picked: [] }),

  /* The case before one's eyes */

  view: (state, { view, watched = null }) => ({ ...state, view, watched }),

  open(state, { id }) {
    if (state.card?.id === id) return state;
    const at = state.list.rows.findIndex((row) => row.id === id);
    return { ...state, card: { id, at, case: state.list.rows[at] ?? null, told: null, conflict: null } };
  },
  close: (state) => ({ ...state, card: null }),

  told(state, { id, case: summary, ...told }) {
    if (state.card?.id !== id) return state;
    const found = whole(summary);
    const older = state.card.case?.version > found.version;
    const next = older ? state : { ...state, list: placed(state.list, found) };
    return { ...next, card: { ...state.card, case: older ? state.card.case : found, told } };
  },

  worded(state, { id, ...word }) {
    if (state.card?.id !== id || !state.card.told) return state;
    const { told } = state.card;
    return { ...state, card: { ...state.card, told: { ...told, words: [...(told.words ?? []), word] } } };
  },

  draft: (state, { type: _, now: __, id, ...draft }) => ({ ...state, drafts: { ...state.drafts, [id]: { ...state.drafts[id], ...draft } } }),

  /* What the server said to what was done here */

  claimed: (state, { id, version, lease_until }) => touched(state, id, { version, lease_until, claimed_by: state.me.name }),
  released: (state, { id, version }) => touched(state, id, { version, lease_until: undefined, claimed_by: undefined }),

  conflict(state, { id, code, by, at, verdict }) {
    return state.card?.id === id ? { ...state, card: { ...state.card, conflict: { code, by, at, verdict } } } : state;
  },
  unconflict: (state) => (state.card?.conflict ? { ...state, card: { ...state.card, conflict: null } } : state),

  settled(state, { results, verdict, name }) {
    const done = results.filter(({ code }) => !code);
    const ids = done.map(({ id }) => id);
    if (!ids.length) return state;
    const until = Math.min(...done.map(({ undo_until }) => undo_until));
    const rows = state.list.rows.filter(({ id }) => !ids.includes(id));
    const drafts = Object.fromEntries(Object.entries(state.drafts).filter(([id]) => !ids.includes(id)));
    const next = { ...state, drafts, list: { ...state.list, rows }, picked: without(state.picked, ids), undo: { ids, until, verdict, name } };
    return ids.includes(state.card?.id) ? { ...next, card: following(state, rows) } : next;
  },

  undone: (state, { ids }) => ({ ...state, undo: state.undo?.ids === ids || !ids ? null : { ...state.undo, ids: without(state.undo.ids, ids) } }),
};

const without = (ids, some) => ids.filter((id) => !some.includes(id));

/** Whether a case has its place in what the list shows. */
function belongs(found, { queue, q }) {
  if (queue === "decided") return Boolean(found.decided) && !q; // what was searched for is known to the server alone
  if (found.decided) return false;
  return queue === "all" || (queue === "appeals" ? "appeal" : queue) === found.kind;
}

/** The more urgent first; the server has the same order. */
export function compare(a, b, queue = "all") {
  if (queue === "decided") return b.decided.at - a.decided.at || (a.id < b.id ? -1 : 1);
  const rank = RANK[a.kind] - RANK[b.kind];
  const weight = a.kind === "reported" ? (b.weight ?? 0) - (a.weight ?? 0) : 0;
  return rank || weight || a.opened_at - b.opened_at || (a.id < b.id ? -1 : 1);
}

function placed(list, found) {
  const at = list.rows.findIndex(({ id }) => id === found.id);
  if (!belongs(found, list)) {
    // What was found by words stays among them until it is asked for again.
    if (at < 0 || (list.queue === "decided" && found.decided)) return at < 0 ? list : { ...list, rows: list.rows.with(at, found) };
    return { ...list, rows: list.rows.toSpliced(at, 1) };
  }
  const others = at < 0 ? list.rows : list.rows.toSpliced(at, 1);
  const before = others.findIndex((other) => compare(found, other, list.queue) < 0);
  // Behind the last that is shown there may be others: it comes with them.
  if (before < 0 && list.cursor && at < 0) return list;
  return { ...list, rows: before < 0 ? [...others, found] : others.toSpliced(before, 0, found) };
}

function gone(state, id) {
  const next = { ...state, list: { ...state.list, rows: state.list.rows.filter((row) => row.id !== id) }, picked: without(state.picked, [id]) };
  return state.card?.id === id ? { ...next, card: { ...state.card, told: null, conflict: { code: "gone" } } } : next;
}

/** The open card after a frame about its case: who was first is said, and stays said. */
function changed(state, found) {
  const { card, me } = state;
  const decided = found.decided && !card.case?.decided && found.decided.by !== me?.name;
  const taken = found.claimed_by && found.claimed_by !== me?.name && card.case?.claimed_by === me?.name;
  let { conflict } = card;
  if (decided) conflict = { code: "already_decided", ...found.decided };
  else if (taken) conflict = { code: "already_claimed", by: found.claimed_by };
  else if (conflict?.code === "already_claimed" && found.claimed_by !== conflict.by) conflict = null;
  else if (conflict?.code === "already_decided" && !found.decided) conflict = null;
  return { ...card, case: found, conflict };
}

function touched(state, id, facts) {
  const touch = (found) => (found && found.id === id ? { ...found, ...facts } : found);
  const next = { ...state, list: { ...state.list, rows: state.list.rows.map(touch) } };
  return state.card?.id === id ? { ...next, card: { ...state.card, case: touch(state.card.case), conflict: null } } : next;
}

/** Once a case is done the one that takes its place in the list is before one's eyes. */
function following(state, rows) {
  const at = state.list.rows.findIndex(({ id }) => id === state.card.id);
  const here = rows[Math.min(at < 0 ? state.card.at : at, rows.length - 1)];
  return here ? { id: here.id, at: rows.indexOf(here), case: here, told: null, conflict: null } : null;
}

/** The row `step` away from the open case, or the first; null at either end. */
export function beside({ list: { rows }, card }, step) {
  if (!card) return rows[0] ?? null;
  const at = rows.findIndex(({ id }) => id === card.id);
  if (at < 0) return rows[Math.min(Math.max(card.at, 0) + (step < 0 ? -1 : 0), rows.length - 1)] ?? null;
  return rows[at + step] ?? null;
}

/** Whether a case is ours, another's (the name) or nobody's (null). */
export function holder(found, now, me) {
  if (!found?.claimed_by || found.lease_until <= now) return null;
  return found.claimed_by === me?.name ? true : found.claimed_by;
}

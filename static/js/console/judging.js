/**
 * What may be decided of a case and for which reasons, and what in its words was found: pure.
 *
 * A reason is a code; its sentence is the reader's (js/console/names.js here, the server's catalogue for the author).
 */

const AGAINST = ["identity", "details", "threat", "attack", "hate", "sexual", "solicitation", "flooding", "other"];

const REASONS = {
  remove: AGAINST,
  uphold: ["upheld", ...AGAINST.slice(0, -2), "other"],
  publish: ["fine", "quoted", "other"],
  dismiss: ["fine", "quoted", "other"],
  reverse: ["fine", "quoted", "other"],
  escalate: ["unsure", "serious", "conflict", "other"],
};

const ACCOMPANIED = ["accompanied", "fine", "other"];

/** The reason that what was found, or what members reported, suggests. */
const SUGGESTED = {
  private: "details",
  doxxing: "identity",
  threat: "threat",
  insult: "attack",
  hate: "hate",
  sexual: "sexual",
  solicitation: "solicitation",
  flooding: "flooding",
};

export const LENGTHS = { mute: [15, 60, 1440, 10080], exclude: [60, 1440, 10080, 43200, 0] }; // minutes; 0: for good

/** The verdicts of a case, as they stand in the form. */
export function verdicts({ kind, held }) {
  if (kind === "appeal") return ["reverse", "uphold", "escalate"];
  return kind === "held" || held ? ["publish", "remove", "escalate"] : ["remove", "dismiss", "escalate"];
}

const KEYS = { a: ["publish", "reverse"], r: ["remove"], d: ["dismiss", "uphold"], e: ["escalate"] };

export const keyOf = (verdict) => Object.keys(KEYS).find((key) => KEYS[key].includes(verdict));

/** The verdict that `key` stands for among those of `found`. */
export const verdictOf = (key, found) => verdicts(found).find((verdict) => KEYS[key].includes(verdict));

export const reasons = (found, verdict) => (found.kind === "distress" && verdict === "dismiss" ? ACCOMPANIED : (REASONS[verdict] ?? []));

/** Whether `person` may be decided of beside `verdict`: nobody is punished for a cry for help, nor for an appeal. */
export const touchesPerson = ({ kind }, verdict) => kind !== "appeal" && (verdict === "remove" || (verdict === "dismiss" && kind !== "distress"));

/** The draft of a decision, with what is not yet chosen suggested. */
export function proposal(found, draft = {}, told = null) {
  const { verdict = null, words = "" } = draft;
  const known = verdict ? reasons(found, verdict) : [];
  const reason = known.includes(draft.reason) ? draft.reason : suggestion(found, verdict, told);
  const person = verdict && touchesPerson(found, verdict) ? (draft.person ?? "none") : "none";
  const lengths = LENGTHS[person] ?? [];
  const minutes = lengths.includes(draft.minutes) ? draft.minutes : (lengths[lengths.length > 4 ? 1 : 2] ?? null);
  return { verdict, reason, person, minutes, words };
}

function suggestion(found, verdict, told) {
  if (!verdict) return null;
  const known = reasons(found, verdict);
  if (verdict !== "remove") return known[0];
  const reported = most((told?.reports ?? []).map(({ reason }) => reason));
  const urgent = found.findings.find(({ category }) => category !== "private" && SUGGESTED[category]) ?? found.findings[0];
  const code = known.includes(reported) ? reported : SUGGESTED[urgent?.category];
  return code ?? null;
}

function most(codes) {
  const count = (code) => codes.filter((one) => one === code).length;
  return codes.toSorted((a, b) => count(b) - count(a))[0];
}

/** What the server is asked for. */
export function request({ verdict, reason, person, minutes, words }, version) {
  const sanction = person === "none" ? {} : { sanction: { kind: person, ...(minutes ? { minutes } : {}) } };
  return { version, verdict, reason, ...(words.trim() ? { words: words.trim() } : {}), ...sanction };
}

/** What is still missing: `verdict`, `reason`, `words`, or null. */
export function missing({ verdict, reason, words }) {
  if (!verdict) return "verdict";
  if (!reason) return "reason";
  return reason === "other" && !words.trim() ? "words" : null;
}

const identifies = ({ category }) => category === "private" || category === "doxxing";

/** Cut `text` where findings begin and end: `{text, found: null | "attack" | "private"}`. Spans count code points. */
export function segments(text, findings) {
  const points = [...text];
  const kinds = new Array(points.length).fill(null);
  // An attack is drawn over what identifies: both are named below.
  for (const finding of [...findings].sort((a, b) => identifies(b) - identifies(a))) {
    for (const [start, end] of finding.spans ?? []) kinds.fill(identifies(finding) ? "private" : "attack", start, end);
  }
  const cuts = kinds.map((kind, at) => at).filter((at) => at === 0 || kinds[at] !== kinds[at - 1]);
  return cuts.map((at, n) => ({ text: points.slice(at, cuts[n + 1]).join(""), found: kinds[at] }));
}

/** The words that a finding points at. */
export const quoted = (text, { spans = [] }) => spans.map(([start, end]) => [...text].slice(start, end).join("").trim()).filter(Boolean);

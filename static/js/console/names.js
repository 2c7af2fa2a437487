/** The words for what the server names by a code. A code without words here is shown as it came. */

import { say } from "../words.js";

const kinds = {
  distress: "console.kind_distress",
  reported: "console.kind_reported",
  held: "console.kind_held",
  second_look: "console.kind_second_look",
  appeal: "console.kind_appeal",
};

const queues = {
  all: "console.title_all",
  distress: "console.queue_distress",
  reported: "console.queue_reported",
  held: "console.queue_held",
  second_look: "console.queue_second_look",
  appeals: "console.queue_appeals",
  decided: "console.queue_decided",
};

const verdicts = {
  publish: "console.publish",
  remove: "console.remove",
  dismiss: "console.dismiss",
  escalate: "console.escalate",
  uphold: "console.uphold",
  reverse: "console.reverse",
};

const done = {
  publish: "console.done_publish",
  remove: "console.done_remove",
  dismiss: "console.done_dismiss",
  escalate: "console.done_escalate",
  uphold: "console.done_uphold",
  reverse: "console.done_reverse",
};

const reasons = {
  identity: "console.reason_identity",
  details: "console.reason_details",
  threat: "console.reason_threat",
  attack: "console.reason_attack",
  hate: "console.reason_hate",
  sexual: "console.reason_sexual",
  solicitation: "console.reason_solicitation",
  flooding: "console.reason_flooding",
  other: "console.reason_other",
  fine: "console.reason_fine",
  quoted: "console.reason_quoted",
  accompanied: "console.reason_accompanied",
  upheld: "console.reason_upheld",
  unsure: "console.reason_unsure",
  serious: "console.reason_serious",
  conflict: "console.reason_conflict",
};

const categories = {
  private: "console.found_private",
  distress: "console.kind_distress",
  threat: "console.found_threat",
  insult: "console.found_insult",
  hate: "console.found_hate",
  sexual: "console.found_sexual",
  doxxing: "console.found_doxxing",
  solicitation: "console.found_solicitation",
  flooding: "console.found_flooding",
  failed: "console.found_failed",
  newcomer: "console.found_newcomer",
  premoderated: "console.found_premoderated",
};

const details = {
  phone: "console.detail_phone",
  email: "console.detail_email",
  iban: "console.detail_iban",
  nir: "console.detail_nir",
  siret: "console.detail_siret",
  card: "console.detail_card",
  address: "console.detail_address",
  ip: "console.detail_ip",
  url: "console.detail_url",
  handle: "console.detail_handle",
  plate: "console.detail_plate",
  name: "console.detail_name",
  employer: "console.detail_employer",
  self: "console.detail_self",
  other: "console.detail_other",
  topic: "console.detail_topic",
};

const roles = { facilitator: "role.facilitator", moderator: "role.moderator", organiser: "role.organiser", admin: "role.admin" };

const name = (words) => (code) => (words[code] ? say(words[code]) : code);

export const kindName = name(kinds);
export const queueName = name(queues);
export const verdictName = name(verdicts);
export const doneName = name(done);
export const reasonName = name(reasons);
const categoryName = name(categories);
const detailName = name(details);
export const roleName = name(roles);

/** The category of a finding, and its kind where there are words for it. */
export const findingName = ({ category, kind }) => (details[kind] ? say("console.category_kind", { category: categoryName(category), kind: detailName(kind) }) : categoryName(category));

/** « Signalé 3 fois » where it was more than once. */
export const caseName = ({ kind, reports }) => (kind === "reported" && reports > 1 ? say("console.reported_times", { count: reports }) : kindName(kind));

/** What was found in a case, in one line. */
export function foundNames({ findings }) {
  const names = findings.map(({ category, kind }) => (details[kind] ? detailName(kind) : categoryName(category)));
  return [...new Set(names)].map((one, n) => (n ? within(one) : one)).join(", ");
}

/** `words` within a sentence: without the capital of its beginning, but for who says I. */
export const within = (words) => (/^I\b/.test(words) ? words : words.charAt(0).toLocaleLowerCase() + words.slice(1));

/** A score as it is shown; never as the certainty that it is not. */
export const likelihood = (score) => Math.min(score, 0.99).toFixed(2).replace(".", say("console.point"));

export function sanctionName({ kind, minutes }) {
  if (kind === "warn") return say("console.sanction_warn");
  if (kind === "mute") return say("console.sanction_mute", { length: lengthName(minutes) });
  return minutes ? say("console.sanction_exclude", { length: lengthName(minutes) }) : say("console.sanction_forever");
}

/** The same once it was done, at `at`. */
export function sanctioned({ kind, ends_at: end, minutes: asked, proposed }, at) {
  const minutes = asked ?? (end ? Math.max(1, Math.round((end - at) / 60)) : 0);
  if (kind === "warn") return say("console.was_warn");
  if (kind === "mute") return say("console.was_mute", { length: lengthName(minutes) });
  return minutes && !proposed ? say("console.was_exclude", { length: lengthName(minutes) }) : say("console.was_forever");
}

export function lengthName(minutes) {
  if (!minutes) return say("console.forever_short");
  return age(minutes * 60);
}

/** A length of time, short: 11 min, 1 h 40, 24 h, 3 j. */
export function age(seconds) {
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1) return say("console.under_minute");
  if (minutes < 60) return say("console.minutes", { count: minutes });
  const hours = Math.floor(minutes / 60);
  if (hours >= 48) return say("console.days", { count: Math.floor(hours / 24) });
  return minutes % 60 && hours < 10 ? say("console.hours_minutes", { hours, minutes: String(minutes % 60).padStart(2, "0") }) : say("console.hours", { count: hours });
}

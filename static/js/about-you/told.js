/**
 * What the server holds of somebody, in words: pure, from what it told to titles, facts and messages.
 *
 * A section is `{title, facts: [[name, words]…], messages?: [{text, at, until}…]}`, times in seconds. To show a new kind of thing, add its
 * part of the answer to `parts`: it stands on the page and in the file alike.
 */

import { reason } from "../reasons.js";
import { clock, date, day, hour, sameDay, say, when } from "../words.js";

const parts = {
  session: (session, now) => [{
    title: say("about.session"),
    facts: [
      [say("about.ends"), say("about.ends_at", { when: when(session.ends_at, now) })],
      [say("about.came"), session.batch ? say("about.came_invited", { batch: session.batch }) : say("about.came_alone")],
      [say("about.sanction"), sanction(session.sanction, now)],
    ],
  }],
  words: (words, now) => (words ? [{ title: say("about.back"), facts: [[say("about.words_held"), say("about.back_until", { when: when(words.until, now) })]] }] : []),
  rooms: (rooms, now) => rooms.map((room) => inRoom(room, now)),
};

/** How a message stands that moderators look at, or looked at: held ones nobody else has seen. */
const STANDS = {
  open: "about.case_looked",
  held: "about.case_open",
  decided: "about.case_decided",
  withdrawn: "about.case_withdrawn",
  lapsed: "about.case_lapsed",
};

function inRoom(room, now) {
  const facts = [
    [say("about.name"), room.name || say("about.name_none")],
    [say("about.here"), room.present ? say("about.present") : say("about.absent")],
    [say("about.known"), room.known_until > now ? say("about.known_until", { when: when(room.known_until, now) }) : say("about.known_words")],
  ];
  if (room.remembered) facts.push([say("about.refs"), say("about.refs_count", { count: room.remembered })]);
  if (room.limited_seconds) facts.push([say("about.pace"), say("about.pace_left", { count: room.limited_seconds })]);
  if (room.sanction) facts.push([say("about.sanction"), sanction(room.sanction, now)]);
  for (const one of room.cases) {
    const stands = STANDS[one.state === "open" && one.held ? "held" : one.state];
    facts.push([say("about.case"), say(stands, { when: when(one.at, now), text: one.text, reason: reason(one.reason) })]);
    if (one.receipt) facts.push([say("about.receipt"), one.receipt]);
  }
  for (const one of room.reports) facts.push([say("about.report"), say("about.reported", { when: when(one.at, now), note: one.note })]);
  if (!room.messages.length) facts.push([say("about.words"), say("about.words_none")]);
  return { title: room.title, facts, messages: room.messages };
}

function sanction(found, now) {
  if (!found) return say("about.sanction_none");
  const values = { when: when(found.ends_at, now), reason: reason(found.reason) };
  if (found.kind === "mute") return say("about.sanction_mute", values);
  return say("about.sanction_exclude", values);
}

/** All that was told, in the order of the answer; what nobody here has words for is shown as it came. */
export function sections({ at, ...told }) {
  return Object.entries(told).flatMap(([name, part]) => parts[name]?.(part, at) ?? [{ title: name, facts: [["", JSON.stringify(part)]] }]);
}

export const messages = ({ rooms }) => rooms.reduce((sum, room) => sum + room.messages.length, 0);

export const asOf = (at) => say("about.as_of", { date: day(at, at), hour: hour(at) });

/** When something was said: the clock where it was today. */
export const saidAt = (at, now) => (sameDay(at, now) ? clock(at) : say("about.at", { date: date(at), hour: hour(at) }));

/** The same as a text, to be kept in a file. */
export function text(told, community) {
  const lines = [`${say("about.title")} – ${community}`, asOf(told.at), ""];
  for (const { title, facts, messages: said = [] } of sections(told)) {
    lines.push(title, "-".repeat(title.length), ...facts.map(([name, words]) => (name ? `${name} — ${words}` : words)));
    for (const one of said) lines.push("", `${say("about.at", { date: date(one.at), hour: hour(one.at) })} (${say("about.gone_when", { when: when(one.until, told.at) })})`, one.text);
    lines.push("");
  }
  lines.push(say("about.never"), say("about.never_what"), "");
  return lines.join("\n");
}

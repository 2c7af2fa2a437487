/** The open case: what was written, what was found in it, what stands around it, and what has become of it meanwhile. */

import { clock, hour, say } from "../words.js";
import { now } from "./api.js";
import { quoted, segments } from "./judging.js";
import { age, caseName, doneName, findingName, foundNames, likelihood, reasonName, roleName, sanctioned, within } from "./names.js";
import { holder } from "./state.js";

const find = (selector) => document.querySelector(selector);
const copy = (selector) => find(selector).content.firstElementChild.cloneNode(true);

export function card() {
  let drawn = {}; // what of the card is on the page

  function update({ card: shown, me }) {
    find("#card").hidden = !shown?.case;
    find("#nothing").hidden = Boolean(shown?.case);
    if (!shown?.case) return void (drawn = {});
    const { case: found, told, conflict } = shown;
    if (found.id !== drawn.found?.id) find("#write").open = found.kind === "distress"; // a word first
    if (found !== drawn.found || told !== drawn.told) fill(found, told);
    if (conflict !== drawn.conflict || found !== drawn.found) fillConflict(conflict);
    drawn = { found, told, conflict };
    tick({ card: shown, me });
  }

  /** What changes with the clock alone. */
  function tick({ card: shown, me }) {
    const found = shown?.case;
    if (!found) return;
    const since = now() - found.opened_at;
    write(find("#card-age"), since < 60 ? say("console.just_now") : say("console.ago", { age: age(since) }));
    write(find("#lease"), leaseWords(found, me));
  }

  function fill(found, told) {
    const names = foundNames(found);
    find("#card-title").textContent = names && found.kind !== "appeal" ? say("console.title_found", { kind: caseName(found), found: within(names) }) : caseName(found);
    const room = find("#card-room");
    room.textContent = found.title;
    room.href = `#/watch/${found.room}`;
    room.title = say("console.watch");
    find("#card-id").textContent = say("console.case", { id: found.id.split("~").at(-1).slice(0, 6) });
    fillJudged(found);
    fillAppeal(found);
    find("#findings").replaceChildren(...findings(found, told).map(finding));
    fillWords(told?.words ?? []);
    fillAround(found, told);
    fillTheirs(found, told);
    fillSettled(found);
    find("#also").hidden = Boolean(found.decided);
    find("#word-present").textContent = told ? (told.present ? say("console.present") : say("console.absent")) : "";
  }

  function fillJudged({ text, lang, author, opened_at: opened, said_at: at = opened, findings: found, withdrawn }) {
    const node = find("#judged");
    node.lang = lang ?? "";
    const head = node.querySelector(".message-head");
    head.dataset.hue = author.hue;
    head.dataset.face = author.face;
    head.querySelector(".name").textContent = author.name;
    const tag = head.querySelector(".tag");
    tag.hidden = !author.role && author.face !== "name" && !withdrawn;
    tag.textContent = withdrawn ? say("console.withdrawn") : author.role ? roleName(author.role) : say("face.name");
    fillTime(head.querySelector("time"), at);
    const words = node.querySelector(".judged-text");
    if (typeof text === "string") words.replaceChildren(...segments(text, found).map(segment));
    else words.replaceChildren(say("console.erased"));
  }

  function fillAppeal({ appeal, contested }) {
    find("#appeal").hidden = !appeal;
    find("#appeal-of").hidden = !contested;
    if (contested) find("#appeal-of").textContent = say("console.contested", outcome(contested));
    if (!appeal) return;
    find("#appeal .judged-text").textContent = appeal.text;
    fillTime(find("#appeal time"), appeal.at);
  }

  function fillWords(words) {
    find("#private").hidden = words.length === 0;
    find("#private-words").replaceChildren(...words.map(({ by, text, at }) => line(at, by, text)));
  }

  function fillAround(found, told) {
    const lines = (told?.around ?? []).flatMap((event) => {
      if (event.type !== "said") return [];
      const judged = event.id === found.message;
      const node = line(event.at, event.author.name, judged ? say("console.this_message") : event.text);
      if (judged) node.ariaCurrent = "true";
      return [node];
    });
    find("#around").replaceChildren(...lines);
    if (told && !lines.length) find("#around").append(line(null, "", say("console.around_none")));
  }

  function fillTheirs(found, told) {
    find("#theirs-title").textContent = say("console.theirs", { name: found.author.name });
    const said = (told?.theirs ?? []).filter(({ id }) => id !== found.message).map((event) => ({ at: event.at, node: line(event.at, "", event.held ? say("console.held_too", { text: event.text }) : event.text) }));
    const earlier = (told?.earlier ?? []).map(({ decided: done }) => ({ at: done.at, node: decided(done) }));
    find("#theirs").replaceChildren(...[...said, ...earlier].sort((a, b) => a.at - b.at).map(({ node }) => node));
    find("#theirs-note").textContent = told ? [!said.length && say("console.theirs_none"), say("console.theirs_note")].filter(Boolean).join(" ") : say("console.coming");
  }

  function decided(decision) {
    const { by, reason } = decision;
    const node = line(decision.at, "", say("console.earlier", { name: by, reason: within(reasonName(reason)) }));
    const tag = Object.assign(document.createElement("span"), { className: "tag", textContent: decision.sanction ? sanctioned(decision.sanction, decision.at) : doneName(decision.verdict) });
    tag.dataset.kind = "held";
    node.querySelector("p").prepend(tag, " ");
    return node;
  }

  function fillSettled(found) {
    const { decided: done } = found;
    find("#settled").hidden = !done;
    if (!done) return;
    const parts = [say("console.settled", outcome(done)), done.sanction && say("console.and_sanction", { sanction: sanctioned(done.sanction, done.at) }), done.words && say("console.with_words", { words: done.words })];
    find("#settled").textContent = parts.filter(Boolean).join(" ");
  }

  return { update, tick };
}

const write = (node, words) => node.textContent === words || (node.textContent = words);

const outcome = ({ by, at, verdict, reason }) => ({ name: by, hour: hour(at), verdict: doneName(verdict), reason: within(reasonName(reason)) });

function leaseWords(found, me) {
  const held = holder(found, now(), me);
  if (held === true) return say("console.lease", { left: left(found.lease_until - now()) });
  return held ? say("console.taken_by", { name: held }) : "";
}

function left(seconds) {
  const whole = Math.max(0, Math.ceil(seconds));
  return whole < 60 ? say("console.seconds", { count: whole }) : say("console.minutes_seconds", { minutes: Math.floor(whole / 60), seconds: String(whole % 60).padStart(2, "0") });
}

function fillConflict(conflict) {
  find("#conflict").hidden = !conflict;
  find("#conflict").textContent = conflict ? conflictWords(conflict) : "";
}

function conflictWords({ code, by, at, verdict }) {
  if (code === "already_decided") return say("console.conflict_decided", { name: by, verdict: doneName(verdict), hour: at ? hour(at) : "" });
  if (code === "already_claimed" || (code === "not_claimed" && by)) return say("console.conflict_claimed", { name: by });
  if (code === "gone") return say("console.conflict_gone");
  return code === "stale" && by ? say("console.conflict_stale_by", { name: by }) : say("console.conflict_stale");
}

function segment({ text, found }) {
  if (!found) return text;
  const mark = document.createElement("mark");
  mark.className = "found";
  mark.dataset.kind = found;
  mark.textContent = text;
  return mark;
}

/** What was found, by its names: rules first, then the second look, then what members reported. */
function findings({ text, findings: found, score, reports: count }, told) {
  const rows = found.map((one) => {
    const words = quoted(text ?? "", one).map((quote) => say("console.quote", { quote })).join(", ");
    return [findingName(one), words];
  });
  if (score) rows.push([say("console.kind_second_look"), say("console.score_what", { score: likelihood(score) })]);
  const reports = told?.reports ?? [];
  if (reports.length) rows.push([say("console.reports"), say("console.reports_of", { count: reports.length, reasons: tally(reports) })]);
  else if (count) rows.push([say("console.reports"), say("console.reports_count", { count })]);
  for (const { note } of reports) if (note) rows.push([say("console.report_note"), say("console.quote", { quote: note })]);
  return rows;
}

function tally(reports) {
  const counts = new Map();
  for (const { reason } of reports) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].map(([reason, count]) => (counts.size > 1 ? say("console.reason_count", { reason: within(reasonName(reason)), count }) : within(reasonName(reason)))).join(", ");
}

function finding([name, words]) {
  const node = copy("#finding");
  node.firstElementChild.textContent = name;
  node.lastElementChild.textContent = words;
  return node;
}

/** One line of what stands around: when, who, what. */
export function line(at, name, words) {
  const node = copy("#context");
  if (at) fillTime(node.querySelector("time"), at);
  const text = node.querySelector("p");
  if (name) text.append(Object.assign(document.createElement("b"), { textContent: name }), " ");
  text.append(words);
  return node;
}

export function fillTime(node, at) {
  node.dateTime = new Date(at * 1000).toISOString().slice(0, 16) + "Z";
  node.textContent = clock(at);
}

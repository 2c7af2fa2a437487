/**
 * What a moderator does, asked of the server; its answers go to `dispatch`.
 *
 * Nothing is shown as done before the server has said so. One deed at a time, in their order, and each on the case for which it was asked:
 * keys are quicker than answers.
 */

import { ask, now } from "./api.js";
import { request } from "./judging.js";
import { holder } from "./state.js";

const SETTLE = 120; // ms before the case one has come to is asked for: keys are quick
const PAGE = 100;
const RENEW = 60; // s left of a lease that is renewed

export function acts({ current, dispatch, complain, tell }) {
  let looking = new AbortController();
  let soon = 0;
  let renewing = false;
  let last = Promise.resolve();

  const post = (id, deed, body = {}) => ask(`console/cases/${encodeURIComponent(id)}/${deed}`, body);
  const mine = (found) => holder(found, now(), current().me) === true;

  /** Run `deed` once those before it are done. */
  const alone = (deed) => (...args) => {
    const done = last.then(() => deed(...args));
    last = done.catch(() => {});
    return done;
  };

  /** The same, if the case that was before one's eyes then still is. */
  const onCase = (deed) => {
    const still = alone((id, args) => (current().card?.id === id ? deed(...args) : undefined));
    return (...args) => still(current().card?.id, args);
  };

  async function list(queue = current().list.queue, q = current().list.q) {
    dispatch({ type: "asking", queue, q });
    await page(queue, q);
  }

  async function more() {
    const { queue, q, cursor, loading } = current().list;
    if (!cursor || loading) return;
    dispatch({ type: "asking", queue, q });
    await page(queue, q, cursor);
  }

  async function page(queue, q, after) {
    const query = new URLSearchParams({ queue, limit: PAGE, ...(q && { q }), ...(after && { cursor: after }) });
    const { ok, body } = await ask(`console/cases?${query}`);
    dispatch(ok ? { type: "page", queue, q, after, ...body } : { type: "unanswered" });
  }

  function open(id) {
    const before = current().card;
    if (before?.id === id) return;
    leave(before);
    dispatch({ type: "open", id });
    look();
  }

  /** A case one turns away from is free for others. */
  function leave(card) {
    if (card && mine(card.case)) post(card.id, "release");
  }

  function close() {
    leave(current().card);
    dispatch({ type: "close" });
  }

  /** Ask for all that is to be seen of the open case. */
  function look(wait = SETTLE) {
    looking.abort();
    clearTimeout(soon);
    const { id } = current().card ?? {};
    if (!id) return;
    looking = new AbortController();
    const { signal } = looking;
    soon = setTimeout(async () => {
      try {
        const { ok, status, body } = await ask(`console/cases/${encodeURIComponent(id)}`, null, signal);
        if (ok) dispatch({ type: "told", id, ...body });
        else if (status === 404) dispatch({ type: "case", change: "gone", id });
        else if (status !== 401) complain(body);
      } catch (error) {
        if (error.name !== "AbortError") throw error;
      }
    }, wait);
  }

  async function claim(id = current().card?.id) {
    const { ok, status, body } = await post(id, "claim");
    if (ok) dispatch({ type: "claimed", id, ...body });
    else refused(id, status, body);
    return ok && body;
  }

  async function release(id = current().card?.id) {
    const { ok, status, body } = await post(id, "release");
    if (ok) dispatch({ type: "released", id, ...body });
    else refused(id, status, body);
  }

  /** Somebody was first, or something is wrong: what was typed stays. */
  function refused(id, status, body) {
    if (status === 409 || status === 404) {
      dispatch({ type: "conflict", id, code: status === 404 || body.code === "case_unknown" ? "gone" : body.code, by: body.by, at: body.at, verdict: body.verdict });
      look(0);
    } else if (status !== 401) complain(body);
  }

  async function decide(draft) {
    const { id, case: found } = current().card;
    if (found.decided) return;
    const claimed = mine(found) ? found : await claim(id);
    if (!claimed) return;
    let { status, ok, body } = await post(id, "decision", request(draft, claimed.version));
    if (status === 409 && body.code === "not_claimed") {
      // The lease had run out: nobody else has it, or claiming says who.
      const again = await claim(id);
      if (!again) return;
      ({ status, ok, body } = await post(id, "decision", request(draft, again.version)));
    }
    if (!ok) return refused(id, status, body);
    dispatch({ type: "settled", results: [{ id, ...body }], verdict: draft.verdict, name: found.author.name });
    if (body.proposed) tell("proposed");
    look();
  }

  async function decideAll(draft) {
    const { picked, list: { rows } } = current();
    const cases = rows.filter(({ id }) => picked.includes(id)).map(({ id, version }) => ({ id, version }));
    const results = [];
    for (let at = 0; at < cases.length; at += PAGE) {
      const { version: _, ...deed } = request(draft);
      const { ok, status, body } = await ask("console/decisions", { cases: cases.slice(at, at + PAGE), ...deed });
      if (!ok) {
        if (status !== 401) complain(body);
        break;
      }
      results.push(...body.results);
    }
    dispatch({ type: "settled", results, verdict: draft.verdict, name: null });
    const left = results.filter(({ code }) => code);
    const names = [...new Set(left.map(({ by }) => by).filter(Boolean))].join(", ");
    if (left.length) tell(names ? "left_by" : "left", { count: left.length, names });
    look();
  }

  async function undo() {
    const { undo: last } = current();
    if (!last) return;
    const undone = [];
    for (const id of last.ids) {
      const { ok, status, body } = await post(id, "undo");
      if (ok) undone.push(id);
      else if (body.code === "too_late") tell("too_late");
      else if (status !== 401) complain(body);
    }
    dispatch({ type: "undone", ids: undone.length === last.ids.length ? last.ids : null });
    // Their places in the list come with their frames: the queues may not have them yet.
    if (undone.length) open(undone[0]);
    return undone.length;
  }

  async function word(text) {
    const { id } = current().card;
    const { ok, status, body } = await post(id, "word", { text });
    if (ok) dispatch({ type: "worded", id, by: current().me.name, text, at: body.at });
    else refused(id, status, body);
    if (ok) tell(body.delivered ? "delivered" : "undelivered");
    return ok;
  }

  async function transfer(to) {
    const { id, case: found } = current().card;
    if (!mine(found) && !(await claim(id))) return;
    const { ok, status, body } = await post(id, "transfer", { to });
    if (!ok) return refused(id, status, body);
    dispatch({ type: "released", id, ...body });
    tell("transferred", { name: to });
    look(0);
  }

  /** Keep what is held while it is before one's eyes. */
  function keep() {
    const { card } = current();
    if (!card || renewing || !mine(card.case) || card.case.lease_until - now() >= RENEW) return;
    renewing = true;
    renew().finally(() => (renewing = false));
  }
  const renew = onCase(() => claim());

  return {
    list,
    more,
    open,
    close,
    look,
    keep,
    claim: onCase(() => claim()),
    release: onCase(() => release()),
    decide: onCase(decide),
    decideAll: alone(decideAll),
    undo: alone(undo),
    word: onCase(word),
    transfer: onCase(transfer),
  };
}

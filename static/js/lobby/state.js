/**
 * What one knows of the rooms, and how each event changes it.
 *
 * `apply(state, event)` is pure. Events: `asking`, `came` (rooms), `failed`, each with `now` in seconds.
 */

export const initial = { rooms: null, at: 0, now: 0, failed: false };

export function apply(state, event) {
  switch (event.type) {
    case "came":
      return { rooms: event.rooms, at: event.now, now: event.now, failed: false };
    case "failed":
      return { ...state, now: event.now, failed: true };
    default:
      return state;
  }
}

const enterable = new Set(["open", "welcoming", "last_call", "paused"]);

export const isOpen = (room) => enterable.has(room.state);

/** Rooms one can go into, then those that are for later, each in the order of the server but the soonest first among the latter. */
export function sorted(rooms) {
  const later = rooms.filter((room) => !isOpen(room));
  return {
    open: rooms.filter(isOpen),
    later: later.sort((a, b) => (a.opens_at ?? Infinity) - (b.opens_at ?? Infinity)),
  };
}

/** How many are there, as far as it can be said: a room of one to four is `null`, so the sum may only be a lower bound. */
export function crowd(rooms) {
  const count = rooms.reduce((sum, room) => sum + (room.members ?? 0), 0);
  const bound = rooms.some((room) => room.members === null);
  return { count, bound };
}

/**
 * A connection to the server, to a room or to the console: opened again after each loss, until the server says not to.
 *
 * It knows nothing of what is said but that all is well once `first` has come: frames go to `hear`, its own turns (`opening`, `waiting`,
 * `stopped`) too. `hello`, where there is one, makes the frame to begin with.
 */

const SUBPROTOCOL = "sansmasque.1";
const STABLE = 10_000; // ms live before the next loss counts as the first
const FIRST_WITHIN = 15_000;
const SILENT_FOR = 45_000;

/**
 * How many milliseconds to wait after a close, or null where one must not come back.
 *
 * 4000 to 4499: what the server says, in seconds; 4500 to 4999: never; all else, exponential with full jitter, 0.5 to 30 s.
 */
export function delay(code, reason, attempt, random = Math.random()) {
  if (code >= 4500 && code <= 4999) return null;
  const asked = Number.parseFloat(reason);
  if (code >= 4000 && asked >= 0) return asked * 1000;
  return random * Math.min(30_000, 500 * 2 ** attempt);
}

export function link({ path, hello, hear, first = "welcome" }) {
  const url = new URL(path, location.href);
  url.protocol = url.protocol.replace("http", "ws");
  let socket = null;
  let timer;
  let attempt = 0;
  let heard = 0;
  let opened = 0;

  function open() {
    drop();
    hear({ type: "opening" });
    const mine = new WebSocket(url, SUBPROTOCOL);
    socket = mine;
    opened = heard = Date.now();
    timer = setTimeout(() => closed(mine, {}), FIRST_WITHIN);
    mine.addEventListener("open", () => hello && mine.send(JSON.stringify(hello())));
    mine.addEventListener("message", ({ data }) => {
      if (socket !== mine) return;
      heard = Date.now();
      const frame = JSON.parse(data);
      if (frame.type === first) clearTimeout(timer);
      hear(frame);
    });
    mine.addEventListener("close", (event) => closed(mine, event));
  }

  function closed(which, { code = 1006, reason = "" }) {
    if (!which || socket !== which) return; // given up before
    drop();
    if (Date.now() - opened > STABLE) attempt = 0;
    const wait = delay(code, reason, attempt++);
    if (wait === null) return void hear({ type: "stopped", code });
    hear({ type: "waiting", until: Date.now() + wait, code });
    timer = setTimeout(open, wait);
  }

  function drop() {
    clearTimeout(timer);
    const old = socket;
    socket = null;
    old?.close(1000);
    timer = null;
  }

  /** Back from sleep, or on another network: a socket may be dead without knowing it. */
  function check() {
    if (document.hidden) return;
    const waiting = timer && !socket;
    const silent = socket && Date.now() - heard > SILENT_FOR;
    if (waiting || silent) open();
  }

  addEventListener("online", check);
  addEventListener("offline", () => closed(socket, {}));
  addEventListener("leave", drop);
  addEventListener("pageshow", check);
  document.addEventListener("visibilitychange", check);

  return { open, close: drop, send: (frame) => socket?.readyState === WebSocket.OPEN && socket.send(JSON.stringify(frame)) };
}

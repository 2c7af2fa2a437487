// Broadcast to a room with ws: node ws.mjs PORT

import { WebSocketServer } from "ws";

const port = Number(process.argv[2]);
const rooms = new Map();

function membersOf(request) {
  const name = new URL(request.url, "http://127.0.0.1").searchParams.get("room");
  if (!rooms.has(name)) rooms.set(name, new Set());
  return rooms.get(name);
}

const server = new WebSocketServer({ host: "127.0.0.1", port, perMessageDeflate: false, backlog: 4096 });

server.on("connection", (member, request) => {
  const members = membersOf(request);
  members.add(member);
  member.on("close", () => members.delete(member));
  member.on("message", (text) => {
    for (const other of members) other.send(text, { binary: false });
  });
});
server.on("listening", () => console.log(`http://127.0.0.1:${port}`));

// Broadcast to a room with socket.io: node socketio.mjs PORT [redis://…, for its Redis adapter]

import { createServer } from "node:http";
import { createAdapter } from "@socket.io/redis-adapter";
import { createClient } from "redis";
import { Server } from "socket.io";

const [port, redis] = [Number(process.argv[2]), process.argv[3]];
const http = createServer();
const server = new Server(http, { transports: ["websocket"], serveClient: false });

if (redis) {
  const publisher = createClient({ url: redis });
  const subscriber = publisher.duplicate();
  await Promise.all([publisher.connect(), subscriber.connect()]);
  server.adapter(createAdapter(publisher, subscriber));
}

server.on("connection", (socket) => {
  const { room } = socket.handshake.query;
  socket.join(room);
  socket.on("m", (text) => server.to(room).emit("m", text));
});
http.listen({ host: "127.0.0.1", port, backlog: 4096 }, () => console.log(`http://127.0.0.1:${port}`));

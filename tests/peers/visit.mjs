// A client on npm's `ws` that asks a server (upstream.mjs, upstream.py) for all it can do, and prints what it saw
// as one JSON object: node visit.mjs URL
import WebSocket from "ws";

const options = { headers: { Cookie: "a=1; b=2", "X-Custom": "v" }, origin: "http://localhost:8080", perMessageDeflate: { threshold: 0 } };

// A connection, and a way to await its messages one by one.
async function open() {
  const socket = new WebSocket(process.argv[2], ["v1", "v2"], options);
  const seen = { pings: [], received: [], wake: () => {} };
  socket.on("upgrade", (response) => (seen.cookies = response.headers["set-cookie"]));
  socket.on("message", (data, isBinary) => {
    seen.received.push(isBinary ? data : data.toString());
    seen.wake();
  });
  socket.on("ping", (data) => seen.pings.push(data.toString()));
  seen.closed = new Promise((resolve) => socket.on("close", (code, reason) => resolve([code, reason.toString()])));
  await new Promise((resolve, reject) => socket.on("open", resolve).on("error", reject));
  const receive = async () => {
    while (seen.received.length === 0) await new Promise((resolve) => (seen.wake = resolve));
    return seen.received.shift();
  };
  const ask = (message) => (socket.send(message), receive());
  return { socket, seen, receive, ask };
}

const { socket, seen, receive, ask } = await open();
const result = { extensions: Object.keys(socket._extensions), protocol: socket.protocol, cookies: seen.cookies };
result.hello = JSON.parse(await receive());
result.text = await ask("héllo 💡");
result.binary = (await ask(Buffer.from("00ff10", "hex"))).toString("hex");
const large = Buffer.alloc(1 << 20, "abcdefg");
result.large = (await ask(large)).equals(large);
result.big = (await ask("big")).length;
socket.send("one ", { fin: false });
socket.send("two", { fin: true });
result.fragmented = [await receive(), await ask("fragments")];
const pong = new Promise((resolve) => socket.once("pong", resolve));
socket.ping("cli");
result.pong = (await pong).toString();
result.answered = await ask("ping");
result.pings = seen.pings;
result.serverPings = JSON.parse(await ask("pings"));
socket.send("close");
result.closedByServer = await seen.closed;

const second = await open();
await second.receive();
second.socket.close(4001, "bye");
result.closedByClient = await second.seen.closed;
console.log(JSON.stringify(result));

// A client on npm's `ws`, driven by steps: node client.mjs URL 'STEPS' [SUBPROTOCOL…]
//
// STEPS is a JSON list: {"send": TEXT}, {"sendHex": HEX}, {"recv": N} waits until N messages have come in all,
// {"close": [CODE, REASON]}. After the steps it waits for the end of the connection and prints what came, one
// JSON object a line: {"open": SUBPROTOCOL}, {"text": …}, {"hex": …}, {"close": [CODE, REASON]}.
//
// The variable TLS is what holds for wss://, in JSON: {"ca": F, "cert": F, "key": F, "version": "TLSv1.2"}.
import { readFileSync } from "node:fs";
import WebSocket from "ws";

const [url, steps, ...subprotocols] = process.argv.slice(2);
const { version, ...files } = JSON.parse(process.env.TLS ?? "{}");
const tls = Object.fromEntries(Object.entries(files).map(([name, file]) => [name, readFileSync(file)]));
const versions = version && { minVersion: version, maxVersion: version };
const socket = new WebSocket(url, subprotocols, { ...tls, ...versions });
const events = [];
let received = 0;
let wake = () => {};

const over = new Promise((resolve) => {
  socket.on("open", () => events.push({ open: socket.protocol || null }));
  socket.on("message", (data, isBinary) => {
    events.push(isBinary ? { hex: data.toString("hex") } : { text: data.toString() });
    received += 1;
    wake();
  });
  socket.on("close", (code, reason) => {
    events.push({ close: [code, reason.toString()] });
    wake();
    resolve();
  });
  socket.on("error", (error) => events.push({ error: error.message }));
});
await new Promise((resolve, reject) => socket.on("open", resolve).on("error", reject));
for (const step of JSON.parse(steps)) {
  if ("send" in step) socket.send(step.send);
  else if ("sendHex" in step) socket.send(Buffer.from(step.sendHex, "hex"));
  else if ("close" in step) socket.close(...step.close);
  else
    while (received < step.recv && socket.readyState !== WebSocket.CLOSED)
      await new Promise((resolve) => (wake = resolve));
}
await over;
for (const event of events) console.log(JSON.stringify(event));

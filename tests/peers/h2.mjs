// Two WebSockets on one connection of node's own HTTP/2 (RFC 8441): node h2.mjs URL [CA]
//
// Framing is done by hand, for npm's `ws` speaks HTTP/1.1 only. Prints what the server's settings say of extended
// CONNECT, then for each stream its status and the echo it got, and how the server closed it.
import { readFileSync } from "node:fs";
import { connect } from "node:http2";

const [url, ca] = process.argv.slice(2);
const { pathname, host } = new URL(url);
const session = connect(`${url.startsWith("wss") ? "https" : "http"}://${host}`, ca && { ca: readFileSync(ca) });
const settings = await new Promise((resolve) => session.on("remoteSettings", resolve));
console.log(JSON.stringify({ enableConnectProtocol: settings.enableConnectProtocol }));

// A frame of a client, masked with nothing.
const frame = (opcode, payload) =>
  Buffer.concat([Buffer.from([0x80 | opcode, 0x80 | payload.length, 0, 0, 0, 0]), payload]);

async function echo(text) {
  const stream = session.request({
    ":method": "CONNECT",
    ":protocol": "websocket",
    ":path": pathname,
    "sec-websocket-version": "13",
  });
  const chunks = [];
  stream.on("data", (chunk) => chunks.push(chunk));
  const status = await new Promise((resolve) => stream.on("response", (headers) => resolve(headers[":status"])));
  stream.write(frame(1, Buffer.from(text)));
  stream.write(frame(8, Buffer.from([0x03, 0xe8])));
  await new Promise((resolve) => stream.on("end", resolve));
  const bytes = Buffer.concat(chunks);
  const end = 2 + bytes[1];
  return { status, text: bytes.subarray(2, end).toString(), close: bytes.readUInt16BE(end + 2) };
}

for (const said of await Promise.all([echo("a"), echo("b")])) console.log(JSON.stringify(said));
session.close();

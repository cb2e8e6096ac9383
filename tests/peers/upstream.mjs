// A server on npm's `ws` for the proxy to be in front of: node upstream.mjs [TLS]
//
// TLS is JSON, {"key": F, "cert": F, "clients": F}: with it the server speaks wss://, and asks for certificates
// that `clients` has signed where that is given. It prints its port, then a JSON line for each connection that
// ends. It greets with what it saw of the handshake and echoes, but for the words in `orders`; /deny is refused.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { WebSocketServer } from "ws";

const tls = JSON.parse(process.argv[2] ?? "null");
const http = tls
  ? createSecureServer({
      key: readFileSync(tls.key),
      cert: readFileSync(tls.cert),
      ...(tls.clients && { ca: readFileSync(tls.clients), requestCert: true, rejectUnauthorized: true }),
    })
  : createServer();
const sockets = new WebSocketServer({
  noServer: true,
  perMessageDeflate: { threshold: 0 },
  handleProtocols: (offered) => (offered.has("v2") ? "v2" : false),
});
sockets.on("headers", (headers) => headers.push("Set-Cookie: session=s1; Path=/", "Set-Cookie: theme=dark"));

const orders = {
  "big": (socket) => socket.send("x".repeat(1 << 20)),
  "fragments": (socket) => {
    socket.send("one ", { fin: false });
    socket.send("two ", { fin: false });
    socket.send("three", { fin: true });
  },
  "close": (socket) => socket.close(4002, "why"),
  // Comes back as text when the pong does.
  "ping": (socket) => {
    socket.once("pong", (data) => socket.send(`pong ${data}`));
    socket.ping("abc");
  },
  "pings": (socket) => socket.send(JSON.stringify(socket.pings)),
  // Neither opcode nor length are any.
  "garbage": (socket) => socket._socket.write(Buffer.alloc(64, 0xff)),
  "die": () => process.kill(process.pid, "SIGKILL"),
  // Half of a message of 1,000 bytes, then the end of the process.
  "die halfway": (socket) => {
    const header = Buffer.from([0x81, 126, 1000 >> 8, 1000 & 0xff]);
    socket._socket.write(Buffer.concat([header, Buffer.alloc(500, "x")]), () => orders.die());
  },
};

http.on("upgrade", (request, stream, head) => {
  if (request.url.startsWith("/deny")) {
    const headers = 'WWW-Authenticate: Basic realm="it"\r\nX-Reason: who\r\nContent-Length: 9\r\nConnection: close';
    return stream.end(`HTTP/1.1 401 Unauthorized\r\n${headers}\r\n\r\nNot you.\n`);
  }
  sockets.handleUpgrade(request, stream, head, (socket) => {
    socket.pings = [];
    socket.on("error", () => {});
    socket.on("ping", (data) => socket.pings.push(data.toString()));
    socket.on("close", (code, reason) => console.log(JSON.stringify({ closed: [code, reason.toString()] })));
    socket.on("message", (data, isBinary) => {
      const order = isBinary ? undefined : orders[data.toString()];
      if (order) order(socket);
      else socket.send(data, { binary: isBinary });
    });
    const { cookie, origin, "x-custom": custom } = request.headers;
    socket.send(JSON.stringify({ url: request.url, cookie, origin, custom }));
  });
});
http.listen(0, "127.0.0.1", () => console.log(http.address().port));

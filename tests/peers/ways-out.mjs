// Two proxies as of a company's network, HTTP CONNECT and SOCKS5 (without authentication): prints their ports as
// one JSON object, then a line for each connection that went through one. Whatever the name, it leads to this
// machine.
import { createServer } from "node:http";
import net from "node:net";

const tell = (way, host, port) => console.log(JSON.stringify({ way, to: `${host}:${port}` }));
const join = (port, client, opened) => {
  const server = net.connect(port, "127.0.0.1", () => {
    opened();
    server.pipe(client);
    client.pipe(server);
  });
  for (const [one, other] of [[client, server], [server, client]]) {
    one.on("error", () => other.destroy());
    one.on("close", () => other.destroy());
  }
};

const http = createServer();
http.on("connect", (request, client) => {
  const [, host, port] = request.url.match(/^(.*):(\d+)$/);
  tell("connect", host, port);
  join(Number(port), client, () => client.write("HTTP/1.1 200 Connected\r\n\r\n"));
});

const socks = net.createServer((client) => {
  let input = Buffer.alloc(0);
  let greeted = false;
  client.on("error", () => {});
  client.on("data", function data(chunk) {
    input = Buffer.concat([input, chunk]);
    if (!greeted) {
      if (input.length < 2 || input.length < 2 + input[1]) return;
      input = input.subarray(2 + input[1]);
      greeted = true;
      client.write(Buffer.from([5, 0]));
    }
    const length = input[3] === 1 ? 4 : input[3] === 4 ? 16 : 1 + (input[4] ?? 0);
    if (input.length < 5 || input.length < 4 + length + 2) return;
    const address = input.subarray(4, 4 + length);
    const host = input[3] === 3 ? address.subarray(1).toString() : [...address].join(".");
    const port = input.readUInt16BE(4 + length);
    client.off("data", data);
    tell("socks", host, port);
    join(port, client, () => client.write(Buffer.from([5, 0, 0, 1, 127, 0, 0, 1, 0, 0])));
  });
});

const listen = (server) => new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server.address().port)));
console.log(JSON.stringify({ http: await listen(http), socks: await listen(socks) }));

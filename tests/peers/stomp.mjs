// npm's @stomp/stompjs against docs/examples/stomp.yaml: node stomp.mjs URL
import { Client } from "@stomp/stompjs";
import { Queue, Raw, WebSocket, assert, exam, url } from "./exam.mjs";

/** A connected client. */
async function connected(options = {}) {
  const client = new Client({
    webSocketFactory: () => new WebSocket(url, ["v12.stomp", "v11.stomp", "v10.stomp"]),
    reconnectDelay: 0,
    heartbeatIncoming: 0,
    heartbeatOutgoing: 0,
    ...options,
  });
  client.errors = new Queue();
  client.onStompError = (frame) => client.errors.push(frame);
  client.onUnhandledMessage = (frame) => client.errors.push(new Error(`unhandled ${frame}`));
  client.closed = new Promise((resolve) => (client.onWebSocketClose = (event) => resolve(event.code)));
  client.hello = await new Promise((resolve, reject) => {
    client.onConnect = resolve;
    client.closed.then((code) => reject(new Error(`closed with ${code}`)));
    client.activate();
  });
  return client;
}

let receipts = 0;

/** Does something with a receipt header, and waits for the receipt. */
async function acknowledged(client, act) {
  const receipt = `r-${++receipts}`;
  const came = new Promise((resolve) => client.watchForReceipt(receipt, resolve));
  const result = act({ receipt });
  await came;
  return result;
}

/** A subscription that is made for sure. */
async function subscribe(client, destination, headers = {}) {
  const messages = new Queue();
  const push = (message) => messages.push(message);
  const subscription = await acknowledged(client, ({ receipt }) => client.subscribe(destination, push, { receipt, ...headers }));
  return Object.assign(messages, subscription);
}

const publish = (client, message) =>
  acknowledged(client, ({ receipt }) => client.publish({ ...message, headers: { ...message.headers, receipt } }));

const CONNECT = "CONNECT\naccept-version:1.2\nhost:/\n\n\0";

async function raw(connect = CONNECT) {
  const raw = await Raw.open(url, ["v12.stomp"]);
  raw.send(connect);
  assert.match(await raw.text(), /^CONNECTED\n(?:.+\n)*version:1\.2\n/);
  return raw;
}

/** What is sent is answered with an ERROR, and the server closes. */
async function fails(client, frame, expected) {
  client.send(frame);
  assert.match(await client.text((text) => text !== "\n"), expected);
  await client.closed;
}

await exam({
  "CONNECTED": async () => {
    const client = await connected({ connectHeaders: { login: "ada", passcode: "a:b" } });
    assert.equal(client.connectedVersion, "1.2");
    assert.equal(client.webSocket.protocol, "v12.stomp");
    assert.match(client.hello.headers["heart-beat"], /^\d+,\d+$/);
    await client.deactivate();
  },
  "a message comes to each subscription under its own id": async () => {
    const [ada, bob] = [await connected(), await connected()];
    const [first, second] = [await subscribe(ada, "/topic/a"), await subscribe(ada, "/topic/a", { id: "mine" })];
    const [third, other] = [await subscribe(bob, "/topic/a"), await subscribe(bob, "/topic/b")];
    assert.equal(second.id, "mine");
    const body = JSON.stringify({ text: "hi\nthere" });
    await publish(bob, { destination: "/topic/a", body, headers: { "content-type": "application/json", note: "a:b\nc" } });
    const ids = new Set();
    for (const subscription of [first, second, third]) {
      const message = await subscription.next();
      assert.equal(message.command, "MESSAGE");
      assert.equal(message.body, body);
      const { subscription: id, destination, "message-id": messageId, note, receipt, "content-type": type } = message.headers;
      assert.deepEqual([id, destination, note, receipt, type], [subscription.id, "/topic/a", "a:b\nc", undefined, "application/json"]);
      ids.add(messageId + id);
    }
    assert.equal(ids.size, 3);
    await publish(ada, { destination: "/topic/b", body: "only b" });
    assert.equal((await other.next()).body, "only b");
    await Promise.all([ada.deactivate(), bob.deactivate()]);
    assert.deepEqual([first, second, third, other].map((subscription) => subscription.take().length), [0, 0, 0, 0]);
  },
  "UNSUBSCRIBE ends one subscription": async () => {
    const client = await connected();
    const [stopped, kept] = [await subscribe(client, "/topic/a"), await subscribe(client, "/topic/a")];
    await acknowledged(client, (headers) => stopped.unsubscribe(headers));
    await publish(client, { destination: "/topic/a", body: "one" });
    assert.equal((await kept.next()).body, "one");
    await client.deactivate();
    assert.equal(stopped.take().length, 0);
  },
  "bodies come as they were": async () => {
    const client = await connected();
    const messages = await subscribe(client, "/topic/a");
    for (const body of ["", "{{uuid}}", "\n\nid:x\n", "süß \u{1f36c}", "a\0b\0", "\r\n", "x".repeat(100_000)]) {
      await publish(client, { destination: "/topic/a", body });
      assert.equal((await messages.next()).body, body);
      client.publish({ destination: "/topic/a", body, skipContentLengthHeader: !body.includes("\0") });
      assert.equal((await messages.next()).body, body);
    }
    await client.deactivate();
  },
  "headers in any order": async () => {
    const listener = await raw("STOMP\r\nheart-beat:0,0\r\nhost:/\r\naccept-version:1.0,1.1,1.2\r\n\r\n\0");
    listener.send("SUBSCRIBE\ndestination:/topic/a\nack:auto\nreceipt:1\nid:0\n\n\0");
    assert.match(await listener.text(), /^RECEIPT\nreceipt-id:1\n\n\0$/);
    const sender = await raw("CONNECT\naccept-version:1.2,1.1\nhost:/\n\n\0\n");
    sender.send("SEND\r\nreceipt:2\r\nx:destination:/topic/b\r\ndestination:/topic/a\r\n\r\nreceipt:3\n\0\n");
    assert.match(await sender.text(), /^RECEIPT\nreceipt-id:2\n\n\0$/);
    const message = await listener.text();
    assert.match(message, /^MESSAGE\n(?:.+\n)*subscription:0\n/);
    assert.match(message, /\ndestination:\/topic\/a\r?\n(?:.+\n)*\r?\nreceipt:3\n\0$/);
    await Promise.all([listener.close(), sender.close()]);
  },
  "heart-beats": async () => {
    let beats = 0;
    const enough = new Queue();
    const debug = (text) => text === "<<< PONG" && ++beats === 3 && enough.push(beats);
    const [none, silent] = [await raw("CONNECT\naccept-version:1.2\nhost:/\nheart-beat:0,0\n\n\0"), await raw("CONNECT\nheart-beat:1000,0\naccept-version:1.2\nhost:/\n\n\0")];
    const client = await connected({ heartbeatIncoming: 1000, heartbeatOutgoing: 1000, debug });
    // One that does not beat as it promised is dropped; one that does stays, and so does one without.
    assert.match(await silent.text(), /^ERROR\n/);
    await silent.closed;
    await enough.next();
    await publish(client, { destination: "/topic/a", body: "still here" });
    await client.deactivate();
    none.send("SEND\ndestination:/topic/a\nreceipt:1\n\n\0");
    assert.match(await none.text(), /^RECEIPT\n/);
    await none.close();
  },
  "ERROR for a destination that is not there": async () => {
    const client = await connected();
    client.publish({ destination: "/nowhere", body: "x", headers: { receipt: "r-x" } });
    const { headers } = await client.errors.next();
    assert.equal(headers["receipt-id"], "r-x");
    assert.ok(headers.message);
    await client.closed;
    await fails(await raw(), "SUBSCRIBE\nid:0\ndestination:/nowhere\n\n\0", /^ERROR\n(?:.+\n)*message:/);
    await fails(await raw(), "SEND\nx:/topic/a\n\ndestination:/topic/a\n\0", /^ERROR\n/);
  },
  "ERROR for other mistakes": async () => {
    const fresh = () => Raw.open(url, ["v12.stomp"]);
    await fails(await fresh(), "CONNECT\naccept-version:1.0,1.1\nhost:/\n\n\0", /^ERROR\n(?:.+\n)*version:1\.2\n/);
    await fails(await fresh(), "SEND\ndestination:/topic/a\n\nx\0", /^ERROR\n/);
    await fails(await raw(), CONNECT, /^ERROR\n/);
    await fails(await raw(), "NOPE\n\n\0", /^ERROR\n/);
    await fails(await raw(), Buffer.from("SEND\ndestination:/topic/a\n\nx\0"), /^ERROR\n/);
  },
  "DISCONNECT with a receipt, and without": async () => {
    const client = await connected();
    const left = new Promise((resolve) => (client.onDisconnect = resolve));
    await client.deactivate();
    assert.equal((await left).command, "RECEIPT");
    const plain = await raw();
    plain.send("DISCONNECT\n\n\0");
    assert.deepEqual((await plain.closed)[0], 1000);
  },
});

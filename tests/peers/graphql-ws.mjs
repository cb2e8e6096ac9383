// npm's graphql-ws against docs/examples/graphql-ws.yaml: node graphql-ws.mjs URL
import { Queue, Raw, assert, exam, refused, url } from "./exam.mjs";
import { HELLO, LISTEN, PRICES, SAY, ask, client, listen } from "./graphql.mjs";

const PROTOCOL = "graphql-transport-ws";

async function ready() {
  const raw = await Raw.open(url, [PROTOCOL]);
  raw.send({ type: "connection_init" });
  assert.deepEqual(await raw.json(), { type: "connection_ack" });
  return raw;
}

/** What is sent on a fresh connection, acknowledged or not, makes the server close with the code. */
async function closes(code, isReady, ...messages) {
  const raw = isReady ? await ready() : await Raw.open(url, [PROTOCOL]);
  messages.forEach((message) => raw.send(message));
  const [seen, reason] = await raw.closed;
  assert.equal(seen, code, reason);
  return reason;
}

const subscribe = (id, query, variables) => ({ id, type: "subscribe", payload: { query, variables } });

await exam({
  "the subprotocol is required": async () => {
    assert.equal(await refused(url), 400);
    assert.equal(await refused(url, ["graphql-ws"]), 400);
    const raw = await Raw.open(url, ["graphql-ws", PROTOCOL]);
    assert.equal(raw.socket.protocol, PROTOCOL);
    await raw.close();
  },
  "a query is answered and complete": async () => {
    const one = client({ connectionParams: { token: "valid" } });
    assert.deepEqual(await ask(one, HELLO), { data: { hello: "Hello, world!" } });
    const named = await ask(one, "query Hello($name: String!) { hello(name: $name) }", { name: 'Ada "the first"' });
    assert.deepEqual(named, { data: { hello: 'Hello, Ada "the first"!' } });
    await one.dispose();
  },
  "a subscription streams and ends": async () => {
    const one = client();
    // Two at once, one of them with its symbol in the query: each counts by itself.
    const [inline, variable] = [listen(one, PRICES.replace("$symbol)", '"AAPL")').replace("($symbol: String!)", "")), listen(one, PRICES, { symbol: "MSFT" })];
    for (const [queue, symbol] of [[inline, "AAPL"], [variable, "MSFT"]]) {
      for (let number = 1; number <= 5; number++) {
        const { prices } = (await queue.next()).data;
        assert.deepEqual([prices.symbol, prices.number], [symbol, number]);
        assert.equal(typeof prices.price, "number");
      }
      assert.equal(await queue.next(), null);
    }
    await one.dispose();
  },
  "the client's complete stops a subscription": async () => {
    const one = client();
    const stopped = listen(one, PRICES, { symbol: "AAPL" });
    await stopped.next();
    stopped.stop();
    await ask(one, HELLO);
    const { id } = one.messages.find((message) => message.type === "next");
    const nexts = () => one.messages.filter((message) => message.id === id).length;
    const before = nexts();
    // As long as it would have taken.
    const other = listen(one, PRICES, { symbol: "MSFT" });
    while ((await other.next()) !== null);
    assert.equal(nexts(), before);
    await one.dispose();
  },
  "a mutation reaches the others' subscriptions": async () => {
    const [ada, bob] = [client({ lazy: false }), client({ lazy: false })];
    const [first, second, stopped] = [1, 2, 3].map(() => listen(ada, LISTEN));
    stopped.stop();
    // Answered when the subscriptions are made, which nothing else tells.
    await ask(ada, HELLO);
    const { data } = await ask(bob, SAY, { text: "hi\n\"there\"", from: "bob" });
    assert.deepEqual([data.say.from, data.say.text], ["bob", "hi\n\"there\""]);
    for (const queue of [first, second]) assert.deepEqual(await queue.next(), { data: { messageAdded: data.say } });
    first.stop();
    const again = await ask(ada, SAY, { text: "for me too" });
    assert.equal(again.data.say.from, "somebody");
    assert.deepEqual(await second.next(), { data: { messageAdded: again.data.say } });
    await ask(ada, HELLO);
    assert.deepEqual([first.take(), stopped.take()], [[null], [null]]);
    await Promise.all([ada.dispose(), bob.dispose()]);
  },
  "an unknown field is an error of GraphQL": async () => {
    const one = client();
    const errors = await ask(one, "{ nope }").then(assert.fail, (errors) => errors);
    assert.match(errors[0].message, /Cannot query field "nope"/);
    const syntax = await ask(one, "{").then(assert.fail, (errors) => errors);
    assert.match(syntax[0].message, /^Syntax Error/);
    assert.deepEqual(await ask(one, HELLO), { data: { hello: "Hello, world!" } });
    await one.dispose();
  },
  "ping and pong, both ways": async () => {
    const seen = new Queue();
    const told = (kind) => (received) => seen.push(`${kind} ${received ? "received" : "sent"}`);
    const one = client({ keepAlive: 300, lazy: false, on: { ping: told("ping"), pong: told("pong") } });
    const wanted = new Set(["ping sent", "pong received", "ping received", "pong sent"]);
    while (wanted.size > 0) wanted.delete(await seen.next());
    assert.deepEqual(await ask(one, HELLO), { data: { hello: "Hello, world!" } });
    await one.dispose();
    const raw = await ready();
    raw.send({ type: "ping", payload: { at: [1, null] } });
    assert.deepEqual(await raw.json(), { type: "pong", payload: { at: [1, null] } });
    raw.send({ type: "ping" });
    assert.deepEqual(await raw.json(), { type: "pong" });
    await raw.close();
  },
  "4400 for what is no message": async () => {
    for (const wrong of ["{", "[]", '"x"', { type: "nope" }, { id: 1 }, Buffer.from([1])]) {
      await closes(4400, true, wrong);
      await closes(4400, false, wrong);
    }
    for (const wrong of [{}, { payload: { query: HELLO } }, { id: "", payload: { query: HELLO } }, { id: 1, payload: { query: HELLO } }, { id: "a", payload: {} }])
      await closes(4400, true, { type: "subscribe", ...wrong });
  },
  "4401 for a subscribe before connection_init": async () => {
    assert.equal(await closes(4401, false, subscribe("a", HELLO)), "Unauthorized");
  },
  "4403 for a session that has expired": async () => {
    const one = client({ connectionParams: { token: "expired" } });
    const close = await ask(one, HELLO).then(assert.fail, (close) => close);
    assert.deepEqual([close.code, close.reason], [4403, "Forbidden"]);
  },
  "4408 without a connection_init": async () => {
    assert.equal(await closes(4408, false), "Connection initialisation timeout");
  },
  "4409 for an id that is in use": async () => {
    assert.equal(await closes(4409, true, subscribe("a", LISTEN), subscribe("a", HELLO)), "Subscriber for a already exists");
    await closes(4409, true, subscribe("a", PRICES, { symbol: "AAPL" }), subscribe("a", LISTEN));
    // A completed id is free again, whoever completed it.
    const raw = await ready();
    for (const query of [LISTEN, PRICES]) {
      raw.send(subscribe("a", query, { symbol: "AAPL" }));
      raw.send({ type: "complete", id: "a" });
    }
    raw.send(subscribe("a", PRICES, { symbol: "AAPL" }));
    await raw.json(({ type, id }) => type === "complete" && id === "a");
    raw.send(subscribe("a", HELLO));
    assert.equal((await raw.json(({ type }) => type === "next")).payload.data.hello, "Hello, world!");
    await raw.close();
  },
  "4429 for a second connection_init": async () => {
    assert.equal(await closes(4429, true, { type: "connection_init" }), "Too many initialisation requests");
  },
});

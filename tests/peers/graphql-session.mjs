// One session of npm's graphql-ws, to be recorded and to be had again: node graphql-session.mjs URL [PREFIX]
//
// The ids of its subscriptions are UUIDs, or PREFIX1, PREFIX2, … Prints {"seen": …}, all that it was answered.
import { Queue, assert, exam } from "./exam.mjs";
import { HELLO, LISTEN, PRICES, SAY, ask, client, listen } from "./graphql.mjs";

const prefix = process.argv[3];
let last = 0;
const pings = new Queue();
const one = client({
  lazy: false,
  keepAlive: 400,
  connectionParams: { token: `token of ${prefix ?? "nobody"} for one day` },
  ...(prefix === undefined ? {} : { generateID: () => `${prefix}${++last}` }),
  on: { pong: (received) => received || pings.push("sent") },
});
const seen = {};

/** All that comes to a subscription until its end. */
async function all(queue) {
  const all = [];
  for (let next; (next = await queue.next()) !== null; ) all.push(next);
  return all;
}

await exam({
  "queries": async () => {
    seen.hello = await ask(one, HELLO);
    seen.named = await ask(one, "query Hello($name: String!) { hello(name: $name) }", { name: "Ada {{so}}" });
    seen.errors = await ask(one, "{ nope }").then(assert.fail, (errors) => errors);
  },
  "two subscriptions at once": async () => {
    const both = ["AAPL", "MSFT"].map((symbol) => all(listen(one, PRICES, { symbol })));
    seen.prices = await Promise.all(both);
  },
  "a subscription that is stopped": async () => {
    const stopped = listen(one, PRICES, { symbol: "GOOG" });
    seen.stopped = await stopped.next();
    stopped.stop();
    seen.after = await ask(one, HELLO);
  },
  "a mutation and who hears of it": async () => {
    const heard = listen(one, LISTEN);
    await ask(one, HELLO);
    const said = (await ask(one, SAY, { text: "hi\n\"there\"", from: "bob" })).data.say;
    assert.deepEqual((await heard.next()).data.messageAdded, said);
    heard.stop();
    assert.match(said.id, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    seen.said = { ...said, id: undefined };
  },
  "the server's ping": async () => {
    await pings.next();
    seen.again = await ask(one, HELLO);
    await one.dispose();
    console.log(JSON.stringify({ seen }));
  },
});

// npm's ws against docs/examples/chat.yaml: node chat.mjs URL, without the room's name in it.
import { Raw, assert, exam, url } from "./exam.mjs";

/** A client in a room. Warnings that nobody spoke for a while are passed over. */
async function enter(room, user) {
  const client = await Raw.open(`${url}/${room}`);
  client.next = () => client.json((message) => message.type !== "warning");
  client.ask = (message) => {
    client.send(message);
    return client.next();
  };
  assert.deepEqual(await client.next(), { type: "hello", room });
  if (user) {
    const welcome = await client.ask({ type: "login", user });
    assert.deepEqual([welcome.type, welcome.room, welcome.members.at(-1)], ["welcome", room, user]);
    client.members = welcome.members;
  }
  return client;
}

const error = (text) => ({ type: "error", error: text });

await exam({
  "login, with a name that is one": async () => {
    const ada = await enter("login");
    for (const message of [{ type: "say", text: "hi" }, { type: "who" }, { type: "whisper", to: "ada", text: "hi" }, { type: "logout" }])
      assert.deepEqual(await ada.ask(message), error("log in first"));
    for (const user of ["", "a b", "x".repeat(21), undefined, 7, null])
      assert.deepEqual(await ada.ask({ type: "login", user }), error("a name has 1 to 20 letters, digits and _"));
    assert.deepEqual(await ada.ask({ type: "login", user: "ada" }), { type: "welcome", room: "login", members: ["ada"] });
    assert.deepEqual(await ada.ask({ type: "login", user: "ida" }), error("you are ada already"));
    const other = await enter("login");
    assert.deepEqual(await other.ask({ type: "login", user: "ada" }), error("ada is here already"));
    await Promise.all([ada.close(), other.close()]);
  },
  "what is said reaches all others of the room": async () => {
    const [ada, bob, eve, guest] = [await enter("say", "ada"), await enter("say", "bob"), await enter("elsewhere", "eve"), await enter("say")];
    assert.deepEqual(bob.members, ["ada", "bob"]);
    assert.deepEqual(await ada.next(), { type: "joined", user: "bob" });
    const cat = await enter("say", "cat");
    assert.deepEqual(await ada.next(), { type: "joined", user: "cat" });
    assert.deepEqual(await bob.next(), { type: "joined", user: "cat" });
    const text = 'hi "all"\n{{uuid}} \u{1f600}';
    ada.send({ type: "say", text });
    for (const other of [bob, cat]) assert.deepEqual(await other.next(), { type: "said", user: "ada", text });
    // Neither the sender nor a stranger has heard it: this comes first.
    const members = { type: "members", room: "say", members: ["ada", "bob", "cat"], size: 3 };
    assert.deepEqual(await ada.ask({ type: "who" }), members);
    assert.deepEqual(await eve.ask({ type: "who" }), { type: "members", room: "elsewhere", members: ["eve"], size: 1 });
    assert.deepEqual(await guest.ask({ type: "who" }), error("log in first"));
    await Promise.all([ada, bob, cat, eve, guest].map((client) => client.close()));
  },
  "a whisper reaches one": async () => {
    const [ada, bob, cat] = [await enter("whisper", "ada"), await enter("whisper", "bob"), await enter("whisper", "cat")];
    for (const user of ["bob", "cat"]) assert.deepEqual(await ada.next(), { type: "joined", user });
    assert.deepEqual(await bob.next(), { type: "joined", user: "cat" });
    ada.send({ type: "whisper", to: "cat", text: "psst" });
    assert.deepEqual(await cat.next(), { type: "whispered", user: "ada", text: "psst" });
    assert.deepEqual(await ada.ask({ type: "whisper", to: "eve", text: "psst" }), error("eve is not here"));
    assert.equal((await bob.ask({ type: "who" })).type, "members");
    await Promise.all([ada, bob, cat].map((client) => client.close()));
  },
  "the others hear who leaves, in whichever way": async () => {
    const ada = await enter("leave", "ada");
    for (const leave of [(client) => client.close(), (client) => client.socket.terminate(), (client) => client.send({ type: "logout" })]) {
      const bob = await enter("leave", "bob");
      assert.deepEqual(await ada.next(), { type: "joined", user: "bob" });
      await leave(bob);
      assert.deepEqual(await ada.next(), { type: "left", user: "bob" });
      assert.deepEqual((await ada.ask({ type: "who" })).members, ["ada"]);
      if (bob.socket.readyState !== bob.socket.OPEN) continue;
      // Logged out, but still there: the name is free, and nobody hears of the end of the connection.
      assert.deepEqual(await bob.next(), { type: "bye" });
      assert.deepEqual(await bob.ask({ type: "who" }), error("log in first"));
      assert.equal((await bob.ask({ type: "login", user: "ben" })).type, "welcome");
      assert.deepEqual(await ada.next(), { type: "joined", user: "ben" });
      assert.deepEqual(await bob.ask({ type: "logout" }), { type: "bye" });
      assert.deepEqual(await ada.next(), { type: "left", user: "ben" });
      await bob.close();
      assert.equal((await ada.ask({ type: "who" })).type, "members");
    }
    await ada.close();
  },
  "a flood is stopped": async () => {
    const [ada, bob] = [await enter("flood", "ada"), await enter("flood", "bob")];
    assert.deepEqual(await ada.next(), { type: "joined", user: "bob" });
    for (let n = 1; n <= 8; n++) ada.send({ type: "say", text: `${n}` });
    assert.deepEqual(await ada.closed, [4008, "slow down, ada"]);
    for (let n = 1; n <= 7; n++) assert.deepEqual(await bob.next(), { type: "said", user: "ada", text: `${n}` });
    assert.deepEqual(await bob.next(), { type: "left", user: "ada" });
    await bob.close();
  },
  "who is silent is asked": async () => {
    const ada = await enter("idle", "ada");
    for (const _ of [1, 2]) {
      assert.deepEqual(await ada.json(), { type: "warning", warning: "are you still there, ada?" });
      // That is a sign of life, and the time begins anew.
      assert.equal((await ada.ask({ type: "who" })).type, "members");
    }
    await ada.close();
  },
  "unknown messages and broken ones": async () => {
    for (const client of [await enter("errors"), await enter("errors", "ada")]) {
      for (const message of [{}, [], { type: "nope" }, { text: "hi" }, "null"]) assert.deepEqual(await client.ask(message), error("unknown type"));
      for (const text of ["{", "", "hello"]) {
        const answer = await client.ask(text);
        assert.equal(answer.type, "error");
        assert.match(answer.error, /^no JSON: ./);
      }
      assert.deepEqual(await client.ask(Buffer.from([0])), error("unknown type"));
    }
  },
});

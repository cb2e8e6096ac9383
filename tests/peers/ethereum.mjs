// npm's ethers against docs/examples/ethereum.yaml: node ethereum.mjs URL
import { Contract, WebSocketProvider, parseEther } from "ethers";
import { Queue, Raw, assert, exam, url } from "./exam.mjs";

const RICH = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
const TOKEN = "0x5FbDB2315678afecb367f032d93F642f64180aa3";
const OTHER = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";

let provider;

/** Asks as no library would, and gives the whole answer. */
async function ask(raw, id, method, ...params) {
  raw.send({ jsonrpc: "2.0", id, method, params });
  const answer = await raw.json((message) => message.method === undefined);
  assert.deepEqual([answer.jsonrpc, answer.id], ["2.0", id]);
  return answer;
}

await exam({
  "the network": async () => {
    provider = new WebSocketProvider(url);
    assert.equal((await provider.getNetwork()).chainId, 31337n);
    assert.equal(await provider.send("net_version", []), "31337");
  },
  "the block number rises": async () => {
    const blocks = new Queue();
    const listener = (number) => blocks.push(number);
    await provider.on("block", listener);
    const [first, second, third] = [await blocks.next(), await blocks.next(), await blocks.next()];
    assert.ok(first > 100, String(first));
    assert.deepEqual([second, third], [first + 1, first + 2]);
    assert.ok((await provider.getBlockNumber()) >= third);
    await provider.off("block", listener);
  },
  "balances": async () => {
    const [rich, poor] = await Promise.all([provider.getBalance(RICH), provider.getBalance(OTHER)]);
    assert.deepEqual([rich, poor], [parseEther("10"), 0n]);
  },
  "blocks": async () => {
    const [latest, seventh, eighth, first] = await Promise.all(["latest", 7, 8, "earliest"].map((tag) => provider.getBlock(tag)));
    assert.ok(latest.number >= 103);
    assert.deepEqual([seventh.number, eighth.number, first.number], [7, 8, 0]);
    assert.equal(eighth.parentHash, seventh.hash);
    assert.equal(first.parentHash, `0x${"0".repeat(64)}`);
    assert.ok(eighth.timestamp > seventh.timestamp);
    assert.equal(eighth.transactions.length, 1);
    assert.equal(await provider.getBlock(1_000_000), null);
  },
  "logs": async () => {
    const token = new Contract(TOKEN, ["event Transfer(address indexed from, address indexed to, uint256 value)"], provider);
    const transfers = new Queue();
    await token.on("Transfer", (from, to, value, { log }) => transfers.push({ from, to, value, block: log.blockNumber }));
    const [first, second] = [await transfers.next(), await transfers.next()];
    assert.deepEqual([first.from, first.to], [RICH, OTHER]);
    assert.equal(first.value, BigInt(first.block) * 10n);
    assert.equal(second.block, first.block + 1);
    await token.removeAllListeners();
  },
  "an unknown method": async () => {
    const failed = await provider.send("eth_nope", []).then(assert.fail, (failed) => failed);
    // By Geth's words for it ethers sees what is wrong, and keeps the answer.
    assert.deepEqual([failed.code, failed.operation], ["UNSUPPORTED_OPERATION", "eth_nope"]);
    assert.equal(failed.info.error.code, -32601);
    assert.match(failed.info.error.message, /eth_nope/);
    await provider.destroy();
  },
  "what is no request": async () => {
    const raw = await Raw.open();
    for (const [wrong, code] of [["{", -32700], ["", -32700], [[], -32600], [{ id: 1 }, -32600], [{ id: 1, method: 1 }, -32600]]) {
      raw.send(wrong);
      const { jsonrpc, id, error } = await raw.json();
      assert.deepEqual([jsonrpc, id, error.code], ["2.0", null, code]);
    }
    for (const id of [0, "a", null, 1.5]) assert.equal((await ask(raw, id, "eth_chainId")).result, "0x7a69");
    await raw.close();
  },
  "two subscriptions and the end of one": async () => {
    const raw = await Raw.open();
    const subscribe = async (...params) => {
      const { result } = await ask(raw, 1, "eth_subscribe", ...params);
      assert.match(result, /^0x[0-9a-f]+$/);
      return result;
    };
    const notified = async (...of) => {
      const { method, params } = await raw.json((message) => of.includes(message.params?.subscription));
      assert.equal(method, "eth_subscription");
      return params;
    };
    const [first, second] = [await subscribe("newHeads"), await subscribe("newHeads")];
    const never = await subscribe("logs", { address: OTHER });
    const all = await subscribe("logs", {});
    assert.equal(new Set([first, second, never, all]).size, 4);
    // Each block is told to both.
    const head = (await notified(first)).result;
    let same;
    do same = (await notified(second)).result;
    while (Number(same.number) < Number(head.number));
    assert.deepEqual(same, head);
    assert.equal((await notified(all)).result.address.toLowerCase(), TOKEN.toLowerCase());

    assert.equal((await ask(raw, 2, "eth_unsubscribe", first)).result, true);
    assert.equal((await ask(raw, 3, "eth_unsubscribe", first)).error.code, -32000);
    for (const _ of [1, 2]) assert.equal((await notified(first, second, never)).subscription, second);
    assert.equal((await ask(raw, 4, "eth_subscribe", "nope")).error.code, -32602);
    await raw.close();
  },
});

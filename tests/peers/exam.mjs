// What the drivers of the examples have in common: named steps, a deadline, and a plain WebSocket client.
import assert from "node:assert/strict";
import WebSocket from "ws";

export { assert, WebSocket };

/** The server's URL, from the command line. */
export const url = process.argv[2];
if (!url) {
  console.error(`usage: node ${process.argv[1]} URL`);
  process.exit(2);
}

let step = "start";

function fail(error) {
  console.error(`failed: ${step}\n${error?.stack ?? JSON.stringify(error)}`);
  process.exit(1);
}

/** Runs the steps in their order, prints {"ok": [NAME…]} and ends; the first that fails ends with 1. */
export async function exam(steps) {
  process.on("uncaughtException", fail);
  process.on("unhandledRejection", fail);
  setTimeout(() => fail(new Error("all of it took longer than 60 s")), 60_000);
  const ok = [];
  for (const [name, run] of Object.entries(steps)) {
    step = name;
    await within(20_000, run()).catch(fail);
    ok.push(name);
  }
  console.log(JSON.stringify({ ok }));
  process.exit(0);
}

/** The promise's outcome, or a failure when that takes too long. */
function within(ms, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing more came within ${ms} ms`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Something that comes one by one and is waited for. */
export class Queue {
  #items = [];
  #wake = [];

  push(item) {
    this.#items.push(item);
    this.#wake.splice(0).forEach((wake) => wake());
  }

  /** The next one; those that are not wanted before it are dropped. */
  async next(wanted = () => true) {
    for (;;) {
      while (this.#items.length > 0) {
        const item = this.#items.shift();
        if (item instanceof Error) throw item;
        if (wanted(item)) return item;
      }
      await new Promise((wake) => this.#wake.push(wake));
    }
  }

  /** What has come and was not taken yet. */
  take() {
    return this.#items.splice(0);
  }
}

/** A client that does what no library would: it sends whatever it is told to. */
export class Raw {
  #messages = new Queue();

  constructor(at, subprotocols = []) {
    this.socket = new WebSocket(at, subprotocols);
    this.closed = new Promise((resolve, reject) => {
      this.socket.on("close", (code, reason) => {
        resolve([code, reason.toString()]);
        this.#messages.push(new Error(`closed with ${code} "${reason}"`));
      });
      this.socket.on("error", reject);
    });
    this.closed.catch(() => {});
    this.socket.on("message", (data, isBinary) => this.#messages.push(isBinary ? data : data.toString()));
  }

  static async open(at = url, subprotocols = []) {
    const raw = new Raw(at, subprotocols);
    await Promise.race([new Promise((resolve) => raw.socket.on("open", resolve)), raw.closed]);
    return raw;
  }

  /** Sends a text; anything that is no text or bytes as JSON. */
  send(message) {
    const isPlain = typeof message === "string" || Buffer.isBuffer(message);
    this.socket.send(isPlain ? message : JSON.stringify(message));
  }

  text(wanted) {
    return this.#messages.next(wanted);
  }

  /** The next message that is wanted, parsed. */
  async json(wanted = () => true) {
    let parsed;
    await this.#messages.next((text) => wanted((parsed = JSON.parse(text))));
    return parsed;
  }

  close() {
    this.socket.close(1000);
    return this.closed;
  }
}

/** The status with which a handshake is refused. */
export function refused(at, subprotocols = []) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(at, subprotocols);
    socket.on("unexpected-response", (request, response) => {
      resolve(response.statusCode);
      request.destroy();
    });
    socket.on("open", () => reject(new Error("the handshake was not refused")));
    socket.on("error", reject);
  });
}

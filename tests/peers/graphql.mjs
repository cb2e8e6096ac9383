// npm's graphql-ws as a client of docs/examples/graphql-ws.yaml: its queries, and what they are answered.
import { createClient } from "graphql-ws";
import { Queue, WebSocket, url } from "./exam.mjs";

export const HELLO = "query { hello }";
export const PRICES = "subscription Prices($symbol: String!) { prices(symbol: $symbol) { symbol number price } }";
export const LISTEN = "subscription { messageAdded { id from text } }";
export const SAY = "mutation Say($text: String!, $from: String) { say(text: $text, from: $from) { id from text } }";

export function client(options = {}) {
  const messages = [];
  const made = createClient({
    url,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    ...options,
    on: { ...options.on, message: (message) => messages.push(message) },
  });
  return Object.assign(made, { messages });
}

/** The one result of a query, or an error. */
export function ask(client, query, variables) {
  return new Promise((resolve, reject) => {
    let result;
    const done = () => (result ? resolve(result) : reject(new Error(`${query} was completed without a result`)));
    client.subscribe({ query, variables }, { next: (next) => (result = next), error: reject, complete: done });
  });
}

/** What a subscription is sent, one by one; `null` is its end. */
export function listen(client, query, variables) {
  const queue = new Queue();
  queue.stop = client.subscribe(
    { query, variables },
    { next: (next) => queue.push(next), error: (error) => queue.push(Object.assign(new Error(), { error })), complete: () => queue.push(null) },
  );
  return queue;
}

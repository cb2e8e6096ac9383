// Chromium's own client: node browser.mjs EXECUTABLE URL prints what a page saw as one JSON object.
import { chromium } from "playwright-core";

const [executablePath, url] = process.argv.slice(2);
const quiet = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking " +
  "--disable-component-update --disable-sync";
const browser = await chromium.launch({ executablePath, headless: true, args: quiet.split(" ") });
try {
  const page = await browser.newPage();
  const result = await page.evaluate(
    (url) =>
      new Promise((resolve, reject) => {
        const socket = new WebSocket(url, ["v2"]);
        socket.binaryType = "arraybuffer";
        const received = [];
        socket.onopen = () => {
          socket.send("héllo 💡");
          socket.send(new Uint8Array([0, 255, 16]));
          socket.send("big");
          socket.send("close");
        };
        socket.onmessage = ({ data }) =>
          received.push(typeof data === "string" ? (data.length > 99 ? data.length : data) : [...new Uint8Array(data)]);
        socket.onclose = ({ code, reason }) =>
          resolve({ extensions: socket.extensions, protocol: socket.protocol, received, close: [code, reason] });
        socket.onerror = () => reject(new Error("the connection failed"));
      }),
    url,
  );
  console.log(JSON.stringify(result));
} finally {
  await browser.close();
}

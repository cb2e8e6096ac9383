"""A client on Python's `websockets`, driven by the same steps and printing the same lines as client.mjs."""

import asyncio
import json
import sys

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed


async def main(url, steps, subprotocols):
    events = []
    async with connect(url, subprotocols=subprotocols or None, proxy=None) as socket:
        events.append({"open": socket.subprotocol})
        received = 0

        async def receive():
            nonlocal received
            message = await socket.recv()
            events.append({"hex": message.hex()} if isinstance(message, bytes) else {"text": message})
            received += 1

        try:
            for step in json.loads(steps):
                if "send" in step:
                    await socket.send(step["send"])
                elif "sendHex" in step:
                    await socket.send(bytes.fromhex(step["sendHex"]))
                elif "close" in step:
                    await socket.close(*step["close"])
                else:
                    while received < step["recv"]:
                        await receive()
            while True:
                await receive()
        except ConnectionClosed:
            pass
        code = socket.close_code
        events.append({"close": [code, socket.close_reason or ""]})
    for event in events:
        print(json.dumps(event, separators=(",", ":"), ensure_ascii=False))


asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3:]))

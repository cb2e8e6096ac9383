"""A client on Python's `websockets`, driven by the same steps and printing the same lines as client.mjs."""

import asyncio
import json
import os
import ssl
import sys

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed


def tls():
    """What the variable TLS says, as for client.mjs."""
    said = json.loads(os.environ.get("TLS", "{}"))
    if not said:
        return {}
    context = ssl.create_default_context(cafile=said.get("ca"))
    if "cert" in said:
        context.load_cert_chain(said["cert"], said["key"])
    if "version" in said:
        version = ssl.TLSVersion[said["version"].replace(".", "_")]
        context.minimum_version = context.maximum_version = version
    return {"ssl": context}


async def main(url, steps, subprotocols):
    events = []
    async with connect(url, subprotocols=subprotocols or None, proxy=None, **tls()) as socket:
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

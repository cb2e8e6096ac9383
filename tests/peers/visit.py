"""The client of visit.mjs on Python's `websockets`; its library tells of no pings."""

import asyncio
import json
import sys

from websockets.asyncio.client import connect


def visit(url):
    return connect(
        url,
        subprotocols=["v1", "v2"],
        additional_headers={"Cookie": "a=1; b=2", "X-Custom": "v"},
        origin="http://localhost:8080",
        max_size=None,
        proxy=None,
    )


async def main(url):
    result = {}
    async with visit(url) as socket:

        async def ask(message):
            await socket.send(message)
            return await socket.recv()

        result["extensions"] = [extension.name for extension in socket.protocol.extensions]
        result["protocol"] = socket.subprotocol
        result["cookies"] = socket.response.headers.get_all("Set-Cookie")
        result["hello"] = json.loads(await socket.recv())
        result["text"] = await ask("héllo 💡")
        result["binary"] = (await ask(bytes.fromhex("00ff10"))).hex()
        large = (b"abcdefg" * (1 << 18))[: 1 << 20]
        result["large"] = await ask(large) == large
        result["big"] = len(await ask("big"))
        result["fragmented"] = [await ask(["one ", "two"]), await ask("fragments")]
        await (await socket.ping("cli"))
        result["pong"] = "cli"
        result["answered"] = await ask("ping")
        result["pings"] = None
        result["serverPings"] = json.loads(await ask("pings"))
        await socket.send("close")
        await socket.wait_closed()
        result["closedByServer"] = [socket.close_code, socket.close_reason]
    async with visit(url) as socket:
        await socket.recv()
        await socket.close(4001, "bye")
        result["closedByClient"] = [socket.close_code, socket.close_reason]
    print(json.dumps(result))


asyncio.run(main(sys.argv[1]))

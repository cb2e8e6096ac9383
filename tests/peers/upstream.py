"""The server of upstream.mjs on Python's `websockets`; its library tells of no pings."""

import asyncio
import json

from websockets.asyncio.server import serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Response


def refuse(_connection, request):
    if request.path.startswith("/deny"):
        headers = Headers([("WWW-Authenticate", 'Basic realm="it"'), ("X-Reason", "who"), ("Content-Length", "9")])
        return Response(401, "Unauthorized", headers, b"Not you.\n")
    return None


def greet(_connection, _request, response):
    response.headers["Set-Cookie"] = "session=s1; Path=/"
    response.headers["Set-Cookie"] = "theme=dark"


async def talk(socket):
    seen = socket.request.headers
    names = {"cookie": "cookie", "origin": "origin", "custom": "x-custom"}
    hello = {key: seen.get(name) for key, name in names.items() if name in seen}
    await socket.send(json.dumps({"url": socket.request.path, **hello}))
    try:
        async for message in socket:
            if message == "big":
                await socket.send("x" * (1 << 20))
            elif message == "fragments":
                await socket.send(["one ", "two ", "three"])
            elif message == "close":
                await socket.close(4002, "why")
            elif message == "ping":
                await (await socket.ping("abc"))
                await socket.send("pong abc")
            elif message == "pings":
                await socket.send("null")
            else:
                await socket.send(message)
    except ConnectionClosed:
        pass
    await socket.wait_closed()
    print(json.dumps({"closed": [socket.close_code, socket.close_reason or ""]}), flush=True)


def choose(_connection, offered):
    return "v2" if "v2" in offered else None


async def main():
    async with serve(
        talk,
        "127.0.0.1",
        0,
        select_subprotocol=choose,
        process_request=refuse,
        process_response=greet,
        max_size=None,
    ) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()


asyncio.run(main())

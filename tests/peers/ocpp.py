"""Python's ocpp against docs/examples/ocpp.yaml: python ocpp.py URL, without the station's name in it.

The library checks every payload, in both directions, by the schemas of OCPP 1.6."""

import asyncio
import json
import logging
import sys
from datetime import datetime, timedelta, timezone

# This file has the library's name, and Python looks beside the script first.
sys.path.pop(0)

from ocpp.exceptions import NotImplementedError as NotImplementedCallError  # noqa: E402
from ocpp.exceptions import OccurenceConstraintViolationError  # noqa: E402
from ocpp.routing import on  # noqa: E402
from ocpp.v16 import ChargePoint, call, call_result  # noqa: E402
from websockets.asyncio.client import connect  # noqa: E402
from websockets.exceptions import InvalidStatus  # noqa: E402

PROTOCOL = "ocpp1.6"
STEP = "start"


class Station(ChargePoint):
    """A charging station that notes what the central system asks of it."""

    def __init__(self, name, socket):
        super().__init__(name, socket, response_timeout=10)
        self.triggered = asyncio.Queue()
        self.stops = asyncio.Queue()
        self.answers = []

    @on("TriggerMessage")
    def trigger(self, requested_message, connector_id=None):
        self.triggered.put_nowait((requested_message, connector_id))
        return call_result.TriggerMessage(status="Accepted")

    @on("RemoteStopTransaction")
    def stop(self, transaction_id):
        self.stops.put_nowait(transaction_id)
        return call_result.RemoteStopTransaction(status=self.answers.pop(0))

    async def boot(self):
        booted = await self.ask(call.BootNotification(charge_point_model="One", charge_point_vendor="Acme"))
        assert booted.status == "Accepted" and booted.interval == 2, booted
        is_now(booted.current_time)

    async def ask(self, payload, **options):
        return await self.call(payload, suppress=False, **options)

    async def begin(self, tag):
        start = call.StartTransaction(connector_id=1, id_tag=tag, meter_start=100, timestamp=now())
        return await self.ask(start)

    async def end(self, transaction):
        stop = call.StopTransaction(transaction_id=transaction, meter_stop=200, timestamp=now(), reason="Remote")
        return (await self.ask(stop)).id_tag_info["status"]


class Connected:
    """A station that is there for the length of a `with`."""

    def __init__(self, url, name):
        self.socket = connect(f"{url}/{name}", subprotocols=[PROTOCOL], proxy=None)
        self.name = name

    async def __aenter__(self):
        socket = await self.socket.__aenter__()
        assert socket.subprotocol == PROTOCOL, socket.subprotocol
        station = Station(self.name, socket)
        self.task = asyncio.create_task(station.start())
        return station

    async def __aexit__(self, *error):
        self.task.cancel()
        await self.socket.__aexit__(*error)


def now():
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def is_now(text):
    off = datetime.now(timezone.utc) - datetime.fromisoformat(text.replace("Z", "+00:00"))
    assert abs(off) < timedelta(minutes=1), text


async def raises(error, awaitable):
    try:
        answer = await awaitable
    except error:
        return
    raise AssertionError(f"{answer} instead of {error.__name__}")


async def the_subprotocol_is_required(url):
    try:
        async with connect(f"{url}/CP-1", proxy=None):
            raise AssertionError("the handshake was not refused")
    except InvalidStatus as refused:
        assert refused.response.status_code == 400, refused


async def boot_and_the_central_systems_own_call(url):
    async with Connected(url, "CP-1") as station:
        await station.boot()
        assert await station.triggered.get() == ("StatusNotification", 1)
        # What was asked for; the connection goes on after our result.
        status = call.StatusNotification(connector_id=1, error_code="NoError", status="Available")
        await station.ask(status)
        is_now((await station.ask(call.Heartbeat())).current_time)


async def cards(url):
    async with Connected(url, "CP-1") as station:
        await station.boot()
        for tag, expected in [("ADA", "Accepted"), ("STOLEN", "Blocked"), ("LOST", "Blocked")]:
            info = (await station.ask(call.Authorize(id_tag=tag))).id_tag_info
            assert info["status"] == expected, (tag, info)
        assert (await station.begin("LOST")).id_tag_info["status"] == "Blocked"


async def a_transaction_that_is_stopped_remotely(url):
    async with Connected(url, "CP-1") as one, Connected(url, "CP-2") as two:
        await one.boot()
        await two.boot()
        # Refused at first, so the central system asks again.
        one.answers = ["Rejected", "Accepted"]
        two.answers = ["Accepted"]
        first, second = await one.begin("ADA"), await two.begin("BOB")
        assert first.id_tag_info["status"] == second.id_tag_info["status"] == "Accepted"
        assert second.transaction_id == first.transaction_id + 1, (first, second)
        value = {"value": "150", "measurand": "Energy.Active.Import.Register", "unit": "Wh"}
        meter = [{"timestamp": now(), "sampled_value": [value]}]
        await one.ask(call.MeterValues(connector_id=1, transaction_id=first.transaction_id, meter_value=meter))
        assert await one.stops.get() == first.transaction_id
        assert await one.stops.get() == first.transaction_id
        assert await one.end(first.transaction_id) == "Accepted"
        assert await one.end(first.transaction_id) == "Invalid"
        assert await two.stops.get() == second.transaction_id
        assert await two.end(second.transaction_id) == "Accepted"


async def a_transaction_that_ends_by_itself(url):
    async with Connected(url, "CP-1") as station:
        await station.boot()
        first = (await station.begin("ADA")).transaction_id
        assert await station.end(first) == "Accepted"
        # The next one is stopped remotely; the one before was not asked about any more.
        station.answers = ["Accepted"]
        second = (await station.begin("ADA")).transaction_id
        assert second == first + 1, (first, second)
        assert await station.stops.get() == second
        assert await station.end(second) == "Accepted"


async def a_heartbeat_that_does_not_come(url):
    async with Connected(url, "CP-1") as station:
        await station.boot()
        assert await station.triggered.get() == ("StatusNotification", 1)
        assert await station.triggered.get() == ("Heartbeat", None)
        await station.ask(call.Heartbeat())


async def errors_of_calls(url):
    async with Connected(url, "CP-1") as station:
        await raises(NotImplementedCallError, station.ask(call.DataTransfer(vendor_id="Acme")))
        boot = call.BootNotification(charge_point_model="One", charge_point_vendor=None)
        await raises(OccurenceConstraintViolationError, station.ask(boot, skip_schema_validation=True))
        await station.boot()


async def garbage(url):
    async with connect(f"{url}/CP-1", subprotocols=[PROTOCOL], proxy=None) as socket:
        for wrong in ["{", "", "hello", "{}", "[]", "[2]", '[9, "1", {}]', b"\x00"]:
            await socket.send(wrong)
            kind, _, code, description, details = json.loads(await socket.recv())
            assert (kind, code, details) == (4, "FormationViolation", {}) and isinstance(description, str), wrong
        await socket.send('[2, "still here", "Heartbeat", {}]')
        assert json.loads(await socket.recv())[:2] == [3, "still here"]


STEPS = [
    the_subprotocol_is_required,
    boot_and_the_central_systems_own_call,
    cards,
    a_transaction_that_is_stopped_remotely,
    a_transaction_that_ends_by_itself,
    a_heartbeat_that_does_not_come,
    errors_of_calls,
    garbage,
]


async def main(url):
    global STEP
    for step in STEPS:
        STEP = step.__name__
        async with asyncio.timeout(20):
            await step(url)
    print(json.dumps({"ok": [step.__name__.replace("_", " ") for step in STEPS]}))


logging.getLogger("ocpp").setLevel(logging.CRITICAL)
try:
    asyncio.run(main(sys.argv[1]))
except Exception as error:
    print(f"failed: {STEP}", file=sys.stderr)
    raise error

"""Every HTTP request is answered, never with a 5xx; without Slack's signature it changes nothing, and none blocks the event loop.

`make fuzz-http` sends 100,000 requests; set FUZZ_REQUESTS and FUZZ_SEED for others.
"""

import asyncio
import hashlib
import hmac
import json
import os
import random
import signal
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import aiohttp
import pytest
from slack_sdk.signature import SignatureVerifier
from sqlalchemy import select

from bot.clock import Clock
from bot.db.database import Database, Transaction
from bot.db.sql import METADATA
from bot.fake_slack.delivery_to_app import FORM_TYPE, Acknowledgement, Attempt, PayloadKind
from bot.fake_slack.workspace import ORGANISER
from bot.web.server import LIMITS
from tests.end_to_end.loop_blocks import longest_ms
from tests.end_to_end.processes import Running, run
from tests.fake_slack.person import Person
from tests.fake_slack.server import SlackForTests
from tests.migrated import migrated_sqlite
from tests.mutations import mutated

REQUESTS = int(os.environ.get("FUZZ_REQUESTS", "1000"))

SEED = int(os.environ.get("FUZZ_SEED", "2019"))

AT_ONCE = 16

LONGEST_BLOCK_MS = 50

METHODS = ("POST",) * 60 + ("GET", "PUT", "HEAD", "OPTIONS", "DELETE", "BREW")

PATHS = ("/slack/events",) * 60 + (
    "/", "/healthz", "/readyz", "/metrics", "/slack/install", "/slack/oauth_redirect?code=x&state=y",
    "/calendar/mine/x.ics", "/calendar/talk/x.ics", "/slack/events/", "/%00", "/..%2f..%2fetc/passwd", "/" + "a" * 5_000,
)  # fmt: skip

CHARSETS = (
    "utf-8",
    "punycode",
    "idna",
    "utf-7",
    "utf-16",
    "unicode_escape",
    "raw_unicode_escape",
    "rot13",
    "klingon",
    "\xff",
)

ENCODINGS = ("gzip", "deflate", "br", "zstd", "gzip, gzip", "identity", "x")

LENGTHS = ("0", "1", "-1", "+5", "5, 5", "0x10", "9" * 30, "²", "", "262144", "262145")

SLOW_CLIENTS = 50

REQUEST_IDS = {"seen"}  # a table of the ids of Slack's requests: a repeated request changes nothing else


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    body: bytes
    headers: dict[str, str]
    length: str | None = None  # of the body, where it is a lie


@dataclass(frozen=True)
class World:
    """One workspace with the bot in it, which runs in a process that measures its event loop."""

    slack: SlackForTests
    bot: Running
    database: Database

    @property
    def organiser(self) -> Person:
        return self.slack.person(ORGANISER.name)

    @property
    def attendee(self) -> Person:
        return self.slack.person("amara")


class Recording:
    """A transport that keeps the requests Slack would send, and passes them on."""

    def __init__(self, transport: Any) -> None:
        self._transport = transport
        self.bodies: list[tuple[str, bytes]] = []  # content type, body

    async def send(self, kind: PayloadKind, payload: dict[str, Any], attempt: Attempt) -> Acknowledgement:
        if kind == "events_api":
            self.bodies.append(("application/json", json.dumps(payload).encode()))
        else:
            form = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
            self.bodies.append((FORM_TYPE, urlencode(form).encode()))
        acknowledgement: Acknowledgement = await self._transport.send(kind, payload, attempt)
        return acknowledgement


async def good_requests(world: World) -> list[tuple[str, bytes]]:
    """One request of each kind."""
    recording = world.slack.transport.transport = Recording(world.slack.transport.transport)
    for command in ("next", "save terraform", "agenda", "settings", "remind here", "remind list", "feedback", "help"):
        await world.organiser.command(f"/qcon {command}")
    answer = await world.attendee.ask("/qcon who talks about terraform?")
    await world.attendee.click(answer, "save")
    await world.attendee.click(answer, "details")
    await world.attendee.shortcut("find")
    world.attendee.say("general", "@qcon when is it?")
    world.attendee.say("@", "and after that?")
    await world.attendee.opens_home()
    await world.organiser.command("/qcon organise")
    await world.slack.transport.wait_settled()
    return recording.bodies


def hostile(good: Sequence[tuple[str, bytes]], count: int, chance: random.Random) -> Iterator[Request]:
    """Requests that Slack would never send."""
    for _ in range(count):
        content_type, body = chance.choice(good)
        method, path = chance.choice(METHODS), chance.choice(PATHS)
        types = (content_type,) * 6 + ("text/plain", "application/xml", "application/json", "multipart/form-data", "")
        headers = {"Content-Type": chance.choice(types)}
        if chance.random() < 0.1:
            headers["X-Slack-Retry-Num"] = chance.choice(["1", "x", "-1", "9" * 40])
        if chance.random() < 0.2:
            headers["Content-Type"] += f"; charset={chance.choice(CHARSETS)}"
        if chance.random() < 0.1:
            headers["Content-Encoding"] = chance.choice(ENCODINGS)
        length = chance.choice(LENGTHS) if chance.random() < 0.02 else None
        yield Request(method, path, _sized(_broken(body, content_type, chance), chance), headers, length)


def _sized(body: bytes, chance: random.Random) -> bytes:
    """The bytes, now and then so often that they are as large as a body may be, or larger."""
    if not body or chance.random() > 0.02:
        return body
    return (body * (LIMITS.body // len(body) + 1))[: LIMITS.body + chance.choice((0, 0, 0, 1))]


def _broken(body: bytes, content_type: str, chance: random.Random) -> bytes:
    """Mutate the bytes, or the JSON within, so that it can still be read."""
    if chance.random() < 0.1:
        return body
    if content_type == FORM_TYPE and body.startswith(b"payload=") and chance.random() < 0.7:
        inner = json.loads(dict(parse_qsl(body.decode()))["payload"])
        return urlencode({"payload": mutated(json.dumps(inner).encode(), chance)}).encode()
    return mutated(body, chance)


def signed(request: Request, secret: str) -> Request:
    """Sign a request as Slack does."""
    timestamp = str(int(datetime.now(UTC).timestamp()))
    digest = hmac.new(secret.encode(), f"v0:{timestamp}:".encode() + request.body, hashlib.sha256).hexdigest()
    headers = {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": f"v0={digest}"}
    return replace(request, headers=request.headers | headers)


def unsigned(request: Request, chance: random.Random) -> Request:
    """Headers without a signature, with a wrong or old one, or broken."""
    now = int(datetime.now(UTC).timestamp())
    body = request.body.decode("utf-8", "replace")
    wrong = str(SignatureVerifier("another secret").generate_signature(timestamp=str(now), body=body))
    timestamp = chance.choice([str(now), str(now - 10_000), str(now + 10_000), "soon", "", "-1", "²", "9" * 400])
    stamp = chance.choice([wrong, "v0=", "", "v0=" + "0" * 64, "v1=" + "f" * 64, "\xff"])
    forged = {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": stamp}
    return replace(request, headers=request.headers | ({} if chance.random() < 0.2 else forged))


async def sent(address: str, requests: Iterator[Request]) -> Counter[int]:
    """The number of answers per status; 0 where the connection ended, or the data cannot be sent as a request."""
    statuses: Counter[int] = Counter()

    async def one_after_the_other(session: aiohttp.ClientSession) -> None:
        for request in requests:
            if request.length is None:
                status = await _status(session, address, request)
            else:
                status = await _status_by_hand(address, request)
            statuses[status] += 1
            assert status < 500, request

    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as session, _slow_clients(address):
        await asyncio.gather(*(one_after_the_other(session) for _ in range(AT_ONCE)))
    return statuses


async def _status(session: aiohttp.ClientSession, address: str, request: Request) -> int:
    url = f"{address}{request.path}"
    try:
        async with session.request(request.method, url, data=request.body, headers=request.headers) as response:
            await response.read()
            return response.status
    except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError, ValueError):
        return 0


async def _status_by_hand(address: str, request: Request) -> int:
    """Send a request whose length is a lie, and close the connection as far as this side goes."""
    lines = (
        f"{request.method} {request.path} HTTP/1.1",
        "Host: bot.example.org",
        *(f"{name}: {value}" for name, value in request.headers.items()),
        f"Content-Length: {request.length}",
    )
    try:
        reader, writer = await _connected(address)
        async with asyncio.timeout(20):
            writer.write("\r\n".join(lines).encode("utf-8", "replace") + b"\r\n\r\n" + request.body)
            writer.write_eof()
            answer = await reader.read()
        writer.close()
    except ConnectionError:
        return 0
    return int(answer.split()[1]) if answer else 0


@asynccontextmanager
async def _slow_clients(address: str) -> AsyncIterator[None]:
    """Clients that say nothing, or send a request byte by byte, again and again while inside."""
    clients = [asyncio.create_task(_drip(address, number % 5)) for number in range(SLOW_CLIENTS)]
    try:
        yield
    finally:
        for client in clients:
            client.cancel()
        outcomes = await asyncio.gather(*clients, return_exceptions=True)
        assert all(isinstance(outcome, asyncio.CancelledError) for outcome in outcomes), outcomes


async def _drip(address: str, words: int) -> None:
    """Send the first words of a request, then a byte every tenth of a second, until the bot hangs up."""
    begun = b"POST /slack/events HTTP/1.1\r\nContent-Length: 5000\r\n\r\n" if words == 4 else b"POST /slack/ev"
    while True:
        reader, writer = await _connected(address)
        try:
            if words:
                writer.write(begun)
            while not reader.at_eof():
                await asyncio.sleep(0.1)
                if words > 1:
                    writer.write(b"x")
                    await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()


async def _connected(address: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    host, _, port = address.removeprefix("http://").partition(":")
    return await asyncio.open_connection(host, int(port))


async def everything(tx: Transaction) -> dict[str, list[Any]]:
    """All rows of the database."""
    return {
        table.name: sorted(map(str, await tx.execute(select(table))))
        for table in METADATA.sorted_tables
        if table.name not in REQUEST_IDS
    }


async def calm(world: World) -> dict[str, list[Any]]:
    """All rows of the database, after delayed writes."""
    before: dict[str, list[Any]] = {}
    while before != (now := await world.database.read(everything)):
        before = now
        await asyncio.sleep(0.7)
    return before


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    migrated_sqlite(tmp_path / "bot.sqlite3")
    database = Database(f"sqlite:///{tmp_path}/bot.sqlite3", Clock().real_now)
    public = {"QCON_PUBLIC_URL": "https://bot.example.org"}
    async with SlackForTests.serving() as slack, run(slack, tmp_path, "tests.end_to_end.loop_blocks", **public) as bot:
        yield World(slack, bot, database)
    await database.close()


async def longest_block_ms(bot: Running) -> float:
    """Stop the bot, print how long its event loop was blocked at most since the measurement began, and return it."""
    assert await bot.stop() == 0
    await asyncio.sleep(0.1)  # until the last line is read
    longest = longest_ms(bot.output)
    print(f"longest block of the event loop: {longest} ms")
    return longest


async def test_hostile_requests_without_a_signature_change_and_break_nothing(world: World) -> None:
    good, chance = await good_requests(world), random.Random(SEED)
    before = await calm(world)
    world.bot.process.send_signal(signal.SIGUSR1)
    requests = (unsigned(request, chance) for request in hostile(good, REQUESTS // 2, chance))
    statuses = await sent(world.bot.url, requests)
    print("unsigned:", dict(statuses))
    assert statuses[401] > REQUESTS // 4
    assert await world.database.read(everything) == before
    assert await longest_block_ms(world.bot) < LONGEST_BLOCK_MS


async def test_hostile_requests_with_a_signature_do_not_break_the_bot(world: World) -> None:
    good, chance = await good_requests(world), random.Random(SEED + 1)
    secret = world.slack.signing_secret
    world.bot.process.send_signal(signal.SIGUSR1)
    statuses = await sent(world.bot.url, (signed(request, secret) for request in hostile(good, REQUESTS // 2, chance)))
    print("signed:", dict(statuses))
    assert statuses[200] > 0
    somebody_else = world.slack.person(next(iter(world.slack.add_people(1))))
    assert "Complex Event Flows" in (await somebody_else.ask("/qcon next")).text
    assert await longest_block_ms(world.bot) < LONGEST_BLOCK_MS

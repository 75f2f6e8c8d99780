"""Every HTTP request is answered, never with a 5xx; without Slack's signature it changes nothing.

`make fuzz-http` sends 100,000 requests; set FUZZ_REQUESTS and FUZZ_SEED for others.
"""

import asyncio
import hashlib
import hmac
import json
import os
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import aiohttp
import pytest
from sqlalchemy import select

from bot.db.database import Transaction
from bot.db.sql import METADATA
from bot.fake_slack import FakeSlack
from bot.fake_slack.delivery_to_app import FORM_TYPE, Acknowledgement, Attempt, PayloadKind, signature
from tests.end_to_end.conftest import World, bot_in
from tests.mutations import mutated

REQUESTS = int(os.environ.get("FUZZ_REQUESTS", "1000"))

SEED = int(os.environ.get("FUZZ_SEED", "2019"))

AT_ONCE = 16

METHODS = ("POST",) * 60 + ("GET", "PUT", "HEAD", "OPTIONS", "DELETE", "BREW")

PATHS = ("/slack/events",) * 60 + (
    "/", "/healthz", "/readyz", "/metrics", "/slack/install", "/slack/oauth_redirect?code=x&state=y",
    "/calendar/mine/x.ics", "/calendar/talk/x.ics", "/slack/events/", "/%00", "/..%2f..%2fetc/passwd", "/" + "a" * 5_000,
)  # fmt: skip

MACHINES_OWN = {"seen"}  # ids of Slack's requests: a repeated request changes nothing else


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    body: bytes
    headers: dict[str, str]


class Recording:
    """A transport that keeps the requests Slack would send, and passes them on."""

    def __init__(self, way: Any) -> None:
        self._way = way
        self.bodies: list[tuple[str, bytes]] = []  # content type, body

    async def send(self, kind: PayloadKind, payload: dict[str, Any], attempt: Attempt) -> Acknowledgement:
        if kind == "events_api":
            self.bodies.append(("application/json", json.dumps(payload).encode()))
        else:
            form = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
            self.bodies.append((FORM_TYPE, urlencode(form).encode()))
        done: Acknowledgement = await self._way.send(kind, payload, attempt)
        return done


async def good_requests(world: World) -> list[tuple[str, bytes]]:
    """One request of each kind."""
    line = world.slack.transport.transport = Recording(world.slack.transport.transport)
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
    return line.bodies


def hostile(good: Sequence[tuple[str, bytes]], count: int, chance: random.Random) -> Iterator[Request]:
    """Requests that Slack would never send."""
    for _ in range(count):
        content_type, body = chance.choice(good)
        method, path = chance.choice(METHODS), chance.choice(PATHS)
        types = (content_type,) * 6 + ("text/plain", "application/xml", "application/json", "multipart/form-data", "")
        headers = {"Content-Type": chance.choice(types)}
        if chance.random() < 0.1:
            headers["X-Slack-Retry-Num"] = chance.choice(["1", "x", "-1", "9" * 40])
        yield Request(method, path, _broken(body, content_type, chance), headers)


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
    wrong = signature("another secret", str(now), request.body.decode("utf-8", "replace"))
    timestamp = chance.choice([str(now), str(now - 10_000), str(now + 10_000), "soon", "", "-1", "²", "9" * 400])
    stamp = chance.choice([wrong, "v0=", "", "v0=" + "0" * 64, "v1=" + "f" * 64, "\xff"])
    forged = {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": stamp}
    return replace(request, headers=request.headers | ({} if chance.random() < 0.2 else forged))


async def sent(address: str, requests: Iterator[Request]) -> Counter[int]:
    """The number of answers per status; data that cannot be sent as a request is not counted."""
    statuses: Counter[int] = Counter()

    async def one_after_the_other(session: aiohttp.ClientSession) -> None:
        for request in requests:
            try:
                async with session.request(
                    request.method, f"{address}{request.path}", data=request.body, headers=request.headers
                ) as response:
                    await response.read()
                    statuses[response.status] += 1
                    assert response.status < 500, request
            except (aiohttp.ClientConnectionError, ValueError):
                statuses[0] += 1

    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as session:
        await asyncio.gather(*(one_after_the_other(session) for _ in range(AT_ONCE)))
    return statuses


async def everything(tx: Transaction) -> dict[str, list[Any]]:
    """All rows of the database."""
    return {
        table.name: sorted(map(str, await tx.execute(select(table))))
        for table in METADATA.sorted_tables
        if table.name not in MACHINES_OWN
    }


async def calm(world: World) -> dict[str, list[Any]]:
    """All rows of the database, after delayed writes."""
    before: dict[str, list[Any]] = {}
    while before != (now := await world.bot.database.read(everything)):
        before = now
        await asyncio.sleep(0.7)
    return before


@pytest.fixture
async def world(tmp_path: Path) -> Any:
    async with FakeSlack.serving() as slack, bot_in(slack, tmp_path, public_url="https://bot.example.org") as world:
        yield world


async def test_without_a_signature_nothing_is_changed_and_nothing_breaks(world: World) -> None:
    good, chance = await good_requests(world), random.Random(SEED)
    before = await calm(world)
    statuses = await sent(
        world.bot.url, (unsigned(request, chance) for request in hostile(good, REQUESTS // 2, chance))
    )
    print("unsigned:", dict(statuses))
    assert statuses[401] > REQUESTS // 4
    assert await world.bot.database.read(everything) == before


async def test_with_a_signature_whatever_the_body_holds_is_answered(world: World) -> None:
    good, chance = await good_requests(world), random.Random(SEED + 1)
    secret = world.slack.signing_secret
    statuses = await sent(world.bot.url, (signed(request, secret) for request in hostile(good, REQUESTS // 2, chance)))
    print("signed:", dict(statuses))
    assert statuses[200] > 0
    somebody_else = world.slack.person(next(iter(world.slack.add_people(1))))
    assert "Complex Event Flows" in (await somebody_else.ask("/qcon next")).text

import asyncio
import gc
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from io import BytesIO
from urllib.parse import urlencode

import aiohttp
import pytest
from aiohttp import web
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import Clock
from bot.slack.bolt_app import BotApp
from bot.slack.limits import ConcurrencyLimiter
from bot.telemetry.metrics import Metrics
from bot.web import slack_events
from bot.web.health import Shutdown
from bot.web.server import run_server
from bot.web.slack_events import SocketConnection
from tests.fake_slack.server import SlackForTests
from tests.figures import samples

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"  # pragma: allowlist secret

FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def doors() -> Shutdown:
    return Shutdown()


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
def now() -> datetime:
    """The time at which the bot's clock stands still."""
    return datetime.now(UTC)


@pytest.fixture
async def address(
    doors: Shutdown, metrics: Metrics, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[str]:
    clock = Clock()
    monkeypatch.setattr(clock, "real_now", lambda: now)
    app = BotApp(metrics, ConcurrencyLimiter(), signing_secret=SECRET, token="xoxb-x")
    async with run_server("127.0.0.1", 0, slack_events.event_routes(app, doors, SECRET, clock)) as url:
        yield f"{url}/slack/events"


def _signed(
    body: bytes, content_type: str, *, at: datetime | None = None, age_s: int = 0, secret: str = SECRET
) -> dict[str, str]:
    timestamp = str(int((at or datetime.now(UTC)).timestamp()) - age_s)
    digest = hmac.new(secret.encode(), f"v0:{timestamp}:".encode() + body, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": f"v0={digest}", "Content-Type": content_type}


async def _status(address: str, body: bytes, headers: dict[str, str]) -> int:
    async with (
        aiohttp.ClientSession() as session,
        session.post(address, data=BytesIO(body), headers=headers) as response,
    ):
        await response.read()
        return response.status


async def test_slacks_handshake_is_answered(address: str) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "abc"}).encode()
    assert await _status(address, body, _signed(body, "application/json")) == 200


async def test_a_request_without_a_valid_signature_is_refused(address: str, now: datetime) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "abc"}).encode()
    good = _signed(body, "application/json")
    for headers in (
        {},
        {**good, "X-Slack-Request-Timestamp": "soon"},
        {**good, "X-Slack-Request-Timestamp": "²"},
        {**good, "X-Slack-Request-Timestamp": "9" * 400},
        {**good, "X-Slack-Signature": "v0=0"},
        {**good, "X-Slack-Signature": "ÿ"},
        {**good, "X-Slack-Signature": f"v0={'0' * 64}"},
        _signed(body, "application/json", at=now, age_s=301),
        _signed(body, "application/json", at=now, age_s=-301),
        _signed(body, "application/json", secret="another"),  # pragma: allowlist secret
    ):
        assert await _status(address, body, headers) == 401, headers


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"-" + b"z" * 160_000, f"{FORM}; charset=punycode"),
        ("ä".encode(), f"{FORM}; charset=klingon"),
        (b"\xff\xfe", "application/json"),
        (b"{not json", "application/json"),
        (b"[" * 100_000, "application/json"),
        (b'{"command": ["x"], "team_id": []}', "application/json"),
        (b"ssl_check=1&command=%2Fqcon", FORM),
    ],
)
async def test_an_unsigned_body_is_neither_read_nor_counted(
    address: str, metrics: Metrics, body: bytes, content_type: str
) -> None:
    forged = {**_signed(body, content_type), "X-Slack-Signature": f"v0={'0' * 64}"}
    unsigned = {"Content-Type": content_type}
    for headers in (forged, unsigned):
        assert await _status(address, body, headers) == 401
    assert not [sample for sample in samples(metrics) if sample.name.startswith("qcon_acknowledgement")]


@pytest.mark.parametrize("name", ["utf-8", "UTF-8", "utf8"])
async def test_a_utf_8_body_is_accepted_in_every_spelling_of_its_charset(address: str, name: str) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "äöü"}, ensure_ascii=False).encode()
    assert await _status(address, body, _signed(body, f"application/json; charset={name}")) == 200


async def test_headers_that_control_bolt_are_not_passed_on() -> None:
    seen: list[AsyncBoltRequest] = []

    class Receiving:
        async def async_dispatch(self, req: AsyncBoltRequest) -> BoltResponse:
            seen.append(req)
            return BoltResponse(status=200)

    async with run_server("127.0.0.1", 0, slack_events.event_routes(Receiving(), Shutdown(), SECRET)) as url:
        headers = _signed(b"{}", "application/json") | {"X-Slack-Bolt-Lazy-Only": "1", "X-Slack-Retry-Num": "1"}
        assert await _status(f"{url}/slack/events?command=%2Fqcon", b"{}", headers) == 200
    assert (seen[0].lazy_only, seen[0].query, seen[0].headers["x-slack-retry-num"]) == (False, {}, ["1"])


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"{}", "application/json; charset=utf-7"),
        (b'{"team_id": ["T1"]}', "application/json"),
        (b'{"command": "/qcon", "user_id": {"id": ["U1"]}}', "application/json"),
        (b"{not json", "application/json"),
        (b"[1]", "application/json"),
        (b"[" * 100_000, "application/json"),
        (b"\xff\xfe", "application/json"),
        (b"{}", "application/json; charset=klingon"),
        (b"{not json", "text/plain"),
        (b'{"event": 3, "team": [], "user": 1}', "application/json"),
        (b"payload=%7Bnot", FORM),
        (b"payload=3", FORM),
        (urlencode({"payload": "[]"}).encode(), FORM),
        (urlencode({"payload": '{"type": "block_actions", "team": "T1", "user": [], "actions": {}}'}).encode(), FORM),
    ],
)
async def test_a_malformed_body_is_refused_as_a_bad_request(address: str, body: bytes, content_type: str) -> None:
    assert await _status(address, body, _signed(body, content_type)) == 400


async def test_a_form_of_thousands_of_fields_is_not_taken_apart(address: str) -> None:
    fields = b"ssl_check=1&token=x"
    for body, status in ((fields, 200), (fields + b"&a=%20" * 30_000, 400)):
        assert await _status(address, body, _signed(body, FORM)) == status


async def test_a_body_that_is_far_too_large_is_not_read(address: str) -> None:
    body = b"x" * (2 * 1024 * 1024)
    assert await _status(address, body, _signed(body, FORM)) == web.HTTPRequestEntityTooLarge.status_code


async def test_a_stopping_process_closes_connections_first_and_then_refuses_requests(
    address: str, doors: Shutdown
) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "abc"}).encode()
    headers = _signed(body, "application/json")
    kept = []
    async with aiohttp.ClientSession() as session:
        closing = asyncio.create_task(doors.drain(0.3))
        for wait_s in (0.0, 0.4):
            await asyncio.sleep(wait_s)
            async with session.post(address, data=body, headers=headers) as response:
                kept.append((response.status, response.headers.get("Connection")))
        await closing
    assert kept == [(200, "close"), (503, "close")]


def open_sessions() -> int:
    return sum(isinstance(one, aiohttp.ClientSession) and not one.closed for one in gc.get_objects())


async def test_a_start_that_is_stopped_while_it_connects_closes_its_sessions() -> None:
    async with SlackForTests.serving() as slack:
        slack.sockets.refuses_handshakes = True
        client = AsyncWebClient(slack.bot_token, slack.api_url)
        connection = SocketConnection(AsyncApp(client=client, signing_secret="x"), client, slack.app_token)
        before = open_sessions()
        start = asyncio.create_task(connection.open())
        async with asyncio.timeout(20):
            while not slack.sockets.tickets_spent:  # noqa: ASYNC110  # from outside
                await asyncio.sleep(0.05)
        start.cancel()
        await asyncio.gather(start, return_exceptions=True)
        await connection.close()
        assert open_sessions() == before

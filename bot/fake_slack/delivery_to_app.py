"""Deliver payloads to the bot, over HTTP or Socket Mode, and report how it took them."""

import asyncio
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass, replace
from itertools import count
from typing import Any, Literal, Protocol
from urllib.parse import urlencode

import aiohttp
from aiohttp import WSMsgType, web

from bot.clock import Clock, monotonic
from bot.fake_slack.arguments import SlackRefusal

PayloadKind = Literal["events_api", "slash_commands", "interactive"]  # as Socket Mode names them

ANSWER_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """The bot's answer to a payload. `body` is None for an empty answer."""

    ok: bool
    body: Any = None
    seconds: float = 0.0
    failure: str = ""  # shown to the person: dispatch_failed · operation_timeout
    reason: str = ""  # sent as X-Slack-Retry-Reason: http_error · http_timeout · connection_failed
    status: int = 200
    may_retry: bool = True  # False where the bot answered with X-Slack-No-Retry


@dataclass(frozen=True, slots=True)
class Attempt:
    """One delivery of an event. Number 0 is the first; a retry has the reason for it."""

    number: int = 0
    reason: str = ""


class Transport(Protocol):
    """The way to the bot: HTTP or sockets."""

    async def send(self, kind: PayloadKind, payload: dict[str, Any], attempt: Attempt) -> Acknowledgement: ...


class AppTransport:
    """Delivers payloads over a transport, and retries events.

    `retry_after_s` holds the seconds to wait before each retry of an event. Slack retries at once, after one minute and
    after five.
    """

    def __init__(self, transport: Transport) -> None:
        self.transport = transport
        self.retry_after_s: tuple[float, ...] = (0.0, 60.0, 300.0)
        self.twice = False  # deliver every payload twice, exactly the same
        self.seconds: list[float] = []  # how long each acknowledgement took
        self._events: set[asyncio.Task[None]] = set()

    async def send_and_wait(self, kind: PayloadKind, payload: dict[str, Any]) -> Acknowledgement:
        """Deliver once, and wait for the answer."""
        acknowledgement = await self._deliver(kind, payload, Attempt())
        self.seconds.append(acknowledgement.seconds)
        return acknowledgement

    def send_event(self, payload: dict[str, Any]) -> None:
        """Deliver an event in the background, with retries."""
        task = asyncio.create_task(self._with_retries(payload))
        self._events.add(task)
        task.add_done_callback(self._events.discard)

    async def wait_settled(self) -> None:
        """Wait until every event sent so far was accepted or given up."""
        while self._events:
            await asyncio.gather(*self._events)

    async def close(self) -> None:
        for task in tuple(self._events):
            task.cancel()
        await asyncio.gather(*self._events, return_exceptions=True)

    async def _with_retries(self, payload: dict[str, Any]) -> None:
        acknowledgement = await self._deliver("events_api", payload, Attempt())
        for number, pause in enumerate(self.retry_after_s, 1):
            if acknowledgement.ok or not acknowledgement.may_retry:
                return
            await asyncio.sleep(pause)
            acknowledgement = await self._deliver("events_api", payload, Attempt(number, acknowledgement.reason))

    async def _deliver(self, kind: PayloadKind, payload: dict[str, Any], attempt: Attempt) -> Acknowledgement:
        started = monotonic()
        if self.twice:
            first, _ = await asyncio.gather(
                self.transport.send(kind, payload, attempt), self.transport.send(kind, payload, attempt)
            )
        else:
            first = await self.transport.send(kind, payload, attempt)
        return first if first.seconds else replace(first, seconds=monotonic() - started)


FORM_TYPE = "application/x-www-form-urlencoded"


def signature(secret: str, timestamp: str, body: str) -> str:
    """Sign a request (docs.slack.dev/authentication/verifying-requests-from-slack)."""
    return "v0=" + hmac.new(secret.encode(), f"v0:{timestamp}:{body}".encode(), hashlib.sha256).hexdigest()


class HttpTransport:
    """Signs payloads and posts them to the request URLs in turn, like a load balancer in front of several processes."""

    def __init__(self, session: aiohttp.ClientSession, clock: Clock, secret: str, urls: tuple[str, ...]) -> None:
        self._session = session
        self._clock = clock
        self._secret = secret
        self._urls = urls
        self._turn = count()

    async def send(self, kind: PayloadKind, payload: dict[str, Any], attempt: Attempt) -> Acknowledgement:
        """Send one POST and report whether it was accepted, refused, cut off or late."""
        body, content_type = _encode_body(kind, payload)
        headers = self._signed(body) | {"Content-Type": content_type} | _retry_headers(attempt)
        url = self._urls[next(self._turn) % len(self._urls)]
        timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
        try:
            async with self._session.post(url, data=body.encode(), headers=headers, timeout=timeout) as response:
                answer = await response.text()
                return _read_acknowledgement(response, answer)
        except TimeoutError:
            return Acknowledgement(ok=False, failure="operation_timeout", reason="http_timeout", status=0)
        except aiohttp.ClientError:
            return Acknowledgement(ok=False, failure="dispatch_failed", reason="connection_failed", status=0)

    def _signed(self, body: str) -> dict[str, str]:
        timestamp = str(int(self._clock.real_now().timestamp()))
        return {
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signature(self._secret, timestamp, body),
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        }


def _encode_body(kind: PayloadKind, payload: dict[str, Any]) -> tuple[str, str]:
    if kind == "events_api":
        return json.dumps(payload), "application/json"
    if kind == "slash_commands":
        return urlencode(payload), FORM_TYPE
    return urlencode({"payload": json.dumps(payload)}), FORM_TYPE


def _retry_headers(attempt: Attempt) -> dict[str, str]:
    if attempt.number == 0:
        return {}
    return {"X-Slack-Retry-Num": str(attempt.number), "X-Slack-Retry-Reason": attempt.reason}


def _read_acknowledgement(response: aiohttp.ClientResponse, answer: str) -> Acknowledgement:
    may_retry = response.headers.get("X-Slack-No-Retry") != "1"
    if not 200 <= response.status < 300:
        return Acknowledgement(
            ok=False, failure="dispatch_failed", reason="http_error", status=response.status, may_retry=may_retry
        )
    body: Any = answer or None
    if answer and response.content_type == "application/json":
        body = json.loads(answer)
    return Acknowledgement(ok=True, body=body, status=response.status, may_retry=may_retry)


MAX_SOCKETS = 10  # per app


class SocketTransport:
    """Sends payloads over up to ten open sockets in turn (docs.slack.dev/apis/events-api/using-socket-mode)."""

    def __init__(self, app_id: str) -> None:
        self.base_url = ""  # ws://host:port; set when the fake Slack is served
        self.refuses_handshakes = False  # a fault: an address is spent, and yet no connection is made
        self._app_id = app_id
        self.tickets_spent: list[str] = []
        self._tickets: set[str] = set()
        self._sockets: list[web.WebSocketResponse] = []
        self._waiting: dict[str, asyncio.Future[Any]] = {}
        self._turn = count()

    @property
    def connected(self) -> int:
        return len(self._sockets)

    def open(self) -> str:
        """Return the URL for one connection, as apps.connections.open does. Raises SlackRefusal."""
        if len(self._sockets) >= MAX_SOCKETS:
            raise SlackRefusal("too_many_websockets")
        ticket = secrets.token_urlsafe(12)
        self._tickets.add(ticket)
        return f"{self.base_url}/link/?ticket={ticket}&app_id={self._app_id}"

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Serve one connection of the bot until it ends."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=401, text="invalid ticket")
        self._tickets.discard(ticket)
        self.tickets_spent.append(ticket)
        if self.refuses_handshakes:
            return web.Response(status=503, text="try again later")
        ws = web.WebSocketResponse(autoping=True)
        await ws.prepare(request)
        self._sockets.append(ws)
        try:
            await ws.send_json(self._hello())
            async for message in ws:
                if message.type == WSMsgType.TEXT:
                    self._acknowledge(message.data)
        finally:
            self._sockets.remove(ws)
        return ws

    async def send(self, kind: PayloadKind, payload: dict[str, Any], attempt: Attempt) -> Acknowledgement:
        """Send one envelope to the next socket and wait for its acknowledgement."""
        if not self._sockets:
            return Acknowledgement(ok=False, failure="dispatch_failed", reason="connection_failed", status=0)
        ws = self._sockets[next(self._turn) % len(self._sockets)]
        envelope = _envelope(kind, payload, attempt)
        answer = asyncio.get_running_loop().create_future()
        self._waiting[envelope["envelope_id"]] = answer
        try:
            await ws.send_json(envelope)
            async with asyncio.timeout(ANSWER_SECONDS):
                return Acknowledgement(ok=True, body=await answer)
        except (TimeoutError, ConnectionError):
            return Acknowledgement(ok=False, failure="operation_timeout", reason="http_timeout", status=0)
        finally:
            del self._waiting[envelope["envelope_id"]]

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Ask every socket to connect again, as Slack does every few hours. The reason `warning` announces it only."""
        for ws in tuple(self._sockets):
            await ws.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "fake-slack"}})
            if reason != "warning":
                await ws.close()

    def cut(self) -> None:
        """Break every connection without closing it."""
        for ws in tuple(self._sockets):
            if (writer := ws._writer) is not None and writer.transport is not None:  # noqa: SLF001  # no public way
                writer.transport.abort()

    async def close(self) -> None:
        for ws in tuple(self._sockets):
            await ws.close()

    def _acknowledge(self, text: str) -> None:
        message = json.loads(text)
        answer = self._waiting.get(message.get("envelope_id", ""))
        if answer is not None and not answer.done():
            answer.set_result(message.get("payload") or None)

    def _hello(self) -> dict[str, Any]:
        return {
            "type": "hello",
            "num_connections": len(self._sockets),
            "debug_info": {"host": "fake-slack", "build_number": 1, "approximate_connection_time": 18060},
            "connection_info": {"app_id": self._app_id},
        }


def _envelope(kind: PayloadKind, payload: dict[str, Any], attempt: Attempt) -> dict[str, Any]:
    envelope = {
        "envelope_id": secrets.token_hex(16),
        "type": kind,
        "payload": payload,
        "accepts_response_payload": kind != "events_api",
    }
    if kind == "events_api":
        envelope |= {"retry_attempt": attempt.number, "retry_reason": attempt.reason}
    return envelope

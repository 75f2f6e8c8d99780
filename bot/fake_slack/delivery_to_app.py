"""The line to the bot: deliver a payload, wait three seconds, and know what came of it.

Payloads to the bot over HTTP, signed as Slack signs them.

Payloads to the bot over Socket Mode (docs.slack.dev/apis/events-api/using-socket-mode)."""

import asyncio
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from itertools import count
from typing import Any, Literal, Protocol
from urllib.parse import urlencode

import aiohttp
from aiohttp import WSMsgType, web

from bot.clock import Clock, monotonic
from bot.fake_slack.arguments import SlackRefusal

PayloadKind = Literal["events_api", "slash_commands", "interactive"]  # in Socket Mode's words

ANSWER_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """How the bot took a payload; `body` is what it answered with, None without."""

    ok: bool
    body: Any = None
    seconds: float = 0.0
    failure: str = ""  # dispatch_failed · operation_timeout: what the person is told
    reason: str = ""  # what X-Slack-Retry-Reason says: http_error · http_timeout · connection_failed
    status: int = 200
    may_retry: bool = True  # false when the bot said X-Slack-No-Retry


@dataclass(frozen=True, slots=True)
class Attempt:
    """Which retry of an event this is, and why; number 0 is the first delivery."""

    number: int = 0
    reason: str = ""


class Transport(Protocol):
    """How payloads reach the bot: HTTP or sockets."""

    async def send(self, kind: PayloadKind, payload: dict[str, Any], attempt: Attempt) -> Acknowledgement: ...


class AppTransport:
    """Delivers. `retry_after_s` are the pauses before an event's retries (Slack's: at once, 1 and 5 minutes)."""

    def __init__(self, transport: Transport) -> None:
        self.transport = transport
        self.retry_after_s: tuple[float, ...] = (0.0, 60.0, 300.0)
        self.twice = False  # deliver every payload two times, the same to the letter
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
        """Wait until every event told so far was taken or given up."""
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
        began = monotonic()
        if self.twice:
            first, _ = await asyncio.gather(
                self.transport.send(kind, payload, attempt), self.transport.send(kind, payload, attempt)
            )
        else:
            first = await self.transport.send(kind, payload, attempt)
        return first if first.seconds else _with_duration(first, monotonic() - began)


def _with_duration(one: Acknowledgement, seconds: float) -> Acknowledgement:
    return Acknowledgement(one.ok, one.body, seconds, one.failure, one.reason, one.status, one.may_retry)


FORM_TYPE = "application/x-www-form-urlencoded"


def signature(secret: str, timestamp: str, body: str) -> str:
    """docs.slack.dev/authentication/verifying-requests-from-slack"""
    return "v0=" + hmac.new(secret.encode(), f"v0:{timestamp}:{body}".encode(), hashlib.sha256).hexdigest()


class HttpTransport:
    """Posts to one or more request URLs in turn, as a load balancer before many nodes would."""

    def __init__(self, session: aiohttp.ClientSession, clock: Clock, secret: str, urls: tuple[str, ...]) -> None:
        self._session = session
        self._clock = clock
        self._secret = secret
        self._urls = urls
        self._turn = count()

    async def send(self, kind: PayloadKind, payload: dict[str, Any], attempt: Attempt) -> Acknowledgement:
        """One POST; refused, broken and late answers are told apart."""
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

    async def verify_url(self, challenge: str) -> Acknowledgement:
        """What Slack asks when a request URL is entered: the challenge comes back."""
        return await self.send("events_api", {"type": "url_verification", "challenge": challenge}, Attempt())

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
    """Up to ten sockets; each payload goes to any one of them."""

    def __init__(self, app_id: str) -> None:
        self.base_url = ""  # ws://host:port; known once the stand-in is served
        self._app_id = app_id
        self._tickets: set[str] = set()
        self._sockets: list[web.WebSocketResponse] = []
        self._waiting: dict[str, asyncio.Future[Any]] = {}
        self._turn = count()

    @property
    def connected(self) -> int:
        return len(self._sockets)

    def open(self) -> str:
        """A URL for one connection, as apps.connections.open gives it; raises SlackRefusal."""
        if len(self._sockets) >= MAX_SOCKETS:
            raise SlackRefusal("too_many_websockets")
        ticket = secrets.token_urlsafe(12)
        self._tickets.add(ticket)
        return f"{self.base_url}/link/?ticket={ticket}&app_id={self._app_id}"

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One connection of the bot's, to its end."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=401, text="invalid ticket")
        self._tickets.discard(ticket)
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
        """One envelope to the next socket, and its acknowledgement."""
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
        """Tell every socket to connect anew (`warning` first says: soon), as Slack does every few hours."""
        for ws in tuple(self._sockets):
            await ws.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "standin"}})
            if reason != "warning":
                await ws.close()

    def cut(self) -> None:
        """Break every line without a word."""
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
            "debug_info": {"host": "standin", "build_number": 1, "approximate_connection_time": 18060},
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

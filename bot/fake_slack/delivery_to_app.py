"""Deliver payloads to the bot, and report how it took them."""

import asyncio
import json
from dataclasses import dataclass
from itertools import count
from typing import Any, Literal, Protocol
from urllib.parse import urlencode

import aiohttp
from slack_sdk.signature import SignatureVerifier

from bot.clock import Clock

PayloadKind = Literal["events_api", "slash_commands", "interactive"]  # as Socket Mode names them

ANSWER_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """The bot's answer to a payload. `body` is None for an empty answer."""

    ok: bool
    body: Any = None
    failure: str = ""  # shown to the person: dispatch_failed · operation_timeout
    reason: str = ""  # sent as X-Slack-Retry-Reason: http_error · http_timeout · connection_failed
    status: int = 200


UNREACHABLE = Acknowledgement(ok=False, failure="dispatch_failed", reason="connection_failed", status=0)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One delivery of an event. Number 0 is the first; a retry has the reason for it."""

    number: int = 0
    reason: str = ""


FIRST = Attempt()


class Transport(Protocol):
    """The way to the bot."""

    async def send(self, kind: PayloadKind, payload: dict[str, Any], attempt: Attempt) -> Acknowledgement: ...


class AppTransport:
    """Delivers payloads over a transport, and retries events. The bot is unreachable until there is a transport.

    `retry_after_s` holds the seconds to wait before each retry of an event. Slack retries at once, after one minute and
    after five.
    """

    def __init__(self) -> None:
        self.transport: Transport | None = None
        self.retry_after_s: tuple[float, ...] = (0.0, 60.0, 300.0)
        self._events: set[asyncio.Task[None]] = set()

    async def send_and_wait(
        self, kind: PayloadKind, payload: dict[str, Any], attempt: Attempt = FIRST
    ) -> Acknowledgement:
        """Deliver once, and wait for the answer."""
        return await self.transport.send(kind, payload, attempt) if self.transport else UNREACHABLE

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
        acknowledgement = await self.send_and_wait("events_api", payload)
        for number, pause in enumerate(self.retry_after_s, 1):
            if acknowledgement.ok:
                return
            await asyncio.sleep(pause)
            attempt = Attempt(number, acknowledgement.reason)
            acknowledgement = await self.send_and_wait("events_api", payload, attempt)


FORM_TYPE = "application/x-www-form-urlencoded"


class HttpTransport:
    """Signs payloads and posts them to the request URLs in turn, like a load balancer in front of several processes."""

    def __init__(self, session: aiohttp.ClientSession, clock: Clock, secret: str, urls: tuple[str, ...]) -> None:
        self._session = session
        self._clock = clock
        self._signatures = SignatureVerifier(secret)
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
            return UNREACHABLE

    def _signed(self, body: str) -> dict[str, str]:
        timestamp = str(int(self._clock.real_now().timestamp()))
        return {
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": str(self._signatures.generate_signature(timestamp=timestamp, body=body)),
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
    if not 200 <= response.status < 300:
        return Acknowledgement(ok=False, failure="dispatch_failed", reason="http_error", status=response.status)
    body: Any = answer or None
    if answer and response.content_type == "application/json":
        body = json.loads(answer)
    return Acknowledgement(ok=True, body=body, status=response.status)

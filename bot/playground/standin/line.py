"""The line to the bot: deliver a payload, wait three seconds, and know what came of it."""

import asyncio
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from bot.clock import monotonic

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

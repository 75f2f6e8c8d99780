"""Run each listener once per request, log how it ended, and answer every error.

An error that the bot knows becomes a friendly sentence. Any other becomes an id, in the log and in the reply.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import structlog
from aiohttp import ClientError
from slack_bolt.kwargs_injection.async_args import AsyncArgs
from slack_sdk.errors import SlackApiError

from bot import telemetry
from bot.blockkit.blocks import Message
from bot.clock import monotonic
from bot.db.database import DatabaseUnavailable, is_passing
from bot.errors import BotError, InvalidForm
from bot.slack.deduplication import message_key
from bot.slack.limits import TYPE_AHEAD_COST, ConcurrencyLimiter, RateLimiter, TooBusy, TooFast
from bot.slack.request import SlackRequest, respond_privately, show_in_modal
from bot.telemetry.metrics import Metrics

_EVENTS = {"app_mention": "mention", "message": "message", "app_home_opened": "home"}

_INTERACTIONS = {
    "block_actions": "press",
    "block_suggestion": "type_ahead",
    "view_submission": "submission",
    "shortcut": "shortcut",
    "message_action": "shortcut",
}

REQUEST_KINDS = ("command", *_EVENTS.values(), *dict.fromkeys(_INTERACTIONS.values()), "other")


@dataclass(frozen=True, slots=True)
class RequestInfo:
    """The part of a request that logs and metrics may hold: no words and no person."""

    kind: str  # one of REQUEST_KINDS
    key: str  # what Slack repeats when it sends the same again; may be empty
    id: str  # stands in each of its log lines, and in the reply when something breaks

    @classmethod
    def from_body(cls, body: dict[str, Any]) -> "RequestInfo":
        """Read the body that Bolt parsed."""
        key = str(body.get("event_id") or body.get("trigger_id") or "")
        return cls(request_kind(body), new_message_key(body) or key, key[-12:] or secrets.token_hex(6))


def request_kind(body: dict[str, Any]) -> str:
    """The kind of a request: one of REQUEST_KINDS."""
    if "command" in body:
        return "command"
    event = body.get("event")
    if isinstance(event, dict):
        return _EVENTS.get(str(event.get("type")), "other")
    return _INTERACTIONS.get(str(body.get("type")), "other")


def new_message_key(body: dict[str, Any]) -> str:
    """The key of a new message to the bot, of which Slack may send several events; empty for any other request."""
    event = body.get("event")
    if not isinstance(event, dict) or "edited" in event or "message" in event:
        return ""
    is_to_bot = event.get("type") == "app_mention" or (event.get("type"), event.get("channel_type")) == (
        "message",
        "im",
    )
    return message_key(str(event.get("channel")), str(event.get("ts"))) if is_to_bot else ""


Listener = Callable[[SlackRequest], Awaitable[None]]

IsIdempotent = Callable[[dict[str, Any]], bool]  # given the body of a request

AUTO_ACK_AFTER_S = 0.03  # a command whose answer is not ready by then is acknowledged, and answered later

_ACK_FIRST = frozenset({"press", "shortcut"})  # these have nothing to say in the acknowledgement

_ACK_IS_ANSWER = frozenset({"submission", "type_ahead"})

_TOO_LATE = "That took too long to open. Press the button again."

_NOT_MEMBER = "I'm no longer in that channel. `/invite` me there, then try again."

_NOT_ALLOWED = (
    "I don't have permission for that. Ask whoever installed me to reinstall the app with its current manifest."
)

_TARGET_GONE = "That message or window is gone. Ask again to see it."

_REFUSAL_TEXTS = {
    "expired_trigger_id": _TOO_LATE,
    "exchanged_trigger_id": _TOO_LATE,
    "invalid_trigger_id": _TOO_LATE,
    "trigger_expired": _TOO_LATE,
    "message_not_found": _TARGET_GONE,
    "not_found": _TARGET_GONE,
    "view_not_found": _TARGET_GONE,
    "channel_not_found": _NOT_MEMBER,
    "not_in_channel": _NOT_MEMBER,
    "is_archived": "That channel is archived, so I can't post there. Choose another.",
    "missing_scope": _NOT_ALLOWED,
    "no_permission": _NOT_ALLOWED,
    "restricted_action": _NOT_ALLOWED,
    "ratelimited": "Slack is limiting how fast I can answer. Try again in a minute.",
}

_RESULT_OF_ERROR = {DatabaseUnavailable: "away", TooBusy: "shed"}

_log = telemetry.logger("handlers")


@dataclass(frozen=True, slots=True)
class RequestResult:
    """How a request ended, and why. It holds nobody's words.

    The status is `done`, `refused` (with a sentence), `shed` (too many requests), `away` (no database), `failed`, or
    `repeated` (Slack sent it twice).
    """

    status: str
    reason: str = ""
    where: str = ""


class RequestGuard:
    """Runs listeners: once per request, logged, and with every error answered."""

    def __init__(
        self,
        is_first: Callable[[str], Awaitable[bool]],
        metrics: Metrics,
        concurrency: ConcurrencyLimiter,
        now: Callable[[], float] = monotonic,
    ) -> None:
        """`is_first(key)` says whether no process has acted on this key before, and remembers that one has now.

        `now` is monotonic time in seconds.
        """
        self._is_first = is_first
        self._metrics = metrics
        self._now = now
        self._rate_limiter = RateLimiter(now)
        self._concurrency = concurrency

    async def call(self, listener: Listener, args: AsyncArgs, idempotent: IsIdempotent | None = None) -> None:
        """Run the listener for a request. It never raises, since Bolt would drop the acknowledgement.

        Presses and shortcuts are acknowledged before the listener runs. A submission is acknowledged after it, unless
        the listener answered by the acknowledgement itself.

        `idempotent(body)` says that the request may be done again when Slack repeats it. Then the database is not asked
        whether it was done before.
        """
        request, info, started = SlackRequest.from_bolt(args), RequestInfo.from_body(args.body), self._now()
        with self._concurrency.track(), structlog.contextvars.bound_contextvars(kind=info.kind, request=info.id):
            auto_ack = None if request.is_acknowledged else asyncio.create_task(_auto_ack(request, info))
            try:
                once = not (idempotent and idempotent(args.body))
                result = await self._run(listener, request, info, once=once)
            finally:
                if auto_ack:
                    auto_ack.cancel()
            self._record(info, result, self._now() - started)

    async def _run(self, listener: Listener, request: SlackRequest, info: RequestInfo, *, once: bool) -> RequestResult:
        typing = info.kind == "type_ahead"
        try:
            self._concurrency.check()
            self._rate_limiter.check(request.user, TYPE_AHEAD_COST if typing else 1.0)
            if once and info.key and not await self._is_first(info.key):
                await request.ack()
                return RequestResult("repeated")

            if info.kind in _ACK_FIRST:
                await request.ack()
            await listener(request)
            if not request.is_acknowledged:
                await request.ack()
        except BotError as error:
            if isinstance(error, InvalidForm) and await _ack_with_problems(request, error):
                return RequestResult("done")
            again = isinstance(error, TooFast) and error.notified
            silent = typing or (again and info.kind != "submission")  # a bare acknowledgement would close the form
            await (request.ack() if silent else _notify_user(request, str(error)))
            return RequestResult(_RESULT_OF_ERROR.get(type(error), "refused"), type(error).__name__)
        except Exception as error:
            return await _handle_unexpected(request, error, info)
        return RequestResult("done")

    def _record(self, info: RequestInfo, result: RequestResult, seconds: float) -> None:
        """Log the request in one line, and count it."""
        log = _log.error if result.status == "failed" else _log.info
        details = {"reason": result.reason, "where": result.where}
        known = {name: value for name, value in details.items() if value}
        log("request", outcome=result.status, ms=round(seconds * 1000, 1), **known)
        self._metrics.requests.labels(info.kind, result.status).observe(seconds)


async def _auto_ack(request: SlackRequest, info: RequestInfo) -> None:
    """Acknowledge a request whose answer takes long: Slack waits three seconds, and people do not like to wait.

    The answer then follows by the response URL. A submitted modal and a menu that fills while one types are left out,
    since there the acknowledgement is the answer.
    """
    await asyncio.sleep(AUTO_ACK_AFTER_S)
    if not request.is_acknowledged and info.kind not in _ACK_IS_ANSWER:
        await request.ack()


async def _ack_with_problems(request: SlackRequest, invalid: InvalidForm) -> bool:
    """Keep the form open with each problem at its field; false if its fields are not shown, as in a confirmation."""
    shown = {block["block_id"] for block in request.body.get("view", {}).get("blocks", ())}
    if shown.issuperset(invalid.problems):
        await request.ack(response_action="errors", errors=invalid.problems)
    return shown.issuperset(invalid.problems)


async def _handle_unexpected(request: SlackRequest, error: Exception, info: RequestInfo) -> RequestResult:
    """Answer what Slack refused with a sentence of its own, and anything else with an id."""
    refusal = _REFUSAL_TEXTS.get(str(error.response.get("error"))) if isinstance(error, SlackApiError) else None
    if refusal:
        await _notify_user(request, refusal)
        return RequestResult("refused", _error_code(error))

    slack_is_away = isinstance(error, ClientError | TimeoutError)
    if is_passing(error) and not slack_is_away:
        await _notify_user(request, str(DatabaseUnavailable()))
        return RequestResult("away", _error_code(error))

    await _notify_user(
        request,
        f"Something went wrong on my side. Try again; if it keeps happening, give the organisers this code: `{info.id}`.",
    )
    return RequestResult("failed", _error_code(error), telemetry.error_location(error))


def _error_code(error: Exception) -> str:
    """The error's class; for an error of Slack's also its code, which holds nobody's text."""
    if isinstance(error, SlackApiError):
        return f"SlackApiError {error.response.get('error', '')}"
    return type(error).__name__


async def _notify_user(request: SlackRequest, text: str) -> None:
    """Reach the person by whatever way is still open. A failure is only logged."""
    try:
        if request.is_command and not request.is_acknowledged:
            await request.ack(text)
            return
        if request.is_in_modal:
            await show_in_modal(request, text)
            return
        if not request.is_acknowledged:
            await request.ack()
        if request.user:
            await respond_privately(request, Message(text))
    except Exception as error:
        _log.warning("could not tell the person", error=_error_code(error))

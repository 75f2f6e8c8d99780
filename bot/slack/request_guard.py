"""Where requests from Slack meet errors: known ones become a friendly sentence, unknown ones an id in log and reply.

What a request from Slack is, in the few words that a log line and a metric may use of it."""

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
from bot.clock import monotonic
from bot.db.circuit_breaker import DatabaseUnavailable
from bot.db.database import is_transient
from bot.errors import BotError
from bot.slack import responses
from bot.slack.limits import TYPE_AHEAD_COST, ConcurrencyLimiter, RateLimiter, TooBusy, TooFast
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
    """One request, without a word of what it says or who sent it."""

    kind: str  # one of REQUEST_KINDS
    key: str  # what Slack repeats when it sends the same again: an event's id, an interaction's trigger; may be empty
    id: str  # follows it through the log, and into the reply when something breaks

    @classmethod
    def from_body(cls, body: dict[str, Any]) -> "RequestInfo":
        """`body` as Bolt parsed it."""
        key = str(body.get("event_id") or body.get("trigger_id") or "")
        return cls(_request_kind(body), key, key[-12:] or secrets.token_hex(6))


def _request_kind(body: dict[str, Any]) -> str:
    if "command" in body:
        return "command"
    event = body.get("event")
    if isinstance(event, dict):
        return _EVENTS.get(str(event.get("type")), "other")
    return _INTERACTIONS.get(str(body.get("type")), "other")


Listener = Callable[[AsyncArgs], Awaitable[None]]

AUTO_ACK_AFTER_S = 0.03  # after so long a request is acknowledged, whether or not its answer is ready

_ACK_IS_ANSWER = frozenset({"view_submission", "block_suggestion"})

_TOO_LATE = "Slack gave me only three seconds to open that, and I was too late. Press again, please."

_NOT_MEMBER = "I am not in that channel any more. `/invite` me there, then try again."

_NOT_ALLOWED = "I was not given the permission for that. Whoever installed me can do so: it is in the app's manifest."

_TARGET_GONE = "That message or window is gone. Ask again and I will show it anew."

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
    "is_archived": "That channel is archived, so I cannot write there.",
    "missing_scope": _NOT_ALLOWED,
    "no_permission": _NOT_ALLOWED,
    "restricted_action": _NOT_ALLOWED,
    "push_limit_reached": "Three windows are open already. Close one, then press again.",
    "ratelimited": "Slack asks me to slow down. Try again in a minute.",
}

_RESULT_OF_ERROR = {DatabaseUnavailable: "away", TooBusy: "shed"}

_log = telemetry.logger("handlers")


@dataclass(frozen=True, slots=True)
class RequestResult:
    """How a request ended, and why, without anybody's words.

    Done, refused in words, shed because there were too many, put off because the database is away, failed, or repeated.
    """

    status: str
    reason: str = ""
    where: str = ""


class RequestGuard:
    """Runs listeners one by one request: once each, logged, and with every error answered."""

    def __init__(
        self, is_first: Callable[[str], Awaitable[bool]], metrics: Metrics, concurrency: ConcurrencyLimiter
    ) -> None:
        """`is_first(key)` says whether no node has acted on this key before; from now on one has."""
        self._is_first = is_first
        self._metrics = metrics
        self._rate_limiter = RateLimiter()
        self._concurrency = concurrency

    def wrap(self, listener: Listener, *, idempotent: Callable[[dict[str, Any]], bool] | None = None) -> Listener:
        """The listener as Bolt may run it: it never raises, since Bolt would drop the acknowledgement.

        `idempotent(body)` says that it may be done again if Slack repeats itself: then nobody waits for the database.
        """

        async def safely(args: AsyncArgs) -> None:
            request, started = RequestInfo.from_body(args.body), monotonic()
            with (
                self._concurrency.track(),
                structlog.contextvars.bound_contextvars(kind=request.kind, request=request.id),
            ):
                hurry = asyncio.create_task(_auto_ack(args))
                try:
                    once = not (idempotent and idempotent(args.body))
                    outcome = await self._run(listener, args, request, once=once)
                finally:
                    hurry.cancel()
                self._record(request, outcome, monotonic() - started)

        return safely

    async def _run(self, listener: Listener, args: AsyncArgs, request: RequestInfo, *, once: bool) -> RequestResult:
        typing = request.kind == "type_ahead"
        try:
            self._concurrency.check()
            self._rate_limiter.check(args.context.user_id or "", monotonic(), TYPE_AHEAD_COST if typing else 1.0)
            if once and request.key and not await self._is_first(request.key):
                await args.ack()
                return RequestResult("repeated")
            await listener(args)
        except BotError as error:
            quietly = typing or (isinstance(error, TooFast) and error.notified)
            await (args.ack() if quietly else _notify_user(args, str(error)))
            return RequestResult(_RESULT_OF_ERROR.get(type(error), "refused"), type(error).__name__)
        except Exception as error:
            return await _handle_unexpected(args, error, request)
        return RequestResult("done")

    def _record(self, request: RequestInfo, result: RequestResult, seconds: float) -> None:
        """One line a request, and its place in the figures."""
        log = _log.error if result.status == "failed" else _log.info
        told = {"reason": result.reason, "where": result.where}
        why = {name: value for name, value in told.items() if value}
        log("request", outcome=result.status, ms=round(seconds * 1000, 1), **why)
        self._metrics.request(request.kind, result.status, seconds)


async def _auto_ack(args: AsyncArgs) -> None:
    """Slack waits for three seconds and people do not like to: the answer follows by the response URL.

    Not where the acknowledgement is the answer: a submitted modal, a menu that fills as one types.
    """
    await asyncio.sleep(AUTO_ACK_AFTER_S)
    if args.ack.response is None and args.body.get("type") not in _ACK_IS_ANSWER:
        await args.ack()


async def _handle_unexpected(args: AsyncArgs, error: Exception, request: RequestInfo) -> RequestResult:
    """What a person brought about at Slack has its own sentence; anything else gets an id, in the log and the reply."""
    refusal = _REFUSAL_TEXTS.get(str(error.response.get("error"))) if isinstance(error, SlackApiError) else None
    if refusal:
        await _notify_user(args, refusal)
        return RequestResult("refused", _error_code(error))
    if is_transient(error) and not isinstance(error, ClientError | TimeoutError):  # which are Slack's
        await _notify_user(args, str(DatabaseUnavailable()))
        return RequestResult("away", _error_code(error))
    await _notify_user(
        args, f"Something broke on my side, not yours. Try again; if it stays, tell the organisers `{request.id}`."
    )
    return RequestResult("failed", _error_code(error), telemetry.error_location(error.__traceback__))


def _error_code(error: Exception) -> str:
    """The error's kind; of Slack's own errors also the code, which holds no text of anybody's."""
    if isinstance(error, SlackApiError):
        return f"SlackApiError {error.response.get('error', '')}"
    return type(error).__name__


async def _notify_user(args: AsyncArgs, text: str) -> None:
    """Reach the person by whatever way is still open; failing to is logged and no more."""
    try:
        if args.ack.response is None and "command" in args.body:
            await args.ack(text)
            return
        if responses.is_modal(args.body):
            await responses.show_in_modal(args, text)
            return
        if args.ack.response is None:
            await args.ack()
        if args.context.response_url:
            await args.respond(text, response_type="ephemeral", replace_original=False)
        elif event := args.body.get("event"):
            await args.client.chat_postEphemeral(channel=event["channel"], user=event["user"], text=text)
        elif user := args.context.user_id:
            await args.client.chat_postMessage(channel=user, text=text)
    except Exception as error:
        _log.warning("could not tell the person", error=_error_code(error))

"""Where requests from Slack meet errors: known ones become a friendly sentence, unknown ones an id in log and reply."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import structlog
from aiohttp import ClientError
from slack_bolt.kwargs_injection.async_args import AsyncArgs
from slack_sdk.errors import SlackApiError

from bot import telemetry
from bot.clock import stopwatch
from bot.errors import BotError
from bot.handlers import forms
from bot.handlers.crowd import Crowd, TooBusyError
from bot.handlers.pace import TYPING, Pace, TooFastError
from bot.handlers.requests import Request
from bot.store.database import passing
from bot.store.impatient import AwayError
from bot.telemetry.metrics import Metrics

Listener = Callable[[AsyncArgs], Awaitable[None]]

PROMPTLY_S = 0.03  # after so long a request is acknowledged, whether or not its answer is ready
_ANSWERED_BY_ACKNOWLEDGING = frozenset({"view_submission", "block_suggestion"})

_TOO_LATE = "Slack gave me only three seconds to open that, and I was too late. Press again, please."
_NOT_MEMBER = "I am not in that channel any more. `/invite` me there, then try again."
_NOT_ALLOWED = "I was not given the permission for that. Whoever installed me can do so: it is in the app's manifest."
_GONE = "That message or window is gone. Ask again and I will show it anew."
_REFUSALS = {
    "expired_trigger_id": _TOO_LATE,
    "exchanged_trigger_id": _TOO_LATE,
    "invalid_trigger_id": _TOO_LATE,
    "trigger_expired": _TOO_LATE,
    "message_not_found": _GONE,
    "not_found": _GONE,
    "view_not_found": _GONE,
    "channel_not_found": _NOT_MEMBER,
    "not_in_channel": _NOT_MEMBER,
    "is_archived": "That channel is archived, so I cannot write there.",
    "missing_scope": _NOT_ALLOWED,
    "no_permission": _NOT_ALLOWED,
    "restricted_action": _NOT_ALLOWED,
    "push_limit_reached": "Three windows are open already. Close one, then press again.",
    "ratelimited": "Slack asks me to slow down. Try again in a minute.",
}

_WORDS = {AwayError: "away", TooBusyError: "shed"}

_log = telemetry.logger("handlers")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a request ended, and why, without anybody's words.

    Done, refused in words, shed because there were too many, put off because the database is away, failed, or repeated.
    """

    word: str
    reason: str = ""
    where: str = ""


class Boundary:
    """Runs listeners one by one request: once each, logged, and with every error answered."""

    def __init__(self, first_time: Callable[[str], Awaitable[bool]], metrics: Metrics, crowd: Crowd) -> None:
        """`first_time(key)` says whether no node has acted on this key before; from now on one has."""
        self._first_time = first_time
        self._metrics = metrics
        self._pace = Pace()
        self._crowd = crowd

    def guarded(self, listener: Listener, *, harmless: Callable[[dict[str, Any]], bool] | None = None) -> Listener:
        """The listener as Bolt may run it: it never raises, since Bolt would drop the acknowledgement.

        `harmless(body)` says that it may be done again if Slack repeats itself: then nobody waits for the database.
        """

        async def safely(args: AsyncArgs) -> None:
            request, started = Request.of(args.body), stopwatch()
            with self._crowd.joined(), structlog.contextvars.bound_contextvars(kind=request.kind, request=request.id):
                hurry = asyncio.create_task(_acknowledge_in_time(args))
                try:
                    once = not (harmless and harmless(args.body))
                    outcome = await self._come_of(listener, args, request, once=once)
                finally:
                    hurry.cancel()
                self._note(request, outcome, stopwatch() - started)

        return safely

    async def _come_of(self, listener: Listener, args: AsyncArgs, request: Request, *, once: bool) -> Outcome:
        typing = request.kind == "type_ahead"
        try:
            self._crowd.make_way()
            self._pace.keep(args.context.user_id or "", stopwatch(), TYPING if typing else 1.0)
            if once and request.key and not await self._first_time(request.key):
                await args.ack()
                return Outcome("repeated")
            await listener(args)
        except BotError as error:
            quietly = typing or (isinstance(error, TooFastError) and error.told)
            await (args.ack() if quietly else _tell(args, str(error)))
            return Outcome(_WORDS.get(type(error), "refused"), type(error).__name__)
        except Exception as error:
            return await _own_up(args, error, request)
        return Outcome("done")

    def _note(self, request: Request, outcome: Outcome, seconds: float) -> None:
        """One line a request, and its place in the figures."""
        log = _log.error if outcome.word == "failed" else _log.info
        told = {"reason": outcome.reason, "where": outcome.where}
        why = {name: value for name, value in told.items() if value}
        log("request", outcome=outcome.word, ms=round(seconds * 1000, 1), **why)
        self._metrics.request(request.kind, outcome.word, seconds)


async def _acknowledge_in_time(args: AsyncArgs) -> None:
    """Slack waits for three seconds and people do not like to: the answer follows by the response URL.

    Not where the acknowledgement is the answer: a submitted modal, a menu that fills as one types.
    """
    await asyncio.sleep(PROMPTLY_S)
    if args.ack.response is None and args.body.get("type") not in _ANSWERED_BY_ACKNOWLEDGING:
        await args.ack()


async def _own_up(args: AsyncArgs, error: Exception, request: Request) -> Outcome:
    """What a person brought about at Slack has its own sentence; anything else gets an id, in the log and the reply."""
    refusal = _REFUSALS.get(str(error.response.get("error"))) if isinstance(error, SlackApiError) else None
    if refusal:
        await _tell(args, refusal)
        return Outcome("refused", _described(error))
    if passing(error) and not isinstance(error, ClientError | TimeoutError):  # which are Slack's
        await _tell(args, str(AwayError()))
        return Outcome("away", _described(error))
    await _tell(
        args, f"Something broke on my side, not yours. Try again; if it stays, tell the organisers `{request.id}`."
    )
    return Outcome("failed", _described(error), telemetry.where(error.__traceback__))


def _described(error: Exception) -> str:
    """The error's kind; of Slack's own errors also the code, which holds no text of anybody's."""
    if isinstance(error, SlackApiError):
        return f"SlackApiError {error.response.get('error', '')}"
    return type(error).__name__


async def _tell(args: AsyncArgs, text: str) -> None:
    """Reach the person by whatever way is still open; failing to is logged and no more."""
    try:
        if args.ack.response is None and "command" in args.body:
            await args.ack(text)
            return
        if forms.is_modal(args.body):
            await forms.tell(args, text)
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
        _log.warning("could not tell the person", error=_described(error))

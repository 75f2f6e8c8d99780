"""Where everything from Slack comes in, over HTTP and over sockets alike."""

from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.response import BoltResponse

from bot import telemetry
from bot.clock import stopwatch
from bot.handlers.answering import AnsweringLine, Called
from bot.handlers.crowd import Crowd, TooBusyError
from bot.handlers.requests import Request
from bot.slack.connection import Line
from bot.telemetry.metrics import Metrics

UNSIGNED = 401  # Bolt's answer to who is not Slack
UNREADABLE = 400
# What Bolt comes to in a body of another shape than it takes for granted. Listeners raise nothing (bot.handlers.boundary).
_MISREAD = (AttributeError, LookupError, TypeError, ValueError)

_log = telemetry.logger("handlers")


class Reception(AsyncApp):
    """Bolt's app, whose acknowledgements are timed, and which takes a body that it cannot read for the sender's mistake."""

    def __init__(self, metrics: Metrics, crowd: Crowd, **settings: Any) -> None:
        """`settings` are AsyncApp's."""
        super().__init__(**settings)
        self._metrics = metrics
        self._crowd = crowd
        self.error(_answer_to)

    async def async_dispatch(self, req: AsyncBoltRequest) -> BoltResponse:
        """Bolt's answer to the request; where there are far too many, one that costs nothing."""
        started = stopwatch()
        try:
            response = self._turned_away(req) if self._crowd.is_overrun else await super().async_dispatch(req)
        except _MISREAD as error:
            return await _answer_to(error)
        if response.status not in (UNSIGNED, UNREADABLE):
            kind = Request.of(req.body).kind
            self._metrics.acknowledged(kind, stopwatch() - started, well=response.status == 200)
        return response

    def _turned_away(self, req: AsyncBoltRequest) -> BoltResponse:
        """A command's asker can be told at no cost; an event Slack sends again, and at a button it shows a warning."""
        kind = Request.of(req.body).kind
        self._metrics.request(kind, "shed", 0.0)
        return BoltResponse(status=200, body=str(TooBusyError())) if kind == "command" else BoltResponse(status=503)


async def _answer_to(error: Exception) -> BoltResponse:
    """To a request that Bolt failed at, before any listener."""
    _log.warning("not read", error=type(error).__name__, where=telemetry.where(error.__traceback__))
    if isinstance(error, _MISREAD):
        return BoltResponse(status=UNREADABLE, body="This is not what Slack sends.")
    return BoltResponse(status=500)


class OneLine(AsyncMiddleware):
    """Gives handlers the bot's own line to Slack, in place of what Bolt makes anew for every request.

    That one is measured, reuses its connections, and never posts twice by itself as the SDK's response URL would. What
    it calls for a person is told to `called`.
    """

    def __init__(self, line: Line, called: Called) -> None:
        self._line = line
        self._called = called

    async def async_process(
        self, *, req: AsyncBoltRequest, resp: BoltResponse, next: Callable[[], Awaitable[BoltResponse]]
    ) -> BoltResponse:
        req.context["client"] = AnsweringLine(self._line, req.context, self._called)
        if url := req.context.response_url:
            req.context["respond"] = self._line.respond(url)
        return await next()

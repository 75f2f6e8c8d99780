"""Where everything from Slack comes in, over HTTP and over sockets alike."""

from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.response import BoltResponse

from bot.clock import stopwatch
from bot.handlers.requests import Request
from bot.slack.connection import Line
from bot.telemetry.metrics import Metrics

UNSIGNED = 401  # Bolt's answer to who is not Slack


class Reception(AsyncApp):
    """Bolt's app, whose acknowledgements are timed."""

    def __init__(self, metrics: Metrics, **settings: Any) -> None:
        """`settings` are AsyncApp's."""
        super().__init__(**settings)
        self._metrics = metrics

    async def async_dispatch(self, req: AsyncBoltRequest) -> BoltResponse:
        """Bolt's answer to the request."""
        started = stopwatch()
        response = await super().async_dispatch(req)
        if response.status != UNSIGNED:
            kind = Request.of(req.body).kind
            self._metrics.acknowledged(kind, stopwatch() - started, well=response.status == 200)
        return response


class OneLine(AsyncMiddleware):
    """Gives handlers the bot's own line to Slack, in place of what Bolt makes anew for every request.

    That one is measured, reuses its connections, and never posts twice by itself as the SDK's response URL would.
    """

    def __init__(self, line: Line) -> None:
        self._line = line

    async def async_process(
        self, *, req: AsyncBoltRequest, resp: BoltResponse, next: Callable[[], Awaitable[BoltResponse]]
    ) -> BoltResponse:
        req.context["client"] = self._line
        if url := req.context.response_url:
            req.context["respond"] = self._line.respond(url)
        return await next()

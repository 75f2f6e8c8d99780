"""Receive every request from Slack, over HTTP and over sockets, before `bot.slack.routing` chooses its listener."""

import logging
from collections.abc import Awaitable, Callable
from copy import copy
from dataclasses import dataclass, field
from typing import Any, Self

from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.logger.messages import warning_client_prioritized_and_token_skipped
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.response import BoltResponse

from bot import telemetry
from bot.clock import monotonic
from bot.slack.client import AccountedClient, OnCall, ResponseUrl, SlackClient
from bot.slack.limits import ChannelPacer, ConcurrencyLimiter, TooBusy
from bot.slack.request_guard import request_kind
from bot.slack.routing import LISTENERS, Listeners
from bot.telemetry.metrics import Metrics

WORKSPACE = "workspace"  # the key of WorkspaceRequests in a request's context

UNSIGNED = 401  # Bolt's answer to a request that Slack did not sign

UNREADABLE = 400

# Bolt raises these at a body of another shape than it expects. Listeners raise nothing (bot.slack.request_guard).
_BAD_BODY = (AttributeError, LookupError, TypeError, ValueError)

_log = telemetry.logger("handlers")


@dataclass(frozen=True, slots=True)
class WorkspaceRequests:
    """The parts that answer the requests of one workspace."""

    identity: AuthorizeResult
    client: SlackClient
    on_call: OnCall
    concurrency: ConcurrencyLimiter
    listeners: Listeners
    pacer: ChannelPacer = field(default_factory=ChannelPacer)


async def authorize_known(context: AsyncBoltContext, **_: Any) -> AuthorizeResult:
    """Authorize a request as the bot of its workspace. Slack is not asked: auth.test was, once."""
    workspace: WorkspaceRequests = context[WORKSPACE]
    return workspace.identity


class BotApp(AsyncApp):
    """Bolt's app, with acknowledgements timed, and with 400 as the answer to a body that it cannot read."""

    def __init__(self, metrics: Metrics, concurrency: ConcurrencyLimiter, **settings: Any) -> None:
        """`settings` are AsyncApp's."""
        logging.getLogger("slack_bolt.AsyncApp").addFilter(_is_of_use)
        super().__init__(
            name="qcon-bot",  # else Bolt looks for the file that calls it, in the sources of all modules: 0.2 s
            attaching_function_token_enabled=False,  # for steps of Slack's workflows
            attaching_conversation_kwargs_enabled=False,  # for Bolt's own `say`
            **settings,
        )
        self._metrics = metrics
        self._concurrency = concurrency
        self._workspace: WorkspaceRequests | None = None
        self.error(_response_to)

    def for_workspace(self, workspace: WorkspaceRequests) -> Self:
        """Return an app with the same routes that has a workspace's own methods called."""
        app = copy(self)  # Bolt takes long to register listeners, and they take memory: workspaces share them
        app._workspace, app._concurrency = workspace, workspace.concurrency  # noqa: SLF001  # its own class
        return app

    async def async_dispatch(self, req: AsyncBoltRequest) -> BoltResponse:
        """Bolt's answer to the request; where there are far too many requests, an answer that costs nothing."""
        started = monotonic()
        if self._workspace is not None:
            req.context[WORKSPACE], req.context[LISTENERS] = self._workspace, self._workspace.listeners
        try:
            response = self._shed(req) if self._concurrency.is_overloaded else await super().async_dispatch(req)
        except _BAD_BODY as error:
            return await _response_to(error)
        if response.status not in (UNSIGNED, UNREADABLE):
            result = "acknowledged" if response.status == 200 else "unacknowledged"
            self._metrics.acknowledgements.labels(request_kind(req.body), result).observe(monotonic() - started)
        return response

    def _shed(self, req: AsyncBoltRequest) -> BoltResponse:
        """Answer a command with a sentence, all else with 503: Slack sends events again, and warns at buttons."""
        kind = request_kind(req.body)
        self._metrics.requests.labels(kind, "shed").observe(0.0)
        return BoltResponse(status=200, body=str(TooBusy())) if kind == "command" else BoltResponse(status=503)


def _is_of_use(record: logging.LogRecord) -> bool:
    """False for a warning that SLACK_BOT_TOKEN is not used, because there is a client: it has this token."""
    return record.getMessage() != warning_client_prioritized_and_token_skipped()


async def _response_to(error: Exception) -> BoltResponse:
    """The answer to a request that Bolt failed at, before any listener ran."""
    _log.warning("not read", error=type(error).__name__, where=telemetry.error_location(error))
    if isinstance(error, _BAD_BODY):
        return BoltResponse(status=UNREADABLE, body="This is not what Slack sends.")
    return BoltResponse(status=500)


class ClientMiddleware(AsyncMiddleware):
    """Gives listeners the bot's own client, in place of the one that Bolt makes for every request.

    The bot's client is measured, reuses its connections, and never posts twice by itself, as the SDK's response URL
    would. Its calls for a person are reported to the workspace's `on_call`.
    """

    async def async_process(
        self, *, req: AsyncBoltRequest, resp: BoltResponse, next: Callable[[], Awaitable[BoltResponse]]
    ) -> BoltResponse:
        workspace: WorkspaceRequests = req.context[WORKSPACE]
        person = req.context.user_id or ""
        req.context["client"] = AccountedClient(workspace.client, person, workspace.on_call, workspace.pacer)
        if url := req.context.response_url:
            req.context["respond"] = ResponseUrl(url, workspace.client)
        return await next()

"""Take every request from Slack, received over HTTP or a socket, to the method that is marked for it.

    class GreetingHandlers:
        @on_action(action_ids.GREET)
        async def on_greet(self, request: SlackRequest) -> None: ...

    register(app, [GreetingHandlers])
    listeners = Listeners(guard, [GreetingHandlers()])

The decorators only note the route on the method. `register` has Bolt call one function for each kind of request, which
chooses the method: Bolt would build all arguments anew to ask each listener whether a request is its own (`make bench`,
type-ahead). `Listeners` has the methods of one workspace; the request's context holds its `WorkspaceRequests`.
"""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Any, Self

from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.kwargs_injection.async_args import AsyncArgs
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.response import BoltResponse

from bot import telemetry
from bot.blockkit.action_ids import matching, unnumbered
from bot.clock import monotonic
from bot.slack.client import AccountedClient, OnCall, ResponseUrl, SlackClient
from bot.slack.limits import ChannelPacer, ConcurrencyLimiter, TooBusy
from bot.slack.request import SlackRequest
from bot.slack.request_guard import IsIdempotent, Listener, RequestGuard, request_kind
from bot.telemetry.metrics import Metrics

Method = Callable[[Any, SlackRequest], Awaitable[None]]
Decorator = Callable[[Method], Method]

WORKSPACE = "workspace"  # the key of WorkspaceRequests in a request's context

_ROUTE, _SUBCOMMAND = "slack_route", "subcommand"  # the attributes of a marked method

_COMMAND, _ANY_COMMAND = "/", re.compile("^/")  # its name is the app's

# By kind of request, besides commands: the field of the payload that has the id
_ID_FIELDS = MappingProxyType(
    {
        "event": "type",
        "action": "action_id",
        "options": "action_id",
        "view": "callback_id",
        "shortcut": "callback_id",
    }
)

UNSIGNED = 401  # Bolt's answer to a request that Slack did not sign

UNREADABLE = 400

# Bolt raises these at a body of another shape than it expects. Listeners raise nothing (bot.slack.request_guard).
_BAD_BODY = (AttributeError, LookupError, TypeError, ValueError)

_log = telemetry.logger("handlers")


@dataclass(frozen=True, slots=True)
class Route:
    """The requests that a method answers."""

    kind: str  # the name of AsyncApp's method that registers a listener of this kind
    ids: tuple[str, ...]
    idempotent: IsIdempotent | None = None


@dataclass(frozen=True, slots=True)
class MarkedMethod:
    """A method of a feature's class, with its route."""

    feature: type
    name: str
    route: Route


def on_command(*, idempotent: IsIdempotent | None = None) -> Decorator:
    """Answer the slash command. `idempotent` as in RequestGuard.call."""
    return _mark(Route("command", (_COMMAND,), idempotent))


def on_action(*ids: str) -> Decorator:
    """Answer presses of these buttons and choices in these menus."""
    return _mark(Route("action", ids))


def on_options(*ids: str) -> Decorator:
    """Give the options of these menus while somebody types into them."""
    return _mark(Route("options", ids))


def on_view(callback_id: str) -> Decorator:
    """Answer the submission of this modal."""
    return _mark(Route("view", (callback_id,)))


def on_shortcut(callback_id: str) -> Decorator:
    """Answer this shortcut."""
    return _mark(Route("shortcut", (callback_id,)))


def on_event(type_: str) -> Decorator:
    """React to events of this type."""
    return _mark(Route("event", (type_,)))


def on_subcommand(name: str) -> Decorator:
    """Answer this subcommand, wherever its words were typed; its text is `request.typed`."""
    return _mark(name, _SUBCOMMAND)


def subcommands_of(features: Iterable[object]) -> Mapping[str, Listener]:
    """The methods of these features that answer subcommands, by the subcommand's name."""
    kinds: Iterable[tuple[object, type]] = ((feature, type(feature)) for feature in features)
    return {
        subcommand: getattr(feature, name) for feature, kind in kinds for name, subcommand in _marks(kind, _SUBCOMMAND)
    }


def register(app: AsyncApp, features: Iterable[type]) -> None:
    """Let Bolt call the marked methods of these features' classes.

    The context of each request has its WorkspaceRequests, under WORKSPACE. Raises ValueError if two methods answer the
    same requests.
    """
    methods = [MarkedMethod(feature, *mark) for feature in features for mark in _marks(feature, _ROUTE)]
    for kind in ("command", *_ID_FIELDS):
        routes = [(id_, method) for method in methods if method.route.kind == kind for id_ in method.route.ids]
        by_id = dict(routes)
        if len(by_id) < len(routes):
            raise ValueError(f"two methods answer the same {kind}")
        if by_id:
            ids = _ANY_COMMAND if kind == "command" else matching(*by_id)
            getattr(app, kind)(ids)(_listener(kind, by_id))


class Listeners:
    """The features of one workspace, whose marked methods are called through the guard."""

    def __init__(self, guard: RequestGuard, features: Iterable[object]) -> None:
        self._guard = guard
        self._features = {type(feature): feature for feature in features}

    async def call(self, method: MarkedMethod, args: AsyncArgs) -> None:
        """Have this method answer a request."""
        listener = getattr(self._features[method.feature], method.name)
        await self._guard.call(listener, args, method.route.idempotent)


@cache  # each workspace asks, and the classes stay the same
def _marks(feature: type, attribute: str) -> Sequence[tuple[str, Any]]:
    """The names of the marked methods of a feature's class, in the order of their definition, and their marks."""
    methods = ((name, getattr(method, "__dict__", {})) for name, method in vars(feature).items())
    return tuple((name, marks[attribute]) for name, marks in methods if attribute in marks)


def _listener(kind: str, by_id: Mapping[str, MarkedMethod]) -> Callable[[AsyncArgs], Awaitable[None]]:
    async def call(args: AsyncArgs) -> None:
        workspace: WorkspaceRequests = args.context[WORKSPACE]
        id_ = _COMMAND if kind == "command" else unnumbered(args.payload[_ID_FIELDS[kind]])
        await workspace.listeners.call(by_id[id_], args)

    return call


def _mark(value: Route | str, attribute: str = _ROUTE) -> Decorator:
    def mark(method: Method) -> Method:
        method.__dict__[attribute] = value
        return method

    return mark


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
            req.context[WORKSPACE] = self._workspace
        try:
            response = self._shed(req) if self._concurrency.is_overloaded else await super().async_dispatch(req)
        except _BAD_BODY as error:
            return await _response_to(error)
        if response.status not in (UNSIGNED, UNREADABLE):
            kind = request_kind(req.body)
            self._metrics.acknowledged(kind, monotonic() - started, well=response.status == 200)
        return response

    def _shed(self, req: AsyncBoltRequest) -> BoltResponse:
        """Answer a command with a sentence, and all else with 503: then Slack sends an event again, and warns at a button."""
        kind = request_kind(req.body)
        self._metrics.request(kind, "shed", 0.0)
        return BoltResponse(status=200, body=str(TooBusy())) if kind == "command" else BoltResponse(status=503)


async def _response_to(error: Exception) -> BoltResponse:
    """The answer to a request that Bolt failed at, before any listener ran."""
    _log.warning("not read", error=type(error).__name__, where=telemetry.error_location(error.__traceback__))
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
        req.context["client"] = AccountedClient(workspace.client, req.context, workspace.on_call, workspace.pacer)
        if url := req.context.response_url:
            req.context["respond"] = ResponseUrl(url, workspace.client)
        return await next()

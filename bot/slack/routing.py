"""Mark the methods of a feature with the requests that they answer, and have Bolt call them.

    class GreetingHandlers:
        @on_action(action_ids.GREET)
        async def on_greet(self, request: SlackRequest) -> None: ...

    register(app, [GreetingHandlers])
    listeners = Listeners(guard, [GreetingHandlers()])

The decorators only note the route on the method. `register` has Bolt call one function for each kind of request, which
chooses the method: Bolt would build all arguments anew to ask each listener whether a request is its own (`make bench`,
type-ahead). `Listeners` has the methods of one workspace. `bot.slack.bolt_app.BotApp` puts them into the request's
context.
"""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.blockkit.action_ids import matching, unnumbered
from bot.slack.request import SlackRequest
from bot.slack.request_guard import IsIdempotent, Listener, RequestGuard

Method = Callable[[Any, SlackRequest], Awaitable[None]]
Decorator = Callable[[Method], Method]

LISTENERS = "listeners"  # the key of Listeners in a request's context

_ROUTE, _SUBCOMMAND = "slack_route", "subcommand"  # the attributes of a marked method

_COMMAND, _ANY_COMMAND = "/", re.compile("^/")  # its name is the app's

# By kind of request, besides commands: the field of the payload that has the id
_ID_FIELDS = {
    "event": "type",
    "action": "action_id",
    "options": "action_id",
    "view": "callback_id",
    "shortcut": "callback_id",
}


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

    The context of each request has the Listeners of its workspace, under LISTENERS. Raises ValueError if two
    methods answer the same requests.
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
        listeners: Listeners = args.context[LISTENERS]
        id_ = _COMMAND if kind == "command" else unnumbered(args.payload[_ID_FIELDS[kind]])
        await listeners.call(by_id[id_], args)

    return call


def _mark(value: Route | str, attribute: str = _ROUTE) -> Decorator:
    def mark(method: Method) -> Method:
        method.__dict__[attribute] = value
        return method

    return mark

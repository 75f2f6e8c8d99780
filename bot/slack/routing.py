"""Mark the methods of a feature with the requests that they answer, and register them with Bolt.

    class GreetingHandlers:
        @on_action(action_ids.GREET)
        async def on_greet(self, request: SlackRequest) -> None: ...

    register(app, GreetingHandlers)
    listeners = bind(guard, GreetingHandlers())

The decorators only note the route on the method. `register` has Bolt choose a method for each request, once for all
workspaces, since that takes Bolt long. `bind` gives the methods of one workspace, which the request's context holds.
"""

import re
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.blockkit.action_ids import matching
from bot.slack.request import SlackRequest
from bot.slack.request_guard import IsIdempotent, Listener, RequestGuard

Method = Callable[[Any, SlackRequest], Awaitable[None]]
Decorator = Callable[[Method], Method]

BoltListener = Callable[[AsyncArgs], Awaitable[None]]
ListenerKey = tuple[type, str]  # the class of a feature, and the name of a method
Listeners = Mapping[ListenerKey, BoltListener]

LISTENERS = "listeners"  # the key in a request's context

_ROUTE, _SUBCOMMAND = "slack_route", "subcommand"  # the attributes of a marked method


@dataclass(frozen=True, slots=True)
class Route:
    """The requests that a method answers."""

    kind: str  # the name of AsyncApp's method that registers a listener of this kind
    matches: str | re.Pattern[str]
    idempotent: IsIdempotent | None = None


def on_command(name: re.Pattern[str], *, idempotent: IsIdempotent | None = None) -> Decorator:
    """Answer slash commands of this name. `idempotent` as in RequestGuard.wrap."""
    return _mark(Route("command", name, idempotent))


def on_action(*ids: str) -> Decorator:
    """Answer presses of these buttons and choices in these menus."""
    return _mark(Route("action", matching(*ids)))


def on_options(*ids: str) -> Decorator:
    """Give the options of these menus while somebody types into them."""
    return _mark(Route("options", matching(*ids)))


def on_view(callback_id: str) -> Decorator:
    """Answer the submission of this modal."""
    return _mark(Route("view", callback_id))


def on_shortcut(callback_id: str) -> Decorator:
    """Answer this shortcut."""
    return _mark(Route("shortcut", callback_id))


def on_event(type_: str) -> Decorator:
    """React to events of this type."""
    return _mark(Route("event", type_))


def on_subcommand(name: str) -> Decorator:
    """Answer this subcommand, wherever its words were typed; its text is `request.typed`."""
    return _mark(name, _SUBCOMMAND)


def subcommands_of(features: Iterable[object]) -> Mapping[str, Listener]:
    """The methods of these features that answer subcommands, by the subcommand's name."""
    methods = ((feature, method) for feature in features for method in vars(type(feature)).values())
    return {
        method.__dict__[_SUBCOMMAND]: method.__get__(feature)
        for feature, method in methods
        if _SUBCOMMAND in getattr(method, "__dict__", {})
    }


def register(app: AsyncApp, feature: type) -> None:
    """Let Bolt call the marked methods of a feature's class, in the order of their definition.

    The context of each request has the methods that `bind` gave, under LISTENERS.
    """
    for name, route in _routes(feature):
        getattr(app, route.kind)(route.matches)(_listener((feature, name)))


def bind(guard: RequestGuard, feature: object) -> Listeners:
    """The marked methods of a feature, each called through the guard."""
    return {
        (type(feature), name): guard.wrap(getattr(feature, name), idempotent=route.idempotent)
        for name, route in _routes(type(feature))
    }


def _routes(feature: type) -> Iterator[tuple[str, Route]]:
    for name, method in vars(feature).items():
        route = getattr(method, _ROUTE, None)
        if isinstance(route, Route):
            yield name, route


def _listener(key: ListenerKey) -> BoltListener:
    async def call(args: AsyncArgs) -> None:
        await args.context[LISTENERS][key](args)

    return call


def _mark(value: Route | str, attribute: str = _ROUTE) -> Decorator:
    def mark(method: Method) -> Method:
        method.__dict__[attribute] = value
        return method

    return mark

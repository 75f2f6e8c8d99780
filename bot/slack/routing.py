"""Mark the methods of a feature with the requests that they answer, and register them with Bolt.

    class GreetingHandlers:
        @on_action(action_ids.GREET)
        async def on_greet(self, request: SlackRequest) -> None: ...

    register(app, guard, GreetingHandlers())

The decorators only note the route on the method. Nothing listens before `register` is called.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.blockkit.action_ids import matching
from bot.slack.request import SlackRequest
from bot.slack.request_guard import IsIdempotent, RequestGuard

Method = Callable[[Any, SlackRequest], Awaitable[None]]
Decorator = Callable[[Method], Method]

_ROUTE = "slack_route"  # the attribute of a marked method


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


def register(app: AsyncApp, guard: RequestGuard, feature: object) -> None:
    """Let Bolt call the marked methods of the feature, each through the guard, in the order of their definition."""
    for name, method in vars(type(feature)).items():
        route = getattr(method, _ROUTE, None)
        if isinstance(route, Route):
            listener = guard.wrap(getattr(feature, name), idempotent=route.idempotent)
            getattr(app, route.kind)(route.matches)(listener)


def _mark(route: Route) -> Decorator:
    def mark(method: Method) -> Method:
        method.__dict__[_ROUTE] = route
        return method

    return mark

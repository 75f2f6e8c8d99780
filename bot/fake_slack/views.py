"""The modals and App Homes that people have open, and the trigger ids and response URLs that Slack hands out."""

import secrets
from dataclasses import dataclass, field
from typing import Any

from bot.clock import monotonic
from bot.fake_slack.arguments import SlackRefusal

TRIGGER_SECONDS = 3.0  # docs.slack.dev/interactivity/handling-user-interaction

RESPONSE_SECONDS = 30 * 60

RESPONSE_USES = 5


@dataclass(slots=True)
class TriggerId:
    """The right to open one modal, within three seconds."""

    user: str
    expires: float  # monotonic seconds
    used: bool = False


@dataclass(slots=True)
class ResponseUrlToken:
    """The right to answer an interaction a few times."""

    channel: str
    user: str
    expires: float
    message_ts: str = ""  # the message it came from, for replace_original
    uses_left: int = RESPONSE_USES


class Tokens:
    """The trigger ids and response URLs in use, by their secret names."""

    def __init__(self) -> None:
        self._triggers: dict[str, TriggerId] = {}
        self._urls: dict[str, ResponseUrlToken] = {}
        self.trigger_seconds = TRIGGER_SECONDS  # how long a trigger id is valid; a test may shorten it
        self.uses = RESPONSE_USES  # of a response URL; a test may take them away

    def trigger(self, user: str) -> str:
        self._drop_expired()
        name = f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self._triggers[name] = TriggerId(user, monotonic() + self.trigger_seconds)
        return name

    def use_trigger(self, name: str) -> TriggerId:
        """Use a trigger id, once and within three seconds. Raises SlackRefusal."""
        trigger = self._triggers.get(name)
        if trigger is None:
            raise SlackRefusal("invalid_trigger_id")
        if trigger.used:
            raise SlackRefusal("exchanged_trigger_id")
        if monotonic() > trigger.expires:
            raise SlackRefusal("expired_trigger_id")
        trigger.used = True
        return trigger

    def response_url(self, channel: str, user: str, message_ts: str = "") -> str:
        name = secrets.token_urlsafe(18)
        self._urls[name] = ResponseUrlToken(channel, user, monotonic() + RESPONSE_SECONDS, message_ts, self.uses)
        return name

    def respond(self, name: str) -> ResponseUrlToken:
        """Use a response URL. Raises SlackRefusal."""
        url = self._urls.get(name)
        if url is None or monotonic() > url.expires:
            raise SlackRefusal("expired_url")
        if url.uses_left == 0:
            raise SlackRefusal("used_url")
        url.uses_left -= 1
        return url

    def _drop_expired(self) -> None:
        if len(self._triggers) > 10_000:
            now = monotonic()
            self._triggers = {name: trigger for name, trigger in self._triggers.items() if trigger.expires > now - 60}


MAX_STACK = 3  # a modal and two pushed on top of it (docs.slack.dev/surfaces/modals)


@dataclass(slots=True)
class SlackView:
    id: str
    user: str
    payload: dict[str, Any]  # as the bot sent it, views block with an id
    hash: str
    root_id: str
    previous_id: str = ""
    values: dict[str, dict[str, Any]] = field(default_factory=dict)  # what the person entered, as Slack sends it

    def as_slack(self, team: str, app_id: str, bot_id: str) -> dict[str, Any]:
        empty = {"callback_id": "", "private_metadata": "", "clear_on_close": False, "notify_on_close": False}
        return (
            empty
            | {"external_id": "", "close": None, "submit": None, "title": None}
            | self.payload
            | {
                "id": self.id,
                "team_id": team,
                "app_id": app_id,
                "bot_id": bot_id,
                "app_installed_team_id": team,
                "hash": self.hash,
                "root_view_id": self.root_id,
                "previous_view_id": self.previous_id or None,
                "state": {"values": self.values},
            }
        )


class ViewStacks:
    """The stack of modals and the App Home of each person."""

    def __init__(self) -> None:
        self._stacks: dict[str, list[SlackView]] = {}
        self._homes: dict[str, SlackView] = {}

    def top(self, user: str) -> SlackView | None:
        """Return the modal that the person sees."""
        stack = self._stacks.get(user)
        return stack[-1] if stack else None

    def stack(self, user: str) -> list[SlackView]:
        return self._stacks.get(user, [])

    def home(self, user: str) -> SlackView | None:
        return self._homes.get(user)

    def open(self, user: str, payload: dict[str, Any]) -> SlackView:
        """Open a modal in place of any open ones."""
        view = _new_view(user, payload)
        self._stacks[user] = [view]
        return view

    def push(self, user: str, payload: dict[str, Any]) -> SlackView:
        """Open a modal on top of the others. Raises SlackRefusal for the fourth."""
        stack = self._stacks.get(user)
        if not stack:
            raise SlackRefusal("not_found")
        if len(stack) >= MAX_STACK:
            raise SlackRefusal("push_limit_reached")
        view = _new_view(user, payload)
        view.root_id, view.previous_id = stack[0].id, stack[-1].id
        stack.append(view)
        return view

    def update(self, view: SlackView, payload: dict[str, Any], seen_hash: str = "") -> SlackView:
        """Replace a view's content. Raises SlackRefusal if it has changed since `seen_hash`."""
        if seen_hash and seen_hash != view.hash:
            raise SlackRefusal("hash_conflict")
        kept = {block.get("block_id") for block in payload.get("blocks", [])}
        view.payload, view.hash = payload, _new_hash()
        view.values = {block: values for block, values in view.values.items() if block in kept}
        return view

    def publish(self, user: str, payload: dict[str, Any], seen_hash: str = "") -> SlackView:
        home = self._homes.get(user)
        if home is None:
            home = self._homes[user] = _new_view(user, payload)
            return home
        return self.update(home, payload, seen_hash)

    def find(self, view_id: str) -> SlackView:
        """Find an open view. Raises SlackRefusal."""
        views = [*self._homes.values(), *(view for stack in self._stacks.values() for view in stack)]
        for view in views:
            if view.id == view_id:
                return view
        raise SlackRefusal("not_found")

    def close(self, user: str, *, everything: bool = False) -> None:
        """Close the topmost modal or all."""
        self._stacks[user] = [] if everything else self.stack(user)[:-1]


def _new_view(user: str, payload: dict[str, Any]) -> SlackView:
    view_id = f"V0{secrets.token_hex(5).upper()}"
    return SlackView(view_id, user, payload, _new_hash(), view_id)


def _new_hash() -> str:
    return f"{secrets.randbelow(10**10)}.{secrets.token_hex(4)}"

"""A workspace in memory: its people, conversations and open views, and who is told when something happens."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from bot.clock import Clock, monotonic
from bot.fake_slack.arguments import SlackRefusal
from bot.fake_slack.models import (
    ATTENDEES,
    BOT,
    ORGANISER,
    SLACKBOT,
    ConversationKind,
    Journal,
    SlackConversation,
    SlackMessage,
    SlackUser,
)
from bot.fake_slack.views import Tokens, ViewStacks


@dataclass(frozen=True, slots=True)
class WorkspaceEvent:
    """Something people or the bot would notice; `kind` says what, the rest where and about whom."""

    kind: str  # message · changed · deleted · joined · left · view · home · conversation
    channel: str = ""
    message: SlackMessage | None = None
    user: str = ""


@dataclass(slots=True)
class HistorySettings:
    """How well history can be read back."""

    lag_s: float = 0.0  # a message is missing from history for so long
    history_most: int = 999  # 15 for a commercially distributed app outside the Marketplace


class FakeWorkspace:
    """What Slack knows. Nothing here waits or sends; watchers are called at once."""

    team_id = "T0PLAYGRND"
    team_name = "Playground"
    app_id = "A0QCONBOT1"
    bot_id = "B0QCONBOT1"

    def __init__(self, clock: Clock | None = None, people: Iterable[SlackUser] = (ORGANISER, *ATTENDEES)) -> None:
        self.clock = clock or Clock()
        self.users = {user.id: replace(user) for user in (BOT, SLACKBOT, *people)}  # what becomes of them stays here
        self.bot = self.users[BOT.id]
        self.conversations: dict[str, SlackConversation] = {}
        self.journal = Journal()
        self.tokens = Tokens()
        self.views = ViewStacks()
        self.history_settings = HistorySettings()
        self.watchers: list[Callable[[WorkspaceEvent], None]] = []
        self._last_ts = 0
        self._direct: dict[frozenset[str], str] = {}
        self._changed = asyncio.Event()

    def notify(self, event: WorkspaceEvent) -> None:
        for watcher in tuple(self.watchers):
            watcher(event)
        self._changed.set()

    async def wait_until(self, is_so: Callable[[], Any], within_s: float = 5.0) -> Any:
        """Wait until `is_so()` is true of the workspace and give what it gave; raises TimeoutError."""
        ends = monotonic() + within_s
        while not (found := is_so()):
            self._changed.clear()
            async with asyncio.timeout(ends - monotonic()):
                await self._changed.wait()
        return found

    def next_ts(self) -> str:
        """A message's time and name: machine time, never twice the same."""
        self._last_ts = max(self._last_ts + 1, int(self.clock.real_now().timestamp() * 1_000_000))
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06}"

    def add_conversation(
        self, name: str, kind: ConversationKind = "public", members: Iterable[str] = ()
    ) -> SlackConversation:
        """A new conversation with these members, by id."""
        prefix = {"public": "C0", "private": "C1", "im": "D0"}[kind]
        made = SlackConversation(f"{prefix}{len(self.conversations):08}", name, kind, dict.fromkeys(members))
        self.conversations[made.id] = made
        self.notify(WorkspaceEvent("conversation", made.id))
        return made

    def direct(self, user: str, other: str) -> SlackConversation:
        """The direct message between two, opened if there was none."""
        pair = frozenset((user, other))
        if pair not in self._direct:
            self._direct[pair] = self.add_conversation("", "im", (user, other)).id
        return self.conversations[self._direct[pair]]

    def has_direct(self, one: str, other: str) -> bool:
        return frozenset((one, other)) in self._direct

    def user(self, name: str) -> SlackUser:
        """By id or name; raises SlackRefusal."""
        found = self.users.get(name) or next((one for one in self.users.values() if one.name == name), None)
        if found is None:
            raise SlackRefusal("user_not_found")
        return found

    def conversation(self, name: str) -> SlackConversation:
        """By id or name, with or without its #; raises SlackRefusal."""
        found = self.conversations.get(name)
        bare = name.removeprefix("#")
        found = found or next((one for one in self.conversations.values() if one.name == bare != ""), None)
        if found is None:
            raise SlackRefusal("channel_not_found")
        return found

    def post(self, conversation: SlackConversation, user: str, text: str, **more: Any) -> SlackMessage:
        """A message lands; `more` are Message's other fields."""
        at = more.pop("at", None) or self.clock.conference_now()
        message = SlackMessage(self.next_ts(), conversation.id, user, text, at, **more)
        conversation.messages[message.ts] = message
        if message.from_app:
            self.journal.record(message, self.clock.real_now())
        self.notify(WorkspaceEvent("message", conversation.id, message))
        return message

    def edit(self, message: SlackMessage, **changes: Any) -> None:
        """Change a message in place."""
        for name, value in changes.items():
            setattr(message, name, value)
        message.edited_ts = self.next_ts()
        self.notify(WorkspaceEvent("changed", message.channel, message))

    def delete(self, message: SlackMessage) -> None:
        """Take a message away."""
        self.conversations[message.channel].messages.pop(message.ts, None)
        self.notify(WorkspaceEvent("deleted", message.channel, message))

    def join(self, conversation: SlackConversation, user: str) -> bool:
        """Whether the user was not a member before."""
        if user in conversation.members:
            return False
        conversation.members[user] = None
        self.notify(WorkspaceEvent("joined", conversation.id, user=user))
        return True

    def leave(self, conversation: SlackConversation, user: str) -> None:
        conversation.members.pop(user, None)
        self.notify(WorkspaceEvent("left", conversation.id, user=user))

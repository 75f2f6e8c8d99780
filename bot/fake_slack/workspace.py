"""A workspace in memory: people, conversations, open views, and the watchers that are notified of changes."""

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

WAIT_S = 30.0  # seconds that a condition is waited for: generous, since the machine may be busy


@dataclass(frozen=True, slots=True)
class WorkspaceEvent:
    """A change that people or the bot would notice. The fields that a kind does not need stay empty."""

    kind: str  # message · changed · deleted · joined · left · view · home · conversation
    channel: str = ""
    message: SlackMessage | None = None
    user: str = ""
    previous_text: str = ""  # of a message that changed


@dataclass(slots=True)
class HistorySettings:
    """The limits of reading history back."""

    lag_s: float = 0.0  # seconds for which a new message is missing from history
    max_page: int = 999  # 15 for a commercially distributed app outside the Marketplace


class FakeWorkspace:
    """The state of the workspace. Nothing in it waits or sends. Watchers are called at once."""

    team_id = "T0PLAYGRND"
    team_name = "Playground"
    app_id = "A0QCONBOT1"
    bot_id = "B0QCONBOT1"

    def __init__(self, clock: Clock | None = None, people: Iterable[SlackUser] = (ORGANISER, *ATTENDEES)) -> None:
        self.clock = clock or Clock()
        self.users = {user.id: replace(user) for user in (BOT, SLACKBOT, *people)}  # copies, since tests change them
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

    async def wait_until(self, condition: Callable[[], Any], within_s: float = WAIT_S) -> Any:
        """Wait until `condition()` is true after a change of the workspace, and return its value. Raises TimeoutError."""
        deadline = monotonic() + within_s
        while not (value := condition()):
            self._changed.clear()
            async with asyncio.timeout(deadline - monotonic()):
                await self._changed.wait()
        return value

    def next_ts(self) -> str:
        """Return a new message's timestamp: real time, and never the same twice."""
        self._last_ts = max(self._last_ts + 1, int(self.clock.real_now().timestamp() * 1_000_000))
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06}"

    def add_conversation(
        self, name: str, kind: ConversationKind = "public", members: Iterable[str] = ()
    ) -> SlackConversation:
        """Add a conversation with these members, given by id."""
        prefix = {"public": "C0", "private": "C1", "im": "D0", "mpim": "G0"}[kind]
        conversation = SlackConversation(f"{prefix}{len(self.conversations):08}", name, kind, dict.fromkeys(members))
        self.conversations[conversation.id] = conversation
        self.notify(WorkspaceEvent("conversation", conversation.id))
        return conversation

    def direct(self, user: str, other: str) -> SlackConversation:
        """Return the direct message between two people, and open it if there is none."""
        pair = frozenset((user, other))
        if pair not in self._direct:
            self._direct[pair] = self.add_conversation("", "im", (user, other)).id
        return self.conversations[self._direct[pair]]

    def has_direct(self, user: str, other: str) -> bool:
        return frozenset((user, other)) in self._direct

    def change_id(self, conversation: SlackConversation) -> tuple[str, str]:
        """Give a conversation another id, as Slack does when a channel becomes shared. Return the old and the new id."""
        old = conversation.id
        conversation.id = f"C9{len(self.conversations):08}"
        self.conversations = {known.id: known for known in self.conversations.values()}
        for message in conversation.messages.values():
            message.channel = conversation.id
        return old, conversation.id

    def user(self, name: str) -> SlackUser:
        """Return a user by id or name. Raises SlackRefusal."""
        user = self.users.get(name) or next((user for user in self.users.values() if user.name == name), None)
        if user is None:
            raise SlackRefusal("user_not_found")
        return user

    def conversation(self, name: str) -> SlackConversation:
        """Return a conversation by id or name, with or without the #. Raises SlackRefusal."""
        if name in self.conversations:
            return self.conversations[name]
        bare_name = name.removeprefix("#")
        for conversation in self.conversations.values():
            if conversation.name and conversation.name == bare_name:
                return conversation
        raise SlackRefusal("channel_not_found")

    def post(self, conversation: SlackConversation, user: str, text: str, **more: Any) -> SlackMessage:
        """Post a message. `more` holds further fields of SlackMessage."""
        at = more.pop("at", None) or self.clock.conference_now()
        message = SlackMessage(self.next_ts(), conversation.id, user, text, at, **more)
        conversation.messages[message.ts] = message
        if message.from_app:
            self.journal.record(message, self.clock.real_now())
        self.notify(WorkspaceEvent("message", conversation.id, message))
        return message

    def edit(self, message: SlackMessage, **changes: Any) -> None:
        """Change a message in place."""
        previous = message.text
        for name, value in changes.items():
            setattr(message, name, value)
        message.edited_ts = self.next_ts()
        self.notify(WorkspaceEvent("changed", message.channel, message, previous_text=previous))

    def delete(self, message: SlackMessage) -> None:
        """Delete a message."""
        self.conversations[message.channel].messages.pop(message.ts, None)
        self.notify(WorkspaceEvent("deleted", message.channel, message))

    def join(self, conversation: SlackConversation, user: str) -> bool:
        """Add a member. Return False if the user was one already."""
        if user in conversation.members:
            return False
        conversation.members[user] = None
        self.notify(WorkspaceEvent("joined", conversation.id, user=user))
        return True

    def leave(self, conversation: SlackConversation, user: str) -> None:
        conversation.members.pop(user, None)
        self.notify(WorkspaceEvent("left", conversation.id, user=user))

"""The fake workspace: its people, conversations and messages, and the journal of every message that was posted."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Literal

from bot.clock import Clock, monotonic
from bot.fake_slack.arguments import SlackRefusal
from bot.fake_slack.views import Tokens, ViewStacks

Block = dict[str, Any]

ConversationKind = Literal["public", "private", "im", "mpim"]


@dataclass(slots=True)
class SlackMessage:
    """A message. `ts` is its id and its real time, as in Slack."""

    ts: str
    channel: str
    user: str
    text: str
    at: datetime  # conference time, which the playground shows
    blocks: list[Block] = field(default_factory=list)
    thread_ts: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)
    only_to: str = ""  # the id of the person who sees an ephemeral message
    edited_ts: str = ""
    from_app: bool = False
    files: list[Block] = field(default_factory=list)  # file objects, as a person attached them

    @property
    def is_reply(self) -> bool:
        return bool(self.thread_ts) and self.thread_ts != self.ts

    @property
    def real_time(self) -> datetime:
        return datetime.fromtimestamp(float(self.ts), UTC)

    @property
    def delivery_id(self) -> str:
        """Return the delivery's id in the metadata (`event_payload.id`), or an empty text."""
        payload = self.metadata.get("event_payload")
        return str(payload.get("id", "")) if isinstance(payload, dict) else ""

    @property
    def readable_text(self) -> str:
        """Return all texts of the blocks, or the message's text where it has no blocks."""
        return "\n".join(readable_texts(self.blocks)) or self.text

    def visible_to(self, user: str) -> bool:
        return self.only_to in ("", user)


@dataclass(slots=True)
class SlackConversation:
    """A channel or a direct message, with its messages."""

    id: str
    name: str  # empty for a direct message
    kind: ConversationKind = "public"
    members: dict[str, None] = field(default_factory=dict)  # in order of joining
    archived: bool = False
    topic: str = ""
    messages: dict[str, SlackMessage] = field(default_factory=dict)  # by ts, oldest first; ephemeral ones too

    def other_member(self, user: str) -> str:
        """Return the other member of a direct message with `user`."""
        return next((member for member in self.members if member != user), user)

    def newest_first(self) -> Iterator[SlackMessage]:
        """List the messages of the history: neither replies nor ephemeral messages."""
        return (message for message in reversed(self.messages.values()) if not message.is_reply and not message.only_to)

    def thread(self, ts: str) -> list[SlackMessage]:
        """List a thread's first message and its replies, oldest first."""
        return [
            message
            for message in self.messages.values()
            if ts in (message.ts, message.thread_ts) and not message.only_to
        ]


def readable_texts(part: object) -> Iterator[str]:
    """Yield every text in blocks that a person reads, in order."""
    if isinstance(part, list):
        for item in part:
            yield from readable_texts(item)
    elif isinstance(part, dict):
        for key, value in part.items():
            if key == "text" and isinstance(value, str):
                yield value
            else:
                yield from readable_texts(value)


class Journal:
    """The record of every message that was posted and of every call. Messages stay in it when they are deleted."""

    def __init__(self) -> None:
        self.messages: list[SlackMessage] = []  # copies, as they were when they were posted
        self.calls: Counter[str] = Counter()  # by method
        self.answers: Counter[str] = Counter()  # by method and answer: `chat.postMessage ratelimited`

    def by_delivery(self) -> Counter[str]:
        """Count how often each delivery was posted, by its id. Messages without an id are left out."""
        return Counter(message.delivery_id for message in self.messages if message.delivery_id)

    def duplicates(self) -> dict[str, int]:
        """Return the deliveries that were posted more than once, with how often."""
        return {delivery: times for delivery, times in self.by_delivery().items() if times > 1}


@dataclass(slots=True)
class SlackUser:
    id: str
    name: str
    real_name: str
    zone: str = "Europe/London"
    title: str = ""
    is_admin: bool = False
    is_bot: bool = False
    deleted: bool = False
    other_team: str = ""  # the id of another workspace, for its people in a shared channel (Slack Connect)

    def as_slack(self, team: str) -> dict[str, Any]:
        """Return the part of a user object that the bot reads (docs.slack.dev/reference/objects/user-object)."""
        return {
            "id": self.id,
            "team_id": self.other_team or team,
            "is_stranger": bool(self.other_team),
            "name": self.name,
            "real_name": self.real_name,
            "deleted": self.deleted,
            "tz": self.zone,
            "is_admin": self.is_admin,
            "is_owner": False,
            "is_bot": self.is_bot,
        }


# The people of a small conference. The organiser is a workspace admin, and everybody lives in another time zone.
ORGANISER = SlackUser("U0ORGANISE", "olivia", "Olivia Organiser", "Europe/London", "Runs the conference", is_admin=True)

ATTENDEES = (
    SlackUser("U0AMARA001", "amara", "Amara Okafor", "Africa/Lagos", "Platform engineer"),
    SlackUser("U0KENJI001", "kenji", "Kenji Sato", "Asia/Tokyo", "Site reliability engineer"),
    SlackUser("U0MARISOL1", "marisol", "Marisol Vega", "America/New_York", "Architect"),
)

BOT = SlackUser("U0QCONBOT1", "qcon", "qcon", "Etc/UTC", is_bot=True)

SLACKBOT = SlackUser("USLACKBOT", "slackbot", "Slackbot", "Etc/UTC")


WAIT_S = 30.0  # seconds that a condition is waited for: generous, since the machine may be busy


@dataclass(frozen=True, slots=True)
class WorkspaceEvent:
    """A change that people or the bot would notice. The fields that a kind does not need stay empty."""

    kind: str  # message · changed · deleted · joined · left · view · home · conversation
    channel: str = ""
    message: SlackMessage | None = None
    user: str = ""
    previous_text: str = ""  # of a message that changed


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
        self.history_lag_s = 0.0  # for which a new message is missing from history
        self.history_page = 999  # 15 for a commercially distributed app outside the Marketplace
        self.watchers: list[Callable[[WorkspaceEvent], None]] = []
        self._last_ts = 0
        self._direct: dict[frozenset[str], str] = {}
        self._changed = asyncio.Event()

    def notify(self, event: WorkspaceEvent) -> None:
        for watcher in tuple(self.watchers):
            watcher(event)
        self._changed.set()

    async def wait_until(self, condition: Callable[[], Any], within_s: float = WAIT_S) -> Any:
        """Wait until `condition()` is true after a change of the workspace, and return its value.

        Raises TimeoutError.
        """
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
            self.journal.messages.append(replace(message))
        self.notify(WorkspaceEvent("message", conversation.id, message))
        return message

    def edit(self, message: SlackMessage, **changes: Any) -> None:
        previous = message.text
        for name, value in changes.items():
            setattr(message, name, value)
        message.edited_ts = self.next_ts()
        self.notify(WorkspaceEvent("changed", message.channel, message, previous_text=previous))

    def delete(self, message: SlackMessage) -> None:
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

"""People, conversations and messages of the fake workspace, and the journal of every message that was posted."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

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


@dataclass(frozen=True, slots=True)
class PostedMessage:
    """A journal entry: a message as it was when it was posted."""

    ts: str
    channel: str
    delivery_id: str
    only_to: str
    text: str
    at: datetime  # conference time
    real_time: datetime

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"at": self.at.isoformat(), "real_time": self.real_time.isoformat()}


class Journal:
    """The record of every message that was posted and of every call. Messages stay in it when they are deleted."""

    def __init__(self) -> None:
        self.messages: list[PostedMessage] = []
        self.calls: Counter[str] = Counter()  # by method
        self.answers: Counter[str] = Counter()  # by method and answer: `chat.postMessage ratelimited`

    def record(self, message: SlackMessage, real_time: datetime) -> None:
        """Add a message that was just posted."""
        self.messages.append(
            PostedMessage(
                message.ts,
                message.channel,
                message.delivery_id,
                message.only_to,
                message.text,
                message.at,
                real_time,
            )
        )

    def by_delivery(self) -> Counter[str]:
        """Count how often each delivery was posted, by its id. Messages without an id are left out."""
        return Counter(message.delivery_id for message in self.messages if message.delivery_id)

    def duplicates(self) -> dict[str, int]:
        """Return the deliveries that were posted more than once, with how often."""
        return {delivery: times for delivery, times in self.by_delivery().items() if times > 1}


@dataclass(slots=True)
class SlackUser:
    """A member of the workspace."""

    id: str
    name: str
    real_name: str
    zone: str = "Europe/London"
    title: str = ""
    is_admin: bool = False
    is_bot: bool = False
    deleted: bool = False
    other_team: str = ""  # the id of another workspace, for its people in a shared channel (Slack Connect)

    def as_slack(self, team: str, now: datetime) -> dict[str, Any]:
        """Return a user object (docs.slack.dev/reference/objects/user-object). `now` decides the time zone's offset."""
        offset = now.astimezone(ZoneInfo(self.zone)).utcoffset()
        return {
            "id": self.id,
            "team_id": self.other_team or team,
            "is_stranger": bool(self.other_team),
            "name": self.name,
            "deleted": self.deleted,
            "real_name": self.real_name,
            "tz": self.zone,
            "tz_label": self.zone,
            "tz_offset": int(offset.total_seconds()) if offset else 0,
            "locale": "en-GB",
            "profile": self._profile(team),
            "is_admin": self.is_admin,
            "is_owner": False,
            "is_primary_owner": False,
            "is_restricted": False,
            "is_ultra_restricted": False,
            "is_bot": self.is_bot,
            "is_app_user": False,
            "updated": 1551780000,
        }

    def _profile(self, team: str) -> dict[str, Any]:
        return {
            "title": self.title,
            "real_name": self.real_name,
            "display_name": self.name,
            "real_name_normalized": self.real_name,
            "display_name_normalized": self.name,
            "team": team,
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

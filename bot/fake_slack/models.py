"""Channels and direct messages, and what is said in them.

The record of every message that landed, whatever the bot was told about it.

Who is in the workspace, as Slack describes them."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

Block = dict[str, Any]

ConversationKind = Literal["public", "private", "im"]


@dataclass(slots=True)
class SlackMessage:
    ts: str
    channel: str
    user: str
    text: str
    at: datetime  # conference time, for people to read; `ts` is machine time, as everywhere in Slack
    blocks: list[Block] = field(default_factory=list)
    thread_ts: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)
    only_to: str = ""  # the one who sees an ephemeral message
    edited_ts: str = ""
    from_app: bool = False

    @property
    def is_reply(self) -> bool:
        return bool(self.thread_ts) and self.thread_ts != self.ts

    @property
    def delivery_id(self) -> str:
        """The delivery it carries, from the metadata's `event_payload.id`."""
        payload = self.metadata.get("event_payload")
        return str(payload.get("id", "")) if isinstance(payload, dict) else ""

    @property
    def readable_text(self) -> str:
        """Everything that stands in it: all texts of the blocks, or else the text."""
        return "\n".join(readable_texts(self.blocks)) or self.text

    def visible_to(self, user: str) -> bool:
        return self.only_to in ("", user)


@dataclass(slots=True)
class SlackConversation:
    id: str
    name: str  # empty for a direct message
    kind: ConversationKind = "public"
    members: dict[str, None] = field(default_factory=dict)  # in order of joining
    archived: bool = False
    topic: str = ""
    messages: dict[str, SlackMessage] = field(default_factory=dict)  # by ts, oldest first; ephemeral ones too

    def other_member(self, user: str) -> str:
        """Whom a direct message is with, seen by `user`."""
        return next((member for member in self.members if member != user), user)

    def newest_first(self) -> Iterator[SlackMessage]:
        """What history tells: neither replies nor ephemeral messages."""
        return (one for one in reversed(self.messages.values()) if not one.is_reply and not one.only_to)

    def thread(self, ts: str) -> list[SlackMessage]:
        """A thread's first message and its replies, oldest first."""
        return [one for one in self.messages.values() if ts in (one.ts, one.thread_ts) and not one.only_to]


def readable_texts(part: object) -> Iterator[str]:
    """Every text a person reads somewhere in blocks, in order."""
    if isinstance(part, list):
        for one in part:
            yield from readable_texts(one)
    elif isinstance(part, dict):
        for key, value in part.items():
            if key == "text" and isinstance(value, str):
                yield value
            else:
                yield from readable_texts(value)


@dataclass(frozen=True, slots=True)
class PostedMessage:
    ts: str
    channel: str
    delivery_id: str
    only_to: str
    text: str
    at: datetime  # conference time
    machine: datetime

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"at": self.at.isoformat(), "machine": self.machine.isoformat()}


class Journal:
    """Appends only: what a person deletes stays counted."""

    def __init__(self) -> None:
        self.messages: list[PostedMessage] = []
        self.calls: Counter[str] = Counter()  # by method
        self.answers: Counter[str] = Counter()  # by method and what it answered: `chat.postMessage ratelimited`

    def record(self, message: SlackMessage, machine: datetime) -> None:
        """Write it down."""
        self.messages.append(
            PostedMessage(
                message.ts,
                message.channel,
                message.delivery_id,
                message.only_to,
                message.text,
                message.at,
                machine,
            )
        )

    def by_delivery(self) -> Counter[str]:
        """How often each delivery landed, by its id; messages without one are left out."""
        return Counter(landing.delivery_id for landing in self.messages if landing.delivery_id)

    def duplicates(self) -> dict[str, int]:
        """The deliveries that landed more than once."""
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

    def as_slack(self, team: str, now: datetime) -> dict[str, Any]:
        """A user object (docs.slack.dev/reference/objects/user-object); `now` decides the offset of the zone."""
        offset = now.astimezone(ZoneInfo(self.zone)).utcoffset()
        return {
            "id": self.id,
            "team_id": team,
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


# A small conference: the organiser is a workspace admin, the attendees come from four time zones.
ORGANISER = SlackUser("U0ORGANISE", "olivia", "Olivia Organiser", "Europe/London", "Runs the conference", is_admin=True)

ATTENDEES = (
    SlackUser("U0AMARA001", "amara", "Amara Okafor", "Africa/Lagos", "Platform engineer"),
    SlackUser("U0KENJI001", "kenji", "Kenji Sato", "Asia/Tokyo", "Site reliability engineer"),
    SlackUser("U0MARISOL1", "marisol", "Marisol Vega", "America/New_York", "Architect"),
)

BOT = SlackUser("U0QCONBOT1", "qcon", "qcon", "Etc/UTC", is_bot=True)

SLACKBOT = SlackUser("USLACKBOT", "slackbot", "Slackbot", "Etc/UTC")

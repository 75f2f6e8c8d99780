"""Channels and direct messages, and what is said in them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

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

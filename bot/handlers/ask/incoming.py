"""Messages that people write to the bot: mentions and direct messages, new or edited."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# A message with a file, one that is also shown in the channel, and `/me`. Others are written by Slack.
_WRITTEN_BY_PEOPLE = frozenset({None, "file_share", "me_message", "thread_broadcast"})


@dataclass(frozen=True, slots=True)
class IncomingMessage:
    """A message of a person."""

    channel: str
    user: str
    ts: str
    thread: str  # empty outside of threads
    text: str
    is_edited: bool
    has_files: bool

    @classmethod
    def from_event(cls, event: Mapping[str, Any]) -> "IncomingMessage | None":
        """Read an event.

        None for a message by an app or by Slack, which get no answer, and for an edit that leaves the text as it was.
        """
        is_change = event.get("subtype") == "message_changed"
        message: Mapping[str, Any] = event["message"] if is_change else event
        if message.get("bot_id") or "user" not in message or message.get("subtype") not in _WRITTEN_BY_PEOPLE:
            return None
        if is_change and message.get("text") == (event.get("previous_message") or {}).get("text"):
            return None
        ts, thread = str(message["ts"]), str(message.get("thread_ts") or "")
        return cls(
            channel=str(event["channel"]),
            user=str(message["user"]),
            ts=ts,
            thread="" if thread == ts else thread,
            text=str(message.get("text") or ""),
            is_edited="edited" in message,
            has_files=bool(message.get("files")),
        )

"""Who asks, and what a conversation remembers between two questions: ids, never words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

MOST_REMEMBERED = 20  # talks: more than anybody counts to


@dataclass(frozen=True, slots=True)
class Reader:
    """The one who reads the answer."""

    zone: ZoneInfo | None = None  # their own, where it is known
    command: str = "/qcon"  # the name by which they call the bot
    stays: bool = False  # what they read is there tomorrow too: "today" would no longer be true


@dataclass(frozen=True, slots=True)
class Conversation:
    """What "that", "the second one" and "she" mean next time."""

    talks: tuple[str, ...] = ()  # ids, in the order they were shown
    focus: str = ""  # the talk that "that" means
    speakers: tuple[str, ...] = ()  # ids; whom "she" means
    track: str = ""  # the track that was spoken of …
    room: str = ""  # … and the room, for "and on Sunday?" …
    day: str = ""  # … and the day, for "and in Fleming?": in ISO 8601

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values, small enough for one column."""
        return {
            "talks": list(self.talks),
            "focus": self.focus,
            "speakers": list(self.speakers),
            "track": self.track,
            "room": self.room,
            "day": self.day,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any] | None) -> "Conversation":
        """What `to_json` gave; anything else is forgotten rather than trusted."""
        kept = kept or {}
        return cls(
            talks=_ids(kept.get("talks")),
            focus=str(kept.get("focus") or ""),
            speakers=_ids(kept.get("speakers")),
            track=str(kept.get("track") or ""),
            room=str(kept.get("room") or ""),
            day=_day(kept.get("day")),
        )


NOTHING_SAID = Conversation()


def _day(kept: object) -> str:
    try:
        return date.fromisoformat(kept).isoformat() if isinstance(kept, str) else ""
    except ValueError:
        return ""


def _ids(kept: object) -> tuple[str, ...]:
    return tuple(one for one in kept if isinstance(one, str))[:MOST_REMEMBERED] if isinstance(kept, list) else ()

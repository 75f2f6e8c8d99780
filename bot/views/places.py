"""Where somebody is in App Home: its front page, or a page of a day, a track, a room, a speaker."""

import json
from dataclasses import dataclass
from typing import Any

BROWSE_KINDS = ("day", "track", "room", "speaker")


@dataclass(frozen=True, slots=True)
class HomePage:
    """The front page, unless `kind` says otherwise."""

    kind: str = ""  # one of BROWSE_KINDS
    key: str = ""  # the handle of the track, room or speaker; a day in ISO 8601
    number: int = 0  # of the page, from 0

    def to_json(self) -> str:
        """Small enough for a button's value and a view's private metadata."""
        return json.dumps([self.kind, self.key, self.number])

    @classmethod
    def from_json(cls, kept: str) -> "HomePage":
        """What `to_json` gave; anything else is the front page."""
        try:
            by, of, number = json.loads(kept)
        except ValueError:
            return cls()
        return cls(by, of, number) if by in BROWSE_KINDS and isinstance(of, str) and isinstance(number, int) else cls()


def current_page(view: dict[str, Any]) -> HomePage:
    """Where the person is who pressed something in this view of App Home."""
    return HomePage.from_json(str(view.get("private_metadata", "")))

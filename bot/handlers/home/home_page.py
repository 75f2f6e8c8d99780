"""The pages of App Home, and the parts that all of them have."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.blockkit import talk_text
from bot.blockkit.blocks import Block, context
from bot.blockkit.talk_text import RenderContext
from bot.delivery.recipients_repository import Preferences
from bot.handlers.plan.for_you import ForYou

BROWSE_KINDS = ("day", "track", "room", "speaker")  # each has a menu on the front page

PAGE_KINDS = (*BROWSE_KINDS, "now", "next", "agenda")


@dataclass(frozen=True, slots=True)
class HomePage:
    """A page of App Home: the front page, unless `kind` is given."""

    kind: str = ""  # one of PAGE_KINDS
    key: str = ""  # the short id of the track, room or speaker, or the day in ISO 8601
    number: int | None = None  # of the page, from 0; None for the one on which the day stands
    part: str = ""  # of a day: a name of browse_view.DAY_PARTS or an hour; of anything else: a day in ISO 8601

    def to_json(self) -> str:
        """Write the page for a button's value or a view's private metadata."""
        return json.dumps([self.kind, self.key, self.number, self.part], separators=(",", ":"))

    @classmethod
    def from_json(cls, stored: str) -> "HomePage":
        """Read what `to_json` wrote; anything else is the front page."""
        try:
            kind, key, number, *more = json.loads(stored)
        except (ValueError, TypeError):
            return cls()
        part = more[0] if more else ""  # pages that were shown before there were parts have none
        are_strings = isinstance(key, str) and isinstance(part, str)
        is_valid = kind in PAGE_KINDS and are_strings and isinstance(number, int | None)
        return cls(kind, key, number, part) if is_valid else cls()


FRONT_PAGE = HomePage()


def current_page(view: dict[str, Any]) -> HomePage:
    """The page that this view of App Home shows."""
    return HomePage.from_json(str(view.get("private_metadata", "")))


@dataclass(frozen=True, slots=True)
class HomeVisitor:
    """The person whose Home it is: the talks that they saved, their settings, and whether they organise."""

    saved: frozenset[str] = frozenset()
    preferences: Preferences = Preferences()  # noqa: RUF009  # it is frozen
    may_organise: bool = False
    for_you: ForYou = ForYou()  # noqa: RUF009  # it is frozen


def home_view(blocks: Sequence[Block], page: HomePage) -> dict[str, Any]:
    return {"type": "home", "private_metadata": page.to_json(), "blocks": list(blocks)}


def updated_at(ctx: RenderContext) -> Block:
    """The day and the time of rendering, since a Home is not updated by itself."""
    conference = ctx.schedule.conference
    today, clock = talk_text.day_name(ctx.now, conference), talk_text.clock_time(ctx.now, conference)
    return context(f"Updated {today}, {clock} ({talk_text.venue_time_name(conference)})")


def menu_block_id(name: str, ctx: RenderContext) -> str:
    """A block id that is new each time: Slack would keep what was chosen in a menu of the same id."""
    return f"{name}-{ctx.now.timestamp()}"

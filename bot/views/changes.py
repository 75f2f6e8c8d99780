"""What has become of the schedule lately, for everyone who asks."""

from collections.abc import Sequence
from datetime import datetime

from bot.schedule.model import Conference
from bot.views import menus, times
from bot.views.blocks import actions, section, sections
from bot.views.message import Message
from bot.views.notices import Told, changed

CHARACTERS = 8_000  # of all lines; menus and head need theirs


def message(told: Sequence[Told], since: datetime, now: datetime, conference: Conference) -> Message:
    """Each talk with what became of it `since` then, in order of start; both moments are aware."""
    when = f"{times.day(since, conference)} {times.at(since, conference)}"
    if not told:
        nothing = f"Nothing has changed since {when}."
        return Message(nothing, (section(nothing),))
    today = conference.day_of(now)
    lines = [changed(one, conference, today) for one in sorted(told, key=lambda one: one.talk.start)]
    listed = lines[: _fitting(lines)]
    head = f"*{len(told)} {'talk has' if len(told) == 1 else 'talks have'} changed since {when}*"
    more = [f"and {len(lines) - len(listed)} more"] if len(listed) < len(lines) else []
    given = [one.talk for one in told if not one.is_off]
    buttons = [
        *menus.details_of([one.talk for one in told], conference),
        *menus.saves_of(given, conference),
    ]
    said = [head, *listed, *more]
    return Message("\n".join(said), (*sections(said), actions(buttons)))


def _fitting(lines: Sequence[str]) -> int:
    """How many lines a message holds, at least one."""
    left = CHARACTERS
    for at, line in enumerate(lines):
        left -= len(line) + 1
        if left < 0:
            return max(at, 1)
    return len(lines)

"""What has become of the schedule lately, for everyone who asks."""

from collections.abc import Sequence
from datetime import datetime

from bot.schedule.model import Conference
from bot.views import menus, times
from bot.views.blocks import actions, section, sections
from bot.views.message import Message
from bot.views.notices import ChangedTalk, change_line

CHANGES_CHARACTERS = 8_000  # of all lines; menus and head need theirs


def changes_message(
    changed_talks: Sequence[ChangedTalk], since: datetime, now: datetime, conference: Conference
) -> Message:
    """Each talk with what became of it `since` then, in order of start; both moments are aware."""
    when = f"{times.day_name(since, conference)} {times.clock_time(since, conference)}"
    if not changed_talks:
        nothing = f"Nothing has changed since {when}."
        return Message(nothing, (section(nothing),))
    today = conference.day_of(now)
    lines = [change_line(one, conference, today) for one in sorted(changed_talks, key=lambda one: one.talk.start)]
    listed = lines[: _fitting_count(lines)]
    head = f"*{len(changed_talks)} {'talk has' if len(changed_talks) == 1 else 'talks have'} changed since {when}*"
    more = [f"and {len(lines) - len(listed)} more"] if len(listed) < len(lines) else []
    given = [one.talk for one in changed_talks if not one.is_cancelled]
    buttons = [
        *menus.details_button([one.talk for one in changed_talks], conference),
        *menus.save_button(given, conference),
    ]
    said = [head, *listed, *more]
    return Message("\n".join(said), (*sections(said), actions(buttons)))


def _fitting_count(lines: Sequence[str]) -> int:
    """How many lines a message holds, at least one."""
    left = CHANGES_CHARACTERS
    for at, line in enumerate(lines):
        left -= len(line) + 1
        if left < 0:
            return max(at, 1)
    return len(lines)

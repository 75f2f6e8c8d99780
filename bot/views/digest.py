"""The morning's digest: the day's saved talks, and how to stop it."""

from collections.abc import Sequence

from bot.schedule.agenda import agenda_days
from bot.schedule.model import Conference, Talk
from bot.views import ids, menus, times
from bot.views.agenda import agenda_lines
from bot.views.blocks import actions, button, section, sections
from bot.views.message import Message


def morning_digest(talks: Sequence[Talk], conference: Conference) -> Message:
    """The saved talks of one day, which is named: the message stays."""
    days = agenda_days(talks, conference)
    told, left_out = agenda_lines(days, conference)
    count = f"{len(talks)} talk" if len(talks) == 1 else f"{len(talks)} talks"
    head = f"Your {times.day_name(talks[0].start, conference)}: {count}."
    told += [f"and {left_out} more"] if left_out else []
    buttons = [
        *menus.details_button(talks, conference),
        button("My agenda", ids.AGENDA),
        button("Change or stop this", ids.SETTINGS),
    ]
    return Message("\n".join([head, *told]), (section(head), *sections(told), actions(buttons)))

"""What one can do with the talks on show: buttons for a single one, a menu each for several."""

from collections.abc import Sequence
from typing import Any

from bot.schedule.handles import short_id
from bot.schedule.model import Conference, Talk
from bot.views import ids, times
from bot.views.blocks import button, option, plain

MAX_MENU_TALKS = 25  # talks; the options count among a message's characters


def talk_buttons(talks: Sequence[Talk], conference: Conference) -> list[dict[str, Any]]:
    """[Details] [Save] for one talk; for several the same as menus, so that a list keeps one line a talk."""
    return [*details_button(talks, conference), *save_button(talks, conference)]


def details_button(talks: Sequence[Talk], conference: Conference) -> list[dict[str, Any]]:
    """[Details] for one talk, `Details…` for several, nothing for none."""
    if len(talks) == 1:
        return [button("Details", ids.DETAILS, talks[0].id)]
    return [talk_menu("Details…", ids.DETAILS_CHOSEN, talks, conference)] if talks else []


def save_button(talks: Sequence[Talk], conference: Conference) -> list[dict[str, Any]]:
    """[Save] for one talk, `Save…` for several, nothing for none."""
    if len(talks) == 1:
        return [button("Save", ids.SAVE, talks[0].id)]
    return [talk_menu("Save…", ids.SAVE_CHOSEN, talks, conference)] if talks else []


def talk_menu(label: str, action: str, talks: Sequence[Talk], conference: Conference) -> dict[str, Any]:
    """A menu of these talks; the chosen option's value is the talk's handle."""
    several_days = len({conference.day_of(talk.start) for talk in talks}) > 1
    return static_menu(
        label,
        action,
        [(_option_text(talk, conference, several_days), short_id(talk.id)) for talk in talks[:MAX_MENU_TALKS]],
    )


def static_menu(
    label: str, action: str, choices: Sequence[tuple[str, str]], chosen: str | None = None
) -> dict[str, Any]:
    """A menu of `(text, value)`; the value that is chosen already must be one of them."""
    options = [option(text, value) for text, value in choices]
    element = {"type": "static_select", "action_id": action, "placeholder": plain(label, 150), "options": options}
    initial = next((one for one in options if one["value"] == chosen), None)
    return element | {"initial_option": initial} if initial else element


def _option_text(talk: Talk, conference: Conference, with_day: bool) -> str:
    """`10:35 Complex Event Flows`, `Tue 10:35 …` where there are several days, `Cancelled: 10:35 …` where it is."""
    day = f"{conference.local(talk.start):%a} " if with_day else ""
    off = "Cancelled: " if talk.cancelled else ""
    return f"{off}{day}{times.clock_time(talk.start, conference)} {talk.title}"

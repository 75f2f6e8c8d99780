"""Menus that fill as one types: talks, speakers, tracks and rooms, however many there are."""

from collections.abc import Iterable, Sequence
from typing import Any

from bot.schedule.handles import short_id
from bot.schedule.model import Conference, Speaker, Talk
from bot.views import times
from bot.views.blocks import OPTIONS, option, plain, shorten


def external_menu(label: str, action: str) -> dict[str, Any]:
    """A menu that asks the bot for its options, at once and with every letter."""
    return {
        "type": "external_select",
        "action_id": action,
        "placeholder": plain(label, 150),
        "min_query_length": 0,
    }


def talk_options(talks: Sequence[Talk], conference: Conference) -> list[dict[str, Any]]:
    """`Tue 10:35 Complex Event Flows`, `Cancelled: Tue 10:35 …`, and below it who and where."""
    return [_talk_option(talk, conference) for talk in talks[:OPTIONS]]


def speaker_options(speakers: Iterable[Speaker]) -> list[dict[str, Any]]:
    """The person, and below their role and company."""
    return [
        _option_with_description(
            option(one.name, short_id(one.id)), ", ".join(filter(None, (one.role, one.affiliation)))
        )
        for one in list(speakers)[:OPTIONS]
    ]


def named_options(names: Iterable[tuple[str, str]]) -> list[dict[str, Any]]:
    """Each `(id, name)`."""
    return [option(name, short_id(id)) for id, name in list(names)[:OPTIONS]]


def option_groups(named: Iterable[tuple[str, list[dict[str, Any]]]]) -> list[dict[str, Any]]:
    """Options under headings, `(heading, options)` each; a heading with nothing below it is left out."""
    return [{"label": plain(label, 75), "options": options} for label, options in named if options]


def _talk_option(talk: Talk, conference: Conference) -> dict[str, Any]:
    when = f"{conference.local(talk.start):%a} {times.clock_time(talk.start, conference)}"
    names = ", ".join(speaker.name for speaker in talk.speakers[:3])
    below = " · ".join(filter(None, (names, talk.room.name if talk.room else "")))
    off = "Cancelled: " if talk.cancelled else ""
    return _option_with_description(option(f"{off}{when} {talk.title}", short_id(talk.id)), below)


def _option_with_description(one: dict[str, Any], below: str) -> dict[str, Any]:
    return one | {"description": plain(shorten(below, 75), 75)} if below else one

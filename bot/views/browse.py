"""App Home's pages of a day, a track, a room or a speaker: twenty talks each."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from bot.schedule.handles import behind
from bot.schedule.model import Schedule, Talk
from bot.views import home, ids, talks, times
from bot.views.blocks import actions, button, context, divider, escape, header, section, shorten
from bot.views.home import Visitor
from bot.views.message import Block
from bot.views.places import HomePage

PAGE = 20  # talks; their menus hold 25
TEXT = 1_000  # characters of a track's description or a speaker's bio


def page(where: HomePage, schedule: Schedule, now: datetime, visitor: Visitor) -> dict[str, Any] | None:
    """The Home view of this page at an aware `now`; nothing where the schedule no longer has what it is about."""
    found = _SHELVES[where.by](where.of, schedule)
    if found is None:
        return None
    title, about, all_of_it = found
    last = max(0, (len(all_of_it) - 1) // PAGE)
    number = min(max(where.number, 0), last)
    shown = all_of_it[number * PAGE : (number + 1) * PAGE]
    blocks: list[Block] = [
        header(title),
        home.as_of(schedule, now),
        *([section(about)] if about else []),
        *home.listed(shown, schedule, now, visitor),
        divider(),
        context(_counted(number * PAGE, len(shown), len(all_of_it))),
        actions(_turning(where, number, last)),
    ]
    return home.view(blocks, HomePage(where.by, where.of, number))


def _counted(before: int, shown: int, total: int) -> str:
    if not total:
        return "No talks here."
    return f"Talks {before + 1} to {before + shown} of {total}"


def _turning(where: HomePage, number: int, last: int) -> list[Block]:
    to = [("Previous", number - 1)] if number else []
    to += [("Next", number + 1)] if number < last else []
    turns = [
        button(label, ids.nth(ids.GO, at), HomePage(where.by, where.of, target).to_json())
        for at, (label, target) in enumerate(to, 1)
    ]
    return [*turns, button("Back to Home", ids.nth(ids.GO, 0), HomePage().to_json())]


Shelf = tuple[str, str, Sequence[Talk]]  # a title, what is said of it (escaped), its talks


def _of_day(of: str, schedule: Schedule) -> Shelf | None:
    day = next((one for one in schedule.conference.days if one.isoformat() == of), None)
    return (_day_name(day, schedule), "", schedule.talks_on(day)) if day else None


def _day_name(day: date, schedule: Schedule) -> str:
    return f"{times.day(day, schedule.conference)} {day.year}"


def _of_track(of: str, schedule: Schedule) -> Shelf | None:
    track = behind(of, schedule.track_by_id)
    if track is None:
        return None
    hosts = f"Hosted by {talks.names(track.host)}" if track.host else ""
    about = "\n".join(filter(None, (hosts, escape(shorten(track.description, TEXT)))))
    return track.title, about, [talk for talk in schedule.talks if talk.track == track]


def _of_room(of: str, schedule: Schedule) -> Shelf | None:
    room = behind(of, schedule.room_by_id)
    return (room.place, "", [talk for talk in schedule.talks if talk.room == room]) if room else None


def _of_speaker(of: str, schedule: Schedule) -> Shelf | None:
    speaker = behind(of, schedule.speaker_by_id)
    if speaker is None:
        return None
    about = "\n".join(filter(None, (talks.introduced(speaker), escape(shorten(speaker.bio, TEXT)))))
    return speaker.name, about, schedule.talks_by(speaker)


_SHELVES = {"day": _of_day, "track": _of_track, "room": _of_room, "speaker": _of_speaker}

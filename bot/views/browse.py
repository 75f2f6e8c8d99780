"""App Home's pages of a day, a track, a room or a speaker: twenty talks each."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from bot.schedule.handles import find_by_short_id
from bot.schedule.model import Schedule, Talk
from bot.views import home, ids, talks, times
from bot.views.blocks import actions, button, context, divider, escape, header, section, shorten
from bot.views.home import HomeVisitor
from bot.views.message import Block
from bot.views.places import HomePage

PAGE_SIZE = 20  # talks; their menus hold 25
PAGE_TEXT_CHARACTERS = 1_000  # characters of a track's description or a speaker's bio


def browse_page(home_page: HomePage, schedule: Schedule, now: datetime, visitor: HomeVisitor) -> dict[str, Any] | None:
    """The Home view of this page at an aware `now`; nothing where the schedule no longer has what it is about."""
    found = _PAGE_OF_KIND[home_page.kind](home_page.key, schedule)
    if found is None:
        return None
    title, about, all_of_it = found
    last = max(0, (len(all_of_it) - 1) // PAGE_SIZE)
    number = min(max(home_page.number, 0), last)
    shown = all_of_it[number * PAGE_SIZE : (number + 1) * PAGE_SIZE]
    blocks: list[Block] = [
        header(title),
        home.updated_at(schedule, now),
        *([section(about)] if about else []),
        *home.talk_list(shown, schedule, now, visitor),
        divider(),
        context(_range_text(number * PAGE_SIZE, len(shown), len(all_of_it))),
        actions(_page_buttons(home_page, number, last)),
    ]
    return home.home_view(blocks, HomePage(home_page.kind, home_page.key, number))


def _range_text(before: int, shown: int, total: int) -> str:
    if not total:
        return "No talks here."
    return f"Talks {before + 1} to {before + shown} of {total}"


def _page_buttons(where: HomePage, number: int, last: int) -> list[Block]:
    to = [("Previous", number - 1)] if number else []
    to += [("Next", number + 1)] if number < last else []
    turns = [
        button(label, ids.numbered(ids.HOME_PAGE, at), HomePage(where.kind, where.key, target).to_json())
        for at, (label, target) in enumerate(to, 1)
    ]
    return [*turns, button("Back to Home", ids.numbered(ids.HOME_PAGE, 0), HomePage().to_json())]


BrowsePage = tuple[str, str, Sequence[Talk]]  # a title, what is said of it (escaped), its talks


def _day_page(of: str, schedule: Schedule) -> BrowsePage | None:
    day = next((one for one in schedule.conference.days if one.isoformat() == of), None)
    return (_day_name(day, schedule), "", schedule.talks_on(day)) if day else None


def _day_name(day: date, schedule: Schedule) -> str:
    return f"{times.day_name(day, schedule.conference)} {day.year}"


def _track_page(of: str, schedule: Schedule) -> BrowsePage | None:
    track = find_by_short_id(of, schedule.track_by_id)
    if track is None:
        return None
    hosts = f"Hosted by {talks.speaker_names(track.host)}" if track.host else ""
    about = "\n".join(filter(None, (hosts, escape(shorten(track.description, PAGE_TEXT_CHARACTERS)))))
    return track.title, about, [talk for talk in schedule.talks if talk.track == track]


def _room_page(of: str, schedule: Schedule) -> BrowsePage | None:
    room = find_by_short_id(of, schedule.room_by_id)
    return (room.place, "", [talk for talk in schedule.talks if talk.room == room]) if room else None


def _speaker_page(of: str, schedule: Schedule) -> BrowsePage | None:
    speaker = find_by_short_id(of, schedule.speaker_by_id)
    if speaker is None:
        return None
    about = "\n".join(
        filter(None, (talks.speaker_introduction(speaker), escape(shorten(speaker.bio, PAGE_TEXT_CHARACTERS))))
    )
    return speaker.name, about, schedule.talks_by(speaker)


_PAGE_OF_KIND = {"day": _day_page, "track": _track_page, "room": _room_page, "speaker": _speaker_page}

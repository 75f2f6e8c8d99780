"""App Home's front page: what is on, one's own agenda, ways to browse, and settings."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.questions.conversation import Reader
from bot.schedule.agenda import Day
from bot.schedule.model import Schedule, Talk
from bot.views import agenda, choices, ids, menus, pickers, talks, times
from bot.views.blocks import actions, button, context, divider, escape, header, section, sections
from bot.views.message import Block
from bot.views.places import HomePage

SHOWN = 10  # talks of what is on now, and of what comes next
AGENDA_CHARACTERS = 12_000


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whose Home it is: who reads, what they saved and chose."""

    reader: Reader
    saved: frozenset[str] = frozenset()
    lead: int | None = None  # minutes before a talk; nothing when they are not reminded
    digest: bool = False


def front(
    schedule: Schedule, now: datetime, on: Sequence[Talk], then: Sequence[Talk], days: Sequence[Day], visitor: Visitor
) -> dict[str, Any]:
    """The Home view at an aware `now`: `on` runs, `then` comes next, `days` are one's agenda."""
    blocks = [
        header(schedule.conference.name),
        as_of(schedule, now),
        *_what_is_on(schedule, now, on, then, visitor),
        divider(),
        *_agenda(schedule, days),
        divider(),
        *_ways(schedule),
        divider(),
        *choices.message(visitor.lead, visitor.digest).blocks,
    ]
    return view(blocks, HomePage())


def view(blocks: Sequence[Block], page: HomePage) -> dict[str, Any]:
    return {"type": "home", "private_metadata": page.to_json(), "blocks": list(blocks)}


def as_of(schedule: Schedule, now: datetime) -> Block:
    """When this was drawn: a Home shows what was true then."""
    zone = schedule.conference.timezone.key.split("/")[-1].replace("_", " ")
    today = times.day(now, schedule.conference)
    return context(f"As of {times.at(now, schedule.conference)} on {today}, {escape(zone)} time")


def listed(found: Sequence[Talk], schedule: Schedule, now: datetime, visitor: Visitor) -> list[Block]:
    """A line a talk with what it is to the visitor in words, and the menus for all of them."""
    dated = len({schedule.conference.day_of(talk.start) for talk in found}) > 1
    lines = [_line(talk, schedule, now, visitor, dated=dated) for talk in found]
    unsaved = [talk for talk in found if talk.id not in visitor.saved]
    rows = [*menus.details_of(found, schedule.conference), *menus.saves_of(unsaved, schedule.conference)]
    return [*sections(lines), *([actions(rows)] if rows else [])]


def saved_first(found: Sequence[Talk], saved: Collection[str]) -> list[Talk]:
    """Those one has saved before the others, each in their order."""
    return sorted(found, key=lambda talk: talk.id not in saved)


def _line(talk: Talk, schedule: Schedule, now: datetime, visitor: Visitor, *, dated: bool) -> str:
    mine = "*Saved*" if talk.id in visitor.saved else ""
    return talks.joined(
        mine, talks.line(talk, schedule, now, visitor.reader, dated=dated), talks.state(talk, schedule, now)
    )


def _what_is_on(
    schedule: Schedule, now: datetime, on: Sequence[Talk], then: Sequence[Talk], visitor: Visitor
) -> list[Block]:
    blocks: list[Block] = []
    coming = talks.day_in_a_sentence(then[0].start, schedule, now, visitor.reader) if then else ""
    for name, found in (("On now", on), (f"Next, {coming}", then)):
        if found:
            shown = saved_first(found, visitor.saved)[:SHOWN]
            more = f", {SHOWN} of {len(found)}" if len(found) > SHOWN else ""
            blocks += [section(f"*{name}*{more}"), *listed(shown, schedule, now, visitor)]
    return blocks or [section("Nothing is on, and nothing comes any more.")]


def _agenda(schedule: Schedule, days: Sequence[Day]) -> list[Block]:
    saved = [stop.talk for day in days for stop in day.stops]
    find = pickers.picker("Find and save a talk…", ids.SAVE_FOUND)
    if not saved:
        return [section("*My agenda*\nNothing saved yet: *Save* stands beside every talk."), actions([find])]
    lines, left_out = agenda.lines(days, schedule.conference, AGENDA_CHARACTERS)
    more = [f"and {left_out} more"] if left_out else []
    conference = schedule.conference
    own = [
        *menus.details_of(saved, conference),
        menus.talk_menu("Remove…", ids.UNSAVE_CHOSEN, saved, conference),
        find,
        button("Share…", ids.SHARE_AGENDA),
        button("Calendar", ids.CALENDAR),
    ]
    return [section("*My agenda*"), *sections([*lines, *more]), actions(own)]


def _ways(schedule: Schedule) -> list[Block]:
    """By day, by track, by room, by speaker: those that the schedule has."""
    conference = schedule.conference
    days = [(times.day(day, conference), day.isoformat()) for day in conference.days]
    ways = [menus.menu("By day…", ids.browse("day"), days[:100])]
    ways += [pickers.picker("By track…", ids.browse("track"))] if schedule.tracks else []
    ways += [pickers.picker("By room…", ids.browse("room"))] if schedule.rooms else []
    ways += [pickers.picker("By speaker…", ids.browse("speaker"))] if schedule.speakers else []
    return [section("*Browse*"), actions(ways)]

"""App Home's front page: what is on, one's own agenda, ways to browse, and settings."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.questions.conversation import Reader
from bot.schedule.agenda import AgendaDay
from bot.schedule.model import Schedule, Talk
from bot.views import agenda, choices, ids, menus, pickers, talks, times
from bot.views.blocks import actions, button, context, divider, escape, header, section, sections
from bot.views.message import Block
from bot.views.places import HomePage

HOME_TALKS_SHOWN = 10  # talks of what is on now, and of what comes next
HOME_AGENDA_CHARACTERS = 12_000


@dataclass(frozen=True, slots=True)
class HomeVisitor:
    """Whose Home it is: who reads, what they saved and chose."""

    reader: Reader
    saved: frozenset[str] = frozenset()
    lead: int | None = None  # minutes before a talk; nothing when they are not reminded
    digest: bool = False


def front_page(
    schedule: Schedule,
    now: datetime,
    running: Sequence[Talk],
    upcoming: Sequence[Talk],
    days: Sequence[AgendaDay],
    visitor: HomeVisitor,
) -> dict[str, Any]:
    """The Home view at an aware `now`: `running` runs, `upcoming` comes next, `days` are one's agenda."""
    blocks = [
        header(schedule.conference.name),
        updated_at(schedule, now),
        *_now_and_next(schedule, now, running, upcoming, visitor),
        divider(),
        *_agenda_blocks(schedule, days),
        divider(),
        *_browse_menus(schedule),
        divider(),
        *choices.preferences_message(visitor.lead, visitor.digest).blocks,
    ]
    return home_view(blocks, HomePage())


def home_view(blocks: Sequence[Block], page: HomePage) -> dict[str, Any]:
    return {"type": "home", "private_metadata": page.to_json(), "blocks": list(blocks)}


def updated_at(schedule: Schedule, now: datetime) -> Block:
    """When this was drawn: a Home shows what was true then."""
    zone = schedule.conference.timezone.key.split("/")[-1].replace("_", " ")
    today = times.day_name(now, schedule.conference)
    return context(f"As of {times.clock_time(now, schedule.conference)} on {today}, {escape(zone)} time")


def talk_list(found: Sequence[Talk], schedule: Schedule, now: datetime, visitor: HomeVisitor) -> list[Block]:
    """A line a talk with what it is to the visitor in words, and the menus for all of them."""
    dated = len({schedule.conference.day_of(talk.start) for talk in found}) > 1
    lines = [_talk_line(talk, schedule, now, visitor, dated=dated) for talk in found]
    unsaved = [talk for talk in found if talk.id not in visitor.saved]
    rows = [*menus.details_button(found, schedule.conference), *menus.save_button(unsaved, schedule.conference)]
    return [*sections(lines), *([actions(rows)] if rows else [])]


def sort_saved_first(found: Sequence[Talk], saved: Collection[str]) -> list[Talk]:
    """Those one has saved before the others, each in their order."""
    return sorted(found, key=lambda talk: talk.id not in saved)


def _talk_line(talk: Talk, schedule: Schedule, now: datetime, visitor: HomeVisitor, *, dated: bool) -> str:
    mine = "*Saved*" if talk.id in visitor.saved else ""
    return talks.join_parts(
        mine,
        talks.talk_line(talk, schedule, now, visitor.reader, dated=dated),
        talks.running_state(talk, schedule, now),
    )


def _now_and_next(
    schedule: Schedule, now: datetime, running: Sequence[Talk], upcoming: Sequence[Talk], visitor: HomeVisitor
) -> list[Block]:
    blocks: list[Block] = []
    coming = talks.relative_day_in_sentence(upcoming[0].start, schedule, now, visitor.reader) if upcoming else ""
    for name, found in (("On now", running), (f"Next, {coming}", upcoming)):
        if found:
            shown = sort_saved_first(found, visitor.saved)[:HOME_TALKS_SHOWN]
            more = f", {HOME_TALKS_SHOWN} of {len(found)}" if len(found) > HOME_TALKS_SHOWN else ""
            blocks += [section(f"*{name}*{more}"), *talk_list(shown, schedule, now, visitor)]
    return blocks or [section("Nothing is on, and nothing comes any more.")]


def _agenda_blocks(schedule: Schedule, days: Sequence[AgendaDay]) -> list[Block]:
    saved = [stop.talk for day in days for stop in day.entries]
    find = pickers.external_menu("Find and save a talk…", ids.SAVE_FOUND)
    if not saved:
        return [section("*My agenda*\nNothing saved yet: *Save* stands beside every talk."), actions([find])]
    lines, left_out = agenda.agenda_lines(days, schedule.conference, HOME_AGENDA_CHARACTERS)
    more = [f"and {left_out} more"] if left_out else []
    conference = schedule.conference
    own = [
        *menus.details_button(saved, conference),
        menus.talk_menu("Remove…", ids.UNSAVE_CHOSEN, saved, conference),
        find,
        button("Share…", ids.SHARE_AGENDA),
        button("Calendar", ids.CALENDAR),
    ]
    return [section("*My agenda*"), *sections([*lines, *more]), actions(own)]


def _browse_menus(schedule: Schedule) -> list[Block]:
    """By day, by track, by room, by speaker: those that the schedule has."""
    conference = schedule.conference
    days = [(times.day_name(day, conference), day.isoformat()) for day in conference.days]
    ways = [menus.static_menu("By day…", ids.browse_action("day"), days[:100])]
    ways += [pickers.external_menu("By track…", ids.browse_action("track"))] if schedule.tracks else []
    ways += [pickers.external_menu("By room…", ids.browse_action("room"))] if schedule.rooms else []
    ways += [pickers.external_menu("By speaker…", ids.browse_action("speaker"))] if schedule.speakers else []
    return [section("*Browse*"), actions(ways)]

"""Render the pages of App Home.

The front page has next talks, now and next, suggestions, menus to browse, and the settings. Each other page lists
talks: of a day, a track, a room, a speaker, the agenda, now and next.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.blockkit import action_ids, inputs, talk_text
from bot.blockkit.blocks import (
    Block,
    Message,
    Page,
    actions,
    bold,
    button,
    context,
    divider,
    escape,
    header,
    page_of_now,
    section,
    shorten,
)
from bot.blockkit.talk_row import RowStyle, agenda_rows, grouped_rows, talk_rows
from bot.blockkit.talk_text import RenderContext
from bot.delivery.models import LEADS
from bot.delivery.recipients_repository import Preferences
from bot.handlers.plan.messages import ForYou, for_you_section
from bot.schedule.models import Schedule, Talk, find_by_short_id
from bot.schedule.queries import agenda_days, running_and_next, shared_room

BROWSE_KINDS = ("day", "track", "room", "speaker")  # each has a menu on the front page

PAGE_KINDS = (*BROWSE_KINDS, "now", "next", "agenda")

TALKS_SHOWN = 4  # talks under one heading; a button leads to all of them

PAGE_SIZE = 20  # talks

ABOUT_CHARACTERS = 600  # characters of a track's description or a speaker's bio

DAY_PARTS: Mapping[str, tuple[str, range]] = {
    "morning": ("Morning", range(5, 12)),
    "afternoon": ("Afternoon", range(12, 18)),
    "evening": ("Evening", range(18, 24)),
}  # hours of the venue's clock


@dataclass(frozen=True, slots=True)
class HomePage:
    """A page of App Home: the front page, unless `kind` is given."""

    kind: str = ""  # one of PAGE_KINDS
    key: str = ""  # the short id of the track, room or speaker, or the day in ISO 8601
    number: int | None = None  # of the page, from 0; None for the one on which the day stands
    part: str = ""  # of a day: a name of DAY_PARTS or an hour; of anything else: a day in ISO 8601

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


def preferences_message(preferences: Preferences) -> Message:
    lead, digest, catch_up = preferences.reminder_lead, preferences.digest, preferences.catch_up
    reminders = f"{lead} minutes before" if lead else "off"
    text = f"Your settings\nReminders: {reminders}\nMorning digest: {'on' if digest else 'off'}"
    text += f"\nRecordings of what I missed: {'on' if catch_up else 'off'}"
    leads = [(f"{minutes} minutes before", str(minutes)) for minutes in LEADS] + [("Off", "off")]
    lead_menu = inputs.static_menu("Reminders", action_ids.CHOOSE_LEAD, leads, str(lead or "off"))
    catch_up_menu = _switch("Recordings", action_ids.CHOOSE_CATCH_UP, on=catch_up)
    blocks = (
        section("*Your settings*"),
        section("Reminders for my saved talks", lead_menu),
        section("Morning digest of my day", _switch("Morning digest", action_ids.CHOOSE_DIGEST, on=digest)),
        section("Recordings of talks I missed, in the evening", catch_up_menu),
    )
    return Message(text, blocks)


def _switch(label: str, action: str, *, on: bool) -> Block:
    return inputs.static_menu(label, action, [("On", "on"), ("Off", "off")], "on" if on else "off")


def front_page(ctx: RenderContext, visitor: HomeVisitor) -> dict[str, Any]:
    settings = preferences_message(visitor.preferences).blocks
    blocks = [header(ctx.schedule.conference.name), updated_at(ctx), _shortcuts(ctx, visitor)]
    for part in (*_talk_parts(ctx, visitor), _browse_menus(ctx), settings):
        blocks += [divider(), *part]
    return home_view(blocks, HomePage())


def _talk_parts(ctx: RenderContext, visitor: HomeVisitor) -> list[Sequence[Block]]:
    """Suggestions, their own talks, now and next.

    What the visitor does not use yet only explains itself, and comes last.
    """
    parts = [
        (visitor.for_you.is_chosen, for_you_section(visitor.for_you, visitor.saved, ctx)),
        (bool(visitor.saved), _own_talks(ctx, visitor)),
        (True, _now_and_next(ctx, visitor)),
    ]
    return [part for _, part in sorted(parts, key=lambda part: not part[0])]


def _shortcuts(ctx: RenderContext, visitor: HomeVisitor) -> Block:
    """Buttons to today's sessions, to the agenda, and for organisers to what they do."""
    conference = ctx.schedule.conference
    today = ctx.schedule.day_of(ctx.now)
    day = today if today in conference.days else conference.days[0]
    is_today = day == today and not ctx.is_elsewhere  # elsewhere, “today” may be another day
    label = "Today's talks" if is_today else talk_text.day_name(day, conference)
    buttons = [_page_button(label, HomePage("day", day.isoformat()), 1)]
    saved = sum(talk.id in visitor.saved for talk in ctx.schedule.talks)
    buttons += [_page_button(f"My agenda ({saved})", HomePage("agenda"), 2)] if saved else []
    buttons += [button("Organise…", action_ids.ORGANISE_MENU)] if visitor.may_organise else []
    return actions(buttons)


def _own_talks(ctx: RenderContext, visitor: HomeVisitor) -> list[Block]:
    saved = [talk for talk in ctx.schedule.talks if talk.id in visitor.saved]
    if not saved:
        find = inputs.external_menu("Find and save a talk…", action_ids.SAVE_FOUND)
        text = "*My agenda*\nNothing saved yet. Choose *Save to my agenda* in the menu beside a talk."
        return [section(text), actions([find]) | {"block_id": menu_block_id("save", ctx)}]
    ahead = [talk for talk in saved if talk.end > ctx.now and not talk.cancelled]
    rows = talk_rows(ahead[:TALKS_SHOWN], ctx, RowStyle(visitor.saved, day=True, says_saved=False))
    buttons = [button("Share my agenda…", action_ids.SHARE_AGENDA), button("Calendar", action_ids.CALENDAR)]
    heading = "*Up next for you*" if ahead else "*My agenda*\nAll your saved talks are over."
    return [section(heading), *rows, actions(buttons)]


def _now_and_next(ctx: RenderContext, visitor: HomeVisitor) -> list[Block]:
    running, upcoming = running_and_next(ctx.schedule, ctx.now)
    blocks = _some_talks("On now", running, HomePage("now"), ctx, visitor)
    if upcoming:
        coming = talk_text.relative_day_in_sentence(upcoming[0].start, ctx)
        clock = talk_text.clock_time(upcoming[0].start, ctx.conference)
        clock += talk_text.venue_and_reader_time(upcoming[0].start, ctx.conference, ctx.reader.zone)
        heading = f"Up next at {clock}" if coming == "today" else f"Up next, {coming} at {clock}"
        blocks += [*([divider()] if blocks else []), *_some_talks(heading, upcoming, HomePage("next"), ctx, visitor)]
    return blocks or [section("Nothing is on, and nothing else is coming up.")]


def _some_talks(
    heading: str, talks: Sequence[Talk], page: HomePage, ctx: RenderContext, visitor: HomeVisitor
) -> list[Block]:
    """The first of these talks, the saved ones before the others, and a button for all."""
    if not talks:
        return []
    shown = sorted(talks, key=lambda talk: talk.id not in visitor.saved)[:TALKS_SHOWN]
    all_of_them = _page_button(f"See all {len(talks)}", page, 1) if len(talks) > len(shown) else None
    return [section(bold(heading), all_of_them), *talk_rows(shown, ctx, RowStyle(visitor.saved))]


def _page_button(label: str, page: HomePage, number: int) -> Block:
    return button(label, action_ids.numbered(action_ids.HOME_PAGE, number), page.to_json())


def _browse_menus(ctx: RenderContext) -> list[Block]:
    """A line with a menu each for session, day, track, room and speaker, as far as the schedule has them."""
    schedule = ctx.schedule
    conference = schedule.conference
    days = [(talk_text.day_name(day, conference), day.isoformat()) for day in conference.days]
    menus = [("Session", inputs.external_menu("Find a talk…", action_ids.DETAILS_FOUND))]
    menus += [("Day", inputs.static_menu("Choose a day…", action_ids.browse_action("day"), days[:100]))]
    kinds = (("track", schedule.tracks), ("room", schedule.rooms), ("speaker", schedule.speakers))
    menus += [
        (kind.capitalize(), inputs.external_menu(f"Choose a {kind}…", action_ids.browse_action(kind)))
        for kind, things in kinds
        if things
    ]
    lines = [section(label, menu) | {"block_id": menu_block_id(label.lower(), ctx)} for label, menu in menus]
    return [section("*Browse*"), *lines]


@dataclass(frozen=True, slots=True)
class TalkList:
    title: str
    talks: Sequence[Talk]
    about: str = ""  # escaped
    style: RowStyle = RowStyle()  # noqa: RUF009  # it is frozen


def browse_page(page: HomePage, ctx: RenderContext, visitor: HomeVisitor) -> dict[str, Any] | None:
    """The Home view of this page; None where the schedule no longer has its day, track, room or speaker."""
    content = _talk_list(page, ctx, visitor)
    if content is None:
        return None
    talks = [talk for talk in content.talks if _is_in_part(talk, page, ctx.schedule)]
    number = page_of_now(talks, ctx.now, PAGE_SIZE) if page.number is None else page.number
    shown = Page.of(talks, number, PAGE_SIZE)
    turn = shown.buttons(action_ids.HOME_PAGE, lambda target: replace(page, number=target).to_json())
    blocks: list[Block] = [
        header(content.title),
        updated_at(ctx),
        *([section(content.about)] if content.about else []),
        actions([_page_button("Back to Home", FRONT_PAGE, 0), *_part_menu(content, page, ctx)])
        | {"block_id": menu_block_id("part", ctx)},
        divider(),
        *_rows(shown.items, page, content, ctx, visitor),
        *([context(shown.range_text)] if shown.range_text else []),
        *([actions(turn)] if turn else []),
    ]
    return home_view(blocks, replace(page, number=shown.number))


def _rows(
    talks: Sequence[Talk], page: HomePage, content: TalkList, ctx: RenderContext, visitor: HomeVisitor
) -> list[Block]:
    if not talks:
        return [section("Nothing here at that time." if page.part else "Nothing here yet.")]
    style = replace(content.style, saved=visitor.saved)
    if page.kind == "agenda":
        entries = [entry for day in agenda_days(talks, ctx.schedule) for entry in day.entries]
        return agenda_rows(entries, ctx, style)
    return grouped_rows(talks, ctx, style)


def _part_menu(content: TalkList, page: HomePage, ctx: RenderContext) -> list[Block]:
    """A menu to show a part: of a day, its hours; of anything else, one day. None where there is nothing to choose."""
    conference = ctx.schedule.conference
    if page.kind == "day":
        hours = list(dict.fromkeys(conference.local(talk.start).hour for talk in content.talks))
        parts = [(label, name) for name, (label, span) in DAY_PARTS.items() if not set(hours).isdisjoint(span)]
        parts += [(f"{hour:02}:00–{hour:02}:59", str(hour)) for hour in hours]
        whole = "All day"
    else:
        days = dict.fromkeys(ctx.schedule.day_of(talk.start) for talk in content.talks)
        parts = [(talk_text.day_name(day, conference), day.isoformat()) for day in days]
        whole = "All days"
    if len(parts) < 2:
        return []
    choices = [(label, HomePage(page.kind, page.key, part=part).to_json()) for label, part in [(whole, ""), *parts]]
    chosen = replace(page, number=None).to_json()
    return [inputs.static_menu("Time…" if page.kind == "day" else "Day…", action_ids.HOME_PART, choices[:100], chosen)]


def _is_in_part(talk: Talk, page: HomePage, schedule: Schedule) -> bool:
    """Tell whether the talk starts in the part that the page shows."""
    start = schedule.conference.local(talk.start)
    if not page.part:
        return True
    if page.part in DAY_PARTS:
        return start.hour in DAY_PARTS[page.part][1]
    return page.part in (str(start.hour), schedule.day_of(talk.start).isoformat())


def _talk_list(page: HomePage, ctx: RenderContext, visitor: HomeVisitor) -> TalkList | None:
    match page.kind:
        case "now":
            return TalkList("On now", running_and_next(ctx.schedule, ctx.now)[0])
        case "next":
            return TalkList("Up next", running_and_next(ctx.schedule, ctx.now)[1], style=RowStyle(day=True))
        case "agenda":
            saved = [talk for talk in ctx.schedule.talks if talk.id in visitor.saved]
            return TalkList("My agenda", saved, style=RowStyle(day=True, says_saved=False))
    return _BROWSED[page.kind](page.key, ctx)


def _day_list(key: str, ctx: RenderContext) -> TalkList | None:
    schedule = ctx.schedule
    day = next((day for day in schedule.conference.days if day.isoformat() == key), None)
    if day is None:
        return None
    talks = schedule.talks_during(day)
    room = shared_room(talks)
    about = escape(room.place) if room else ""
    title = f"{talk_text.day_name(day, schedule.conference)} {day.year}"
    return TalkList(title, talks, about, RowStyle(room=room is None))


def _track_list(key: str, ctx: RenderContext) -> TalkList | None:
    track = find_by_short_id(key, ctx.schedule.track_by_id)
    if track is None:
        return None
    hosts = f"Hosted by {talk_text.speaker_names(track.host)}" if track.host else ""
    about = "\n".join(filter(None, (hosts, escape(shorten(track.description, ABOUT_CHARACTERS)))))
    talks = [talk for talk in ctx.schedule.talks if talk.track == track]
    return TalkList(track.title, talks, about, RowStyle(day=True))


def _room_list(key: str, ctx: RenderContext) -> TalkList | None:
    room = find_by_short_id(key, ctx.schedule.room_by_id)
    if room is None:
        return None
    talks = [talk for talk in ctx.schedule.talks if talk.room == room]
    return TalkList(room.place, talks, style=RowStyle(day=True, room=False))


def _speaker_list(key: str, ctx: RenderContext) -> TalkList | None:
    speaker = find_by_short_id(key, ctx.schedule.speaker_by_id)
    if speaker is None:
        return None
    introduction, bio = talk_text.speaker_introduction(speaker), escape(shorten(speaker.bio, ABOUT_CHARACTERS))
    about = "\n".join(filter(None, (introduction, bio)))
    return TalkList(speaker.name, ctx.schedule.talks_by(speaker), about, RowStyle(day=True, speakers=False))


_BROWSED: Mapping[str, Callable[[str, RenderContext], TalkList | None]] = {
    "day": _day_list,
    "track": _track_list,
    "room": _room_list,
    "speaker": _speaker_list,
}

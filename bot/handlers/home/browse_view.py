"""Render the pages of App Home that list talks: of a day, a track, a room, a speaker, the agenda, now and next."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from bot.blockkit import action_ids, inputs, talk_text
from bot.blockkit.blocks import (
    Block,
    Page,
    actions,
    button,
    context,
    divider,
    escape,
    header,
    page_of_now,
    section,
    shorten,
)
from bot.blockkit.talk_row import RowStyle, agenda_rows, grouped_rows
from bot.blockkit.talk_text import RenderContext
from bot.handlers.home.home_view import HomePage, HomeVisitor, home_view, menu_block_id, updated_at
from bot.schedule.models import Schedule, Talk, find_by_short_id
from bot.schedule.queries import agenda_days, running_and_next, shared_room

PAGE_SIZE = 20  # talks

ABOUT_CHARACTERS = 600  # characters of a track's description or a speaker's bio

DAY_PARTS: Mapping[str, tuple[str, range]] = MappingProxyType(
    {
        "morning": ("Morning", range(5, 12)),
        "afternoon": ("Afternoon", range(12, 18)),
        "evening": ("Evening", range(18, 24)),
    }
)  # hours of the venue's clock


@dataclass(frozen=True, slots=True)
class TalkList:
    """The content of a page."""

    title: str
    talks: Sequence[Talk]
    about: str = ""  # escaped
    style: RowStyle = RowStyle()  # noqa: RUF009  # it is frozen


def browse_page(page: HomePage, ctx: RenderContext, visitor: HomeVisitor) -> dict[str, Any] | None:
    """The Home view of this page; None where the schedule no longer has its day, track, room or speaker."""
    content = _LISTS[page.kind](page.key, ctx, visitor)
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
        actions([_back_button(), *_part_menu(content, page, ctx)]) | {"block_id": menu_block_id("part", ctx)},
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


def _back_button() -> Block:
    return button("Back to Home", action_ids.numbered(action_ids.HOME_PAGE, 0), HomePage().to_json())


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


def _day_list(key: str, ctx: RenderContext, visitor: HomeVisitor) -> TalkList | None:
    schedule = ctx.schedule
    day = next((day for day in schedule.conference.days if day.isoformat() == key), None)
    if day is None:
        return None
    talks = schedule.talks_during(day)
    room = shared_room(talks)
    about = escape(room.place) if room else ""
    title = f"{talk_text.day_name(day, schedule.conference)} {day.year}"
    return TalkList(title, talks, about, RowStyle(room=room is None))


def _track_list(key: str, ctx: RenderContext, visitor: HomeVisitor) -> TalkList | None:
    track = find_by_short_id(key, ctx.schedule.track_by_id)
    if track is None:
        return None
    hosts = f"Hosted by {talk_text.speaker_names(track.host)}" if track.host else ""
    about = "\n".join(filter(None, (hosts, escape(shorten(track.description, ABOUT_CHARACTERS)))))
    talks = [talk for talk in ctx.schedule.talks if talk.track == track]
    return TalkList(track.title, talks, about, RowStyle(day=True))


def _room_list(key: str, ctx: RenderContext, visitor: HomeVisitor) -> TalkList | None:
    room = find_by_short_id(key, ctx.schedule.room_by_id)
    if room is None:
        return None
    talks = [talk for talk in ctx.schedule.talks if talk.room == room]
    return TalkList(room.place, talks, style=RowStyle(day=True, room=False))


def _speaker_list(key: str, ctx: RenderContext, visitor: HomeVisitor) -> TalkList | None:
    speaker = find_by_short_id(key, ctx.schedule.speaker_by_id)
    if speaker is None:
        return None
    introduction, bio = talk_text.speaker_introduction(speaker), escape(shorten(speaker.bio, ABOUT_CHARACTERS))
    about = "\n".join(filter(None, (introduction, bio)))
    return TalkList(speaker.name, ctx.schedule.talks_by(speaker), about, RowStyle(day=True, speakers=False))


def _now_list(key: str, ctx: RenderContext, visitor: HomeVisitor) -> TalkList:
    return TalkList("On now", running_and_next(ctx.schedule, ctx.now)[0])


def _next_list(key: str, ctx: RenderContext, visitor: HomeVisitor) -> TalkList:
    return TalkList("Up next", running_and_next(ctx.schedule, ctx.now)[1], style=RowStyle(day=True))


def _agenda_list(key: str, ctx: RenderContext, visitor: HomeVisitor) -> TalkList:
    saved = [talk for talk in ctx.schedule.talks if talk.id in visitor.saved]
    return TalkList("My agenda", saved, style=RowStyle(day=True, says_saved=False))


_LISTS: Mapping[str, Callable[[str, RenderContext, HomeVisitor], TalkList | None]] = MappingProxyType(
    {
        "day": _day_list,
        "track": _track_list,
        "room": _room_list,
        "speaker": _speaker_list,
        "now": _now_list,
        "next": _next_list,
        "agenda": _agenda_list,
    }
)

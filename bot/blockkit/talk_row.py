"""The talk row: one talk of a list, drawn the same way on every surface.

A row has the time and the title in bold, below them the state, the speakers and the room, and beside them one menu:
details, save or remove, share. Lists group their rows by day and by hour; an agenda also has the gaps, floors and
clashes between them. A row is one block, since Slack draws the text of a second block nearer to the next row than to
its own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import NamedTuple

from bot.blockkit import action_ids, talk_text
from bot.blockkit.blocks import (
    Block,
    Page,
    bold,
    button,
    clip,
    context,
    escape,
    first_of,
    fitting_count,
    option,
    page_of_now,
    section,
    shorten,
)
from bot.blockkit.talk_text import RenderContext, duration_text, time_span
from bot.schedule.models import Talk, short_id
from bot.schedule.queries import AgendaDay, AgendaEntry
from bot.search.similarity import SimilarTalk

LINE_CHARACTERS = 400  # of each line of a row, escaped; they bound how many rows a message holds

# What the options of a talk's menu do with it
DETAILS, SAVE, REMOVE, SHARE = "details", "save", "remove", "share"

NOT_FOR_ME = "not-for-me"  # never suggest it again

REMOVE_FROM_AGENDA = "drop"  # in an agenda: it is drawn again in its place

_MENU_LABELS = {
    DETAILS: "Details",
    SAVE: "Save to my agenda",
    REMOVE: "Remove from my agenda",
    REMOVE_FROM_AGENDA: "Remove from my agenda",
    SHARE: "Share…",
    NOT_FOR_ME: "Not for me",
}


@dataclass(frozen=True, slots=True)
class RowStyle:
    """The parts that the rows of a list have: it leaves out what it says elsewhere."""

    saved: frozenset[str] = frozenset()  # ids of the talks that the reader saved; empty in a public message
    day: bool = False  # the talks may be of several days
    room: bool = True
    speakers: bool = True
    says_saved: bool = True  # off where every talk is a saved one
    remove: str = REMOVE  # REMOVE or REMOVE_FROM_AGENDA
    dismissable: bool = False  # the talks are suggested, and the reader may not want to see them again


PLAIN_ROW = RowStyle()


def talk_row(talk: Talk, ctx: RenderContext, style: RowStyle = PLAIN_ROW, *more: str) -> Block:
    """The block of one row; `more` are further escaped lines, such as a clash."""
    title = bold(clip(f"{_time(talk, ctx, style)} · {talk_text.escaped_title(talk)}", LINE_CHARACTERS))
    about = talk_text.join_parts(_state(talk, ctx, style), *_people_and_place(talk, ctx, style))
    return row_of_lines((title, about, *more), talk, style)


def row_of_lines(lines: Sequence[str], talk: Talk, style: RowStyle = PLAIN_ROW) -> Block:
    """A row with these escaped lines instead of its own, such as what changed about the talk."""
    return section("\n".join(clip(line, LINE_CHARACTERS) for line in lines if line), talk_menu(talk, style))


def talk_rows(talks: Iterable[Talk], ctx: RenderContext, style: RowStyle = PLAIN_ROW) -> list[Block]:
    """The rows of several talks, without headings."""
    return [talk_row(talk, ctx, style) for talk in talks]


def similar_rows(similar: Iterable[SimilarTalk], ctx: RenderContext, style: RowStyle = PLAIN_ROW) -> list[Block]:
    """The rows of talks that are like another one, each with the words that both have."""
    return [talk_row(row.talk, ctx, style, f"In common: {escape(', '.join(row.words))}") for row in similar]


def grouped_rows(talks: Sequence[Talk], ctx: RenderContext, style: RowStyle = PLAIN_ROW) -> list[Block]:
    """The rows of talks in order of start, with a heading for each hour, and for each day where `style.day` is set.

    Hours have no headings where each holds one talk only: the row says the time. What starts together has its minute
    above.
    """
    local, row_style = ctx.conference.local, replace(style, day=False)
    by_hour = [list(group) for _, group in groupby(talks, key=lambda talk: _hour(local(talk.start)))]
    blocks: list[Block] = []
    named_day = None
    for of_hour in by_hour:
        together = len(of_hour) > 1 and of_hour[0].start == of_hour[-1].start
        heading = local(of_hour[0].start) if together else _hour(local(of_hour[0].start))
        day = ctx.schedule.day_of(of_hour[0].start)
        if style.day and day != named_day:
            named_day = day
            blocks.append(section(bold(day_heading(named_day, ctx))))
        blocks += [context(f"*{heading:%H:%M}*")] if len(by_hour) < len(talks) else []
        blocks += talk_rows(of_hour, ctx, row_style)
    return blocks


def talk_buttons(talk: Talk, *, saved: bool | None) -> list[Block]:
    """[Details], and [Save] or [Remove from my agenda], for a message about one talk; None offers neither of these."""
    details = button("Details", action_ids.DETAILS, talk.id)
    if saved is None:
        return [details]
    return [
        details,
        button("Remove from my agenda", action_ids.UNSAVE, talk.id)
        if saved
        else button("Save", action_ids.SAVE, talk.id),
    ]


def talk_menu(talk: Talk, style: RowStyle) -> Block:
    """The menu of a row: Details, Save or Remove, Share, Not for me. A cancelled talk is not offered to be saved."""
    keep = [style.remove] if talk.id in style.saved else [] if talk.cancelled else [SAVE]
    choices = (DETAILS, *keep, SHARE, *([NOT_FOR_ME] if style.dismissable else []))
    options = [option(_MENU_LABELS[choice], f"{choice} {short_id(talk.id)}") for choice in choices]
    return {"type": "overflow", "action_id": action_ids.TALK_MENU, "options": options}


class MenuChoice(NamedTuple):
    """A choice in the menu of a row."""

    action: str  # a key of _MENU_LABELS
    talk: str  # a short id

    @classmethod
    def from_value(cls, value: str) -> "MenuChoice":
        """Read the value of an option of `talk_menu`."""
        action, _, talk = value.partition(" ")
        return cls(action, talk)


def day_heading(day: date, ctx: RenderContext) -> str:
    """`Tomorrow, Wed 6 March`, or the day alone in a text that stays to be read later."""
    name, near = talk_text.day_name(day, ctx.schedule.conference), talk_text.relative_day(day, ctx)
    return f"{near}, {name}" if near in talk_text.NEAR_DAYS else name


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def _time(talk: Talk, ctx: RenderContext, style: RowStyle) -> str:
    if style.day:
        day = talk_text.start_day(talk, ctx)
        return f"{day} {talk_text.clock_time(talk.start, ctx.schedule.conference)}"
    return talk_text.list_time(talk, ctx.schedule)


def _state(talk: Talk, ctx: RenderContext, style: RowStyle) -> str:
    states = (
        talk_text.status_mark(talk, ctx),
        talk_text.running_state(talk, ctx) if not ctx.reader.stays else "",
        "Saved" if style.says_saved and talk.id in style.saved else "",
    )
    return talk_text.join_parts(*(bold(state) for state in states if state))


def _people_and_place(talk: Talk, ctx: RenderContext, style: RowStyle) -> tuple[str, ...]:
    return (
        talk_text.speaker_names(talk.speakers) if style.speakers else "",
        talk_text.escaped_place(talk) if style.room else "",
        talk_text.reader_time(talk.start, ctx.schedule.conference, ctx.reader.zone).strip(" ()"),
    )


AGENDA_PAGE_SIZE = 12  # talks of an agenda in one message

MIN_GAP = 20  # minutes; a shorter gap between two talks is not mentioned

AGENDA_TITLE_CHARACTERS = 90  # characters of a talk's title in one line

CLASH_TITLE_CHARACTERS = 40

MAX_CLASHES = 3  # named in one line

AGENDA_CHARACTERS = 8_000  # of all lines of one agenda; the rest of the message needs room too


def agenda_lines(days: Sequence[AgendaDay], ctx: RenderContext) -> tuple[list[str], int]:
    """Each day's name and its talks in lines, and the number of talks that do not fit into one message."""
    lines: list[str] = []
    for day in days:
        for number, entry in enumerate(day.entries):
            name = [f"*{talk_text.day_name(day.date, ctx.conference)}*"] if number == 0 else []
            lines.append("\n".join([*name, *_entry_lines(entry, day.date, ctx)]))
    fitting = fitting_count(lines, AGENDA_CHARACTERS)
    return lines[:fitting], len(lines) - fitting


def quoted_titles(talks: Sequence[Talk]) -> str:
    """`_Complex Event Flows_, _Observability_`: the titles of clashing talks; of many, the first ones."""
    return first_of([f"_{talk_text.escaped_title(talk, CLASH_TITLE_CHARACTERS)}_" for talk in talks], MAX_CLASHES)


def _entry_lines(entry: AgendaEntry, day: date, ctx: RenderContext) -> list[str]:
    """A line on the gap before the talk, where that is worth mentioning, and a line on the talk."""
    talk = entry.talk
    place = escape(shorten(talk.room.place, AGENDA_TITLE_CHARACTERS)) if talk.room else ""
    clash = f"\n    clashes with {quoted_titles(entry.clashes)}" if entry.clashes else ""
    gap = _gap_text(entry)
    gap_line = [f"    _{gap}_"] if gap else []
    clock = time_span(talk, ctx.conference) + talk_text.night_mark(talk.start, day, ctx.conference)
    clock += talk_text.reader_time(talk.start, ctx.conference, ctx.reader.zone)
    title = talk_text.escaped_title(talk, AGENDA_TITLE_CHARACTERS)
    return [*gap_line, talk_text.join_parts(talk_text.status_mark(talk, ctx), clock, place, title) + clash]


def agenda_page(days: Sequence[AgendaDay], ctx: RenderContext, number: int | None = None) -> Page[AgendaEntry]:
    """A page of the agenda; without a number, the one of now."""
    entries = [entry for day in days for entry in day.entries]
    if number is None:
        number = page_of_now((entry.talk for entry in entries), ctx.now, AGENDA_PAGE_SIZE)
    return Page.of(entries, number, AGENDA_PAGE_SIZE)


def agenda_rows(
    entries: Sequence[AgendaEntry], ctx: RenderContext, style: RowStyle, *, dated: bool = True
) -> list[Block]:
    """The rows of these entries, which are in order of start, with a heading for each day if `dated`."""
    blocks: list[Block] = []
    named_day = None
    for entry in entries:
        day = ctx.schedule.day_of(entry.talk.start)
        if day != named_day:
            named_day = day
            blocks += [section(bold(day_heading(day, ctx)))] if dated else []
        elif gap := _gap_text(entry):
            blocks.append(_gap_row(gap, entry, ctx))
        clash = [f"Clashes with {quoted_titles(entry.clashes)}"] if entry.clashes else []
        blocks.append(talk_row(entry.talk, ctx, replace(style, day=False), *clash))
    return blocks


def _gap_row(gap: str, entry: AgendaEntry, ctx: RenderContext) -> Block:
    """The line on a gap, with [Fill…] where it is long enough and still to come."""
    local = ctx.schedule.conference.local
    begin, end = local(entry.talk.start - entry.free_before), local(entry.talk.start)
    if entry.free_before < timedelta(minutes=MIN_GAP) or entry.talk.start <= ctx.now or begin.date() != end.date():
        return context(gap)
    wishes = f"{begin:%Y-%m-%d} between {begin:%H:%M} and {end:%H:%M}"
    return section(gap, button("Fill…", action_ids.PLAN, wishes, accessibility_label=f"Fill the gap at {begin:%H:%M}"))


def _gap_text(entry: AgendaEntry) -> str:
    """`25 minutes free, then another floor`; empty where neither is worth mentioning."""
    free = round(entry.free_before.total_seconds() / 60)
    gap = [f"{duration_text(entry.free_before)} free"] if free >= MIN_GAP else []
    return ", then ".join([*gap, *(["another floor"] if entry.other_floor else [])])

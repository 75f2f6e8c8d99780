"""Draw an agenda: its talks by day, with the gaps, floors and clashes between them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from bot.blockkit import action_ids, talk_row, talk_text
from bot.blockkit.blocks import Block, bold, button, context, escape, first_of, fitting_count, section, shorten
from bot.blockkit.pages import Page, page_of_now
from bot.blockkit.talk_row import RowStyle
from bot.blockkit.talk_text import RenderContext, duration_text, time_span
from bot.schedule.models import Talk
from bot.schedule.queries import AgendaDay, AgendaEntry

PAGE_SIZE = 12  # talks of an agenda in one message

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
    """A page of the agenda; without a number, the one on which the day stands."""
    entries = [entry for day in days for entry in day.entries]
    if number is None:
        number = page_of_now((entry.talk for entry in entries), ctx.now, PAGE_SIZE)
    return Page.of(entries, number, PAGE_SIZE)


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
            blocks += [section(bold(talk_row.day_heading(day, ctx)))] if dated else []
        elif gap := _gap_text(entry):
            blocks.append(_gap_row(gap, entry, ctx))
        clash = [f"Clashes with {quoted_titles(entry.clashes)}"] if entry.clashes else []
        blocks.append(talk_row.talk_row(entry.talk, ctx, replace(style, day=False), *clash))
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

"""The content of an answer (lines, talks, buttons), and its layout within Slack's limits."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice

from bot.blockkit import action_ids, talk_row, talk_text
from bot.blockkit.blocks import (
    Block,
    ListPage,
    Message,
    Page,
    actions,
    button,
    context,
    page_of_now,
    section,
    unescape,
    units,
)
from bot.blockkit.talk_row import RowStyle
from bot.blockkit.talk_text import RenderContext
from bot.schedule.models import Schedule, Talk
from bot.schedule.queries import alternatives_to, overlapping
from bot.search.similarity import MOST_SIMILAR

PAGE_SIZE = 8  # rows of a list in one message

MAX_ALTERNATIVES = 4  # to a talk that is full or cancelled

_TEXT_CHARACTERS = 3_000  # characters of `text`, which notifications and screen readers get


DATED = RowStyle(day=True)


@dataclass(frozen=True, slots=True)
class AnswerText:
    """A paragraph of an answer in escaped lines, about a talk or about something else."""

    lines: tuple[str, ...]
    talk: Talk | None = None


Row = AnswerText | Talk


@dataclass(frozen=True, slots=True)
class AnswerLayout:
    """An answer in words, escaped; the fact asked for stands in the first line."""

    head: tuple[str, ...] = ()
    rows: Sequence[Row] = ()  # a talk is drawn as a row when its page is looked at: of hundreds, eight are
    notes: tuple[str, ...] = ()  # in small type below the rows
    suggestions: tuple[tuple[str, str], ...] = ()  # label, the question it asks
    in_order: bool = False  # rows in order of start, which are grouped by day and hour
    style: RowStyle = DATED
    pages_on: int = 0  # how many pages after the one of now it opens at
    similar_to: Talk | None = None  # the rows are talks like it, of which a reader sees a few that they can go to

    def for_reader(self, saved: frozenset[str], schedule: Schedule) -> "AnswerLayout":
        if self.similar_to is None:
            return self
        agenda = [schedule.talk_by_id[id] for id in saved - {self.similar_to.id} if id in schedule.talk_by_id]
        free = (talk for talk in listed_talks(self.rows) if talk in agenda or not overlapping(talk, agenda))
        shown = tuple(islice(free, MOST_SIMILAR))
        return replace(self, head=self.head if shown else (talk_text.nothing_similar(self.similar_to),), rows=shown)

    def differs_for(self, saved: frozenset[str]) -> bool:
        """Tell whether a reader who saved these talks (ids) sees something else than one who saved nothing."""
        return bool(saved) and not (self.similar_to is None and saved.isdisjoint(t.id for t in listed_talks(self.rows)))


def talk_paragraph(talk: Talk, lines: Sequence[str], ctx: RenderContext) -> tuple[Row, ...]:
    """The lines about one talk, with the organisers' note.

    If the talk is full or cancelled, the first line says so, and alternatives follow.
    """
    first, *rest = lines
    told = AnswerText((talk_text.marked_fact(talk, ctx, first), *rest, *talk_text.organiser_note(talk)), talk)
    others = (
        alternatives_to(talk, ctx.schedule)[:MAX_ALTERNATIVES]
        if (talk.cancelled or talk.full) and ctx.now < talk.end
        else ()
    )
    return (told, *([AnswerText(("*Instead, at the same time:*",))] if others else []), *others)


def render_layout(
    layout: AnswerLayout,
    ctx: RenderContext,
    question: str = "",
    page: int | None = None,
    saved: frozenset[str] = frozenset(),
    *,
    share: bool = False,
    redrawn: bool = False,
) -> Message:
    """A message with one page of the list, and buttons for the pages around it.

    `question` is the question that [Earlier] and [Later] repeat, and [Share here], if it is to be shared. `saved` are
    the ids of the talks that the reader saved. A `redrawn` page can be drawn again after a save by asking the question.
    """
    layout = layout.for_reader(saved, ctx.schedule)
    rows = layout.rows
    if page is None:
        page = page_of_now((_talk_of(row) for row in rows), ctx.now, PAGE_SIZE) if layout.in_order else 0
        page += layout.pages_on
    shown = Page.of(rows, page, PAGE_SIZE)
    notes = [text for text in (shown.range_text, *layout.notes, _zone_note(layout, shown.items, ctx)) if text]
    blocks: list[Block] = [section("\n".join(layout.head))] if layout.head else []
    blocks += _row_blocks(shown.items, layout, ctx, saved)
    blocks += [context(note) for note in notes]
    # In a list, each row has its menu.
    talks = listed_talks(shown.items)
    buttons = talk_row.talk_buttons(talks[0], saved=talks[0].id in saved) if len(talks) == 1 else []
    if question:
        labels = ("Earlier", "Later") if layout.in_order else ("Back", "More")
        buttons += shown.buttons(action_ids.PAGE, lambda number: ListPage(number, question).value, *labels)
    buttons += [
        button(label, action_ids.numbered(action_ids.ASK, number), suggestion)
        for number, (label, suggestion) in enumerate(layout.suggestions)
    ]
    if share:
        buttons.append(button("Share here", action_ids.SHARE_ANSWER, question))
    blocks += [actions(buttons)] if buttons else []
    blocks = ListPage(shown.number, question).marked(blocks) if redrawn else blocks
    return Message(_plain_text(layout, shown.items, ctx, notes), tuple(blocks))


def _zone_note(layout: AnswerLayout, rows: Sequence[Row], ctx: RenderContext) -> str:
    """`Times are London time.`, for readers elsewhere, where the answer has times and does not name the city yet."""
    conference = ctx.conference
    city = talk_text.venue_time_name(conference)
    lines = [*layout.head, *(line for row in rows if isinstance(row, AnswerText) for line in row.lines)]
    if not listed_talks(rows) or not ctx.is_elsewhere:
        return ""
    return "" if any(city in line for line in lines) else f"Times are {city}."


def listed_talks(rows: Sequence[Row]) -> list[Talk]:
    return [talk for talk in map(_talk_of, rows) if talk]


def _talk_of(row: Row) -> Talk | None:
    return row if isinstance(row, Talk) else row.talk


def _row_blocks(rows: Sequence[Row], layout: AnswerLayout, ctx: RenderContext, saved: frozenset[str]) -> list[Block]:
    several = len(listed_talks(rows)) > 1
    style = replace(layout.style, saved=saved)
    blocks: list[Block] = []
    talks: list[Talk] = []
    for row in (*rows, None):
        if isinstance(row, Talk):
            talks.append(row)
            continue
        blocks += (talk_row.grouped_rows if layout.in_order else talk_row.talk_rows)(talks, ctx, style)
        talks = []
        if row:
            menu = talk_row.talk_menu(row.talk, style) if row.talk and several else None
            blocks.append(section("\n".join(row.lines), menu))
    return blocks


def _plain_text(layout: AnswerLayout, rows: Sequence[Row], ctx: RenderContext, notes: Sequence[str]) -> str:
    lines = list(layout.head)
    used = 0
    for position, row in enumerate(rows):
        of_row = (
            (talk_text.talk_line(row, ctx, dated=layout.style.day, room=layout.style.room),)
            if isinstance(row, Talk)
            else row.lines
        )
        used += sum(map(units, of_row))
        if used > _TEXT_CHARACTERS and position:
            break
        lines += of_row
    return "\n".join([*lines, *notes])


_BOLD = re.compile(r"\*(\S(?:[^*\n]*\S)?)\*")


def strip_mrkdwn(text: str) -> str:
    """mrkdwn as plain text: without stars, and with what was escaped as it was."""
    return unescape(_BOLD.sub(r"\1", text).replace("`", ""))

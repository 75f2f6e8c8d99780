"""The talk row: one talk of a list, drawn the same way on every surface.

A row has the time and the title in bold, below them the state, the speakers and the room, and beside them one menu:
details, save or remove, share. Lists group their rows by day and by hour. A row is one block, since Slack draws the
text of a second block nearer to the next row than to its own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby
from typing import NamedTuple

from bot.blockkit import action_ids, talk_text
from bot.blockkit.blocks import Block, bold, button, clip, context, escape, option, section
from bot.blockkit.talk_text import RenderContext
from bot.schedule.models import Talk, short_id
from bot.search.similarity import SimilarTalk

LINE_CHARACTERS = 400  # of each line of a row, escaped; they bound how many rows a message holds

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

    Hours have no headings where each holds one talk only: the row says the time. What starts together has its minute above.
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

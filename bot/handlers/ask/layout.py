"""The content of an answer (lines, talks with details, buttons), and its layout within Slack's limits."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import unescape
from typing import overload

from bot.blockkit import action_ids, inputs
from bot.blockkit.blocks import (
    MESSAGE_CHARACTERS,
    OPTION_CHARACTERS,
    SECTION_CHARACTERS,
    Block,
    Message,
    actions,
    button,
    context,
    section,
)
from bot.schedule.models import Conference, Talk

MENUS_CHARACTERS = 2 * inputs.MAX_MENU_TALKS * OPTION_CHARACTERS + 2_000  # what menus, head and hint may take

TALKS_SHOWN = 8  # talks of a long list before the button for the rest

_TEXT_CHARACTERS = 3_000  # characters of `text`, which notifications and screen readers get


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One talk in an answer, in lines."""

    lines: tuple[str, ...]
    talk: Talk | None = None


class LazyRows(Sequence[AnswerRow]):
    """An entry for each talk of a list, drawn when it is looked at: of hundreds of talks eight are shown.

    Between the talks may be entries that are drawn already.
    """

    def __init__(self, things: Sequence[Talk | AnswerRow], line: Callable[[Talk], str]) -> None:
        self._items = things
        self._render_line = line

    def __len__(self) -> int:
        return len(self._items)

    @overload
    def __getitem__(self, at: int) -> AnswerRow: ...
    @overload
    def __getitem__(self, at: slice) -> "LazyRows": ...
    def __getitem__(self, at: int | slice) -> "AnswerRow | LazyRows":
        if isinstance(at, slice):
            return LazyRows(self._items[at], self._render_line)
        thing = self._items[at]
        return thing if isinstance(thing, AnswerRow) else AnswerRow((self._render_line(thing),), thing)


@dataclass(frozen=True, slots=True)
class AnswerLayout:
    """An answer in words, escaped; the fact asked for stands in the first line."""

    head: tuple[str, ...] = ()
    rows: Sequence[AnswerRow] = ()
    hint: str = ""
    suggestions: tuple[tuple[str, str], ...] = ()  # label, the question it asks
    total: int = 0  # talks in the whole list, where that is more than the entries


def render_layout(
    answer_layout: AnswerLayout,
    conference: Conference,
    question: str = "",
    share: str | None = None,
    *,
    show_all: bool = False,
) -> Message:
    """A message: the first talks with what one can do with them, a button for the rest; `show_all` lists as many as fit.

    `question` is the question that [All …] repeats, `share` the one that [Share here] does.
    """
    shown = answer_layout.rows if show_all else answer_layout.rows[:TALKS_SHOWN]
    total = max(answer_layout.total, len(answer_layout.rows))
    blocks: list[Block] = [section("\n".join(answer_layout.head))] if answer_layout.head else []
    listed = _fitting_rows(shown)
    blocks += _row_blocks(listed)
    if total > len(listed) and show_all:
        blocks.append(context(f"and {total - len(listed)} more; ask for a room, a track or a time to see those"))
    if answer_layout.hint:
        blocks.append(context(answer_layout.hint))
    buttons = inputs.talk_buttons([entry.talk for entry in listed if entry.talk], conference)
    if question and total > len(listed) and not show_all:
        buttons.append(button(f"All {total}", action_ids.MORE, question))
    buttons += [
        button(label, action_ids.numbered(action_ids.ASK, at), question)
        for at, (label, question) in enumerate(answer_layout.suggestions)
    ]
    if share:
        buttons.append(button("Share here", action_ids.SHARE, share))
    blocks += [actions(buttons)] if buttons else []
    return Message(_plain_text(answer_layout, listed, total), tuple(blocks))


def _fitting_rows(entries: Iterable[AnswerRow]) -> list[AnswerRow]:
    """Those that fit into one message, and the first."""
    left = MESSAGE_CHARACTERS - MENUS_CHARACTERS
    fitting: list[AnswerRow] = []
    for entry in entries:
        left -= sum(map(len, entry.lines)) + len(entry.lines)
        if left < 0 and fitting:
            break
        fitting.append(entry)
    return fitting


def _row_blocks(entries: Sequence[AnswerRow]) -> list[Block]:
    """A section for a talk of several lines; those of one line each packed together."""
    packed: list[str] = []
    after_a_card = False
    for entry in entries:
        lines = "\n".join(entry.lines)
        fits = packed and len(packed[-1]) + len(lines) < SECTION_CHARACTERS - 2
        if fits and len(entry.lines) == 1 and not after_a_card:
            packed[-1] += "\n" + lines
        else:
            packed.append(lines)
        after_a_card = len(entry.lines) > 1
    return [section(lines) for lines in packed]


def _plain_text(draft: AnswerLayout, listed: Sequence[AnswerRow], total: int) -> str:
    lines = list(draft.head)
    used = 0
    for at, entry in enumerate(listed):
        used += sum(map(len, entry.lines))
        if used > _TEXT_CHARACTERS and at:
            listed = listed[:at]
            break
        lines += entry.lines
    if total > len(listed):
        lines.append(f"and {total - len(listed)} more")
    return "\n".join([*lines, *([draft.hint] if draft.hint else [])])


_BOLD = re.compile(r"\*(\S(?:[^*\n]*\S)?)\*")


def strip_mrkdwn(text: str) -> str:
    """mrkdwn as plain text: without stars, and with `&`, `<` and `>` as themselves."""
    return unescape(_BOLD.sub(r"\1", text).replace("`", ""))

"""What an answer says before it is laid out: lines, talks with details, buttons; and its layout within Slack's limits."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import overload

from bot.schedule.model import Conference, Talk
from bot.views import ids, menus
from bot.views.blocks import (
    MESSAGE_CHARACTERS,
    OPTION_CHARACTERS,
    SECTION_CHARACTERS,
    actions,
    button,
    context,
    section,
)
from bot.views.message import Block, Message

MENUS_CHARACTERS = 2 * menus.IN_A_MENU * OPTION_CHARACTERS + 2_000  # what menus, head and hint may take
SHOWN = 8  # talks of a long list before the button for the rest
_OTHERS_TEXT = 3_000  # characters of `text`, which notifications and screen readers get


@dataclass(frozen=True, slots=True)
class Entry:
    """One talk in an answer, in lines."""

    lines: tuple[str, ...]
    talk: Talk | None = None


class Listed(Sequence[Entry]):
    """An entry for each talk of a list, drawn when it is looked at: of hundreds of talks eight are shown.

    Between the talks may be entries that are drawn already.
    """

    def __init__(self, things: Sequence[Talk | Entry], line: Callable[[Talk], str]) -> None:
        self._things = things
        self._line = line

    def __len__(self) -> int:
        return len(self._things)

    @overload
    def __getitem__(self, at: int) -> Entry: ...
    @overload
    def __getitem__(self, at: slice) -> "Listed": ...
    def __getitem__(self, at: int | slice) -> "Entry | Listed":
        if isinstance(at, slice):
            return Listed(self._things[at], self._line)
        thing = self._things[at]
        return thing if isinstance(thing, Entry) else Entry((self._line(thing),), thing)


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer in words, escaped; the fact asked for stands in the first line."""

    head: tuple[str, ...] = ()
    entries: Sequence[Entry] = ()
    hint: str = ""
    suggestions: tuple[tuple[str, str], ...] = ()  # label, the question it asks
    total: int = 0  # talks in the whole list, where that is more than the entries


def layout(
    draft: Draft, conference: Conference, asked: str = "", share: str | None = None, *, whole: bool = False
) -> Message:
    """A message: the first talks with what one can do with them, a button for the rest; `whole` lists as many as fit.

    `asked` is the question that [All …] repeats, `share` the one that [Share here] does.
    """
    shown = draft.entries if whole else draft.entries[:SHOWN]
    total = max(draft.total, len(draft.entries))
    blocks: list[Block] = [section("\n".join(draft.head))] if draft.head else []
    listed = _fitting(shown)
    blocks += _packed(listed)
    if total > len(listed) and whole:
        blocks.append(context(f"and {total - len(listed)} more; ask for a room, a track or a time to see those"))
    if draft.hint:
        blocks.append(context(draft.hint))
    buttons = menus.of_talks([entry.talk for entry in listed if entry.talk], conference)
    if asked and total > len(listed) and not whole:
        buttons.append(button(f"All {total}", ids.MORE, asked))
    buttons += [button(label, ids.nth(ids.ASK, at), question) for at, (label, question) in enumerate(draft.suggestions)]
    if share:
        buttons.append(button("Share here", ids.SHARE, share))
    blocks += [actions(buttons)] if buttons else []
    return Message(_text(draft, listed, total), tuple(blocks))


def _fitting(entries: Iterable[Entry]) -> list[Entry]:
    """Those that fit into one message, and the first."""
    left = MESSAGE_CHARACTERS - MENUS_CHARACTERS
    fitting: list[Entry] = []
    for entry in entries:
        left -= sum(map(len, entry.lines)) + len(entry.lines)
        if left < 0 and fitting:
            break
        fitting.append(entry)
    return fitting


def _packed(entries: Sequence[Entry]) -> list[Block]:
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


def _text(draft: Draft, listed: Sequence[Entry], total: int) -> str:
    lines = list(draft.head)
    used = 0
    for at, entry in enumerate(listed):
        used += sum(map(len, entry.lines))
        if used > _OTHERS_TEXT and at:
            listed = listed[:at]
            break
        lines += entry.lines
    if total > len(listed):
        lines.append(f"and {total - len(listed)} more")
    return "\n".join([*lines, *([draft.hint] if draft.hint else [])])

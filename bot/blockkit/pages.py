"""Pages of long lists: Slack's messages and views hold a limited number of blocks."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, NamedTuple, TypeVar

from bot.blockkit import action_ids
from bot.blockkit.blocks import BLOCK_ID_CHARACTERS, Block, Message, button, section
from bot.schedule.models import Talk, short_id

ItemT = TypeVar("ItemT")


@dataclass(frozen=True, slots=True)
class Page(Generic[ItemT]):
    """One page of a list."""

    items: Sequence[ItemT]
    number: int  # from 0
    last: int  # the number of the last page
    first: int  # the position of its first item in the list, from 0
    total: int  # items in the list

    @classmethod
    def of(cls, items: Sequence[ItemT], number: int, size: int) -> "Page[ItemT]":
        """The page with this number, or the nearest one that the list has."""
        last = max(0, (len(items) - 1) // size)
        number = min(max(number, 0), last)
        return cls(items[number * size : (number + 1) * size], number, last, number * size, len(items))

    @property
    def range_text(self) -> str:
        """`9–16 of 24`; empty where one page holds all."""
        return f"{self.first + 1}–{self.first + len(self.items)} of {self.total}" if self.last else ""

    def buttons(
        self, action: str, value: Callable[[int], str], back: str = "Earlier", on: str = "Later"
    ) -> list[Block]:
        """[Earlier] and [Later], as far as there are such pages; `value` makes a button's value of a page's number."""
        targets = [(back, self.number - 1)] if self.number else []
        targets += [(on, self.number + 1)] if self.number < self.last else []
        return [
            button(label, action_ids.numbered(action, position), value(number))
            for position, (label, number) in enumerate(targets, 1)
        ]


def page_of_now(talks: Iterable[Talk | None], now: datetime, size: int) -> int:
    """The page on which the day stands: with the first talk that began less than an hour ago or is still to come.

    A talk that has been on for longer would open the list of a busy day far too early. An item that is not a talk is None.
    """
    recent = now - timedelta(hours=1)
    ahead = (position for position, talk in enumerate(talks) if talk and talk.end > now and talk.start > recent)
    return next(ahead, 0) // size


_LIST, _NOTE = "list", "note"  # how the ids of a list's blocks begin


class ListPage(NamedTuple):
    """A page of the answer to a question.

    The value of a button leads to it. The ids of the blocks about one talk name the talk and the page, so that the page is
    drawn again after a save: Slack tells of a press in a message that only one person sees nothing but the block's id.
    """

    number: int  # from 0
    question: str

    @property
    def value(self) -> str:
        return f"{self.number} {self.question}"

    @classmethod
    def from_value(cls, value: str) -> "ListPage":
        """Read what `value` wrote."""
        number, _, question = value.partition(" ")
        return cls(int(number), question)

    def marked(self, blocks: Sequence[Block]) -> list[Block]:
        """The blocks, with ids that name their talk and this page; a very long question is not named."""
        named = ((block, _talk_in(block), position) for position, block in enumerate(blocks))
        ids = ((block, f"{_LIST} {talk}.{position} {self.value}" if talk else "") for block, talk, position in named)
        return [block | {"block_id": id} if 0 < len(id) <= BLOCK_ID_CHARACTERS else block for block, id in ids]

    @classmethod
    def of_block(cls, block_id: str) -> "ListPage | None":
        """The page that the id of a block names."""
        kind, _, talk_and_page = block_id.partition(" ")
        return cls.from_value(talk_and_page.partition(" ")[2]) if kind in (_LIST, _NOTE) else None


def _talk_in(block: Block) -> str:
    """The short id of the talk that a block's menu or buttons are about; empty for any other block."""
    for element in (block.get("accessory", {}), *block.get("elements", ())):
        if element.get("action_id") == action_ids.TALK_MENU:
            return str(element["options"][0]["value"].split(" ")[-1])
        if element.get("action_id") == action_ids.DETAILS:
            return short_id(element["value"])
    return ""


def with_note(page: Message, block_id: str, note: Message) -> Message:
    """The page with a note below the talk that something was pressed about; or with its whole text below all.

    The page may be another one by now, without the talk. A press in the note, such as [Undo], draws it again as well.
    """
    rest = block_id.partition(" ")[2]
    talk = f"{_LIST} {rest.partition('.')[0]}."
    places = [at for at, block in enumerate(page.blocks, 1) if block.get("block_id", "").startswith(talk)]
    place = places[-1] if places else len(page.blocks)
    whole: Block = {} if places else section(note.text)
    noted = [block | whole | {"block_id": f"{_NOTE} {rest}"} for block in note.blocks[:1]]
    return Message(f"{note.text}\n{page.text}", (*page.blocks[:place], *noted, *page.blocks[place:]))

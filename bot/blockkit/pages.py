"""Pages of long lists: Slack's messages and views hold a limited number of blocks."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from bot.blockkit import action_ids
from bot.blockkit.blocks import Block, button
from bot.schedule.models import Talk

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

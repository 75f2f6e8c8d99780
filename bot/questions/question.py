"""A message, read: what is asked, of what, and when; nothing of it is looked up yet."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from bot.questions.when import NO_TIME, Time
from bot.search.terms import Asked
from bot.search.words import compounds, token


class Ask(StrEnum):
    """What the person wants to be told; the fact that stands first in the answer."""

    WHO = "who"
    WHEN = "when"
    WHERE = "where"
    WHAT = "what"
    LIST = "list"
    HOW_LONG = "how_long"


@dataclass(frozen=True, slots=True)
class Question:
    """A message, read. `about` is what to search for: the words that are neither question nor time."""

    text: str  # cleaned of Slack's markup
    ask: Ask = Ask.WHAT
    command: str = ""  # the subcommand, where the message is one
    words: tuple[Asked, ...] = ()  # every word that was read, folded
    rest: tuple[Asked, ...] = ()  # those that say nothing about time
    about: tuple[Asked, ...] = ()
    clauses: tuple[tuple[Asked, ...], ...] = ()  # `about`, clause by clause, where there are several
    time: Time = NO_TIME
    soon: str = ""  # now, next, later: times that only the clock knows
    pick: str = ""  # first, last (of the day), opening, closing (of the conference)
    refers: bool = False  # it says "that", "she": it follows up
    nth: int = 0  # "the second one" is 2, "the last one" -1
    relation: str = ""  # after, before, same time, else, more: what it wants to know beside a talk
    status: str = ""  # "did I miss …" is missed, "is … still on" is still
    until: bool = False  # "how long until …", rather than how long it takes
    short: bool = False  # "anything short"
    truncated: bool = False  # there were more words than are read

    @property
    def subject(self) -> str:
        """What it is about, as it was typed."""
        return self.typed(self.about)

    def typed(self, words: Iterable[Asked]) -> str:
        """Some of its words as they were typed."""
        folded = {one.word for one in words}
        return " ".join(compound for compound in compounds(self.text) if not folded.isdisjoint(token(compound).parts))

"""What is wrong with one file: collected while it is read, so that all of it is told at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.errors import Problem

# Nobody mends more in one go, and a hostile file shall not make us write a book.
MAX_REPORTED = 500

MAX_SUGGESTIONS = 50

MAX_COMPARED = 20_000

MAX_QUOTE = 60


@dataclass(frozen=True, slots=True)
class FilePosition:
    """Where something stands in a file. Lines and columns count from 1."""

    line: int
    column: int


START = FilePosition(1, 1)


class ProblemCollector:
    """Collects what is wrong with `file`, at most MAX_REPORTED of it."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.errors = 0
        self._reported: list[Problem] = []
        self._unreported = 0
        self._suggested = 0

    def error(self, place: FilePosition, text: str) -> None:
        """Add what makes the schedule unusable."""
        self.errors += 1
        self._add(place, "error", text)

    def warning(self, place: FilePosition, text: str) -> None:
        """Add what looks wrong but can be used."""
        self._add(place, "warning", text)

    def suggestion(self, word: str, known: Iterable[str]) -> str:
        """` Did you mean …?` with the nearest of the known words; nothing where none is near."""
        if self._suggested == MAX_SUGGESTIONS or len(word) > 2 * MAX_QUOTE:
            return ""
        self._suggested += 1
        near = _nearest(word, list(islice(known, MAX_COMPARED)))
        return f" Did you mean {quote_value(near)}?" if near else ""

    def all(self) -> tuple[Problem, ...]:
        """Everything found, in the order of the file."""
        told = sorted(self._reported, key=lambda problem: (problem.line, problem.column, problem.text))
        if self._unreported:
            severity: Literal["error", "warning"] = "error" if self.errors else "warning"
            told.append(Problem(self.file, told[-1].line, 1, severity, f"{self._unreported} more are not listed here."))
        return tuple(told)

    def _add(self, place: FilePosition, severity: Literal["error", "warning"], text: str) -> None:
        if len(self._reported) < MAX_REPORTED:
            self._reported.append(Problem(self.file, place.line, place.column, severity, text))
        else:
            self._unreported += 1


def quote_value(text: str) -> str:
    """A piece of the file as a sentence can carry it: cut where it is long, nothing unprintable."""
    shown = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text[:MAX_QUOTE])
    return f"`{shown}…`" if len(text) > MAX_QUOTE else f"`{shown}`"


def _nearest(word: str, known: list[str]) -> str:
    """The known word with the fewest slips in it, or else one that goes on where this one ends."""
    found = process.extractOne(word, known, scorer=OSA.distance, score_cutoff=max(1, len(word) // 3))
    if found:
        return found[0]
    return next((longer for longer in known if len(word) > 2 and longer.startswith(word)), "")

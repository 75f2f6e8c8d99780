"""What is wrong with one file: collected while it is read, so that all of it is told at once."""

from collections.abc import Iterable
from itertools import islice
from typing import Literal

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.errors import Problem

# Nobody mends more in one go, and a hostile file shall not make us write a book.
MOST_TOLD = 500
MOST_SUGGESTED = 50
MOST_COMPARED = 20_000
LONGEST_QUOTE = 60


class Problems:
    """Collects what is wrong with `file`, at most MOST_TOLD of it."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.errors = 0
        self._told: list[Problem] = []
        self._untold = 0
        self._suggested = 0

    def error(self, line: int, column: int, text: str) -> None:
        """Add what makes the schedule unusable. Lines and columns count from 1."""
        self.errors += 1
        self._add(line, column, "error", text)

    def warning(self, line: int, column: int, text: str) -> None:
        """Add what looks wrong but can be used. Lines and columns count from 1."""
        self._add(line, column, "warning", text)

    def suggestion(self, word: str, known: Iterable[str]) -> str:
        """` Did you mean …?` with the nearest of the known words; nothing where none is near."""
        if self._suggested == MOST_SUGGESTED or len(word) > 2 * LONGEST_QUOTE:
            return ""
        self._suggested += 1
        near = max(1, len(word) // 3)
        found = process.extractOne(word, list(islice(known, MOST_COMPARED)), scorer=OSA.distance, score_cutoff=near)
        return f" Did you mean {quoted(found[0])}?" if found else ""

    def all(self) -> tuple[Problem, ...]:
        """Everything found, in the order of the file."""
        told = sorted(self._told, key=lambda problem: (problem.line, problem.column, problem.text))
        if self._untold:
            severity: Literal["error", "warning"] = "error" if self.errors else "warning"
            told.append(Problem(self.file, told[-1].line, 1, severity, f"{self._untold} more are not listed here."))
        return tuple(told)

    def _add(self, line: int, column: int, severity: Literal["error", "warning"], text: str) -> None:
        if len(self._told) < MOST_TOLD:
            self._told.append(Problem(self.file, line, column, severity, text))
        else:
            self._untold += 1


def quoted(text: str) -> str:
    """A piece of the file as a sentence can carry it: cut where it is long, nothing unprintable."""
    shown = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text[:LONGEST_QUOTE])
    return f"`{shown}…`" if len(text) > LONGEST_QUOTE else f"`{shown}`"

"""Problems of one file, collected while it is read so that all of them are reported at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.errors import Problem
from bot.schedule.texts import MAX_QUOTE, quote_value

# Nobody repairs more at once, and a hostile file must not produce endless output.
MAX_REPORTED = 500

MAX_SUGGESTIONS = 50

MAX_COMPARED = 20_000


@dataclass(frozen=True, slots=True)
class FilePosition:
    """A position in a file. Lines and columns count from 1."""

    line: int
    column: int


START = FilePosition(1, 1)


class ProblemCollector:
    """Collects the problems of `file`, at most MAX_REPORTED of them. Unknown keys need not be problems."""

    def __init__(self, file: str, *, takes_unknown_keys: bool = False) -> None:
        self.file = file
        self.takes_unknown_keys = takes_unknown_keys
        self.errors = 0
        self._reported: list[Problem] = []
        self._unreported = 0
        self._suggested = 0

    def error(self, place: FilePosition, text: str) -> None:
        """Add a problem that makes the schedule unusable."""
        self.errors += 1
        self._add(place, "error", text)

    def warning(self, place: FilePosition, text: str) -> None:
        """Add a problem that looks wrong but can be used."""
        self._add(place, "warning", text)

    def suggestion(self, word: str, known: Iterable[str]) -> str:
        """Suggest the nearest known word: ` Did you mean …?`, or an empty text if none is near."""
        if self._suggested == MAX_SUGGESTIONS or len(word) > 2 * MAX_QUOTE:
            return ""
        self._suggested += 1
        near = _nearest(word, list(islice(known, MAX_COMPARED)))
        return f" Did you mean {quote_value(near)}?" if near else ""

    def all(self) -> tuple[Problem, ...]:
        """All problems, in the order of the file."""
        problems = sorted(self._reported, key=lambda problem: (problem.line, problem.column, problem.text))
        if self._unreported:
            severity: Literal["error", "warning"] = "error" if self.errors else "warning"
            problems.append(
                Problem(self.file, problems[-1].line, 1, severity, f"{self._unreported} more, not listed here.")
            )
        return tuple(problems)

    def _add(self, place: FilePosition, severity: Literal["error", "warning"], text: str) -> None:
        if len(self._reported) < MAX_REPORTED:
            self._reported.append(Problem(self.file, place.line, place.column, severity, text))
        else:
            self._unreported += 1


def _nearest(word: str, known: list[str]) -> str:
    """Find the known word with the fewest typing errors, or else one that starts with `word`."""
    match = process.extractOne(word, known, scorer=OSA.distance, score_cutoff=max(1, len(word) // 3))
    if match:
        return match[0]
    return next((longer for longer in known if len(word) > 2 and longer.startswith(word)), "")

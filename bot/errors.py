"""What can go wrong, in words that the one who can mend it understands."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from bot.redaction import redacted


class BotError(Exception):
    """Something a person can mend: `str(error)` is the sentence they read."""


class SettingsError(BotError):
    """A setting is missing, malformed or contradicts another. Secret parts of addresses in it are left out."""

    def __init__(self, text: str) -> None:
        super().__init__(redacted(text))


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong at one place of a file, and what to do about it. Lines and columns count from 1."""

    file: str
    line: int
    column: int
    severity: Literal["error", "warning"]
    text: str

    def __str__(self) -> str:
        return f"{redacted(self.file)}:{self.line}:{self.column}: {self.severity}: {self.text}"


class ScheduleError(BotError):
    """A schedule cannot be used; the sentence names every problem, a line each."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(*problems)
        self.problems = problems

    def __str__(self) -> str:
        return "\n".join(map(str, self.problems))


class InvalidForm(BotError):
    """Something in the form cannot be done as it stands; `problems` says what, by field."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = dict(problems)

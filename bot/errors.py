"""Errors whose message is a sentence for the person who can solve the problem."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from bot.redaction import redacted


class BotError(Exception):
    """A problem that a person can solve. `str(error)` is the sentence they read."""


class FixedTextError(BotError):
    """A problem whose sentence is always the same: the docstring of its class."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class SettingsError(BotError):
    """A setting is missing, malformed or contradicts another.

    Secret parts of addresses are removed from the message.
    """

    def __init__(self, text: str) -> None:
        super().__init__(redacted(text))


class UnavailableError(SettingsError):
    """Something outside of the bot does not answer, or not properly. The same attempt may succeed later."""

    def __init__(self, text: str, retry_after_s: float = 0.0) -> None:
        """`retry_after_s` is the time for which it asks not to be called again."""
        super().__init__(text)
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem at one place of a file, with advice. Lines and columns count from 1."""

    file: str
    line: int
    column: int
    severity: Literal["error", "warning"]
    text: str

    def __str__(self) -> str:
        return f"{redacted(self.file)}:{self.line}:{self.column}: {self.severity}: {self.text}"


class ScheduleError(BotError):
    """A schedule cannot be used. The message lists every problem, one on each line."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(*problems)
        self.problems = problems

    def __str__(self) -> str:
        return "\n".join(map(str, self.problems))


class TalkGone(FixedTextError):
    """That session is no longer in the schedule. Ask again to see what is."""


class InvalidForm(BotError):
    """A form has invalid values. `problems` gives a message for each field."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = dict(problems)

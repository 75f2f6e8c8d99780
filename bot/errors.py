"""Errors whose message is a sentence for the person who can solve the problem, without the secret parts of addresses.

Schedules and heartbeats are often published under a secret address: a password before the host, a token in the path
or the query. These are removed from every text that is shown or logged.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

HIDDEN = "…"

_CREDENTIALS = re.compile(r"(?<=://)[^/?#]{0,500}@|[^\s/:]{1,100}:[^\s/@]{1,100}@")  # a password may hold a space

_ADDRESS = re.compile(
    r"\b(?P<scheme>[A-Za-z][A-Za-z0-9+.-]{0,20}://)(?P<host>[^\s/?#]*)(?P<path>[^\s?#]*)(?P<rest>[?#]\S*)?"
)

_HOST = re.compile(rf"(?:{HIDDEN}@)?(?:[\w.-]*|\[[0-9A-Fa-f:.]*\])(?::[0-9]{{1,5}})?[.,:;!)'\"`]*")

_RUN = re.compile(r"[^\W_]+")

_WORD = re.compile(r"[^\W\d_]{0,24}[0-9]{0,4}|[0-9]{1,8}")  # `schedule`, `v2`, `europython2023`, `20310509`

_MIXED_CASE = re.compile(r"[a-z][A-Z]")

_LONGEST_NAME = 12  # characters; `GridSmart` is a name, twenty characters in mixed case are a token


def redacted(text: str) -> str:
    """Reduce every address in a text to its public parts: the host, and the words in the path."""
    return _ADDRESS.sub(_shown, _CREDENTIALS.sub(f"{HIDDEN}@", text))


def _shown(address: re.Match[str]) -> str:
    if not _HOST.fullmatch(address["host"]):
        return f"{address['scheme']}{HIDDEN}"  # a password with a slash in it looks like this
    path = "/".join(segment if _is_words(segment) else HIDDEN for segment in address["path"].split("/"))
    rest = address["rest"][0] + HIDDEN if address["rest"] else ""
    return f"{address['scheme']}{address['host']}{path}{rest}"


def _is_words(segment: str) -> bool:
    """Tell whether a segment of a path consists of words and small numbers, unlike a token."""
    return "%" not in segment and all(map(_is_word, _RUN.findall(segment)))


def _is_word(run: str) -> bool:
    return bool(_WORD.fullmatch(run)) and (len(run) < _LONGEST_NAME or not _MIXED_CASE.search(run))


class BotError(Exception):
    """A problem that a person can solve. `str(error)` is the sentence they read."""


class FixedTextError(BotError):
    """A problem whose sentence is always the same: the docstring of its class."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class SettingsError(BotError):
    """A setting is missing, malformed or contradicts another. Secret parts of addresses are removed from the message."""

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

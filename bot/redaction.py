"""Removing the secret parts of addresses from every text that is shown or logged.

Schedules and heartbeats are often published under a secret address: a password before the host, a token in the path
or the query.
"""

import re

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

"""The short forms of a text: Service Level Objectives is SLO, event-driven architecture is EDA."""

import re
from collections.abc import Iterator

from bot.search.tokenizer import fold

SHORTEST, LONGEST = 3, 5  # letters; shorter ones mean anything, longer ones are not made this way

_CAPITALISED = re.compile(r"[A-Z]\w*(?:[ -](?:of |and |for |the |to |as |over |in )?[A-Z]\w*){2,5}")
_SECOND_HALF = re.compile(
    r"-(?:driven|oriented|defined|level|based|specific|aided|assisted|line|time|access|\w+-\w+) \w+"
)  # of what is commonly shortened; it is looked for first, since a hyphen is rare and quickly found
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_GAP = re.compile(r"[ -]+")
_ASIDE = re.compile(r"\([^()]*\)")


def initials(text: str) -> Iterator[str]:
    """The initials of capitalised phrases, also without their first word, and of hyphenated compounds; folded."""
    for phrase in _CAPITALISED.findall(text):
        whole = "".join(word[0] for word in _GAP.split(phrase) if word[:1].isupper())
        yield from (fold(short) for short in (whole, whole[1:]) if SHORTEST <= len(short) <= LONGEST)
    for half in _SECOND_HALF.finditer(text):
        first = text[text.rfind(" ", 0, half.start()) + 1 : half.start()]
        whole = "".join(word[0] for word in _GAP.split(first + half.group()) if word)
        if SHORTEST <= len(whole) <= LONGEST:
            yield fold(whole)


def name_initials(name: str) -> str:
    """`rms` for Richard M. Stallman (GNU); nothing for names of another length."""
    letters = "".join(fold(word)[:1] for word in _ASIDE.sub(" ", name).split() if word[0].isalpha())
    return letters if SHORTEST <= len(letters) <= LONGEST else ""


def camel_initials(word: str) -> str:
    """`npe` for NullPointerException; nothing for words of another make."""
    if word.islower() or word[1:].islower() or word.isupper():
        return ""
    pieces = _CAMEL.split(word)
    return "".join(piece[0] for piece in pieces if piece).lower() if SHORTEST <= len(pieces) <= LONGEST else ""

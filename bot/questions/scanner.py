"""A row of words in one language, read from any place on: the phrases and numbers that begin there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from bot.questions.language import Language, Words

LONGEST_PHRASE = 5  # words

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Scanner:
    """Folded words; a place may be outside of them."""

    words: Sequence[str]
    language: Language

    def word(self, at: int) -> str:
        """The word at a place; empty outside."""
        return self.words[at] if 0 <= at < len(self.words) else ""

    def longest(self, at: int, table: Mapping[Words, T]) -> tuple[T, int] | None:
        """The value of the longest phrase of a table that begins here, and the place after it."""
        for end in range(min(at + LONGEST_PHRASE, len(self.words)), at, -1):
            value = table.get(tuple(self.words[at:end]))
            if value is not None:
                return value, end
        return None

    def after(self, at: int, *names: str) -> int:
        """The place after the longest time phrase of some names that begins here; 0 for none."""
        tables = [self.language.time.phrases[name] for name in names]
        for end in range(min(at + LONGEST_PHRASE, len(self.words)), at, -1):
            phrase = tuple(self.words[at:end])
            for table in tables:
                if phrase in table:
                    return end
        return 0

    def skip(self, at: int, *names: str) -> int:
        """The first place from here on at which no time phrase of some names begins."""
        while end := self.after(at, *names):
            at = end
        return at

    def number(self, at: int) -> int | None:
        """The number that a word stands for, in digits or spelled out."""
        word = self.word(at)
        return int(word) if word.isdigit() and len(word) < 4 else self.language.numbers.get(word)

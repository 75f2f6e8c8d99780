"""Find talks by words or by the first letters of words, as commands and menus need it."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from bot.blockkit import inputs
from bot.blockkit.blocks import OPTIONS, unescape
from bot.live_schedule.current import Snapshot
from bot.questions.answer import answer
from bot.questions.models import AboutPerson, AboutTrack, Listing, Matches, NothingFound
from bot.questions.parse import parse
from bot.schedule.models import Talk
from bot.search.autocomplete import suggest

CACHE_SIZE = 100  # of what was typed lately: many people type the same first letters


@dataclass(frozen=True, slots=True)
class TalkMatches:
    """The talks that some words find, or else the talks that come closest."""

    talks: tuple[Talk, ...]
    closest: tuple[Talk, ...] = ()


class TalkSearch:
    """Searches one snapshot of the schedule at one minute of conference time."""

    def __init__(self, snapshot: Snapshot, now: datetime) -> None:
        """`now` is conference time, aware."""
        self.snapshot = snapshot
        self.now = now
        self.complete = lru_cache(CACHE_SIZE)(self._complete)
        self.options = lru_cache(CACHE_SIZE)(self._options)

    def matches(self, words: str) -> TalkMatches:
        """The talks that these words find, best first."""
        result = answer(parse(f"talk {words}"), self.snapshot.schedule, self.snapshot.index, self.now).answer
        if isinstance(result, Matches | AboutPerson | AboutTrack | Listing):
            return TalkMatches(result.talks)
        return TalkMatches((), result.closest if isinstance(result, NothingFound) else ())

    def titled(self, words: str) -> tuple[Talk, ...]:
        """The talks with exactly this title; case, spaces and quotation marks around it do not count."""
        wanted = _title_key(words)
        return tuple(talk for talk in self.snapshot.schedule.talks if _title_key(talk.title) == wanted)

    def _complete(self, typed: str) -> tuple[Talk, ...]:
        """The talks that somebody may mean who is still typing; before the first letter, those that come next."""
        schedule = self.snapshot.schedule
        if not typed.strip():
            ahead = [talk for talk in schedule.given if talk.end > self.now and not talk.is_break]
            return tuple(ahead or schedule.talks)[:OPTIONS]
        return suggest(self.snapshot.index, typed, OPTIONS) or self.matches(typed).talks

    def _options(self, typed: str) -> list[dict[str, Any]]:
        """The same talks as the options of a menu."""
        return inputs.talk_options(self.complete(typed), self.snapshot.schedule.conference)


def _title_key(title: str) -> str:
    """A title as it is compared: people may copy it from a message."""
    return " ".join(unescape(title).casefold().replace("’", "'").split()).strip("\"“”‘' ")

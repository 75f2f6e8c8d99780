"""The answers of one minute: at the end of a talk hundreds of people ask the same few things."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from bot.clock import stopwatch
from bot.conference.running import Edition
from bot.questions.answer import answer
from bot.questions.answers import About, Listing, Matches, Nothing, OfTrack
from bot.questions.conversation import Conversation, Reader
from bot.questions.grammar import parse
from bot.questions.tally import Counted, counted
from bot.schedule.model import Talk
from bot.search.suggest import suggest
from bot.telemetry.metrics import Metrics
from bot.views import answers, pickers
from bot.views.blocks import OPTIONS
from bot.views.message import Message

MOST = 100  # answers at hand; a long one takes some twenty kB


@dataclass(frozen=True, slots=True)
class Asked:
    """All that an answer depends on, besides the schedule and the time."""

    text: str
    reader: Reader
    before: Conversation | None = None  # what was spoken of, where the question leans on it
    share: bool = False  # with a button that shows it to everyone here
    whole: bool = False  # all of a list


@dataclass(frozen=True, slots=True)
class Given:
    """An answer, and what is kept of it."""

    message: Message
    spoken_of: Conversation
    counted: Counted | None  # nothing where no fact was asked for
    missing: str  # the words that nothing was found for


@dataclass(frozen=True, slots=True)
class Meant:
    """What somebody's words find: talks, or else what comes closest and is not the same."""

    talks: tuple[Talk, ...]
    closest: tuple[Talk, ...] = ()


class Minute:
    """Answers from one edition at one time; each is found and drawn once, for everyone who asks for it."""

    def __init__(self, edition: Edition, now: datetime, metrics: Metrics) -> None:
        """`now` is conference time, aware."""
        self.edition = edition
        self.now = now
        self._metrics = metrics
        self.read = lru_cache(MOST)(parse)
        self.answer = lru_cache(MOST)(self._answer)
        self.beginning = lru_cache(MOST)(self._beginning)
        self.offered = lru_cache(MOST)(self._offered)

    def meant(self, words: str) -> Meant:
        """The talks that these words find, best first."""
        found = answer(parse(f"talk {words}"), self.edition.schedule, self.edition.index, self.now).answer
        if isinstance(found, Matches | About | OfTrack | Listing):
            return Meant(found.talks)
        return Meant((), found.closest if isinstance(found, Nothing) else ())

    def _beginning(self, typed: str) -> tuple[Talk, ...]:
        schedule = self.edition.schedule
        if not typed.strip():
            ahead = [talk for talk in schedule.given if talk.end > self.now and not talk.is_break]
            return tuple(ahead or schedule.talks)[:OPTIONS]
        return suggest(self.edition.index, typed, OPTIONS) or self.meant(typed).talks

    def _offered(self, typed: str) -> list[dict[str, Any]]:
        return pickers.talk_options(self.beginning(typed), self.edition.schedule.conference)

    def _answer(self, asked: Asked) -> Given:
        question, schedule = self.read(asked.text), self.edition.schedule
        started = stopwatch()
        reply = answer(question, schedule, self.edition.index, self.now, asked.before, asked.reader)
        self._metrics.search(stopwatch() - started)
        message = answers.message(
            reply.answer,
            schedule,
            self.now,
            asked.reader,
            asked=asked.text,
            share=asked.text if asked.share else None,
            whole=asked.whole,
        )
        missing = reply.answer.missing if isinstance(reply.answer, Nothing) else ()
        return Given(message, reply.remember, counted(question, reply.answer), " ".join(missing))

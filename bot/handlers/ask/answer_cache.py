"""The answers of one minute: at the end of a talk hundreds of people ask the same few things."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from bot.blockkit import inputs
from bot.blockkit.blocks import OPTIONS, Message
from bot.clock import monotonic
from bot.handlers.ask import messages
from bot.live_schedule.current import Snapshot
from bot.questions.answer import answer
from bot.questions.answers import About, Listing, Matches, Nothing, OfTrack
from bot.questions.conversation import Conversation, Reader
from bot.questions.grammar import parse
from bot.questions.tally import Counted, counted
from bot.schedule.models import Talk
from bot.search.suggest import suggest
from bot.telemetry.metrics import Metrics

CACHE_SIZE = 100  # answers at hand; a long one takes some twenty kB


@dataclass(frozen=True, slots=True)
class AnswerKey:
    """All that an answer depends on, besides the schedule and the time."""

    text: str
    reader: Reader
    previous: Conversation | None = None  # what was spoken of, where the question leans on it
    share: bool = False  # with a button that shows it to everyone here
    show_all: bool = False  # all of a list


@dataclass(frozen=True, slots=True)
class CachedAnswer:
    """An answer, and what is kept of it."""

    message: Message
    topic: Conversation
    statistics: Counted | None  # nothing where no fact was asked for
    unknown_words: str  # the words that nothing was found for


@dataclass(frozen=True, slots=True)
class TalkMatches:
    """What somebody's words find: talks, or else what comes closest and is not the same."""

    talks: tuple[Talk, ...]
    closest: tuple[Talk, ...] = ()


class AnswerCache:
    """Answers from one edition at one time; each is found and drawn once, for everyone who asks for it."""

    def __init__(self, snapshot: Snapshot, now: datetime, metrics: Metrics) -> None:
        """`now` is conference time, aware."""
        self.snapshot = snapshot
        self.now = now
        self._metrics = metrics
        self.parse = lru_cache(CACHE_SIZE)(parse)
        self.answer = lru_cache(CACHE_SIZE)(self._answer)
        self.complete = lru_cache(CACHE_SIZE)(self._complete)
        self.options = lru_cache(CACHE_SIZE)(self._options)

    def search(self, words: str) -> TalkMatches:
        """The talks that these words find, best first."""
        found = answer(parse(f"talk {words}"), self.snapshot.schedule, self.snapshot.index, self.now).answer
        if isinstance(found, Matches | About | OfTrack | Listing):
            return TalkMatches(found.talks)
        return TalkMatches((), found.closest if isinstance(found, Nothing) else ())

    def _complete(self, typed: str) -> tuple[Talk, ...]:
        schedule = self.snapshot.schedule
        if not typed.strip():
            ahead = [talk for talk in schedule.given if talk.end > self.now and not talk.is_break]
            return tuple(ahead or schedule.talks)[:OPTIONS]
        return suggest(self.snapshot.index, typed, OPTIONS) or self.search(typed).talks

    def _options(self, typed: str) -> list[dict[str, Any]]:
        return inputs.talk_options(self.complete(typed), self.snapshot.schedule.conference)

    def _answer(self, key: AnswerKey) -> CachedAnswer:
        question, schedule = self.parse(key.text), self.snapshot.schedule
        started = monotonic()
        reply = answer(question, schedule, self.snapshot.index, self.now, key.previous, key.reader)
        self._metrics.search(monotonic() - started)
        message = messages.answer_message(
            reply.answer,
            schedule,
            self.now,
            key.reader,
            asked=key.text,
            share=key.text if key.share else None,
            whole=key.show_all,
        )
        missing = reply.answer.missing if isinstance(reply.answer, Nothing) else ()
        return CachedAnswer(message, reply.remember, counted(question, reply.answer), " ".join(missing))

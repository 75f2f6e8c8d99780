"""Keep the answers of one minute: at the end of a talk hundreds of people ask the same few things."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from bot.blockkit.blocks import Message
from bot.clock import monotonic
from bot.handlers.ask import messages
from bot.live_schedule.current import Snapshot
from bot.questions.answer import answer
from bot.questions.models import Conversation, Nothing, Reader
from bot.questions.parse import parse
from bot.questions.stats import Counted, counted
from bot.telemetry.metrics import Metrics

CACHE_SIZE = 100  # answers; a long one takes some 20 kB


@dataclass(frozen=True, slots=True)
class AnswerKey:
    """Everything that an answer depends on, besides the schedule and the time."""

    text: str
    reader: Reader
    previous: Conversation | None = None  # the conversation so far, where the question refers to it
    share: bool = False  # add a button that shows the answer to everyone here
    show_all: bool = False  # give all of a list


@dataclass(frozen=True, slots=True)
class CachedAnswer:
    """An answer as a message, and the facts that are stored of it."""

    message: Message
    topic: Conversation
    statistics: Counted | None  # None where no fact was asked for
    unknown_words: str  # the words that nothing was found for


class AnswerCache:
    """Answers from one snapshot of the schedule at one minute; each is found and rendered once, for everyone who asks."""

    def __init__(self, snapshot: Snapshot, now: datetime, metrics: Metrics) -> None:
        """`now` is conference time, aware."""
        self.snapshot = snapshot
        self.now = now
        self._metrics = metrics
        self.parse = lru_cache(CACHE_SIZE)(parse)
        self.answer = lru_cache(CACHE_SIZE)(self._answer)

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

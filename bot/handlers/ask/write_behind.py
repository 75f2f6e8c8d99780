"""Remembers answers: the topic of each conversation, and how often what was asked. Written a moment later, many at a time.

So no answer waits for the database, and answers are given while it is away.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot import telemetry
from bot.db.batching import WriteQueue
from bot.db.database import DATABASE_ERRORS, Database, Transaction
from bot.handlers.ask import repository
from bot.handlers.ask.repository import ConversationRef
from bot.questions.models import NOTHING_SAID, Conversation, Counted
from bot.supervisor import Supervisor

BATCH_WINDOW_S = 0.25  # to wait for more answers: a transaction costs as much as several of them

RECALL_TIMEOUT_S = 0.3  # for the database, before an answer is given without the earlier topic

MAX_PENDING = 2_000  # records that may wait; beyond them the oldest is dropped

_log = telemetry.logger("handlers")


@dataclass(frozen=True, slots=True)
class AnswerRecord:
    """One answer that was given."""

    conversation: ConversationRef
    topic: Conversation
    day: date  # the venue's
    statistics: Counted | None = None  # nothing for what asks for no fact, or was counted before
    unknown_words: str = ""  # the words that nothing was found for


class WriteBehind:
    """The answers of one process that are not written yet, and what the database knows of earlier ones."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._queue = WriteQueue(
            "answers", self._write, window_s=BATCH_WINDOW_S, batch_size=MAX_PENDING, capacity=MAX_PENDING
        )

    def add(self, record: AnswerRecord) -> None:
        """Queue the record for the next write. If too many wait, the oldest is dropped."""
        self._queue.add(record)

    async def get(self, conversation: ConversationRef) -> Conversation | None:
        """The topic that this conversation had last; nothing where it had none, or the database does not answer soon."""
        for record in reversed(self._queue.pending):
            if record.conversation == conversation and record.topic != NOTHING_SAID:
                return record.topic
        try:
            async with asyncio.timeout(RECALL_TIMEOUT_S):
                stored = await self._database.read(repository.recall_conversation, *conversation)
        except DATABASE_ERRORS as error:
            _log.warning("answering without what was said before", error=type(error).__name__)
            return None
        return Conversation.from_json(json.loads(stored)) if stored else None

    def start(self, supervisor: Supervisor) -> None:
        """Write what is added, from now on; while the database is away, try again."""
        self._queue.start(supervisor)

    async def stop(self, timeout_s: float) -> None:
        """Write what waits, within so many seconds, and then no more."""
        await self.flush(timeout_s)
        await self._queue.stop()

    async def flush(self, timeout_s: float) -> None:
        """Return when everything is written, or after `timeout_s` seconds."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._queue.drained()
        except TimeoutError:
            _log.warning("some of what was asked is not kept", records=len(self._queue.pending))

    async def _write(self, records: Sequence[AnswerRecord]) -> None:
        try:
            await self._database.write(_write_records, records)
        except Exception as error:
            _log.warning("could not keep what was asked", error=type(error).__name__)
            raise


async def _write_records(tx: Transaction, records: Sequence[AnswerRecord]) -> None:
    topics = {record.conversation: record.topic for record in records if record.topic != NOTHING_SAID}
    await repository.remember_conversations(
        tx, {conversation: json.dumps(topic.to_json()) for conversation, topic in topics.items()}
    )

    questions = Counter(
        (record.conversation[0], record.day, *record.statistics) for record in records if record.statistics
    )
    await repository.add_question_counts(tx, questions)

    unanswered = Counter(
        (record.day, record.unknown_words) for record in records if record.statistics and record.unknown_words
    )
    await repository.add_unanswered(tx, unanswered)

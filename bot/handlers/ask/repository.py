"""Store the topic of each conversation, and count questions and unanswered words.

With the topic any process can answer "and when is that?". Counts hold no person, and the words of a question only where
nothing was found for them, so that organisers can learn from it. All is written a moment after the answer, many at a
time: no answer waits for the database, and answers are given while it is away.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Table, func, select

from bot import telemetry
from bot.db.batching import WriteQueue
from bot.db.database import DATABASE_ERRORS, Database, Transaction
from bot.db.sql import add, real_time
from bot.db.tables import CONVERSATIONS, QUESTIONS, UNANSWERED
from bot.questions.models import NOTHING_SAID, Conversation
from bot.questions.results import QuestionStatistics
from bot.supervisor import Supervisor

REMEMBERED_FOR = timedelta(minutes=30)

ConversationRef = tuple[str, str, str]  # workspace, conversation, person


async def recall_conversation(tx: Transaction, workspace: str, conversation: str, person: str) -> str | None:
    """The JSON that was stored last for this conversation; None after half an hour."""
    c, since = CONVERSATIONS.c, add(real_time(tx.on_postgresql), -REMEMBERED_FOR)
    this_conversation = (c.workspace == workspace, c.conversation == conversation, c.person == person)
    query = select(c.memory).where(*this_conversation, c.at > since)
    memory: str | None = (await tx.execute(query, tx.now_param)).scalar_one_or_none()
    return memory


async def remember_conversations(tx: Transaction, memories: Mapping[ConversationRef, str]) -> None:
    """Store this JSON for each conversation, in place of the earlier one."""
    at = await tx.now()
    rows = [
        {"workspace": workspace, "conversation": conversation, "person": person, "memory": memory, "at": at}
        for (workspace, conversation, person), memory in sorted(
            memories.items()
        )  # sorted, so that two transactions cannot deadlock
    ]
    insert = tx.insert(CONVERSATIONS)
    newest = {"memory": insert.excluded.memory, "at": insert.excluded.at}
    key = [CONVERSATIONS.c.workspace, CONVERSATIONS.c.conversation, CONVERSATIONS.c.person]
    if rows:
        await tx.execute(insert.on_conflict_do_update(index_elements=key, set_=newest), rows)


QuestionKey = tuple[str, date, str, bool]  # workspace, day, kind, answered


async def add_question_counts(tx: Transaction, asked: Mapping[QuestionKey, int]) -> None:
    """Add to the counts of questions. After a lost commit they may be added twice, which does no harm."""
    await _add_times(tx, QUESTIONS, ("workspace", "day", "kind", "answered"), sorted(asked.items()))


MAX_WORDS_CHARACTERS = 200  # characters of one question


async def add_unanswered(tx: Transaction, asked: Mapping[tuple[date, str], int]) -> None:
    """Add to the counts of unanswered words of a day. After a lost commit they may be added twice."""
    cut = [((day, words[:MAX_WORDS_CHARACTERS]), times) for (day, words), times in sorted(asked.items())]
    await _add_times(tx, UNANSWERED, ("day", "words"), cut)


async def _add_times(
    tx: Transaction, table: Table, key: Sequence[str], counts: Sequence[tuple[tuple[Any, ...], int]]
) -> None:
    """Add to the counts of a table whose rows these columns tell apart; `counts` are sorted, against deadlocks."""
    rows = [dict(zip(key, values, strict=True)) | {"times": times} for values, times in counts]
    insert = tx.insert(table)
    total = {"times": table.c.times + insert.excluded.times}
    if rows:
        await tx.execute(insert.on_conflict_do_update(index_elements=key, set_=total), rows)


async def unanswered_totals(tx: Transaction) -> dict[str, int]:
    """The words that nothing was found for with their counts over all days, the most frequent first."""
    c = UNANSWERED.c
    times = func.sum(c.times).label("times")
    query = select(c.words, times).group_by(c.words).order_by(times.desc(), c.words)
    return {row.words: row.times for row in await tx.execute(query)}


BATCH_WINDOW_S = 0.25  # to wait for more answers: a transaction costs as much as several of them

RECALL_TIMEOUT_S = 0.3  # for the database, before an answer is given without the earlier topic

MAX_PENDING = 2_000  # records that may wait; beyond them the oldest is dropped

_log = telemetry.logger("handlers")


@dataclass(frozen=True, slots=True)
class AnswerRecord:
    """The facts that are stored of an answer."""

    topic: Conversation
    day: date  # the venue's
    statistics: QuestionStatistics | None = None  # nothing for what asks for no fact, or was counted before
    unknown_words: str = ""  # the words that nothing was found for


Given = tuple[ConversationRef, AnswerRecord]


class WriteBehind:
    """The answers of one process that are not written yet, and what the database knows of earlier ones."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._queue = WriteQueue(
            "answers", self._write, window_s=BATCH_WINDOW_S, batch_size=MAX_PENDING, capacity=MAX_PENDING
        )

    def add(self, conversation: ConversationRef, record: AnswerRecord) -> None:
        """Queue the record for the next write. If too many wait, the oldest is dropped."""
        self._queue.add((conversation, record))

    async def get(self, conversation: ConversationRef) -> Conversation | None:
        """The last topic of this conversation; nothing if it had none, or if the database does not answer soon."""
        for place, record in reversed(self._queue.pending):
            if place == conversation and record.topic != NOTHING_SAID:
                return record.topic
        try:
            async with asyncio.timeout(RECALL_TIMEOUT_S):
                stored = await self._database.read(recall_conversation, *conversation)
        except DATABASE_ERRORS as error:
            _log.warning("answering without what was said before", error=type(error).__name__)
            return None
        return Conversation.from_json(json.loads(stored)) if stored else None

    def start(self, supervisor: Supervisor) -> None:
        """Write what is added, from now on; while the database is away, try again."""
        self._queue.start(supervisor)

    async def stop(self, timeout_s: float) -> None:
        """Write what waits, within this many seconds, and then no more."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._queue.drained()
        except TimeoutError:
            _log.warning("some of what was asked is not kept", records=len(self._queue.pending))
        await self._queue.stop()

    async def _write(self, records: Sequence[Given]) -> None:
        await self._database.write(_write_records, records)


async def _write_records(tx: Transaction, records: Sequence[Given]) -> None:
    topics = {conversation: record.topic for conversation, record in records if record.topic != NOTHING_SAID}
    await remember_conversations(
        tx, {conversation: json.dumps(topic.to_json()) for conversation, topic in topics.items()}
    )

    questions = Counter(
        (conversation[0], record.day, *record.statistics) for conversation, record in records if record.statistics
    )
    await add_question_counts(tx, questions)

    unanswered = Counter(
        (record.day, record.unknown_words) for _, record in records if record.statistics and record.unknown_words
    )
    await add_unanswered(tx, unanswered)

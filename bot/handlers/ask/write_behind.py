"""What is kept of answers: what was spoken of, and how much was asked. Written a moment later, many at a time.

So an answer waits for no disk, and is given while the database is away.
"""

import asyncio
import json
from collections import Counter, OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.exc import DBAPIError

from bot import telemetry
from bot.db.database import Database, Transaction, is_transient
from bot.handlers.ask import repository
from bot.handlers.ask.repository import ConversationRef
from bot.questions.conversation import NOTHING_SAID, Conversation
from bot.questions.tally import Counted

BATCH_WINDOW_S = 0.25  # for others to come along: a transaction costs as much as several answers

RECALL_TIMEOUT_S = 0.3  # with the database, before an answer is given without what was said before

RETRY_AFTER_S = 0.5  # between tries while the database is away

MAX_PENDING = 2_000  # notes that wait; beyond them the oldest is forgotten

_log = telemetry.logger("handlers")


@dataclass(frozen=True, slots=True)
class AnswerRecord:
    """Of one answer."""

    conversation: ConversationRef
    topic: Conversation
    day: date  # the venue's
    statistics: Counted | None = None  # nothing where it asked for no fact, or was counted before
    unknown_words: str = ""  # the words that nothing was found for


class WriteBehind:
    """One node's; what is in it is in the database within moments, for all nodes."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._pending: OrderedDict[int, AnswerRecord] = OrderedDict()
        self._number = 0
        self._woken = asyncio.Event()
        self._empty = asyncio.Event()
        self._empty.set()

    def add(self, record: AnswerRecord) -> None:
        """Have it written; the oldest is dropped where too many wait."""
        self._number += 1
        self._pending[self._number] = record
        if len(self._pending) > MAX_PENDING:
            self._pending.popitem(last=False)
        self._empty.clear()
        self._woken.set()

    async def get(self, conversation: ConversationRef) -> Conversation | None:
        """What was spoken of here last; nothing where nothing was, or where the database does not say so soon."""
        for note in reversed(self._pending.values()):
            if note.conversation == conversation and note.topic != NOTHING_SAID:
                return note.topic
        try:
            async with asyncio.timeout(RECALL_TIMEOUT_S):
                kept = await self._database.read(repository.recall_conversation, *conversation)
        except (TimeoutError, DBAPIError, OSError) as error:
            _log.warning("answering without what was said before", error=type(error).__name__)
            return None
        return Conversation.from_json(json.loads(kept)) if kept else None

    async def run(self) -> None:
        """Write what waits, for ever; while the database is away, try again."""
        while True:
            await self._woken.wait()
            await asyncio.sleep(BATCH_WINDOW_S)
            self._woken.clear()
            try:
                await self._write()
            except (DBAPIError, OSError, UnicodeError) as error:
                _log.warning("could not keep what was asked", error=type(error).__name__)
                if not is_transient(error):
                    self._drop(self._pending)  # no database takes it, however often it is tried
                    continue
                await asyncio.sleep(RETRY_AFTER_S)
                self._woken.set()

    async def flush(self, timeout_s: float) -> None:
        """Return when everything is written, or after so long."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._empty.wait()
        except TimeoutError:
            _log.warning("some of what was asked is not kept", notes=len(self._pending))

    async def _write(self) -> None:
        together = dict(self._pending)
        await self._database.write(_write_records, list(together.values()))
        self._drop(together)

    def _drop(self, numbers: Iterable[int]) -> None:
        for number in list(numbers):
            self._pending.pop(number, None)
        if not self._pending:
            self._empty.set()


async def _write_records(tx: Transaction, records: Sequence[AnswerRecord]) -> None:
    spoken = {note.conversation: note.topic for note in records if note.topic != NOTHING_SAID}
    await repository.remember_conversations(tx, {place: json.dumps(one.to_json()) for place, one in spoken.items()})
    counted = Counter((note.conversation[0], note.day, *note.statistics) for note in records if note.statistics)
    await repository.add_question_counts(tx, counted)
    await repository.add_unanswered(
        tx, Counter((note.day, note.unknown_words) for note in records if note.statistics and note.unknown_words)
    )

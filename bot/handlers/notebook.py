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
from bot.questions.conversation import NOTHING_SAID, Conversation
from bot.questions.tally import Counted
from bot.store import conversations, questions, unanswered
from bot.store.conversations import Key
from bot.store.database import Database, Transaction, passing

LINGER_S = 0.25  # for others to come along: a transaction costs as much as several answers
PATIENCE_S = 0.3  # with the database, before an answer is given without what was said before
AGAIN_S = 0.5  # between tries while the database is away
MOST = 2_000  # notes that wait; beyond them the oldest is forgotten

_log = telemetry.logger("handlers")


@dataclass(frozen=True, slots=True)
class Note:
    """Of one answer."""

    place: Key
    spoken_of: Conversation
    day: date  # the venue's
    counted: Counted | None = None  # nothing where it asked for no fact, or was counted before
    missing: str = ""  # the words that nothing was found for


class Notebook:
    """One node's; what is in it is in the database within moments, for all nodes."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: OrderedDict[int, Note] = OrderedDict()
        self._number = 0
        self._woken = asyncio.Event()
        self._empty = asyncio.Event()
        self._empty.set()

    def keep(self, note: Note) -> None:
        """Have it written; the oldest is dropped where too many wait."""
        self._number += 1
        self._waiting[self._number] = note
        if len(self._waiting) > MOST:
            self._waiting.popitem(last=False)
        self._empty.clear()
        self._woken.set()

    async def recall(self, place: Key) -> Conversation | None:
        """What was spoken of here last; nothing where nothing was, or where the database does not say so soon."""
        for note in reversed(self._waiting.values()):
            if note.place == place and note.spoken_of != NOTHING_SAID:
                return note.spoken_of
        try:
            async with asyncio.timeout(PATIENCE_S):
                kept = await self._database.read(conversations.recall, *place)
        except (TimeoutError, DBAPIError, OSError) as error:
            _log.warning("answering without what was said before", error=type(error).__name__)
            return None
        return Conversation.from_json(json.loads(kept)) if kept else None

    async def write_on(self) -> None:
        """Write what waits, for ever; while the database is away, try again."""
        while True:
            await self._woken.wait()
            await asyncio.sleep(LINGER_S)
            self._woken.clear()
            try:
                await self._write()
            except (DBAPIError, OSError, UnicodeError) as error:
                _log.warning("could not keep what was asked", error=type(error).__name__)
                if not passing(error):
                    self._forget(self._waiting)  # no database takes it, however often it is tried
                    continue
                await asyncio.sleep(AGAIN_S)
                self._woken.set()

    async def written(self, seconds: float) -> None:
        """Return when everything is written, or after so long."""
        try:
            async with asyncio.timeout(seconds):
                await self._empty.wait()
        except TimeoutError:
            _log.warning("some of what was asked is not kept", notes=len(self._waiting))

    async def _write(self) -> None:
        together = dict(self._waiting)
        await self._database.write(_write, list(together.values()))
        self._forget(together)

    def _forget(self, numbers: Iterable[int]) -> None:
        for number in list(numbers):
            self._waiting.pop(number, None)
        if not self._waiting:
            self._empty.set()


async def _write(tx: Transaction, notes: Sequence[Note]) -> None:
    spoken = {note.place: note.spoken_of for note in notes if note.spoken_of != NOTHING_SAID}
    await conversations.remember(tx, {place: json.dumps(one.to_json()) for place, one in spoken.items()})
    counted = Counter((note.place[0], note.day, *note.counted) for note in notes if note.counted)
    await questions.count(tx, counted)
    await unanswered.count(tx, Counter((note.day, note.missing) for note in notes if note.counted and note.missing))

import asyncio
from datetime import date
from functools import partial

import pytest

from bot import supervisor
from bot.db.database import Database
from bot.handlers.ask import repository
from bot.handlers.ask.repository import MAX_PENDING, AnswerRecord, WriteBehind
from bot.questions.models import NOTHING_SAID, Conversation
from bot.questions.results import QuestionStatistics
from bot.supervisor import Backoff, Supervisor
from bot.telemetry.metrics import Metrics
from tests.conftest import MachineTime
from tests.handlers.ask.question_rows import question_rows

HERE, ELSEWHERE = ("T1", "C1", "U1"), ("T1", "C1", "U2")

TUESDAY = date(2019, 3, 5)

FLOWS, CLOSURES = Conversation(("flows",), "flows"), Conversation(("closures",), "closures")

WHO = QuestionStatistics("who", answered=True)


async def written(write_behind: WriteBehind) -> None:
    """Write all pending records."""
    write_behind.start(Supervisor(Metrics()))
    await write_behind.stop(5)


async def test_the_latest_conversation_is_known_at_once_and_to_other_nodes_after_a_flush(database: Database) -> None:
    here, another_node = WriteBehind(database), WriteBehind(database)
    here.add(HERE, AnswerRecord(FLOWS, TUESDAY))
    here.add(HERE, AnswerRecord(CLOSURES, TUESDAY))
    assert await here.get(HERE) == CLOSURES
    assert await here.get(ELSEWHERE) is None
    assert await another_node.get(HERE) is None
    await written(here)
    assert await another_node.get(HERE) == await here.get(HERE) == CLOSURES


async def test_an_answer_about_no_talk_keeps_the_previous_conversation(database: Database) -> None:
    write_behind = WriteBehind(database)
    write_behind.add(HERE, AnswerRecord(FLOWS, TUESDAY))
    write_behind.add(HERE, AnswerRecord(NOTHING_SAID, TUESDAY))
    assert await write_behind.get(HERE) == FLOWS
    await written(write_behind)
    assert await write_behind.get(HERE) == FLOWS


async def test_many_answers_are_counted_in_one_transaction(database: Database) -> None:
    write_behind = WriteBehind(database)
    for _ in range(3):
        write_behind.add(HERE, AnswerRecord(FLOWS, TUESDAY, WHO))
    write_behind.add(HERE, AnswerRecord(NOTHING_SAID, TUESDAY, QuestionStatistics("who", answered=False), "zig"))
    write_behind.add(HERE, AnswerRecord(NOTHING_SAID, TUESDAY, None, "zig"))  # the same again, at length
    await written(write_behind)
    assert await database.read(question_rows, "T1") == [(TUESDAY, "who", False, 1), (TUESDAY, "who", True, 3)]
    assert await database.read(repository.unanswered_totals) == {"zig": 1}


class Away(Database):
    """A database that cannot be reached for a while."""

    away = True

    async def _run(self, writing: bool, work: object, *args: object, **kwargs: object) -> object:  # type: ignore[override]
        if self.away:
            raise ConnectionResetError
        return await super()._run(writing, work, *args, **kwargs)  # type: ignore[arg-type]


async def test_records_are_kept_while_the_database_is_down_and_written_once_it_is_back(
    kept_database_url: str, database: Database, machine: MachineTime
) -> None:
    absent = Away(kept_database_url, machine, shared_clock=False)
    write_behind = WriteBehind(absent)
    assert await write_behind.get(HERE) is None
    write_behind.add(HERE, AnswerRecord(FLOWS, TUESDAY, WHO))
    write_behind.start(Supervisor(Metrics()))
    await asyncio.sleep(0.2)
    assert await write_behind.get(HERE) == FLOWS
    absent.away = False
    await write_behind.stop(5)
    assert await database.read(question_rows, "T1") == [(TUESDAY, "who", True, 1)]
    await absent.close()


async def test_the_oldest_record_is_dropped_when_too_many_wait(database: Database) -> None:
    write_behind = WriteBehind(database)
    write_behind.add(HERE, AnswerRecord(FLOWS, TUESDAY))
    for _ in range(MAX_PENDING):
        write_behind.add(ELSEWHERE, AnswerRecord(CLOSURES, TUESDAY))
    assert await write_behind.get(HERE) is None


async def test_a_record_that_the_database_rejects_is_dropped_and_later_ones_are_written(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "Backoff", partial(Backoff, 0.1, 0.2))
    write_behind = WriteBehind(database)
    write_behind.add(("T1", "C1", "\ud800"), AnswerRecord(FLOWS, TUESDAY))
    await written(write_behind)
    write_behind.add(HERE, AnswerRecord(FLOWS, TUESDAY))
    await written(write_behind)
    assert await WriteBehind(database).get(HERE) == FLOWS

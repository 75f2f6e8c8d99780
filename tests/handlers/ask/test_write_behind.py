from datetime import date

from bot.db.database import Database
from bot.handlers.ask import repository
from bot.handlers.ask.repository import QuestionCount
from bot.handlers.ask.write_behind import MAX_PENDING, AnswerRecord, WriteBehind
from bot.questions.models import NOTHING_SAID, Conversation
from bot.questions.stats import Counted
from bot.supervisor import Supervisor
from bot.telemetry.metrics import Metrics
from tests.conftest import MachineTime

HERE, ELSEWHERE = ("T1", "C1", "U1"), ("T1", "C1", "U2")

TUESDAY = date(2019, 3, 5)

FLOWS, CLOSURES = Conversation(("flows",), "flows"), Conversation(("closures",), "closures")

WHO = Counted("who", answered=True)


async def written(notebook: WriteBehind) -> None:
    """Let it write all it has."""
    supervisor = Supervisor(Metrics())
    notebook.start(supervisor)
    await notebook.stop(5)


async def test_what_was_said_last_is_known_at_once_and_to_every_node_soon(database: Database) -> None:
    here, another_node = WriteBehind(database), WriteBehind(database)
    here.add(AnswerRecord(HERE, FLOWS, TUESDAY))
    here.add(AnswerRecord(HERE, CLOSURES, TUESDAY))
    assert await here.get(HERE) == CLOSURES
    assert await here.get(ELSEWHERE) is None
    assert await another_node.get(HERE) is None
    await written(here)
    assert await another_node.get(HERE) == await here.get(HERE) == CLOSURES


async def test_an_answer_that_spoke_of_nothing_leaves_what_was_spoken_of(database: Database) -> None:
    notebook = WriteBehind(database)
    notebook.add(AnswerRecord(HERE, FLOWS, TUESDAY))
    notebook.add(AnswerRecord(HERE, NOTHING_SAID, TUESDAY))
    assert await notebook.get(HERE) == FLOWS
    await written(notebook)
    assert await notebook.get(HERE) == FLOWS


async def test_many_answers_are_counted_in_one_transaction(database: Database) -> None:
    notebook = WriteBehind(database)
    for _ in range(3):
        notebook.add(AnswerRecord(HERE, FLOWS, TUESDAY, WHO))
    notebook.add(AnswerRecord(HERE, NOTHING_SAID, TUESDAY, Counted("who", answered=False), "zig"))
    notebook.add(AnswerRecord(HERE, NOTHING_SAID, TUESDAY, None, "zig"))  # the same again, at length
    await written(notebook)
    assert await database.read(repository.question_counts, "T1") == (
        QuestionCount(TUESDAY, "who", answered=False, times=1),
        QuestionCount(TUESDAY, "who", answered=True, times=3),
    )
    assert await database.read(repository.unanswered_totals) == {"zig": 1}


class Away(Database):
    """A database that cannot be reached for a while."""

    away = True

    async def _run(self, writing: bool, work: object, *args: object, **kwargs: object) -> object:  # type: ignore[override]
        if self.away:
            raise ConnectionResetError
        return await super()._run(writing, work, *args, **kwargs)  # type: ignore[arg-type]


async def test_while_the_database_is_away_questions_are_answered_and_counted_once_it_is_back(
    kept_database_url: str, database: Database, machine: MachineTime
) -> None:
    absent = Away(kept_database_url, machine, shared_clock=False)
    notebook = WriteBehind(absent)
    assert await notebook.get(HERE) is None
    notebook.add(AnswerRecord(HERE, FLOWS, TUESDAY, WHO))
    notebook.start(Supervisor(Metrics()))
    await notebook.flush(0.2)
    assert await notebook.get(HERE) == FLOWS
    absent.away = False
    await notebook.stop(5)
    assert await database.read(repository.question_counts, "T1") == (
        QuestionCount(TUESDAY, "who", answered=True, times=1),
    )
    await absent.close()


async def test_the_oldest_is_forgotten_where_too_many_wait(database: Database) -> None:
    notebook = WriteBehind(database)
    notebook.add(AnswerRecord(HERE, FLOWS, TUESDAY))
    for _ in range(MAX_PENDING):
        notebook.add(AnswerRecord(ELSEWHERE, CLOSURES, TUESDAY))
    assert await notebook.get(HERE) is None


async def test_what_no_database_takes_is_let_go_and_the_rest_goes_on(database: Database) -> None:
    notebook = WriteBehind(database)
    notebook.add(AnswerRecord(("T1", "C1", "\ud800"), FLOWS, TUESDAY))
    await written(notebook)
    notebook.add(AnswerRecord(HERE, FLOWS, TUESDAY))
    await written(notebook)
    assert await WriteBehind(database).get(HERE) == FLOWS

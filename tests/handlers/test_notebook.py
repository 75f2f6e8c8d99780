import asyncio
from contextlib import suppress
from datetime import date

from bot.handlers.notebook import MOST, Note, Notebook
from bot.questions.conversation import NOTHING_SAID, Conversation
from bot.questions.tally import Counted
from bot.store import questions, unanswered
from bot.store.database import Database
from bot.store.questions import Asked
from tests.conftest import MachineTime

HERE, ELSEWHERE = ("T1", "C1", "U1"), ("T1", "C1", "U2")
TUESDAY = date(2019, 3, 5)
FLOWS, CLOSURES = Conversation(("flows",), "flows"), Conversation(("closures",), "closures")
WHO = Counted("who", answered=True)


async def written(notebook: Notebook) -> None:
    """Let it write all it has."""
    writing = asyncio.create_task(notebook.write_on())
    await notebook.written(5)
    writing.cancel()
    with suppress(asyncio.CancelledError):
        await writing


async def test_what_was_said_last_is_known_at_once_and_to_every_node_soon(database: Database) -> None:
    here, another_node = Notebook(database), Notebook(database)
    here.keep(Note(HERE, FLOWS, TUESDAY))
    here.keep(Note(HERE, CLOSURES, TUESDAY))
    assert await here.recall(HERE) == CLOSURES
    assert await here.recall(ELSEWHERE) is None
    assert await another_node.recall(HERE) is None
    await written(here)
    assert await another_node.recall(HERE) == await here.recall(HERE) == CLOSURES


async def test_an_answer_that_spoke_of_nothing_leaves_what_was_spoken_of(database: Database) -> None:
    notebook = Notebook(database)
    notebook.keep(Note(HERE, FLOWS, TUESDAY))
    notebook.keep(Note(HERE, NOTHING_SAID, TUESDAY))
    assert await notebook.recall(HERE) == FLOWS
    await written(notebook)
    assert await notebook.recall(HERE) == FLOWS


async def test_many_answers_are_counted_in_one_transaction(database: Database) -> None:
    notebook = Notebook(database)
    for _ in range(3):
        notebook.keep(Note(HERE, FLOWS, TUESDAY, WHO))
    notebook.keep(Note(HERE, NOTHING_SAID, TUESDAY, Counted("who", answered=False), "zig"))
    notebook.keep(Note(HERE, NOTHING_SAID, TUESDAY, None, "zig"))  # the same again, at length
    await written(notebook)
    assert await database.read(questions.asked, "T1") == (
        Asked(TUESDAY, "who", answered=False, times=1),
        Asked(TUESDAY, "who", answered=True, times=3),
    )
    assert await database.read(unanswered.totals) == {"zig": 1}


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
    notebook = Notebook(absent)
    assert await notebook.recall(HERE) is None
    notebook.keep(Note(HERE, FLOWS, TUESDAY, WHO))
    writing = asyncio.create_task(notebook.write_on())
    await notebook.written(0.2)
    assert await notebook.recall(HERE) == FLOWS
    absent.away = False
    await notebook.written(5)
    writing.cancel()
    assert await database.read(questions.asked, "T1") == (Asked(TUESDAY, "who", answered=True, times=1),)
    await absent.close()


async def test_the_oldest_is_forgotten_where_too_many_wait(database: Database) -> None:
    notebook = Notebook(database)
    notebook.keep(Note(HERE, FLOWS, TUESDAY))
    for _ in range(MOST):
        notebook.keep(Note(ELSEWHERE, CLOSURES, TUESDAY))
    assert await notebook.recall(HERE) is None


async def test_what_no_database_takes_is_let_go_and_the_rest_goes_on(database: Database) -> None:
    notebook = Notebook(database)
    notebook.keep(Note(("T1", "C1", "\ud800"), FLOWS, TUESDAY))
    await written(notebook)
    notebook.keep(Note(HERE, FLOWS, TUESDAY))
    await written(notebook)
    assert await Notebook(database).recall(HERE) == FLOWS

from unittest.mock import AsyncMock, Mock

from bot.db.database import Database, Transaction
from bot.delivery.enqueue import SWEEP_AHEAD
from bot.delivery.next_work import NextWork, next_work
from tests.delivery.flow import START, minutes, plans, reminders, subscribe, sweep_all


async def _look(tx: Transaction) -> NextWork:
    return await next_work(tx, daily=None)


async def test_a_closed_workspace_is_opened_only_for_reminders_with_an_audience(database: Database) -> None:
    await plans(database, [*reminders("a"), *reminders("b", start=START + minutes(60))])
    assert (await database.read(_look)).opens(START - minutes(60)) is None
    await subscribe(database, lead=10)
    assert (await database.read(_look)).opens(START - minutes(60)) == START - minutes(10) - SWEEP_AHEAD
    assert await sweep_all(database, START - minutes(10)) == 1
    work = await database.read(_look)
    assert (work.pending, work.due, work.wanted) == (1, START - minutes(10), START + minutes(50))
    assert work.opens(START - minutes(12)) == START - minutes(10) - SWEEP_AHEAD


async def test_a_reminder_that_is_enqueued_during_the_look_is_not_missed() -> None:
    """It looks with one statement. Between two, the reminder could be seen in neither of its tables."""
    execute = AsyncMock(return_value=Mock())
    await _look(Mock(spec=Transaction, execute=execute))
    assert execute.await_count == 1

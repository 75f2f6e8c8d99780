import pytest

from bot.db.database import Database, Transaction
from bot.delivery import plan
from bot.delivery.enqueue import SWEEP_AHEAD
from bot.delivery.next_work import NextWork, next_work
from tests.delivery.flow import START, minutes, plans, reminders, subscribe, sweep_all


@pytest.mark.parametrize("kept_database_url", [pytest.param("postgresql", marks=pytest.mark.variant)], indirect=True)
async def test_a_reminder_that_becomes_a_delivery_while_it_looks_is_not_missed(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await plans(database, [*reminders("a"), *reminders("b", start=START + minutes(60))])
    await subscribe(database, lead=10)
    next_wanted = plan.next_due_with_audience

    async def meanwhile(tx: Transaction) -> object:
        assert await sweep_all(database, START - minutes(10)) == 1
        return await next_wanted(tx)

    async def look(tx: Transaction) -> NextWork:
        return await next_work(tx, daily=None)

    monkeypatch.setattr(plan, "next_due_with_audience", meanwhile)
    work = await database.read(look)
    assert work.opens(START - minutes(12)) == START - minutes(10) - SWEEP_AHEAD

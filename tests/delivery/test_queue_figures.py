from datetime import timedelta

from sqlalchemy import text

from bot.db.database import Database, Transaction
from bot.db.tables import UNFINISHED
from bot.delivery import pauses
from bot.delivery.queue import queue_counts_query, queue_status
from tests.delivery.flow import START, attend, lease, minutes, plans, reminders, sweep_all

NOW = START - minutes(10)


async def test_an_empty_queue_counts_nothing_in_any_state(database: Database) -> None:
    status = await database.read(queue_status, NOW)
    assert status.states == dict.fromkeys(UNFINISHED, 0)
    assert (status.overdue, status.due) == (0, None)


async def test_the_queue_status_counts_deliveries_per_state_and_the_overdue_ones(database: Database) -> None:
    await plans(database, reminders("a"))
    for person, lead in (("U1", 10), ("U2", 10), ("U3", 5)):
        await attend(database, person, "a", lead=lead)
    await sweep_all(database, START)
    await lease(database, NOW)
    status = await database.read(queue_status, NOW + timedelta(seconds=30))
    assert status.states == {"pending": 1, "leased": 2, "posting": 0, "unknown": 0}
    assert status.due == NOW  # what is leased has not arrived yet
    assert status.overdue == 0
    assert (await database.read(queue_status, START + minutes(5))).overdue == 3


async def test_the_queue_status_counts_paused_and_stopped_workspaces(database: Database) -> None:
    assert (await database.read(queue_status, NOW)).paused == {"pause": 0, "stopped": 0}
    await database.write(pauses.pause, "T1", pauses.PAUSE, "paused", by="U1")
    await database.write(pauses.pause, "T2", pauses.PAUSE, "paused", by="U1")
    await database.write(pauses.pause, "T1", pauses.STOPPED, "token_revoked")
    await database.write(pauses.pause, "T1", "chat.postMessage", "rate limited", seconds=30)
    assert (await database.read(queue_status, NOW)).paused == {"pause": 2, "stopped": 1}


async def test_the_queue_status_is_counted_with_partial_indexes(database: Database) -> None:
    plan = await database.write(_plan)  # SET LOCAL needs a transaction, and a read has none
    for index in ("deliveries_in_turn", "deliveries_under_way", "deliveries_unknown"):
        assert index in plan, plan


async def _plan(tx: Transaction) -> str:
    """The plan by which the database runs the query."""
    if tx.on_postgresql:
        await tx.execute(text("SET LOCAL enable_seqscan = off"))  # the table is too small to need an index
    query = queue_counts_query(NOW).compile(dialect=tx.connection.dialect, compile_kwargs={"literal_binds": True})
    explained = await tx.execute(text(f"EXPLAIN {'' if tx.on_postgresql else 'QUERY PLAN'} {query}"))
    return "\n".join(map(str, explained))

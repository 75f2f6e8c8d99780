from datetime import timedelta
from unittest.mock import AsyncMock, Mock

from sqlalchemy import text

from bot.db.database import Database, Transaction
from bot.db.tables import PENDING, SENT, UNFINISHED
from bot.delivery import leases, queue, rate_limits, results
from bot.delivery.queue import SWEEP_AHEAD, NextWork, next_work, queue_counts_query, queue_status
from bot.delivery.results import DeliveryResult
from bot.live_schedule import repository
from tests.conftest import MachineTime
from tests.delivery.flow import START, attend, lease, minutes, plans, reminders, request, subscribe, sweep_all

DUE = START - minutes(10)


async def test_the_next_step_of_a_waiting_delivery_is_at_its_due_time(database: Database) -> None:
    assert await database.read(queue.next_step_at) is None
    await plans(database, reminders("a"))
    await attend(database, "U1", "a")
    await sweep_all(database, DUE - minutes(5))
    assert await database.read(queue.next_step_at) == DUE


async def test_the_next_step_is_overdue_while_leased_and_later_after_a_rate_limit(
    database: Database, machine: MachineTime
) -> None:
    machine.now = DUE
    await database.write(repository.publish_version, 1, b"", "file", "")
    await plans(database, reminders("a"))
    await attend(database, "U1", "a")
    await sweep_all(database, DUE)
    leased = await lease(database, DUE)
    machine.forward(seconds=5)
    assert await database.read(queue.next_step_at) == DUE
    await database.write(leases.recheck, request(), leased, 1, DUE)
    later = DeliveryResult(leased[0].id, "process-a", PENDING, "rate limited", wait=minutes(1))
    await database.write(results.record_results, [later])
    assert await database.read(queue.next_step_at) == machine.now + minutes(1)


async def test_a_sent_delivery_has_no_next_step(database: Database, machine: MachineTime) -> None:
    machine.now = DUE
    await database.write(repository.publish_version, 1, b"", "file", "")
    await plans(database, reminders("a"))
    await attend(database, "U1", "a")
    await sweep_all(database, DUE)
    leased = await lease(database, DUE)
    await database.write(leases.recheck, request(), leased, 1, DUE)
    await database.write(
        results.record_results, [DeliveryResult(leased[0].id, "process-a", SENT, channel="D1", ts="1.0")]
    )
    assert await database.read(queue.next_step_at) is None


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
    await database.write(rate_limits.pause, "T1", rate_limits.PAUSE, "paused", by="U1")
    await database.write(rate_limits.pause, "T2", rate_limits.PAUSE, "paused", by="U1")
    await database.write(rate_limits.pause, "T1", rate_limits.STOPPED, "token_revoked")
    await database.write(rate_limits.pause, "T1", "chat.postMessage", "rate limited", seconds=30)
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

from unittest.mock import AsyncMock, Mock

from bot.db.database import Database, Transaction
from bot.db.tables import PENDING, SENT
from bot.delivery import leases, queue, results
from bot.delivery.enqueue import SWEEP_AHEAD
from bot.delivery.queue import NextWork, next_work
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

from bot.db.database import Database
from bot.db.tables import PENDING, SENT
from bot.delivery import leases, queue, results
from bot.delivery.results import DeliveryResult
from bot.live_schedule import repository
from tests.conftest import MachineTime
from tests.delivery.flow import START, attend, lease, minutes, plans, reminders, request, sweep_all

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

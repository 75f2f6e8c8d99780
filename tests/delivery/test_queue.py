from bot.db.database import Database
from bot.db.tables import PENDING, SENT
from bot.delivery import leases, queue, results
from bot.delivery.results import DeliveryResult
from bot.live_schedule import repository
from tests.conftest import MachineTime
from tests.delivery.flow import START, attend, lease, minutes, plans, reminders, request, sweep_all

DUE = START - minutes(10)


async def test_the_next_step_of_what_waits_is_when_it_is_due(database: Database) -> None:
    assert await database.read(queue.next_step_at) is None
    await plans(database, reminders("a"))
    await attend(database, "U1", "a")
    await sweep_all(database, DUE - minutes(5))
    assert await database.read(queue.next_step_at) == DUE


async def test_it_is_in_the_past_while_it_is_under_way_and_later_when_slack_said_so(
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


async def test_what_has_ended_has_no_next_step(database: Database, machine: MachineTime) -> None:
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

from datetime import timedelta

from bot.db.database import Database
from bot.db.tables import DEAD, PENDING, SENT, UNKNOWN
from bot.delivery import leases, reconcile
from bot.delivery import results as delivery_results
from bot.delivery.results import DeliveryResult
from bot.live_schedule import repository
from tests.conftest import MachineTime
from tests.delivery.flow import (
    START,
    attend,
    history,
    lease,
    minutes,
    plans,
    recover,
    reminders,
    request,
    states,
    sweep_all,
)

NOW = START - minutes(10)


async def posting(database: Database, people: int = 1) -> list[str]:
    """Create so many deliveries that process-a is posting, and return their ids."""
    await database.write(repository.publish_version, 1, b"", "file", "")
    await plans(database, reminders("a"))
    for n in range(people):
        await attend(database, f"U{n}", "a")
    await sweep_all(database, NOW)
    leased = await lease(database, NOW)
    await database.write(leases.recheck, request(), leased, 1, NOW)
    return [delivery.id for delivery in leased]


def sent(delivery: str, ts: str = "1.0") -> DeliveryResult:
    return DeliveryResult(delivery, "process-a", SENT, channel="D1", ts=ts)


async def test_every_state_of_a_delivery_is_recorded(database: Database) -> None:
    [id] = await posting(database)
    await database.write(delivery_results.record_results, [sent(id)])
    assert [state for state, _ in await database.read(history, id)] == ["pending", "leased", "posting", "sent"]


async def test_many_outcomes_are_recorded_together(database: Database) -> None:
    a, b, c, d = await posting(database, 4)
    results = [
        sent(a),
        DeliveryResult(b, "process-a", DEAD, "channel_not_found"),
        sent(c),
        DeliveryResult(d, "process-a", UNKNOWN, "timeout"),
    ]
    await database.write(delivery_results.record_results, results)
    assert await database.read(states) == ["dead", "sent", "sent", "unknown"]


async def test_leases_of_a_silent_process_become_pending_and_its_posts_unknown(
    database: Database, machine: MachineTime
) -> None:
    first, *_ = await posting(database, 2)
    await database.write(delivery_results.record_results, [DeliveryResult(first, "process-a", PENDING, "ratelimited")])
    await lease(database, NOW)
    machine.forward(minutes=1)
    assert await recover(database) == 0
    machine.forward(minutes=2)
    assert await recover(database) == 2
    assert await database.read(states) == ["pending", "unknown"]


async def test_an_unknown_delivery_is_leased_after_the_settling_delay_by_one_process(
    database: Database, machine: MachineTime
) -> None:
    [id] = await posting(database)
    settle = timedelta(seconds=30)
    await database.write(
        delivery_results.record_results, [DeliveryResult(id, "process-a", UNKNOWN, "timeout", wait=settle)]
    )
    assert await database.write(reconcile.lease_unknown, "T1", "b", minutes(2), 10) == []
    machine.forward(seconds=31)
    assert [unknown.id for unknown in await database.write(reconcile.lease_unknown, "T1", "b", minutes(2), 10)] == [id]
    assert await database.write(reconcile.lease_unknown, "T1", "c", minutes(2), 10) == []


async def test_a_process_that_wakes_late_after_posting_marks_the_delivery_as_sent(
    database: Database, machine: MachineTime
) -> None:
    [id] = await posting(database)
    machine.forward(minutes=3)
    await recover(database)
    await database.write(delivery_results.record_results, [sent(id)])
    assert await database.read(states) == ["sent"]


async def test_a_process_that_wakes_late_without_posting_changes_nothing(
    database: Database, machine: MachineTime
) -> None:
    [id] = await posting(database)
    machine.forward(minutes=3)
    await recover(database, settle=0)
    await database.write(reconcile.lease_unknown, "T1", "b", minutes(2), 10)
    await database.write(delivery_results.record_results, [DeliveryResult(id, "process-a", PENDING, "ratelimited")])
    assert await database.read(states) == ["unknown"]
    await database.write(delivery_results.record_results, [DeliveryResult(id, "b", PENDING, "not found at Slack")])
    assert await database.read(states) == ["pending"]


async def test_a_second_post_of_a_delivery_is_recorded(database: Database) -> None:
    [id] = await posting(database)
    await database.write(delivery_results.record_results, [sent(id, "1.0")])
    await database.write(delivery_results.record_results, [sent(id, "1.0")])
    assert ("sent", "posted a second time") not in await database.read(history, id)
    await database.write(delivery_results.record_results, [sent(id, "2.0")])
    assert ("sent", "posted a second time") in await database.read(history, id)


async def test_a_delivery_that_waited_too_long_expires(database: Database) -> None:
    await plans(database, reminders("a"))
    await attend(database, "U1", "a")
    await sweep_all(database, START)
    assert await database.write(delivery_results.expire_late, START + minutes(4)) == []
    [expired] = await database.write(delivery_results.expire_late, START + minutes(5))
    assert (expired.kind, expired.conversation, expired.due) == ("reminder", "U1", START - minutes(10))
    assert await database.read(states) == ["expired"]


async def test_leases_from_before_the_clock_was_put_back_are_over(database: Database, machine: MachineTime) -> None:
    await posting(database)
    machine.forward(hours=-2)
    assert await recover(database) == 1

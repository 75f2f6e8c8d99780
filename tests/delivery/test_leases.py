import asyncio
from datetime import timedelta
from itertools import pairwise

import pytest

from bot.db.database import Database
from bot.delivery import leases, pauses
from bot.delivery.leases import LeaseRequest
from bot.delivery.models import POST
from bot.delivery.rate_limits import DeliveryConfig
from bot.live_schedule import repository
from tests.conftest import MachineTime
from tests.delivery.flow import START, attend, lease, minutes, plans, reminders, request, states, subscribe, sweep_all

NOW = START - minutes(10)


async def publish(database: Database) -> None:
    await database.write(repository.publish_version, 1, b"", "file", "")


async def enqueue_for_people(database: Database, people: int, lead: int = 10) -> None:
    await plans(database, reminders("a"))
    for n in range(people):
        await attend(database, f"U{n}", "a", lead=lead)
    await sweep_all(database, NOW)


async def test_leased_deliveries_are_spaced_by_the_workspaces_rate(database: Database, machine: MachineTime) -> None:
    await enqueue_for_people(database, 20)
    first = await lease(database, NOW)
    gaps = {later.wait - earlier.wait for earlier, later in pairwise(first)}
    assert gaps == {timedelta(seconds=0.2)}
    assert first[-1].wait <= minutes(2)


async def test_no_slot_is_taken_beyond_the_requested_time(database: Database, machine: MachineTime) -> None:
    await enqueue_for_people(database, 20)
    near = LeaseRequest("T1", POST, "a", 50, DeliveryConfig(60, lookahead=timedelta(seconds=4)))
    taken = await lease(database, NOW, near)
    assert len(taken) < 8
    assert await lease(database, NOW, near) == []
    machine.forward(seconds=3)
    assert len(await lease(database, NOW, near)) == 3


async def test_two_processes_never_lease_the_same_delivery(database: Database) -> None:
    await enqueue_for_people(database, 30)
    taken = await asyncio.gather(*(lease(database, NOW, request(f"process-{n}", most=10)) for n in range(4)))
    ids = [delivery.id for batch in taken for delivery in batch]
    assert len(ids) == len(set(ids)) == 30


async def test_channels_come_first_then_early_talks_and_a_channel_gets_one_message_a_second(
    database: Database,
) -> None:
    await plans(database, [*reminders("soon"), *reminders("late", start=START + minutes(5))])
    await attend(database, "U1", "soon")
    await attend(database, "U2", "late", lead=15)
    await subscribe(database, "C1", lead=15)
    await sweep_all(database, NOW)
    taken = await lease(database, NOW)
    assert [delivery.conversation for delivery in taken] == ["C1", "U1", "U2", "C1"]
    assert taken[-1].wait - taken[0].wait == timedelta(seconds=1)


async def test_a_delivery_is_not_leased_before_it_is_due(database: Database) -> None:
    await enqueue_for_people(database, 1, lead=5)
    assert await lease(database, NOW) == []
    assert len(await lease(database, START - minutes(5))) == 1


async def test_people_may_be_reminded_early_but_channels_only_when_due(database: Database) -> None:
    await plans(database, reminders("a"))
    await attend(database, "U1", "a", lead=5)
    await subscribe(database, "C1", lead=5)
    await sweep_all(database, NOW)
    assert [delivery.conversation for delivery in await lease(database, NOW, request(early=5))] == ["U1"]


async def test_the_recheck_passes_leased_deliveries_once(database: Database) -> None:
    await publish(database)
    await enqueue_for_people(database, 2)
    leased = await lease(database, NOW)
    passed = await database.write(leases.recheck, request(), leased, 1, NOW)
    assert [delivery.items[0].talk for delivery in passed] == ["a", "a"]
    assert await database.read(states) == ["posting", "posting"]
    assert await database.write(leases.recheck, request(), leased, 1, NOW) == []


async def test_the_recheck_stops_a_process_whose_leases_have_expired(database: Database, machine: MachineTime) -> None:
    await publish(database)
    await enqueue_for_people(database, 1)
    leased = await lease(database, NOW)
    machine.forward(minutes=3)
    assert await database.write(leases.recheck, request(), leased, 1, NOW) == []


async def test_the_recheck_stops_a_delivery_that_has_become_too_late(database: Database) -> None:
    await publish(database)
    await enqueue_for_people(database, 1)
    leased = await lease(database, NOW)
    assert await database.write(leases.recheck, request(), leased, 1, START + minutes(5)) == []


async def test_the_recheck_stops_a_process_with_an_old_revision(database: Database) -> None:
    await publish(database)
    await enqueue_for_people(database, 1)
    leased = await lease(database, NOW)
    await database.write(repository.publish_version, 2, b"new", "file", "")
    with pytest.raises(leases.OutdatedSnapshot):
        await database.write(leases.recheck, request(), leased, 1, NOW)
    assert await database.read(states) == ["leased"]


async def test_a_paused_workspace_leases_no_deliveries_and_passes_no_recheck(
    database: Database, machine: MachineTime
) -> None:
    await publish(database)
    await enqueue_for_people(database, 2)
    [first] = await lease(database, NOW, request(most=1))
    await database.write(pauses.pause, "T1", pauses.PAUSE, "the fire alarm", by="U9")
    assert await lease(database, NOW) == []
    assert await database.write(leases.recheck, request(), [first], 1, NOW) == []
    assert await database.read(states) == ["pending", "pending"]
    await database.write(pauses.resume, "T1", pauses.PAUSE)
    assert len(await lease(database, NOW)) == 2


async def test_retry_after_pauses_the_method_for_that_time(database: Database, machine: MachineTime) -> None:
    await enqueue_for_people(database, 1)
    await database.write(pauses.pause, "T1", POST, "rate limited", seconds=30)
    assert await lease(database, NOW) == []
    machine.forward(seconds=31)
    assert len(await lease(database, NOW)) == 1


async def test_a_released_delivery_can_be_leased_by_another_process(database: Database) -> None:
    await enqueue_for_people(database, 3)
    await lease(database, NOW, request("a"))
    assert await database.write(leases.release_lease, "a", "the process stops") == 3
    assert len(await lease(database, NOW, request("b"))) == 3

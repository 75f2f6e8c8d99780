"""Deliveries that are in doubt after a restore, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from bot.db import backup
from bot.db.backup import NeverServed
from bot.db.database import Database, Transaction
from bot.db.tables import DELIVERIES, DELIVERY_TALKS, REMINDERS
from bot.delivery import broadcasts, leases, queue, reconcile, restore_guard
from bot.delivery.broadcasts import Announcement, AnnouncementAudience, DailyMessage
from bot.delivery.models import ALERT, EVENING, natural_key
from bot.delivery.queue import NewDelivery
from bot.live_schedule import repository
from tests.conftest import MachineTime
from tests.delivery.flow import (
    START,
    attend,
    lease,
    minutes,
    plans,
    reminders,
    request,
    states,
    subscribe,
    sweep_all,
    talks_by_delivery,
)

NOW = START - minutes(10)

SETTLE = timedelta(seconds=30)


async def served(database: Database) -> None:
    """Publish a revision and plan two talks, an hour apart."""
    await database.write(repository.publish_version, 1, b"", "file", "")
    await plans(database, [*reminders("a"), *reminders("b", start=START + minutes(60))])


async def put_back(database: Database) -> None:
    """Mark the database as restored, and start with it at NOW."""
    await database.write(backup.mark_as_restored)
    assert await database.write(restore_guard.mark_pending_as_unknown, START + minutes(35), SETTLE) is not None


async def natural_keys(tx: Transaction) -> list[str]:
    return sorted(map(natural_key, (await tx.execute(select(DELIVERIES.c.id))).scalars()))


async def test_a_database_that_was_not_restored_keeps_its_pending_deliveries(database: Database) -> None:
    await served(database)
    await subscribe(database)
    await sweep_all(database, NOW)
    assert await database.write(restore_guard.mark_pending_as_unknown, START, SETTLE) is None
    assert await database.read(states) == ["pending"]


async def test_a_database_that_the_bot_never_used_is_not_marked_as_restored(database: Database) -> None:
    with pytest.raises(NeverServed, match="not run with this database"):
        await database.write(backup.mark_as_restored)


async def test_only_the_first_start_after_a_restore_marks_waiting_deliveries_as_unknown(database: Database) -> None:
    await served(database)
    await subscribe(database)
    await attend(database, "U1", "a")
    await sweep_all(database, NOW)
    [delivery, _] = await lease(database, NOW)
    await database.write(leases.recheck, request(), [delivery], 1, NOW)
    assert await database.read(states) == ["leased", "posting"]
    await put_back(database)
    assert await database.read(states) == ["unknown", "unknown"]
    assert await database.write(restore_guard.mark_pending_as_unknown, START, SETTLE) is None


async def test_unknown_deliveries_are_looked_up_only_after_the_settling_delay(
    database: Database, machine: MachineTime
) -> None:
    await served(database)
    await subscribe(database)
    await put_back(database)
    await sweep_all(database, NOW)
    assert await database.write(reconcile.lease_unknown, "T1", "x", minutes(2), 10) == []
    machine.forward(seconds=31)
    [delivery] = await database.write(reconcile.lease_unknown, "T1", "x", minutes(2), 10)
    assert delivery.in_doubt
    assert delivery.waited == timedelta(seconds=1)


async def test_the_reminder_of_a_talk_after_the_doubtful_period_is_pending(database: Database) -> None:
    await served(database)
    await subscribe(database)
    await put_back(database)
    await sweep_all(database, START + minutes(50))
    assert await database.read(talks_by_delivery) == {"C1 unknown": {"a"}, "C1 pending": {"b"}}


async def test_an_alert_after_a_restore_is_looked_up_first_even_days_later(database: Database) -> None:
    await served(database)
    await put_back(database)
    later = NOW + timedelta(days=2)
    new = NewDelivery("T1", "U1", ALERT, "2019-03-07 gone", 0, later, later + minutes(60))
    await database.write(queue.enqueue, new, "")
    assert await database.read(states) == ["unknown"]


async def forget(tx: Transaction) -> None:
    """Delete the plan and all deliveries."""
    for table in (DELIVERIES, DELIVERY_TALKS, REMINDERS):
        await tx.execute(delete(table))


async def make_everything(database: Database) -> list[str]:
    await served(database)
    await sweep_all(database, NOW)
    await database.write(broadcasts.enqueue_daily, DailyMessage(EVENING, "2019-03-05", NOW, START, ("a",)))
    for occasion in ("2019-03-05 gone", "2019-03-06 gone"):
        await database.write(queue.enqueue, NewDelivery("T1", "C1", ALERT, occasion, 0, NOW, START), "")
    for number in ("one", "two"):
        said = Announcement(number, "T1", "Lunch is served", AnnouncementAudience(), "U9", NOW, START)
        await database.write(broadcasts.announce, said)
    return await database.read(natural_keys)


async def test_the_same_message_created_again_has_the_same_natural_key_and_no_other_has(database: Database) -> None:
    await subscribe(database)
    await attend(database, "U1", "a")
    keys = await make_everything(database)
    assert len(set(keys)) == len(keys) == 7
    await database.write(forget)
    assert await make_everything(database) == keys

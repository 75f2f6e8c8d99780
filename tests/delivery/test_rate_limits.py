from datetime import timedelta

from bot.db.database import Database
from bot.delivery import rate_limits
from bot.delivery.models import POST
from bot.delivery.rate_limits import CHANNEL
from tests.conftest import MachineTime
from tests.delivery.flow import START, attend, lease, minutes, plans, reminders, request, subscribe, sweep_all

EVERY = timedelta(seconds=0.2)

NOW = START - minutes(10)


async def use(database: Database, **buckets: timedelta) -> None:
    await database.write(
        rate_limits.charge_buckets,
        "T1",
        {{"post": POST, "channel": f"{CHANNEL}C1"}[key]: used for key, used in buckets.items()},
    )


async def first_wait(database: Database) -> timedelta:
    [first, *_] = await lease(database, NOW, request(every=EVERY.total_seconds()))
    return first.wait


async def people(database: Database) -> None:
    await plans(database, reminders("a"))
    await attend(database, "U1", "a")
    await sweep_all(database, NOW)


async def test_what_was_answered_meanwhile_puts_reminders_off(database: Database) -> None:
    await people(database)
    await use(database, post=10 * EVERY)
    await use(database, post=5 * EVERY)
    assert await first_wait(database) == 15 * EVERY


async def test_a_few_answers_take_only_what_would_be_made_up_for(database: Database, machine: MachineTime) -> None:
    await people(database)
    await use(database, post=EVERY)
    machine.forward(minutes=5)
    await use(database, post=5 * EVERY)
    assert await first_wait(database) == timedelta()


async def test_however_much_is_asked_reminders_are_put_off_by_a_minute_at_most(database: Database) -> None:
    await people(database)
    await use(database, post=10_000 * EVERY)
    await use(database, post=10_000 * EVERY)
    assert await first_wait(database) == timedelta(minutes=1)


async def test_where_people_never_stop_asking_the_channel_is_reminded_all_the_same(
    database: Database, machine: MachineTime
) -> None:
    await plans(database, reminders("a"))
    await subscribe(database, "C1")
    await sweep_all(database, NOW)
    for _ in range(60):
        await use(database, post=timedelta(), channel=4 * rate_limits.CHANNEL_INTERVAL)
        machine.forward(seconds=1)
    await use(database, post=timedelta(), channel=4 * rate_limits.CHANNEL_INTERVAL)
    assert await first_wait(database) <= rate_limits.CHANNEL_INTERVAL


async def test_an_answer_in_a_channel_puts_its_reminder_off_by_a_second(
    database: Database, machine: MachineTime
) -> None:
    await plans(database, reminders("a"))
    await subscribe(database, "C1")
    await sweep_all(database, NOW)
    await use(database, post=EVERY, channel=rate_limits.CHANNEL_INTERVAL)
    machine.forward(seconds=0.4)
    assert await first_wait(database) == timedelta(seconds=0.6)

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from bot.db.database import Database
from bot.db.sql import MAX_CLOCK_SKEW
from bot.delivery import pauses, rate_limits
from bot.delivery.leases import LeaseRequest
from bot.delivery.models import OPEN, POST
from bot.delivery.rate_limits import CHANNEL, DeliveryConfig
from tests.conftest import MachineTime
from tests.delivery.flow import START, attend, lease, minutes, plans, reminders, request, subscribe, sweep_all

EVERY = timedelta(seconds=0.2)

RESERVED_EVERY = EVERY / rate_limits.RESERVED_SHARE

NOW = START - minutes(10)

NEAR = LeaseRequest("T1", POST, "a", 50, DeliveryConfig())


async def use(database: Database, **buckets: timedelta) -> None:
    await database.write(
        rate_limits.charge_buckets,
        "T1",
        {{"post": POST, "channel": f"{CHANNEL}C1"}[key]: used for key, used in buckets.items()},
    )


async def first_wait(database: Database) -> timedelta:
    [first, *_] = await lease(database, NOW, request())
    return first.wait


async def people(database: Database, count: int = 1) -> None:
    await plans(database, reminders("a"))
    for number in range(count):
        await attend(database, f"U{number}", "a")
    await sweep_all(database, NOW)


async def test_answers_delay_reminders_until_the_rate_is_kept_again(database: Database) -> None:
    await people(database, 50)
    await use(database, post=10 * EVERY)
    await use(database, post=5 * EVERY)
    waits = [delivery.wait for delivery in await lease(database, NOW, request())]
    gaps = [later - earlier for earlier, later in pairwise(waits)]
    reserved = gaps.count(RESERVED_EVERY)
    assert gaps[:reserved] == [RESERVED_EVERY] * reserved
    assert set(gaps[reserved + 1 :]) == {EVERY}
    everything = 15 + len(waits)
    assert abs(waits[-1] - everything * EVERY) <= RESERVED_EVERY  # as if the answers had taken slots


async def test_a_few_answers_do_not_delay_a_reminder(database: Database, machine: MachineTime) -> None:
    await people(database)
    await use(database, post=EVERY)
    machine.forward(minutes=5)
    await use(database, post=5 * EVERY)
    assert await first_wait(database) == timedelta()


@pytest.mark.parametrize("answers_per_second", [1, 2.5, 4.5, 5.5, 8, 100])
async def test_reminders_keep_their_share_of_the_rate_under_any_number_of_answers(
    database: Database, machine: MachineTime, answers_per_second: float
) -> None:
    await people(database, 170)
    sent, seconds = 0, 30
    for _ in range(2 * seconds):
        await use(database, post=EVERY * answers_per_second / 2)
        sent += len(await lease(database, NOW, NEAR))
        machine.forward(seconds=0.5)
    share = max(rate_limits.RESERVED_SHARE, 1 - answers_per_second * EVERY.total_seconds())
    assert sent == pytest.approx(share * seconds / EVERY.total_seconds(), rel=0.05)


async def test_a_queue_of_many_callers_is_not_mistaken_for_a_clock_that_was_set_back(
    database: Database, machine: MachineTime
) -> None:
    slots: list[datetime] = []
    for _ in range(520):
        while (wait := await database.write(rate_limits.take_slot, "T1", OPEN, timedelta(seconds=1.2))) is None:
            machine.forward(seconds=30)
        slots.append(machine.now + wait)
    assert min(later - earlier for earlier, later in pairwise(slots)) == timedelta(seconds=1.2)


async def test_a_channel_gets_its_reminder_under_constant_questions(database: Database, machine: MachineTime) -> None:
    await plans(database, reminders("a"))
    await subscribe(database, "C1")
    await sweep_all(database, NOW)
    for _ in range(60):
        await use(database, post=timedelta(), channel=4 * rate_limits.CHANNEL_INTERVAL)
        machine.forward(seconds=1)
    await use(database, post=timedelta(), channel=4 * rate_limits.CHANNEL_INTERVAL)
    assert await first_wait(database) <= rate_limits.CHANNEL_INTERVAL


async def test_a_channel_gets_its_reminder_one_second_after_an_answer(database: Database, machine: MachineTime) -> None:
    await plans(database, reminders("a"))
    await subscribe(database, "C1")
    await sweep_all(database, NOW)
    await use(database, post=EVERY, channel=rate_limits.CHANNEL_INTERVAL)
    machine.forward(seconds=0.4)
    assert await first_wait(database) == timedelta(seconds=0.6)


async def test_channels_in_which_people_asked_are_charged_together(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[int] = []

    async def counted(*slots: Any) -> None:
        written.append(len(slots[-1]))
        await set_next_slots(*slots)

    set_next_slots = rate_limits.set_next_slots
    monkeypatch.setattr(rate_limits, "set_next_slots", counted)
    await database.write(rate_limits.charge_buckets, "T1", {f"{CHANNEL}C{number}": EVERY for number in range(9)})
    assert written == [9]


BEFORE_THE_CLOCK_WAS_PUT_BACK = 2 * MAX_CLOCK_SKEW.total_seconds()  # no pause is that long


@pytest.mark.parametrize(("seconds", "holds"), [(60, True), (-60, False), (BEFORE_THE_CLOCK_WAS_PUT_BACK, False)])
async def test_a_method_is_paused_exactly_while_its_pause_is_listed(
    database: Database, seconds: float, holds: bool
) -> None:
    await database.write(pauses.pause, "T1", POST, "rate limited", seconds=seconds)
    assert (POST in await database.read(pauses.active_pauses, "T1")) == holds
    assert await database.read(pauses.may_call, "T1", POST) != holds

"""A worker that looks for work only every hour, so that in these tests something has to wake it."""

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert, select

from bot.app import workspace_manager
from bot.db.database import Transaction
from bot.db.tables import PACING, SEEN
from bot.delivery import worker
from bot.delivery.models import POST
from bot.schedule.models import Schedule
from tests.delivery import flow
from tests.delivery.conftest import BotProcess, Day
from tests.fake_slack import faults
from tests.schedules import london

HOUR_S = 3600.0

WRITTEN_WITHIN_S = 5.0


async def _start(day: Day, qcon: Schedule) -> BotProcess:
    return await day.start_process(qcon, idle_tick_s=HOUR_S)


async def test_the_next_due_reminder_wakes_the_worker(day: Day, qcon: Schedule) -> None:
    await _start(day, qcon)
    await day.remind()
    day.jump("10:24:57")
    assert day.slack.deliveries() == []
    assert len(await day.arrived(1, within_s=30)) == 1


async def test_attendees_whose_direct_messages_must_be_opened_are_reminded_too(day: Day, qcon: Schedule) -> None:
    await _start(day, qcon)
    for person in day.slack.add_people(2):
        await day.attend(person, "complex-event-flows")
    day.jump("10:25")
    assert len(await day.arrived(2, within_s=30)) == 2


async def test_a_post_with_an_unknown_outcome_is_looked_up_in_slack(day: Day, qcon: Schedule) -> None:
    await _start(day, qcon)
    await day.remind()
    day.slack.faults.add(faults.reset("chat.postMessage", lands=True))
    day.jump("10:25")
    await day.arrived()
    assert await day.settled(within_s=30) == ["sent"]
    assert day.slack.journal.duplicates() == {}


async def test_a_late_subscription_gets_no_reminder_of_a_talk_that_is_over(day: Day, qcon: Schedule) -> None:
    await _start(day, qcon)
    day.jump("13:00")
    await day.crash()
    process = await _start(day, qcon)
    await day.remind()
    day.wake()
    await process.reminders.run_once()
    assert await process.database.read(flow.states) == []


async def test_a_short_visit_deletes_old_rows(day: Day, qcon: Schedule, monkeypatch: pytest.MonkeyPatch) -> None:
    assert worker.VISIT_CLEANUP_S < workspace_manager.VISIT_S / 2
    monkeypatch.setattr(worker, "VISIT_CLEANUP_S", 0.5)
    process = await _start(day, qcon)
    old = day.clock.real_now() - timedelta(days=400)

    async def remember(tx: Transaction) -> None:
        await tx.execute(insert(SEEN).values(key="old", first_by="somebody", at=old))

    async def keys(tx: Transaction) -> list[str]:
        return list((await tx.execute(select(SEEN.c.key))).scalars())

    await process.database.write(remember)
    async with asyncio.timeout(60):
        while await process.database.read(keys):  # noqa: ASYNC110
            await asyncio.sleep(0.2)


async def test_the_worker_knows_when_its_next_work_is_due(day: Day, qcon: Schedule) -> None:
    process = await _start(day, qcon)
    await process.reminders.run_once()
    assert await _next_work(day, process) >= london("18:00")  # the evening message
    await day.remind()
    assert await _next_work(day, process) == london("10:10")  # a quarter of an hour before the reminder
    day.jump("10:12")
    await process.reminders.run_once()
    assert await _next_work(day, process) == london("10:10")


async def _next_work(day: Day, process: BotProcess) -> datetime:
    moment = await process.reminders.next_work_at()
    assert moment is not None
    conference_time = day.clock.conference_at(moment)
    return (conference_time + timedelta(seconds=0.5)).replace(microsecond=0)


async def test_answers_count_against_the_rate_also_while_nothing_is_due(day: Day, qcon: Schedule) -> None:
    process = await _start(day, qcon)
    await process.reminders.run_once()
    while process.reminders.is_busy:
        await process.reminders.run_once()
    process.reminders.foreground.record_call(POST, day.channel())
    await process.reminders.run_once()

    async def charged(tx: Transaction) -> set[str]:
        return set((await tx.execute(select(PACING.c.bucket))).scalars())

    async with asyncio.timeout(WRITTEN_WITHIN_S):  # another sweep may have taken the call, and be writing it
        while POST not in await process.database.read(charged):  # noqa: ASYNC110  # the database tells nobody
            await asyncio.sleep(0.05)

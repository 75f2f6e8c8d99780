import asyncio
import time
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy.exc import TimeoutError as NoConnectionError

from bot.db.database import Database, Transaction
from bot.delivery import leases
from bot.delivery.leases import LeasedDelivery, LeaseRequest
from bot.fake_slack.workspace import SlackMessage
from bot.schedule.models import Schedule
from tests.delivery import flow
from tests.delivery.conftest import Day
from tests.fake_slack import faults
from tests.schedules import a_room, a_schedule, a_speaker, a_talk


async def test_a_channel_is_reminded_ten_minutes_before_a_talk(day: Day, qcon: Schedule) -> None:
    await day.start_process(qcon)
    await day.remind()
    day.jump("10:25")
    [message] = await day.arrived()
    assert message.channel == day.channel()
    assert message.text.startswith(
        "Starts at *10:35 · Fleming, 3rd floor* · Complex Event Flows in Distributed Systems"
    )
    assert "Bernd Ruecker" in message.text


async def test_no_reminder_is_sent_early_or_after_the_talk(day: Day, qcon: Schedule) -> None:
    await day.start_process(qcon)
    day.jump("10:24:30")
    await day.remind()
    day.jump("12:00")
    await day.arrived(0)
    assert day.slack.deliveries() == []


async def test_several_processes_send_each_reminder_once(day: Day, qcon: Schedule) -> None:
    for _ in range(3):
        await day.start_process(qcon)
    await day.remind()
    await day.attend("U0AMARA001", "complex-event-flows")
    day.jump("10:26")
    await day.arrived(2)
    day.jump("10:39")
    assert len(await day.arrived(2)) == 2
    assert day.slack.journal.duplicates() == {}


async def test_a_rate_limited_reminder_is_sent_later(day: Day, qcon: Schedule) -> None:
    await day.start_process(qcon)
    await day.remind()
    day.slack.faults.add(faults.rate_limited("chat.postMessage", retry_after=1))
    day.jump("10:25")
    assert len(await day.arrived()) == 1


async def test_a_post_that_landed_without_an_answer_is_not_repeated(day: Day, qcon: Schedule) -> None:
    await day.start_process(qcon)
    await day.remind()
    day.slack.faults.add(faults.reset("chat.postMessage", lands=True))
    day.jump("10:25")
    await day.arrived()
    assert await day.settled() == ["sent"]
    assert day.slack.journal.calls["conversations.history"] == 1
    assert day.slack.journal.duplicates() == {}


async def test_a_post_that_did_not_land_is_repeated_once_that_is_certain(day: Day, qcon: Schedule) -> None:
    await day.start_process(qcon)
    await day.remind()
    day.slack.faults.add(faults.reset("chat.postMessage", lands=False))
    day.jump("10:25")
    await day.arrived()
    assert day.slack.journal.calls["conversations.history"] == 2  # around the post, and further back


async def test_one_short_page_of_history_is_enough_in_a_busy_channel(day: Day, qcon: Schedule) -> None:
    day.slack.workspace.history_page = 15
    await day.start_process(qcon)
    await day.remind()
    hour_ago = day.clock.real_now().timestamp() - 3600
    general = day.slack.workspace.conversation("general")
    for number in range(100):
        ts = f"{hour_ago + number:.6f}"
        general.messages[ts] = SlackMessage(ts=ts, channel=general.id, user="U1", text="hello", at=day.clock.real_now())
    day.slack.faults.add(faults.reset("chat.postMessage", lands=True))
    day.jump("10:25")
    assert await day.settled_with("sent", within_s=30) == ["sent"]
    assert day.slack.journal.calls["conversations.history"] == 1


async def test_parallel_talks_share_a_message_of_eight_lines(day: Day) -> None:
    talks = [a_talk(f"Talk {n}", room=a_room(f"Room {n:02}"), speakers=(a_speaker(f"Ada {n}"),)) for n in range(12)]
    await day.start_process(a_schedule(*talks))
    await day.remind()
    day.jump("10:25")
    [message] = await day.arrived()
    assert message.text.count("*10:35") == 8
    assert "and 4 more" in message.text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_stop_gives_back_a_lease_that_is_just_being_taken(
    day: Day, qcon: Schedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    lease_deliveries, taken, loop = leases.lease_deliveries, asyncio.Event(), asyncio.get_running_loop()

    async def slowly(tx: Transaction, request: LeaseRequest, now: datetime) -> list[LeasedDelivery]:
        leased = await lease_deliveries(tx, request, now)
        if leased:
            loop.call_soon_threadsafe(taken.set)
            time.sleep(0.3)  # SQLite's transactions run in threads  # noqa: ASYNC251
        return leased

    monkeypatch.setattr(leases, "lease_deliveries", slowly)
    await day.start_process(qcon)
    await day.remind()
    day.jump("10:25")
    await taken.wait()
    await day.crash()
    database = Database(day.database_url, day.clock.real_now)
    assert await database.read(flow.states) == ["pending"]
    assert day.slack.deliveries() == []
    await database.close()


async def test_a_reminder_whose_recheck_found_no_free_connection_is_sent_before_its_lease_ends(
    day: Day, qcon: Schedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    recheck, refused = leases.recheck, [NoConnectionError(), NoConnectionError()]

    async def recheck_later(*arguments: Any) -> Any:
        if refused:
            raise refused.pop()
        return await recheck(*arguments)

    monkeypatch.setattr(leases, "recheck", recheck_later)
    process = await day.start_process(qcon)
    await day.remind()
    day.jump("10:26")
    assert len(await day.arrived(1, within_s=30)) == 1
    assert refused == []
    assert "its process stopped responding" not in await process.database.read(flow.reasons)

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.delivery import broadcasts, direct_messages, pauses, recipients_repository
from bot.delivery.broadcasts import Announcement, AnnouncementAudience
from bot.delivery.recipients_repository import Preferences
from bot.schedule.models import Schedule
from bot.settings import Settings
from tests.delivery.conftest import SETTINGS, BotProcess, Day
from tests.fake_slack import faults
from tests.schedules import a_schedule, a_talk, london

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)

AMARA, KENJI, OLIVIA = "U0AMARA001", "U0KENJI001", "U0ORGANISE"

WITH_ORGANISER: Settings = replace(SETTINGS, organisers=(OLIVIA,))


def alerts(day: Day) -> list[str]:
    with_olivia = day.slack.workspace.direct(day.slack.workspace.bot.id, OLIVIA)
    return [message.text for message in with_olivia.messages.values()]


@pytest.mark.parametrize("error", ["channel_not_found", "is_archived", "not_in_channel"])
async def test_a_channel_that_is_gone_loses_its_subscription_and_organisers_are_told_once(day: Day, error: str) -> None:
    process = await day.start_process(a_schedule(a_talk("A"), a_talk("B", "11:50")), WITH_ORGANISER)
    await day.remind()
    day.slack.faults.add(
        faults.Fault("chat.postMessage", None, day.channel(), lands=False, response="error", error=error)
    )
    day.jump("10:26")
    assert await day.settled_with("sent") == ["dead", "sent"]
    assert await process.database.read(recipients_repository.subscriptions_of_workspace, day.workspace) == ()
    day.jump("11:45")
    assert await day.settled() == ["dead", "sent"]
    [alert] = alerts(day)
    assert f"<#{day.channel()}> are off" in alert
    assert error in alert


async def test_people_who_are_gone_get_no_more_messages_and_organisers_get_one_alert(day: Day, qcon: Schedule) -> None:
    process = await day.start_process(qcon, WITH_ORGANISER)
    for person in (AMARA, KENJI):
        await day.attend(person, "complex-event-flows", "infrastructure-code")
        all_on = Preferences(reminded=True, catch_up=True)  # without the digest, which is due as well
        await process.database.write(recipients_repository.save_preferences, day.workspace, person, all_on)
        there = day.slack.workspace.direct(day.slack.workspace.bot.id, person).id
        day.slack.faults.add(
            faults.Fault("chat.postMessage", None, there, lands=False, response="error", error="user_disabled")
        )
    to_all = AnnouncementAudience(everyone=True)
    lunch = Announcement("a1", day.workspace, "Lunch is served.", to_all, OLIVIA, london("12:30"), london("14:00"))
    assert await process.database.write(broadcasts.announce, lunch) == 2
    day.jump("10:26")
    assert await day.settled_with("sent") == ["cancelled", "cancelled", "dead", "dead", "sent"]
    assert (await process.database.read(broadcasts.count_recipients, day.workspace, to_all)).size == 0
    chosen = await process.database.read(recipients_repository.preferences, day.workspace, AMARA)
    assert chosen is not None
    assert not chosen.wants_messages
    [alert] = alerts(day)
    assert "turned off messages to some people" in alert
    assert "user_disabled" in alert


async def test_a_message_that_slack_refuses_affects_no_other_message(day: Day, qcon: Schedule) -> None:
    process = await day.start_process(qcon, WITH_ORGANISER)
    await day.remind()
    day.slack.faults.add(faults.refused("chat.postMessage", "msg_blocks_too_long"))
    day.jump("10:26")
    assert await day.settled_with("sent") == ["dead", "sent"]
    assert len(await process.database.read(recipients_repository.subscriptions_of_workspace, day.workspace)) == 1
    assert "Slack refused one of my messages" in alerts(day)[0]


@pytest.mark.parametrize("method", ["chat.postMessage", "conversations.open"])
async def test_a_revoked_token_stops_everything_until_the_next_start_and_loses_nothing(
    day: Day, qcon: Schedule, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(direct_messages, "RETRY_DELAY", timedelta(seconds=2))
    process = await day.start_process(qcon)
    await day.remind()
    await day.attend(AMARA, "complex-event-flows")
    day.slack.faults.add(faults.refused(method, "token_revoked", times=1 if method == "conversations.open" else None))
    day.jump("10:26")
    await _until_stopped(process, day)
    day.slack.faults.clear()
    again = await day.start_process(qcon)
    assert await again.database.read(pauses.active_pauses, day.workspace) == {}
    assert len(await day.arrived(2, within_s=15)) == 2


async def test_a_refused_token_is_tried_again_after_an_hour(day: Day, qcon: Schedule) -> None:
    process = await day.start_process(qcon)
    await day.remind()
    day.slack.faults.add(faults.refused("chat.postMessage", "token_revoked", times=None))
    day.jump("10:26")
    await _until_stopped(process, day)
    [token] = [part for part in process.supervisor.parts if part.name == "token"]
    assert token.next_interval_s == timedelta(hours=1).total_seconds()
    token.begin_after(0)  # as if the hour was over
    async with asyncio.timeout(30):
        while day.slack.faults.hit_count() < 2:  # noqa: ASYNC110  # it was tried, and refused again
            await asyncio.sleep(0.05)
    await _until_stopped(process, day)
    day.slack.faults.clear()
    token.begin_after(0)
    assert len(await day.arrived(1, within_s=30)) == 1


async def _until_stopped(process: BotProcess, day: Day) -> None:
    stop = {pauses.STOPPED: "token_revoked"}
    async with asyncio.timeout(30):
        while await process.database.read(pauses.active_pauses, day.workspace) != stop:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def test_a_conversation_that_refuses_posts_affects_no_other_conversation(day: Day, qcon: Schedule) -> None:
    process = await day.start_process(qcon)
    await day.remind()
    await day.attend(AMARA, "complex-event-flows")
    day.slack.faults.add(
        replace(faults.refused("chat.postMessage", "no_permission", times=None), channel=day.channel())
    )
    day.jump("10:26")
    await day.arrived()
    assert await day.settled() == ["dead", "sent"]
    assert await process.database.read(pauses.active_pauses, day.workspace) == {}


async def test_a_due_delivery_waits_while_sending_is_paused(day: Day, qcon: Schedule) -> None:
    process = await day.start_process(qcon)
    await day.remind()
    await process.control.set_paused(day.workspace, OLIVIA, paused=True)
    await process.control.set_paused(day.workspace, OLIVIA, paused=True)
    day.jump("10:26")
    assert await day.settled_with("pending") == ["pending"]
    await process.control.set_paused(day.workspace, OLIVIA, paused=False)
    assert len(await day.arrived()) == 1


async def test_a_rate_limited_history_is_not_read_again_before_the_limit_ends(day: Day, qcon: Schedule) -> None:
    await day.start_process(qcon)
    await day.remind()
    for person in (AMARA, KENJI):
        await day.attend(person, "complex-event-flows")
    day.slack.faults.add(faults.reset("chat.postMessage", times=3, lands=True))
    day.slack.faults.add(faults.rate_limited("conversations.history", times=1, retry_after=2))
    day.jump("10:26")
    await day.arrived(3)
    assert await day.settled(within_s=15) == ["sent"] * 3
    assert day.slack.journal.duplicates() == {}
    assert day.slack.journal.calls["conversations.history"] == 4

"""Alerts to organisers: conditions that open and close, and every change with who is notified and what is in conflict."""

import asyncio
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from bot.db.database import Transaction
from bot.delivery.organiser_alerts import OrganiserAlerts
from bot.schedule.overrides import override_of
from bot.settings import Settings
from tests.delivery.conftest import SETTINGS, BotProcess, Day
from tests.fake_slack import faults
from tests.schedules import a_room, a_schedule, a_talk

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)

AMARA, KENJI, OLIVIA = "U0AMARA001", "U0KENJI001", "U0ORGANISE"

FLOWS, OTHER = a_talk("Flows"), a_talk("Other", "11:50")

SCHEDULE = a_schedule(FLOWS, OTHER)

IN_WHITTLE = override_of(FLOWS, room="Whittle")


def settings(day: Day) -> Settings:
    team = day.slack.workspace.add_conversation("organisers", "private", [OLIVIA, day.slack.workspace.bot.id])
    return replace(SETTINGS, organisers_channel=team.id)


async def alerts(day: Day, count: int = 1) -> list[str]:
    """The texts in the organisers' channel, once there are `count`."""
    team = day.slack.workspace.conversation("organisers")
    await day.slack.workspace.wait_until(lambda: len(team.messages) >= count)
    return [message.text for message in team.messages.values()]


async def move_to_whittle(process: BotProcess) -> None:
    await process.conference.apply([IN_WHITTLE], "moved to Whittle", OLIVIA, on=process.conference.current)
    process.reminders.wake()


async def test_a_new_version_is_summed_up_with_the_number_of_people_and_channels_notified(day: Day) -> None:
    process = await day.start_process(SCHEDULE, settings(day))
    await day.remind()
    await day.attend(AMARA, "flows")
    await day.attend(KENJI, "flows", "other")
    await process.conference.publish_source(a_schedule(a_talk("Flows", "10:40")))
    day.wake()
    [summary] = await alerts(day)
    assert summary == (
        "Revision 2, from the schedule's source: 1 moved, 1 cancelled. 2 people and 1 channel are notified."
    )
    assert await day.settled() == ["sent"] * 4


async def test_the_summary_of_an_override_names_its_organiser(day: Day) -> None:
    process = await day.start_process(SCHEDULE, settings(day))
    await move_to_whittle(process)
    [summary] = await alerts(day)
    assert summary == f"Revision 2, by <@{OLIVIA}> (moved to Whittle): 1 moved. Nobody is notified."


async def test_a_version_with_other_details_only_is_no_news_and_one_with_another_time_zone_is(day: Day) -> None:
    process = await day.start_process(SCHEDULE, settings(day))
    detailed = a_schedule(replace(FLOWS, abstract="At last."), OTHER)
    await process.conference.publish_source(detailed)
    in_paris = replace(SCHEDULE.conference, timezone=ZoneInfo("Europe/Paris"))
    await process.conference.publish_source(replace(detailed, conference=in_paris))
    assert await alerts(day) == [
        "Revision 3, from the schedule's source: the time zone is now Europe/Paris (was Europe/London). "
        "Nobody is notified."
    ]


async def test_the_summary_names_an_override_that_the_source_contradicts(day: Day) -> None:
    process = await day.start_process(SCHEDULE, settings(day))
    await move_to_whittle(process)
    await process.conference.publish_source(a_schedule(replace(FLOWS, room=a_room("Turing")), OTHER))
    [_, summary] = await alerts(day, 2)
    assert "_Flows_ (room). Your change stays until you undo it (“moved to Whittle”)" in summary


async def test_the_first_revision_and_a_restart_send_no_alert(day: Day) -> None:
    process = await day.start_process(SCHEDULE, settings(day))
    await process.conference.publish_source(SCHEDULE)
    await day.start_process(SCHEDULE)
    day.jump("10:05")
    assert await day.settled() == []


REJECTED = ("schedule", "In the new version of schedule.yaml, 3 of 5 talks are gone.", 7)


async def test_an_open_alert_is_sent_once_although_two_processes_set_it_again(day: Day) -> None:
    same = settings(day)
    processes = [await day.start_process(SCHEDULE, same) for _ in range(2)]
    for process in processes * 3:
        await process.reminders.set_source_alert(*REJECTED)
    assert len(await alerts(day)) == 1
    assert await day.settled() == ["sent"]


async def test_processes_that_open_an_alert_at_the_same_time_send_it_once(day: Day) -> None:
    same = settings(day)
    processes = [await day.start_process(SCHEDULE, same) for _ in range(2)]
    await asyncio.gather(*(process.reminders.set_source_alert(*REJECTED) for process in processes * 4))
    assert len(await alerts(day)) == 1
    assert await day.settled(within_s=30) == ["sent"]


async def test_an_alert_that_opens_again_is_sent_again_on_the_same_day(day: Day) -> None:
    process = await day.start_process(SCHEDULE, settings(day))
    for _ in range(2):
        await process.reminders.set_source_alert(*REJECTED)
        await process.reminders.set_source_alert("schedule", "")
    first, second = await alerts(day, 2)
    assert first == second
    assert await day.settled() == ["sent", "sent"]


async def test_an_open_alert_is_sent_again_when_it_changes(day: Day) -> None:
    process = await day.start_process(SCHEDULE, settings(day))
    subject, text, number = REJECTED
    for usable in (number, number + 1, number + 1):
        await process.reminders.set_source_alert(subject, text, usable)
    assert len(await alerts(day, 2)) == 2
    assert await day.settled() == ["sent", "sent"]


async def test_an_alert_that_was_rolled_back_is_sent_when_it_is_set_again(day: Day) -> None:
    process = await day.start_process(SCHEDULE, settings(day))
    organisers = OrganiserAlerts.from_settings(settings(day), day.workspace)

    async def fails(tx: Transaction) -> None:
        await organisers.open(tx, day.clock.conference_now(), "schedule", {"what": "schedule"})
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await process.database.write(fails)
    await process.reminders.set_source_alert(*REJECTED)
    assert len(await alerts(day)) == 1


async def test_a_channel_that_is_lost_twice_in_a_day_causes_two_alerts(day: Day) -> None:
    await day.start_process(a_schedule(FLOWS, a_talk("Later", "11:50")), settings(day))
    for moment in ("10:26", "11:41"):
        await day.remind()
        day.slack.faults.add(faults.Fault("chat.postMessage", 1, day.channel(), response="error", error="is_archived"))
        day.jump(moment)
        await day.settled_with("dead")
    first, second = await alerts(day, 2)
    assert first == second
    assert "are off" in first

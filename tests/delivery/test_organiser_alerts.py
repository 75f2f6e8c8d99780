"""Alerts to organisers about every change: what changed, who is notified, and conflicts with the source."""

from dataclasses import replace

import pytest

from bot.schedule.overrides import override_of
from bot.settings import Settings
from tests.delivery.conftest import SETTINGS, BotProcess, Day
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


async def test_a_new_version_is_summed_up_with_who_is_told(day: Day) -> None:
    process = await day.start_process(SCHEDULE, settings(day))
    await day.remind()
    await day.attend(AMARA, "flows")
    await day.attend(KENJI, "flows", "other")
    await process.conference.publish_source(a_schedule(a_talk("Flows", "10:40")))
    day.wake()
    [summary] = await alerts(day)
    assert summary == ("Revision 2, from the schedule's source: 1 moved, 1 cancelled. 2 people and 1 channel are told.")
    assert await day.settled() == ["sent"] * 4


async def test_an_amendment_names_who_made_it(day: Day) -> None:
    process = await day.start_process(SCHEDULE, settings(day))
    await move_to_whittle(process)
    [summary] = await alerts(day)
    assert summary == f"Revision 2, by <@{OLIVIA}> (moved to Whittle): 1 moved. Nobody is told."


async def test_what_concerns_nobody_is_summed_up_too(day: Day) -> None:
    process = await day.start_process(SCHEDULE, settings(day))
    await process.conference.publish_source(a_schedule(replace(FLOWS, abstract="At last."), OTHER))
    day.wake()
    assert await alerts(day) == ["Revision 2, from the schedule's source: only details. Nobody is told."]


async def test_where_the_source_disputes_an_amendment_that_is_told_with_its_name(day: Day) -> None:
    process = await day.start_process(SCHEDULE, settings(day))
    await move_to_whittle(process)
    await process.conference.publish_source(a_schedule(replace(FLOWS, room=a_room("Turing")), OTHER))
    [_, summary] = await alerts(day, 2)
    assert "another room for _Flows_; yours stays (“moved to Whittle”)" in summary


async def test_the_first_revision_and_a_restart_are_no_news(day: Day) -> None:
    process = await day.start_process(SCHEDULE, settings(day))
    await process.conference.publish_source(SCHEDULE)
    await day.start_process(SCHEDULE)
    day.jump("10:05")
    assert await day.settled() == []

"""Reminders over real connections, from turning them on to the message that arrives."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.clock import SimulatedClock
from bot.db.database import Transaction
from bot.db.tables import PACING
from bot.fake_slack.choices import find_element
from bot.live_schedule import clock_repository
from tests.end_to_end.conftest import World, bot_in
from tests.fake_slack.person import Person
from tests.fake_slack.server import SlackForTests
from tests.steps import turn_on_reminders

AFTER_THE_FIRST_IS_DUE = datetime(2019, 3, 5, 10, 25, 1, tzinfo=UTC)

JUST_BEFORE_THE_SECOND_IS_DUE = datetime(2019, 3, 5, 11, 39, tzinfo=UTC)

AFTER_THE_SECOND_IS_DUE = datetime(2019, 3, 5, 11, 40, 1, tzinfo=UTC)


async def test_turning_on_reminders_shows_a_preview_first_and_then_tells_the_channel(world: World) -> None:
    preview = await world.organiser.ask("/qcon remind here")
    assert "5 posts on Tue 5 March, the first at 10:25" in preview.text
    assert preview not in world.attendee.reads("general")
    await world.organiser.click(preview, "remind-on")
    notice = await world.attendee.sees("general", "turned on reminders here")
    assert "remind here off" in notice.text


async def test_a_reminder_appears_before_the_talk(world: World) -> None:
    await turn_on_reminders(world.organiser)
    await world.bot.set_time(AFTER_THE_FIRST_IS_DUE, 1)
    reminder = await world.attendee.sees("general", "Complex Event Flows")
    assert (
        reminder.text
        == "Starts at *10:35 · Fleming, 3rd floor* · Complex Event Flows in Distributed Systems · Bernd Ruecker"
    )
    await world.attendee.click(reminder, "details")
    assert "peer-to-peer event chains" in str((await world.attendee.sees_modal("Session")).payload)


async def test_only_organisers_turn_reminders_on_and_off(world: World) -> None:
    for command in ("/qcon remind here", "/qcon remind here off"):
        answer = await world.attendee.ask(command)
        assert "Only organisers can do this" in answer.text


async def test_turning_on_again_changes_nothing_and_stays_private(world: World) -> None:
    await turn_on_reminders(world.organiser)
    again = await world.organiser.ask("/qcon remind here")
    await world.organiser.click(again, "remind-on")
    await world.organiser.sees("general", "These reminders are already on.")
    notice = [message for message in world.attendee.reads("general") if "turned on reminders" in message.text]
    assert len(notice) == 1


async def test_a_channel_that_turned_reminders_off_gets_none(world: World) -> None:
    await turn_on_reminders(world.organiser)
    assert "Reminders are off in this channel." in (await world.organiser.ask("/qcon remind here off")).text
    await world.bot.set_time(AFTER_THE_FIRST_IS_DUE, 1)
    answer = await world.attendee.ask("/qcon remind list")
    assert "No channel has reminders yet" in answer.text
    assert not world.slack.deliveries()


async def test_an_organiser_pauses_and_resumes_all_sending_with_a_button(world: World) -> None:
    await turn_on_reminders(world.organiser)
    listed = await world.organiser.ask("/qcon remind list")
    _, button = find_element(listed.blocks, "pause")
    assert button["confirm"]["title"]["text"] == "Pause all sending?"
    await world.organiser.click(listed, "pause")
    paused = await world.organiser.sees("general", "All sending is paused")
    assert find_element(paused.blocks, "resume")[1]["text"]["text"] == "Resume sending"
    await world.bot.set_time(AFTER_THE_FIRST_IS_DUE, 1)
    assert not world.slack.deliveries()
    await world.organiser.click(paused, "resume")
    await world.attendee.sees("general", "*10:35 ·")


async def test_an_attendee_cannot_pause_anything(world: World) -> None:
    answer = await world.attendee.ask("/qcon remind list")
    assert not any(block["type"] == "actions" for block in answer.blocks)


async def test_the_bot_asks_to_be_invited_to_a_channel_where_it_is_no_member(world: World) -> None:
    answer = await world.organiser.ask("/qcon remind here", "random")
    assert "/invite" in answer.text


async def test_reminders_for_an_unknown_room_are_answered_with_the_known_rooms(world: World) -> None:
    answer = await world.organiser.ask("/qcon remind here room Churchill")
    assert answer.text == "There's no room called “churchill”. Which one: Fleming?"


async def test_a_saved_talk_is_reminded_of_in_a_direct_message_with_a_settings_button(world: World) -> None:
    answer = await world.attendee.ask("/qcon save Complex Event Flows in Distributed Systems")
    assert "10 minutes before" in answer.text
    await world.bot.set_time(AFTER_THE_FIRST_IS_DUE, 1)
    reminder = await world.attendee.sees("@", "Complex Event Flows")
    await world.attendee.click(reminder, "settings")
    assert "Your settings" in (await world.attendee.sees("@", "Your settings")).text


async def test_an_answer_takes_a_slot_of_its_channel_and_of_the_workspace(world: World) -> None:
    world.attendee.say("general", "@qcon who talks about Terraform?")
    answer = await world.organiser.sees("general", "Brikman")
    async with asyncio.timeout(5):
        while not (taken := await world.bot.database.read(_buckets)):  # noqa: ASYNC110  # the database tells nobody
            await asyncio.sleep(0.05)
    assert taken == {"chat.postMessage", f"channel:{answer.channel}"}


async def _buckets(tx: Transaction) -> set[str]:
    return set((await tx.execute(select(PACING.c.bucket))).scalars())


async def test_a_restart_neither_repeats_nor_loses_a_reminder(tmp_path: Path) -> None:
    async with SlackForTests.serving() as slack:
        async with bot_in(slack, tmp_path) as world:
            await turn_on_reminders(world.organiser)
            await world.bot.set_time(AFTER_THE_FIRST_IS_DUE, 1)
            await world.attendee.sees("general", "*10:35 ·")
            await world.bot.set_time(JUST_BEFORE_THE_SECOND_IS_DUE, 1)
        async with bot_in(slack, tmp_path) as world:
            await world.bot.set_time(AFTER_THE_SECOND_IS_DUE, 1)
            await world.attendee.sees("general", "*11:50 ·")
            assert [message.text.removeprefix("Starts at ")[:8] for message in slack.deliveries()] == [
                "*10:35 ·",
                "*11:50 ·",
            ]


async def test_a_reminder_missed_while_down_still_comes_if_useful(tmp_path: Path) -> None:
    async with SlackForTests.serving() as slack:
        async with bot_in(slack, tmp_path) as world:
            await turn_on_reminders(world.organiser)
            await world.bot.database.write(
                clock_repository.set_clock_anchor,
                SimulatedClock(world.bot.clock.real_now(), AFTER_THE_SECOND_IS_DUE, 1),
            )
        async with bot_in(slack, tmp_path) as world:
            await world.attendee.sees("general", "*11:50 ·")
            assert [message.text.removeprefix("Starts at ")[:8] for message in slack.deliveries()] == [
                "*11:50 ·"
            ]  # the reminder of 10:35 is no longer useful


@pytest.mark.parametrize("words", ["agenda", "settings", "unsave nothing"])
async def test_personal_commands_answer_an_attendee_who_has_never_saved_a_talk(world: World, words: str) -> None:
    answer = await world.attendee.ask(f"/qcon {words}")
    assert answer.only_to == world.attendee.id


async def test_the_members_of_the_organisers_channel_are_organisers(tmp_path: Path) -> None:
    async with SlackForTests.serving() as slack:
        amara, bot_user = slack.person("amara"), slack.workspace.bot.id
        team = slack.workspace.add_conversation("organisers", "private", [amara.id, bot_user])
        async with bot_in(slack, tmp_path, organisers_channel=team.id):
            assert "5 posts" in (await amara.ask("/qcon remind here")).text
            assert "Only organisers" in (await slack.person("kenji").ask("/qcon remind here")).text


async def test_organiser_rights_begin_and_end_with_channel_membership_or_admin_status(tmp_path: Path) -> None:
    async with SlackForTests.serving() as slack:
        amara, bot_user = slack.person("amara"), slack.workspace.bot.id
        team = slack.workspace.add_conversation("organisers", "private", [bot_user])
        async with bot_in(slack, tmp_path, organisers_channel=team.id) as world:
            assert not await _organises(amara)
            slack.workspace.join(team, amara.id)
            assert await _organises(amara)
            slack.workspace.leave(team, amara.id)
            assert not await _organises(amara)
            amara.user.is_admin = True
            assert await _organises(amara)
            amara.user.is_admin = False
            assert not await _organises(amara)
            assert await _organises(world.organiser)


async def test_the_members_of_a_public_channel_are_no_organisers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with SlackForTests.serving() as slack:
        amara, bot_user = slack.person("amara"), slack.workspace.bot.id
        team = slack.workspace.add_conversation("organisers", "public", [amara.id, bot_user])
        async with bot_in(slack, tmp_path, organisers_channel=team.id) as world:
            logged = ""
            async with asyncio.timeout(30):
                while "does not count" not in logged:  # the start does not wait for it
                    await asyncio.sleep(0.05)
                    logged += "".join(capsys.readouterr())
            assert not await _organises(amara)
            assert await _organises(world.organiser)
            team.kind = "private"
            assert await _organises(amara)
            team.kind = "public"
            assert not await _organises(amara)


async def test_admins_are_organisers_even_if_the_bot_cannot_see_the_organisers_channel(tmp_path: Path) -> None:
    async with SlackForTests.serving() as slack:
        amara = slack.person("amara")
        team = slack.workspace.add_conversation("organisers", "private", [amara.id])
        async with bot_in(slack, tmp_path, organisers_channel=team.id) as world:
            assert not await _organises(amara)
            assert await _organises(world.organiser)


async def test_people_of_other_workspaces_are_no_organisers(tmp_path: Path) -> None:
    async with SlackForTests.serving() as slack:
        amara, bot_user = slack.person("amara"), slack.workspace.bot.id
        team = slack.workspace.add_conversation("organisers", "private", [amara.id, bot_user])
        async with bot_in(slack, tmp_path, organisers_channel=team.id):
            assert await _organises(amara)
            amara.user.other_team = "T0OTHER"
            assert not await _organises(amara)
            amara.user.is_admin = True  # there, not here
            assert not await _organises(amara)


async def _organises(person: Person) -> bool:
    """Tell whether the person may do what only organisers may."""
    return "Only organisers" not in (await person.ask("/qcon remind here")).text

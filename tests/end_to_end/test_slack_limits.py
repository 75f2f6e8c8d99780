"""The bot at Slack's limits: rate limits, used-up response URLs, threads, channels that it cannot post to."""

import asyncio
from itertools import pairwise

import pytest

from bot.fake_slack.block_kit import elements_of
from bot.fake_slack.views import RESPONSE_USES
from bot.fake_slack.workspace import SlackMessage
from tests.end_to_end.conftest import World
from tests.fake_slack import faults


def _public(world: World) -> list[SlackMessage]:
    """Everything that the bot showed to everyone in #general."""
    return [message for message in world.organiser.reads("general") if message.from_app and not message.only_to]


async def test_an_answer_that_slack_refuses_with_429_is_posted_after_the_wait(world: World) -> None:
    world.slack.faults.add(faults.rate_limited("chat.postMessage", times=2, retry_after=1))
    world.attendee.say("general", "@qcon who talks about Terraform?")
    await world.organiser.sees("general", "Brikman", within_s=30)
    direct = await world.attendee.ask("who talks about Terraform?", "@")
    assert "Brikman" in direct.text
    assert len(_public(world)) == 1


async def test_an_attendee_who_would_wait_too_long_is_told_that_slack_is_busy(world: World) -> None:
    world.slack.faults.add(faults.rate_limited("chat.postMessage", times=None, retry_after=600))
    world.attendee.say("general", "@qcon who talks about Terraform?")
    told = await world.attendee.sees("general", "Slack is limiting how fast I can answer")
    assert told.only_to == world.attendee.id
    assert world.slack.journal.calls["chat.postMessage"] == 1


async def test_answers_in_one_channel_are_a_second_apart_and_none_is_refused(world: World) -> None:
    world.slack.rates.limit_channels(per_minute=60, burst=2)
    for _ in range(4):
        world.attendee.say("general", "@qcon who talks about Terraform?")
    await world.slack.workspace.wait_until(lambda: len(_public(world)) == 4, within_s=30)
    assert not world.slack.journal.answers["chat.postMessage ratelimited"]
    times = [float(message.ts) for message in _public(world)]
    assert all(later - earlier > 0.9 for earlier, later in pairwise(times))


async def test_answers_in_other_channels_do_not_wait(world: World) -> None:
    async with asyncio.timeout(3):
        for name in ("amara", "kenji", "marisol", "olivia"):
            await world.slack.person(name).ask("who talks about Terraform?", "@")


async def test_a_click_in_a_thread_is_answered_in_the_thread(world: World) -> None:
    question = world.attendee.say("general", "@qcon what is on today?")
    listed = await world.organiser.sees("general", "Complex Event Flows")
    saved = await _saved_from(world, listed)
    assert saved.thread_ts == question.ts


async def test_a_click_in_a_thread_is_answered_even_with_a_used_up_response_url(world: World) -> None:
    question = world.attendee.say("general", "@qcon what is on today?")
    listed = await world.organiser.sees("general", "Complex Event Flows")
    world.slack.workspace.tokens.uses = 0
    saved = await _saved_from(world, listed)
    assert (saved.thread_ts, saved.only_to) == (question.ts, world.attendee.id)


async def _saved_from(world: World, listed: SlackMessage) -> SlackMessage:
    """Save the first talk of a list, and return the answer to that."""
    menu = next(element for block in listed.blocks for element in elements_of(block) if element["type"] == "overflow")
    [save] = (option["value"] for option in menu["options"] if option["text"]["text"].startswith("Save"))
    await world.attendee.click(listed, menu["action_id"], save)
    return await world.attendee.sees("general", "Saved:")


BUTTONS = (
    ("/qcon who talks about terraform", "details", None),
    ("/qcon who talks about terraform", "save", "Saved:"),
    ("/qcon who talks about terraform", "share", "Brikman"),
    ("/qcon kafka", "ask:0", "5 talks"),
    ("/qcon remind", "remind-preview", "5 posts"),
    ("/qcon remind", "remind-me", "Your settings"),
    ("/qcon remind here", "remind-on", "Reminders are on"),
    ("/qcon remind here", "dismiss", "nothing has changed"),
    ("/qcon remind list", "pause", "All sending is paused"),
    ("/qcon save Complex Event Flows in Distributed Systems", "unsave-instead", "Removed from your agenda"),
)


@pytest.mark.parametrize(("command", "button", "answer"), BUTTONS)
async def test_each_button_answers_when_its_response_url_is_used_up(
    world: World, command: str, button: str, answer: str | None
) -> None:
    person = world.organiser
    message = await person.ask(command)
    before = {read.ts for read in person.reads("general")}
    world.slack.workspace.tokens.uses = 0
    await person.click(message, button)
    if answer:
        await person.sees("general", answer, after=before)
    elif button == "details":
        await person.sees_modal("Session")
    assert world.slack.journal.answers["response_url used_url"] == (answer is not None)


async def test_slack_accepts_five_answers_to_a_response_url_and_no_more(world: World) -> None:
    message = await world.attendee.ask("/qcon who talks about terraform")
    url = world.slack.payloads.response_url(message.channel, world.attendee.id, message.ts)
    ticket = url.rsplit("/", 1)[1]
    answer = {"text": "an answer", "response_type": "ephemeral"}
    for _ in range(RESPONSE_USES):
        world.slack.app.respond(ticket, answer)
    with pytest.raises(Exception, match="used_url"):
        world.slack.app.respond(ticket, answer)


async def _turn_on(world: World) -> None:
    preview = await world.organiser.ask("/qcon remind here")
    await world.organiser.click(preview, "remind-on")


async def test_a_429_while_reminders_are_turned_on_is_waited_for_without_a_second_post(world: World) -> None:
    preview = await world.organiser.ask("/qcon remind here")
    world.slack.faults.add(faults.rate_limited(times=4, retry_after=1))
    await world.organiser.click(preview, "remind-on")
    await world.attendee.sees("general", "turned on reminders here", within_s=15)
    await world.organiser.sees("general", "Reminders are on", within_s=15)
    assert len(_public(world)) == 1
    assert "#" in (await world.organiser.ask("/qcon remind list")).text


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (faults.rate_limited("chat.postMessage", times=None, retry_after=600), "Slack is busy"),
        (faults.refused("chat.postMessage", "restricted_action", times=None), "won't let me post"),
    ],
    ids=["429", "refused"],
)
async def test_a_first_post_that_fails_leaves_reminders_as_they_were(
    world: World, fault: faults.Fault, reason: str
) -> None:
    world.slack.faults.add(fault)
    await _turn_on(world)
    await world.organiser.sees("general", reason)
    assert "No channel has reminders yet" in (await world.organiser.ask("/qcon remind list")).text
    world.slack.faults.clear()
    await _turn_on(world)
    await world.attendee.sees("general", "turned on reminders here")
    preview = await world.organiser.ask("/qcon remind here 30")
    world.slack.faults.add(faults.refused("chat.postMessage", "restricted_action", times=None))
    before = {message.ts for message in world.organiser.reads("general")}
    await world.organiser.click(preview, "remind-on")
    await world.organiser.sees("general", "Slack won't let me post", after=before)
    assert "10 minutes before" in (await world.organiser.ask("/qcon remind list")).text


async def test_reminders_are_refused_where_the_bot_can_never_post(world: World) -> None:
    workspace, organiser, amara = world.slack.workspace, world.organiser.id, world.attendee.id
    two = workspace.direct(organiser, amara)
    three = workspace.add_conversation("mpdm-olivia--amara--kenji-1", "mpim", [organiser, amara, "U0KENJI001"])
    for conversation in (two, three):
        refused = await world.organiser.ask("/qcon remind here", conversation.id)
        assert "conversation between people" in refused.text
    elsewhere = workspace.add_conversation("elsewhere", "private", [organiser])
    assert "/invite" in (await world.organiser.ask("/qcon remind here", elsewhere.id)).text
    assert "5 posts" in (await world.organiser.ask("/qcon remind here", "@")).text


async def test_turning_reminders_off_is_announced_in_the_channel_once(world: World) -> None:
    await _turn_on(world)
    await world.attendee.sees("general", "turned on reminders here")
    await world.organiser.ask("/qcon remind here off")
    await world.attendee.sees("general", "turned off reminders here")
    await world.organiser.ask("/qcon remind here off")
    assert len(_public(world)) == 2


async def test_a_channel_keeps_its_reminders_when_slack_gives_it_another_id(world: World) -> None:
    await _turn_on(world)
    await world.attendee.sees("general", "turned on reminders here")
    general = world.organiser.conversation("general")
    world.slack.change_channel_id(general)
    async with asyncio.timeout(5):
        while f"<#{general.id}>" not in (await world.organiser.ask("/qcon remind list")).text:  # noqa: ASYNC110
            await asyncio.sleep(0.1)

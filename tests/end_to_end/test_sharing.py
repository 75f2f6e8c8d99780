"""Sharing an agenda or an answer, over real connections."""

from bot.fake_slack.delivery_to_app import ANSWER_SECONDS
from bot.fake_slack.workspace import SlackMessage
from tests.end_to_end.conftest import World
from tests.fake_slack import faults


async def _form(world: World) -> None:
    await world.attendee.ask("/qcon save Complex Event Flows in Distributed Systems")
    home = await world.attendee.opens_home()
    await world.attendee.sees("@", "Hello")  # the welcome is a post too
    await world.attendee.click(home, "share-agenda")
    await world.attendee.sees_modal("Share my agenda")


async def test_an_agenda_shared_with_a_channel_names_the_days(world: World) -> None:
    await _form(world)
    assert await world.attendee.submit(channel=world.attendee.conversation("general").id) == {}
    shared = await world.organiser.sees("general", "shares their agenda")
    assert "*Tue 5 March*" in shared.text
    assert "Complex Event Flows" in shared.text
    assert not any(block["type"] == "actions" for block in shared.blocks)


async def test_an_agenda_shared_with_a_person_comes_as_a_direct_message(world: World) -> None:
    await _form(world)
    kenji = world.slack.person("kenji")
    assert await world.attendee.submit(person=kenji.id) == {}
    await kenji.sees("@", "shares their agenda")


async def test_sharing_with_a_channel_without_the_bot_is_refused_in_the_form(world: World) -> None:
    await _form(world)
    errors = await world.attendee.submit(channel=world.attendee.conversation("random").id)
    assert errors == {"channel": "I'm not in that channel. Invite me there first, or choose another."}
    assert await world.attendee.submit(channel=None) == {"person": "Choose a person or a channel."}


def _shared(world: World) -> list[SlackMessage]:
    return [message for message in world.organiser.reads("general") if "shares their agenda" in message.text]


async def test_the_form_is_acknowledged_before_the_post_and_then_shows_the_result(world: World) -> None:
    await _form(world)
    world.slack.faults.add(faults.slow("chat.postMessage", seconds=ANSWER_SECONDS + 0.5))
    assert await world.attendee.submit(channel=world.attendee.conversation("general").id) == {}
    assert not _shared(world)
    await world.attendee.sees_modal("Sharing…")
    done = await world.attendee.sees_modal("Shared", within_s=30)
    assert f"Shared with <#{world.attendee.conversation('general').id}>" in str(done.payload)
    assert len(_shared(world)) == 1


async def test_a_form_that_slack_delivers_twice_is_shared_once(world: World) -> None:
    await _form(world)
    world.slack.deliver_twice()
    await world.attendee.submit(channel=world.attendee.conversation("general").id)
    await world.attendee.sees_modal("Shared")
    assert len(_shared(world)) == 1


async def test_a_refused_post_brings_the_form_back_with_the_reason(world: World) -> None:
    await _form(world)
    world.slack.faults.add(faults.refused("chat.postMessage", "restricted_action"))
    await world.attendee.submit(channel=world.attendee.conversation("general").id)
    form = await world.attendee.sees_modal("Share my agenda")
    assert "not allowed to post there" in str(form.payload)
    assert await world.attendee.submit(channel=world.attendee.conversation("general").id) == {}
    await world.attendee.sees_modal("Shared")
    assert len(_shared(world)) == 1


async def test_an_attendee_who_closes_the_form_gets_the_result_as_a_direct_message(world: World) -> None:
    await _form(world)
    world.slack.faults.add(faults.slow("chat.postMessage", times=1, seconds=0.5))
    await world.attendee.submit(channel=world.attendee.conversation("general").id)
    world.attendee.dismiss()
    await world.attendee.sees("@", "Shared with")


async def test_a_shared_answer_names_its_sender_and_is_posted_only_once(world: World) -> None:
    answer = await world.attendee.ask("/qcon who talks about terraform")
    await world.attendee.click(answer, "share")
    shared = await world.organiser.sees("general", "Brikman")
    assert f"Shared by <@{world.attendee.id}>" in shared.readable_text
    await world.attendee.sees("general", "everyone here can see it")
    await world.attendee.click(answer, "share")
    await world.attendee.sees("general", "already shared")
    assert len([message for message in world.organiser.reads("general") if "Brikman" in message.text]) == 1


async def test_an_answer_that_could_not_be_shared_can_be_shared_again(world: World) -> None:
    answer = await world.attendee.ask("/qcon who talks about terraform")
    world.slack.workspace.tokens.uses = 0
    world.slack.faults.add(faults.refused("chat.postMessage", "restricted_action"))
    await world.attendee.click(answer, "share")
    await world.attendee.sees("general", "permission")
    await world.attendee.click(answer, "share")
    await world.organiser.sees("general", "Brikman")

"""Sharing one's agenda, over real connections."""

from tests.end_to_end.conftest import World


async def _form(world: World) -> None:
    await world.attendee.ask("/qcon save Complex Event Flows in Distributed Systems")
    home = await world.attendee.opens_home()
    await world.attendee.click(home, "share-agenda")
    await world.attendee.sees_modal("Share my agenda")


async def test_a_channel_reads_the_agenda_with_named_days(world: World) -> None:
    await _form(world)
    assert await world.attendee.submit(channel=world.attendee.conversation("general").id) == {}
    shared = await world.organiser.sees("general", "shares their agenda")
    assert "*Tue 5 March*" in shared.text
    assert "Complex Event Flows" in shared.text
    assert not any(block["type"] == "actions" for block in shared.blocks)


async def test_a_person_reads_it_in_their_direct_messages(world: World) -> None:
    await _form(world)
    kenji = world.slack.person("kenji")
    assert await world.attendee.submit(person=kenji.id) == {}
    await kenji.sees("@", "shares their agenda")


async def test_where_the_bot_is_not_it_says_so_in_the_form(world: World) -> None:
    await _form(world)
    errors = await world.attendee.submit(channel=world.attendee.conversation("random").id)
    assert errors == {"channel": "I am not in that channel. Invite me there first, or choose another."}
    assert await world.attendee.submit(channel=None) == {"person": "Choose a person or a channel."}

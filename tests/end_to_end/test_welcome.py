"""The welcome over real connections: once to a channel and once to a person."""

from tests.end_to_end.conftest import World
from tests.schedules import london


async def test_a_channel_that_invites_the_bot_reads_what_to_ask_and_how_to_silence_it(world: World) -> None:
    world.organiser.invite_bot("random")
    welcome = await world.attendee.sees("random", "Hello! I know the schedule of QCon London 2019.")
    assert "remind here off" in welcome.text
    assert "<@U0QCONBOT1>" in welcome.text


async def test_who_opens_the_bots_page_gets_three_questions_to_begin_with_once(world: World) -> None:
    await world.attendee.opens_home()
    welcome = await world.attendee.sees("@", "Hello!")
    [block] = [block for block in welcome.blocks if block["type"] == "actions"]
    assert len(block["elements"]) == 3
    await world.attendee.click(welcome, "ask:0")
    await world.attendee.sees("@", "Complex Event Flows")
    await world.attendee.opens_home()
    assert sum("Hello!" in message.text for message in world.attendee.reads("@")) == 1


async def test_who_saves_a_talk_is_welcomed_before_anything_else_comes(world: World) -> None:
    await world.attendee.ask("/qcon save Complex Event Flows in Distributed Systems")
    await world.attendee.sees("@", "Hello!")
    await world.bot.set_time(london("10:25"), 1)
    await world.attendee.sees("@", "Starts at *10:35")
    await world.attendee.opens_home()
    await world.attendee.ask("/qcon save Reactive Systems Architecture")
    assert ["Hello!" in message.text for message in world.attendee.reads("@")] == [True, False]

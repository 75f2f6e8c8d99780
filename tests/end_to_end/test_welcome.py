"""The welcome over real connections: once to a channel and once to a person."""

from tests.end_to_end.conftest import World
from tests.schedules import london


async def test_a_channel_that_invites_the_bot_is_told_how_to_turn_reminders_off(world: World) -> None:
    await world.organiser.command("/invite @qcon", "random")
    welcome = await world.attendee.sees("random", "Hello! I know the schedule of QCon London 2019.")
    assert "remind here off" in welcome.text
    assert "<@U0QCONBOT1>" in welcome.text


async def test_an_attendee_who_opens_home_is_welcomed_once_with_three_questions(world: World) -> None:
    await world.attendee.opens_home()
    welcome = await world.attendee.sees("@", "Hello!")
    [block] = [block for block in welcome.blocks if block["type"] == "actions"]
    assert len(block["elements"]) == 3
    await world.attendee.click(welcome, "ask:0")
    await world.attendee.sees("@", "Complex Event Flows")
    await world.attendee.opens_home()
    assert sum("Hello!" in message.text for message in world.attendee.reads("@")) == 1


async def test_an_attendee_who_saves_a_talk_is_welcomed_before_the_first_reminder(world: World) -> None:
    await world.attendee.ask("/qcon save Complex Event Flows in Distributed Systems")
    await world.attendee.sees("@", "Hello!")
    await world.bot.set_time(london("10:25"), 1)
    await world.attendee.sees("@", "Starts at *10:35")
    await world.attendee.opens_home()
    await world.attendee.ask("/qcon save Reactive Systems Architecture")
    assert ["Hello!" in message.text for message in world.attendee.reads("@")] == [True, False]

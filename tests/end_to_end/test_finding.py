"""The shortcut "Find a talk" and the menus in it, over real connections."""

from bot.schedule.models import short_id
from tests.end_to_end.conftest import World
from tests.fake_slack.faults import refused


async def test_the_shortcut_finds_a_talk_while_typing_and_opens_it(world: World) -> None:
    await world.attendee.shortcut("find")
    finder = await world.attendee.sees_modal("Find a talk")
    options = await world.attendee.suggest(finder, "details-found", "react sys")
    assert options[0]["value"] == short_id("reactive-systems-architecture")
    await world.attendee.click(finder, "details-found", options[0]["value"])
    card = await world.attendee.sees_modal("Session")
    assert "Reactive" in str(card.payload)


async def test_the_shortcut_offers_the_next_talks_before_anything_is_typed(world: World) -> None:
    await world.attendee.shortcut("find")
    finder = await world.attendee.sees_modal("Find a talk")
    options = await world.attendee.suggest(finder, "details-found", "")
    assert options[0]["value"] == short_id("complex-event-flows")


async def test_the_shortcut_finds_a_speaker_and_their_talks(world: World) -> None:
    await world.attendee.shortcut("find")
    finder = await world.attendee.sees_modal("Find a talk")
    [option] = await world.attendee.suggest(finder, "speaker-found", "brik")
    assert option["text"]["text"] == "Yevgeniy Brikman"
    await world.attendee.click(finder, "speaker-found", option["value"])
    speaker = await world.attendee.sees_modal("Speaker")
    await world.attendee.click(speaker, "talk-menu", value=f"details {short_id('infrastructure-code')}")
    assert "Lessons From 300k+" in str((await world.attendee.sees_modal("Session")).payload)


async def test_an_attendee_is_asked_to_click_again_after_an_expired_trigger(world: World) -> None:
    answer = await world.attendee.ask("/qcon next")
    world.slack.faults.add(refused("views.open", "expired_trigger_id"))
    await world.attendee.click(answer, "details")
    assert "Press the button again" in (await world.attendee.sees("general", "too long to open")).text

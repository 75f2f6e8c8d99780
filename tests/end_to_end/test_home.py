"""App Home over real connections: opening, browsing, acting."""

from bot.fake_slack.views import SlackView
from bot.handlers.home.home_view import HomePage
from bot.schedule.models import short_id
from tests.end_to_end.conftest import World

FLOWS = "complex-event-flows"


def _reads(view: SlackView) -> str:
    return str(view.payload["blocks"])


async def _shows(world: World, text: str) -> SlackView:
    """Wait until the attendee's Home shows this."""

    def found() -> SlackView | None:
        home = world.attendee.home
        return home if home and text in _reads(home) else None

    view: SlackView = await world.slack.workspace.wait_until(found, 30)
    return view


async def test_home_shows_the_next_talk_and_the_time_of_its_update(world: World) -> None:
    home = await world.attendee.opens_home()
    assert "Updated Tue 5 March, 10:20 (London time)" in _reads(home)
    assert "*Up next, on Tue 5 March at 10:35 London time (11:35 for you)*" in _reads(home)
    assert "Complex Event Flows" in _reads(home)
    assert "Nothing saved yet" in _reads(home)


async def test_a_talk_saved_from_an_answer_appears_in_home(world: World) -> None:
    await world.attendee.click(await world.attendee.ask("/qcon next"), "save")
    await world.attendee.sees("general", "Saved:")
    home = await world.attendee.opens_home()
    assert "Tue 5 March, 10:35 · Complex Event Flows" in _reads(home)


async def test_saving_removing_and_settings_in_home_show_there_at_once(world: World) -> None:
    home = await world.attendee.opens_home()
    await world.attendee.click(home, "talk-menu", value=f"save {short_id(FLOWS)}")
    assert await _shows(world, "Tue 5 March, 10:35 · Complex Event Flows")
    await world.attendee.click(home, "talk-menu", value=f"remove {short_id(FLOWS)}")
    assert await _shows(world, "Nothing saved yet")
    await world.attendee.click(home, "choose-lead", "30")
    assert await _shows(world, "'initial_option': {'text': {'type': 'plain_text', 'text': '30 minutes before'")


async def test_a_talk_is_found_while_typing_and_saved(world: World) -> None:
    home = await world.attendee.opens_home()
    options = await world.attendee.suggest(home, "save-found", "infrastr")
    assert "Lessons From 300k+" in options[0]["text"]["text"]
    await world.attendee.click(home, "save-found", short_id("infrastructure-code"))
    assert await _shows(world, "Tue 5 March, 14:55 · Lessons From 300k+")


async def test_home_is_browsed_by_day_track_room_and_speaker_and_back(world: World) -> None:
    home = await world.attendee.opens_home()
    await world.attendee.click(home, "browse-day", "2019-03-05")
    assert "Lessons From 300k+" in _reads(await _shows(world, "Tue 5 March 2019"))
    await world.attendee.click(home, "go-part", HomePage("day", "2019-03-05", part="morning").to_json())
    await world.slack.workspace.wait_until(lambda: "Lessons From 300k+" not in _reads(home), 30)
    assert await _shows(world, "Reactive Systems")
    for way, typed in (("track", "micro"), ("room", "fle"), ("speaker", "brik")):
        await world.attendee.click(home, "go:0")
        assert await _shows(world, "*Browse*")
        [option] = await world.attendee.suggest(home, f"browse-{way}", typed)
        await world.attendee.click(home, f"browse-{way}", option["value"])
        assert await _shows(world, "Back to Home")
        assert await _shows(world, "Lessons From 300k+")


async def test_an_organiser_can_open_the_organise_menu_from_home(world: World) -> None:
    home = await world.organiser.opens_home()
    await world.organiser.click(home, "organise-menu")
    await world.organiser.sees_modal("Organise")


async def test_a_click_in_an_outdated_home_still_updates_it(world: World) -> None:
    home = await world.attendee.opens_home()
    stale = SlackView(home.id, home.user, home.payload, "1.stale", home.root_id)
    await world.attendee.click(stale, "talk-menu", value=f"save {short_id(FLOWS)}")
    assert await _shows(world, "Tue 5 March, 10:35 · Complex Event Flows")


async def test_details_open_from_home_and_the_talk_can_be_saved_there(world: World) -> None:
    home = await world.attendee.opens_home()
    await world.attendee.click(home, "talk-menu", value=f"details {short_id(FLOWS)}")
    card = await world.attendee.sees_modal("Session")
    await world.attendee.click(card, "save")

    def saved() -> SlackView | None:
        modal = world.attendee.modal
        return modal if modal and "On your agenda" in _reads(modal) else None

    card = await world.slack.workspace.wait_until(saved, 30)
    await world.attendee.click(card, "unsave")
    assert await world.slack.workspace.wait_until(lambda: "On your agenda" not in _reads(card), 30)

"""For you, in Home over real connections: choose interests, see suggestions with reasons, and say that one is not for you."""

from bot.fake_slack.views import SlackView
from bot.schedule.models import short_id
from tests.end_to_end.conftest import World

INFRASTRUCTURE = "infrastructure-code"


async def _home(world: World, has: str, lacks: str = "\0") -> SlackView:
    """Wait until the attendee's Home says this, and not the other."""

    def found() -> SlackView | None:
        home = world.attendee.home
        return home if home and has in str(home.payload) and lacks not in str(home.payload) else None

    view: SlackView = await world.slack.workspace.wait_until(found, 30)
    return view


async def _choose(world: World, others: str, *, by_saved: bool = False) -> None:
    """Fill in and submit the form of interests."""
    await world.attendee.click(await world.attendee.opens_home(), "interests")
    await world.attendee.sees_modal("My interests")
    world.attendee.fill("others", others)
    world.attendee.fill("chosen", ["by-saved"] if by_saved else [], "by_saved")
    await world.attendee.submit()


async def test_home_begins_with_suggestions_for_the_chosen_interests_and_their_reasons(world: World) -> None:
    await _choose(world, "terraform, event flows")
    home = await _home(world, "Matches terraform")
    assert "Matches event flows" in str(home.payload)
    assert "Interests: event flows · terraform" in str(home.payload)
    headings = [block["text"]["text"] for block in home.payload["blocks"] if block["type"] == "section"]
    assert headings[0] == "*For you*"


async def test_a_dismissed_suggestion_comes_back_only_after_the_data_are_deleted(world: World) -> None:
    await _choose(world, "terraform")
    home = await _home(world, "Matches terraform")
    await world.attendee.click(home, "talk-menu", value=f"not-for-me {short_id(INFRASTRUCTURE)}")
    await _home(world, "Interests: terraform", lacks="Matches terraform")
    stored = await world.attendee.ask("/qcon my-data")
    assert "talks that I won't suggest to you again: 1" in stored.text
    await world.attendee.click(stored, "send-my-data")
    await world.attendee.sees(world.attendee.DIRECT, '"dismissals"')
    await world.attendee.click(stored, "delete-my-data")
    await world.attendee.sees("general", "All your data is deleted")
    await _choose(world, "terraform")
    assert await _home(world, "Matches terraform")


async def test_saved_talks_count_as_interests_only_if_the_attendee_says_so(world: World) -> None:
    await world.attendee.ask("/qcon save Complex Event Flows in Distributed Systems")
    assert "because you saved" not in str((await world.attendee.opens_home()).payload).casefold()
    await _choose(world, "", by_saved=True)
    home = await _home(world, "Because you saved “Complex Event Flows")
    assert "Interests: what I saved and liked" in str(home.payload)


async def test_a_talk_that_is_saved_is_no_longer_suggested(world: World) -> None:
    await _choose(world, "terraform")
    await _home(world, "Matches terraform")
    await world.attendee.ask("/qcon save Lessons From 300k+ Lines of Infrastructure Code")
    await world.attendee.opens_home()
    assert await _home(world, "Interests: terraform", lacks="Matches terraform")


async def test_nobody_else_sees_a_persons_interests(world: World) -> None:
    await _choose(world, "zymurgy")
    await _home(world, "Interests: zymurgy")
    assert "zymurgy" not in str((await world.organiser.opens_home()).payload)
    for question in ("interests", "my-data", "plan my day", "report", "feedback", "agenda"):
        assert "zymurgy" not in (await world.organiser.ask(f"/qcon {question}")).readable_text

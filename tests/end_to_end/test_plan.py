"""Plans and similar talks over real connections: draft a day, save it, find what is alike."""

from tests.end_to_end.conftest import World


async def test_a_plan_by_topics_is_drafted_and_saved_at_once(world: World) -> None:
    plan = await world.attendee.ask("/qcon plan today: event flows and terraform, lunch at 12:30")
    assert "Matches event flows" in plan.readable_text
    assert plan.only_to == world.attendee.id
    await world.attendee.click(plan, "save-plan")
    await world.attendee.sees("general", "to your agenda")
    assert "Complex Event Flows" in (await world.attendee.ask("/qcon agenda")).text


async def test_without_topics_a_plan_goes_by_what_is_saved(world: World) -> None:
    assert "What interests you?" in (await world.attendee.ask("/qcon plan my day")).text
    await world.attendee.ask("/qcon save Complex Event Flows in Distributed Systems")
    plan = await world.attendee.ask("/qcon plan my day")
    assert "Complex Event Flows" in plan.text
    assert "Because you saved “Complex Event Flows" in plan.readable_text


async def test_talks_like_another_one_are_found_with_the_words_that_both_have(world: World) -> None:
    similar = await world.attendee.ask("/qcon like complex event flows")
    assert similar.text.startswith("Like “Complex Event Flows")
    assert "In common: " in similar.readable_text
    assert "Like which talk?" in (await world.attendee.ask("/qcon like")).text
    assert "No sessions found" in (await world.attendee.ask("/qcon like sourdough")).text


async def test_a_gap_of_the_agenda_is_filled_with_what_is_like_the_saved_talks(world: World) -> None:
    await world.attendee.ask("/qcon save Complex Event Flows in Distributed Systems")
    await world.attendee.ask("/qcon save Cultivating Production Excellence - Taming Complex Distributed Systems")
    agenda = await world.attendee.ask("/qcon agenda")
    await world.attendee.click(agenda, "plan")
    plan = await world.attendee.sees("general", "A plan for")
    assert "What Lies Between" in plan.text


async def test_the_card_of_a_talk_shows_similar_talks(world: World) -> None:
    answer = await world.attendee.ask("/qcon next")
    await world.attendee.click(answer, "details")
    card = await world.attendee.sees_modal("Session")
    assert "Similar, and still to come" in str(card.payload)
    assert "In common: " in str(card.payload)


async def test_interests_are_named_once_and_plans_go_by_them_and_my_data_shows_and_deletes_them(world: World) -> None:
    assert "You have no interests yet" in (await world.attendee.ask("/qcon interests")).text
    named = await world.attendee.ask("/qcon interests event flows, terraform")
    assert "Your interests: event flows, terraform." in named.text
    assert "You have no interests yet" in (await world.organiser.ask("/qcon interests")).text
    assert "Matches event flows" in (await world.attendee.ask("/qcon plan my day")).readable_text
    stored = await world.attendee.ask("/qcon my-data")
    assert "the topics that interest you: 2" in stored.text
    await world.attendee.click(stored, "delete-my-data")
    await world.attendee.sees("general", "All your data is deleted")
    assert "You have no interests yet" in (await world.attendee.ask("/qcon interests")).text


async def test_interests_are_forgotten_on_request(world: World) -> None:
    await world.attendee.ask("/qcon interests terraform")
    assert "You have no interests yet" in (await world.attendee.ask("/qcon interests none")).text

"""Plans and similar talks over real connections: draft a day, save it, find similar talks."""

from dataclasses import replace

from bot.schedule.models import in_order, short_id
from tests.end_to_end.conftest import World


async def test_a_plan_by_topics_is_drafted_and_saved_at_once(world: World) -> None:
    plan = await world.attendee.ask("/qcon plan today: event flows and terraform, lunch at 12:30")
    assert "Matches event flows" in plan.readable_text
    assert plan.only_to == world.attendee.id
    await world.attendee.click(plan, "save-plan")
    await world.attendee.sees("general", "to your agenda")
    assert "Complex Event Flows" in (await world.attendee.ask("/qcon agenda")).text


async def test_a_plan_is_saved_with_one_talk_swapped_and_another_left_out(
    world: World,
) -> None:
    conference = world.bot.live_schedule
    schedule = conference.current.schedule
    flows = schedule.talk_by_id["complex-event-flows"]
    rival = replace(flows, id="rival", title="Event flows for beginners", room=None, speakers=())
    await conference.publish_source(replace(schedule, talks=in_order([*schedule.talks, rival])))
    plan = await world.attendee.ask("/qcon plan today: event flows and terraform")
    await world.attendee.click(plan, "change-plan")
    view = await world.attendee.sees_modal("Change the plan")
    swaps = [option for block in view.payload["blocks"] for option in block.get("accessory", {}).get("options", ())]
    labels = {option["value"]: option["text"]["text"] for option in swaps}
    there, back = f"swap {short_id(flows.id)} {short_id(rival.id)}", f"swap {short_id(rival.id)} {short_id(flows.id)}"
    first, second = (flows, rival) if there in labels else (rival, flows)
    await world.attendee.click(view, "plan-menu", value=there if first is flows else back)
    await world.slack.workspace.wait_until(lambda: (back if first is flows else there) in str(view.payload), 30)
    await world.attendee.click(view, "plan-menu", value=f"leave-out {short_id('infrastructure-code')}")
    await world.slack.workspace.wait_until(lambda: "300k+" not in str(view.payload), 30)
    await world.attendee.click(view, "save-plan")
    await world.attendee.sees_modal("Done")
    agenda = (await world.attendee.ask("/qcon agenda")).text
    assert second.title in agenda
    assert first.title not in agenda
    assert "300k+" not in agenda


async def test_a_talk_that_no_longer_takes_place_is_left_out_of_a_plan(world: World) -> None:
    plan = await world.attendee.ask("/qcon plan today: event flows, terraform")
    await world.attendee.click(plan, "change-plan")
    view = await world.attendee.sees_modal("Change the plan")
    conference = world.bot.live_schedule
    schedule = conference.current.schedule
    left = tuple(talk for talk in schedule.talks if talk.id != "complex-event-flows")
    await conference.publish_source(replace(schedule, talks=left))
    await world.attendee.click(view, "plan-menu", value=f"leave-out {short_id('infrastructure-code')}")
    await world.slack.workspace.wait_until(lambda: "1 talk of this plan no longer takes place" in str(view.payload), 30)
    await world.attendee.click(plan, "save-plan")
    saved = await world.attendee.sees("general", "to your agenda")
    assert saved.text == "Saved 1 talk to your agenda. 1 talk of this plan no longer takes place."


async def test_a_plan_without_topics_goes_by_the_saved_talks(world: World) -> None:
    assert "What interests you?" in (await world.attendee.ask("/qcon plan my day")).text
    await world.attendee.ask("/qcon save Complex Event Flows in Distributed Systems")
    plan = await world.attendee.ask("/qcon plan my day")
    assert "Complex Event Flows" in plan.text
    assert "Because you saved “Complex Event Flows" in plan.readable_text


async def test_similar_talks_are_listed_with_the_words_they_have_in_common(world: World) -> None:
    similar = await world.attendee.ask("/qcon like reactive systems")
    assert similar.text.startswith("Similar to “Reactive Systems Architecture")
    assert "In common: " in similar.readable_text
    assert "Similar to which talk?" in (await world.attendee.ask("/qcon like")).text
    assert "No sessions found" in (await world.attendee.ask("/qcon like sourdough")).text


async def test_a_gap_in_the_agenda_is_filled_with_talks_similar_to_the_saved_ones(world: World) -> None:
    await world.attendee.ask("/qcon save Complex Event Flows in Distributed Systems")
    await world.attendee.ask("/qcon save Cultivating Production Excellence - Taming Complex Distributed Systems")
    agenda = await world.attendee.ask("/qcon agenda")
    await world.attendee.click(agenda, "plan")
    plan = await world.attendee.sees("general", "A plan for")
    assert "What Lies Between" in plan.text


async def test_the_card_of_a_talk_shows_similar_talks(world: World) -> None:
    answer = await world.attendee.ask("/qcon reactive systems architecture")
    await world.attendee.click(answer, "details")
    card = await world.attendee.sees_modal("Session")
    assert "Similar, and still to come" in str(card.payload)
    assert "In common: " in str(card.payload)


async def test_plans_go_by_saved_interests_and_my_data_shows_and_deletes_them(world: World) -> None:
    assert "You have no interests yet" in (await world.attendee.ask("/qcon interests")).text
    named = await world.attendee.ask("/qcon interests event flows, terraform")
    assert "Your interests: event flows · terraform." in named.text
    assert "You have no interests yet" in (await world.organiser.ask("/qcon interests")).text
    assert "Matches event flows" in (await world.attendee.ask("/qcon plan my day")).readable_text
    stored = await world.attendee.ask("/qcon my-data")
    assert "the topics that interest you: 2" in stored.text
    await world.attendee.click(stored, "delete-my-data")
    await world.attendee.sees("general", "All your data is deleted")
    assert "You have no interests yet" in (await world.attendee.ask("/qcon interests")).text


async def test_interests_are_forgotten_on_request(world: World) -> None:
    await world.attendee.ask("/qcon interests terraform")
    assert "Cleared" in (await world.attendee.ask("/qcon interests none")).text


async def test_asking_what_fits_before_a_time_gives_a_plan_around_the_saved_talks(world: World) -> None:
    anything = await world.attendee.ask("/qcon what fits before 2pm")
    assert "Fits your time" in anything.readable_text
    await world.attendee.ask("/qcon save Complex Event Flows in Distributed Systems")
    plan = await world.attendee.ask("/qcon something until three")
    assert "*Saved* · Bernd Ruecker" in plan.readable_text
    assert "What Lies Between" in plan.text
    assert "300k+" not in plan.text  # it ends at 15:45
    world.attendee.say(world.attendee.DIRECT, "what fits before 1pm?")
    assert "A plan for" in (await world.attendee.sees(world.attendee.DIRECT, "A plan for")).text

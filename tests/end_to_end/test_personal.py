"""`/qcon my-data`: stored data shown, exported and deleted."""

from tests.end_to_end.conftest import World


async def test_an_attendee_sees_exports_and_deletes_their_stored_data(world: World) -> None:
    assert (await world.attendee.ask("/qcon my-data")).text == "I store nothing about you."
    await world.attendee.ask("/qcon save Lessons From 300k+ Lines of Infrastructure Code")
    await world.organiser.ask("/qcon save Complex Event Flows in Distributed Systems")
    answer = await world.attendee.ask("/qcon my-data")
    assert "your saved talks: 1" in answer.text

    await world.attendee.click(answer, "send-my-data")
    sent = await world.attendee.sees("@", "infrastructure-code")
    assert "complex-event" not in sent.text

    await world.attendee.click(answer, "delete-my-data")
    await world.attendee.sees("general", "All your data is deleted")
    assert "Your agenda is empty" in (await world.attendee.ask("/qcon agenda")).text
    assert "Complex Event Flows" in (await world.organiser.ask("/qcon agenda")).text

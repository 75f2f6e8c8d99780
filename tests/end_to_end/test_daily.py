"""The morning digest and the evening message, over real connections."""

from dataclasses import replace
from datetime import UTC, datetime

from tests.end_to_end.conftest import World

NIGHT = datetime(2019, 3, 5, 3, 0, tzinfo=UTC)

MORNING = datetime(2019, 3, 5, 8, 0, 5, tzinfo=UTC)


async def test_an_attendee_with_the_digest_on_gets_the_days_saved_talks_in_the_morning(world: World) -> None:
    await world.bot.set_time(NIGHT, 1)
    settings = await world.attendee.ask("/qcon settings")
    await world.attendee.click(settings, "choose-digest", "on")
    await world.attendee.sees("general", "Morning digest: on")
    for person in (world.attendee, world.organiser):
        await person.ask("/qcon save Complex Event Flows in Distributed Systems")
    await world.bot.set_time(MORNING, 1)
    digest = await world.attendee.sees("@", "Your day, Tue 5 March: 1 talk")
    assert "10:35–11:25 (11:35 for you) · Fleming, 3rd floor · Complex Event Flows" in digest.text
    await world.attendee.click(digest, "agenda")
    await world.attendee.sees("@", "Your agenda")
    await world.attendee.click(digest, "settings")
    await world.attendee.sees("@", "Your settings")
    assert not any("Your day" in message.text for message in world.organiser.reads("@"))


EVENING = datetime(2019, 3, 5, 19, 0, tzinfo=UTC)


async def test_an_attendee_with_catch_up_on_gets_recordings_of_missed_talks_in_the_evening(world: World) -> None:
    await world.bot.set_time(NIGHT, 1)
    conference = world.bot.live_schedule
    schedule = conference.current.schedule
    recorded = {"infrastructure-code", "complex-event-flows"}
    talks = [
        replace(talk, recording=f"https://example.org/{talk.id}") if talk.id in recorded else talk
        for talk in schedule.talks
    ]
    await conference.publish_source(replace(schedule, talks=tuple(talks)))
    for person in (world.attendee, world.organiser):
        await person.ask("/qcon interests terraform, event flows")
        await person.ask("/qcon save Complex Event Flows in Distributed Systems")
    await world.attendee.click(await world.attendee.ask("/qcon settings"), "choose-catch-up", "on")
    await world.attendee.sees("general", "Recordings of what I missed: on")
    await world.bot.set_time(EVENING, 1)
    message = await world.attendee.sees("@", "Recordings of talks you may have missed:")
    assert "Matches terraform · <https://example.org/infrastructure-code|Recording>" in str(message.blocks)
    assert "https://example.org/complex-event-flows" not in str(message.blocks)  # it was saved, so it was not missed
    await world.organiser.sees("@", "How were the talks you saved today?")
    assert not any("may have missed" in message.text for message in world.organiser.reads("@"))

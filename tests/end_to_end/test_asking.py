"""Questions over real connections: by command, mention, direct message and button."""

import re

import aiohttp
import pytest

from tests.end_to_end.conftest import World
from tests.schedules import london

# Here `make test` covers Socket Mode too; elsewhere `make test-all` does.
pytestmark = pytest.mark.parametrize("world", ["http", "socket"], indirect=True)


async def test_a_command_is_answered_to_the_asker_only(world: World) -> None:
    answer = await world.attendee.ask("/qcon next")
    assert answer.text.startswith(  # she lives in Lagos
        "*Tue 5 March · 10:35–11:25 London time (11:35 for you) · Fleming, 3rd floor*"
    )
    assert "Complex Event Flows in Distributed Systems" in answer.text
    assert answer not in world.organiser.reads("general")


async def test_the_answer_to_the_same_question_changes_with_the_time(world: World) -> None:
    before = await world.attendee.ask("/qcon next")
    await world.bot.set_time(london("14:30"), speed=1.0)
    after = await world.attendee.ask("/qcon next")
    assert "Complex Event Flows" in before.text
    assert "Complex Event Flows" not in after.text
    assert "14:55" in after.text


async def test_a_mention_is_answered_in_its_thread_with_the_speaker_first(world: World) -> None:
    question = world.attendee.say("general", "@qcon who talks about Terraform?")
    answer = await world.organiser.sees("general", "Brikman")
    assert answer.text.startswith("*Yevgeniy Brikman*, co-founder, Gruntwork")
    assert answer.thread_ts == question.ts
    assert "for you" not in answer.text  # everyone reads it, in all their zones


async def test_a_direct_message_is_answered_outside_threads_and_can_be_followed_up(world: World) -> None:
    first = await world.attendee.ask("who talks about terraform", "@")
    then = await world.attendee.ask("when is that?", "@")
    assert "Brikman" in first.text
    assert "14:55" in then.text.splitlines()[0]
    assert not then.thread_ts


async def test_details_open_with_the_whole_abstract(world: World) -> None:
    answer = await world.attendee.ask("/qcon next")
    await world.attendee.click(answer, "details")
    modal = await world.attendee.sees_modal("Session")
    assert "without violating bounded contexts" in str(modal.payload)


async def test_an_answer_is_shared_with_everyone_when_the_asker_wants(world: World) -> None:
    answer = await world.attendee.ask("/qcon who talks about terraform")
    await world.attendee.click(answer, "share")
    shared = await world.organiser.sees("general", "Brikman")
    assert shared in world.organiser.reads("general")


async def test_a_search_without_matches_gets_no_invented_answer(world: World) -> None:
    answer = await world.attendee.ask("/qcon anything on kafka?")
    assert "No sessions found for “Kafka”".casefold() in answer.text.casefold()
    assert answer.text.splitlines()[1:2] in ([], ["Closest matches:"])


async def test_an_answer_that_repeats_typed_words_mentions_nobody(world: World) -> None:
    commands = ("talk", "save zymurgy", "like zymurgy", "interests", "plan zymurgy", "remind", "remind here track")
    for command in commands:
        answer = await world.organiser.ask(f"/qcon {command} <!channel>")
        assert not re.search("<(?![#@])", answer.readable_text + answer.text)  # nor linked


async def test_help_is_what_an_empty_command_gives(world: World) -> None:
    answer = await world.attendee.ask("/qcon")
    assert "Only you see this." not in answer.text


async def test_health_checks_answer_in_both_modes(world: World) -> None:
    async with aiohttp.ClientSession() as session:
        for path, wanted in (("/healthz", {"alive": True}), ("/readyz", None)):
            async with session.get(world.bot.url + path) as response:
                body = await response.json()
                assert response.status == 200
                assert wanted is None or body == wanted
    assert body["talks"] == 5
    assert body["ready"] is True


async def test_a_request_that_slack_delivers_twice_is_answered_once(world: World) -> None:
    world.slack.deliver_twice()
    world.attendee.say("general", "@qcon who talks about Terraform?")
    await world.attendee.sees("general", "Brikman")
    answer = await world.attendee.ask("/qcon next")
    await world.attendee.click(answer, "share")
    await world.organiser.sees("general", "Complex Event Flows")
    public = [message for message in world.organiser.reads("general") if message.from_app]
    assert len(public) == 2


async def test_a_lasting_answer_names_the_day_instead_of_today(world: World) -> None:
    assert "Today" in (await world.organiser.ask("/qcon when is terraform")).text
    answer = await world.attendee.ask("/qcon when is terraform")
    await world.attendee.click(answer, "share")
    shared = await world.organiser.sees("general", "Tue 5 March")
    world.attendee.say("general", "@qcon when is the talk about terraform?")
    mentioned = await world.organiser.sees("general", "Tue 5 March", after={shared.ts})
    direct = await world.attendee.ask("when is the talk about terraform?", "@")
    for message in (shared, mentioned, direct):
        assert "today" not in message.text.casefold()

"""Messages that are edited, written by other bots, or carry a file."""

from pathlib import Path

from bot.fake_slack.workspace import SlackMessage, SlackUser
from tests.end_to_end.conftest import World


def _answers(world: World, where: str = "general") -> list[SlackMessage]:
    return [message for message in world.attendee.reads(where) if message.from_app]


async def _settled(world: World) -> None:
    """Wait until the bot has heard everything, and worked on it."""
    await world.slack.transport.wait_settled()
    await world.attendee.ask("/qcon next", "random")


async def test_the_answer_to_an_edited_mention_is_edited_and_no_second_one_is_posted(world: World) -> None:
    question = world.attendee.say("general", "@qcon who talks about terraform")
    answer = await world.attendee.sees("general", "Brikman")
    world.attendee.edit(question, "@qcon when is complex event flows?")
    await world.slack.workspace.wait_until(lambda: "10:35" in answer.text)
    assert "Brikman" not in answer.text
    assert _answers(world) == [answer]
    world.attendee.edit(question, "@qcon who talks about terraform")
    await world.slack.workspace.wait_until(lambda: "Brikman" in answer.text)
    assert _answers(world) == [answer]


async def test_an_edit_gets_no_second_answer_even_without_a_database(world: World, tmp_path: Path) -> None:
    (tmp_path / "bot.sqlite3").rename(tmp_path / "away.sqlite3")
    world.slack.workspace.history_lag_s = 2
    question = world.attendee.say("general", "@qcon who talks about terraform")
    answer = await world.attendee.sees("general", "Brikman")
    world.attendee.edit(question, "@qcon when is complex event flows?")
    await world.slack.workspace.wait_until(lambda: "10:35" in answer.text or len(_answers(world)) > 1)
    assert _answers(world) == [answer]


async def test_an_edit_that_changes_no_words_leaves_the_answer_unchanged(world: World) -> None:
    question = world.attendee.say("general", "@qcon who talks about terraform")
    answer = await world.attendee.sees("general", "Brikman")
    world.attendee.edit(question, "@qcon who talks about terraform")
    await _settled(world)
    assert _answers(world) == [answer]
    assert not answer.edited_ts


async def test_a_mention_that_an_edit_adds_is_answered(world: World) -> None:
    question = world.attendee.say("general", "who talks about terraform")
    world.attendee.edit(question, "@qcon who talks about terraform")
    answer = await world.attendee.sees("general", "Brikman")
    assert answer.thread_ts == question.ts


async def test_an_edit_in_a_thread_edits_the_answer_to_that_message(world: World) -> None:
    first = world.attendee.say("general", "@qcon who talks about terraform")
    await world.attendee.sees("general", "Brikman")
    second = world.attendee.say("general", "@qcon when is complex event flows?", first.ts)
    answer = await world.attendee.sees("general", "10:35")
    world.attendee.edit(second, "@qcon who talks about chaos?")
    await world.slack.workspace.wait_until(lambda: "10:35" not in answer.text)
    assert len(_answers(world)) == 2
    assert "Brikman" in _answers(world)[0].text


async def test_the_answer_to_an_edited_direct_message_is_edited(world: World) -> None:
    question = world.attendee.say("@", "who talks about terraform")
    answer = await world.attendee.sees("@", "Brikman")
    world.attendee.edit(question, "when is complex event flows?")
    await world.slack.workspace.wait_until(lambda: "10:35" in answer.text)
    assert _answers(world, "@") == [answer]


async def test_an_edit_does_not_run_a_command_again(world: World) -> None:
    message = world.attendee.say("@", "save Complex Event Flows in Distributed Systems")
    await world.attendee.sees("@", "Saved:")
    world.attendee.edit(message, "save Cultivating Production Excellence")
    await _settled(world)
    assert len(_answers(world, "@")) == 1


async def test_other_bots_get_no_answer(world: World) -> None:
    other = SlackUser("U0OTHERBOT", "helper", "Helper", is_bot=True)
    world.slack.workspace.users[other.id] = other
    bot = world.slack.person("helper")
    message = bot.say("general", "@qcon who talks about terraform")
    bot.edit(message, "@qcon who talks about chaos")
    await _settled(world)
    assert not _answers(world)


async def test_a_direct_message_with_a_file_is_answered(world: World) -> None:
    world.attendee.say("@", "who talks about terraform", file="notes.pdf")
    await world.attendee.sees("@", "Brikman")
    world.attendee.say("@", "", file="photo.jpg")
    await world.attendee.sees("@", "can't open files")

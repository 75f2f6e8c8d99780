"""Ratings and comments from the card and the evening message, and the results for organisers."""

from datetime import UTC, datetime

import pytest

from tests.end_to_end.conftest import World

DURING_THE_FIRST = datetime(2019, 3, 5, 10, 50, tzinfo=UTC)

AFTER_THE_LAST = datetime(2019, 3, 5, 18, 15, 1, tzinfo=UTC)


async def _vote_in_card(world: World) -> None:
    await world.bot.set_time(DURING_THE_FIRST, 1)
    await world.attendee.click(await world.attendee.ask("/qcon talk complex event flows"), "details")
    await world.attendee.click(await world.attendee.sees_modal("Session"), "vote:0")
    card = await world.attendee.sees_modal("Session")
    await world.slack.workspace.wait_until(lambda: "Your vote: 👍 Liked it" in str(card.payload), 30)


async def test_an_attendee_votes_in_the_card_and_organisers_see_numbers_without_names(world: World) -> None:
    await _vote_in_card(world)
    results = await world.organiser.ask("/qcon feedback")
    assert "*Complex Event Flows in Distributed Systems*\nFewer than 5 votes" in results.text
    assert world.attendee.id not in str(results.blocks)


async def test_the_card_asks_for_no_vote_before_the_talk_has_begun(world: World) -> None:
    await world.attendee.click(await world.attendee.ask("/qcon next"), "details")
    assert "How was it?" not in str((await world.attendee.sees_modal("Session")).payload)


@pytest.mark.parametrize("command", ["feedback", "report"])
async def test_only_organisers_get_the_feedback_and_the_report(world: World, command: str) -> None:
    assert "Only organisers can do this" in (await world.attendee.ask(f"/qcon {command}")).text


async def test_an_attendee_votes_and_comments_from_the_evening_message(world: World) -> None:
    await world.attendee.ask("/qcon save Complex Event Flows in Distributed Systems")
    await world.bot.set_time(AFTER_THE_LAST, 1)
    asked = await world.attendee.sees("@", "How were the talks you saved for Tue 5 March?")
    await world.attendee.click(asked, "vote:2")
    thanks = await world.attendee.sees("@", "Your vote for *Complex")
    assert "Not for me" in thanks.text
    await world.attendee.click(thanks, "comment")
    await world.attendee.sees_modal("Your comment")
    assert await world.attendee.submit(text="Too <loud> & long") == {}
    results = await world.organiser.ask("/qcon feedback")
    assert "Fewer than 5 votes" in results.text
    assert "red" not in results.text
    assert "“Too &lt;loud&gt; &amp; long”" in results.text
    await world.attendee.click(asked, "settings")
    await world.attendee.sees("@", "Your settings")

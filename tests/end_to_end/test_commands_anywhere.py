"""Commands in mentions, direct messages and buttons; private answers stay private."""

import pytest

from tests.end_to_end.conftest import World

TITLE = "Complex Event Flows in Distributed Systems"


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("my agenda", "Your agenda is empty"),
        ("settings", "Your settings"),
        ("remind me", "Your settings"),
        ("calendar", "Calendar feeds aren't available here"),
        ("my-data", "I store nothing about you"),
        (f"save {TITLE}", "Saved:"),
        ("save terraform", "Do you mean"),
        ("unsave terraform", "Your agenda is empty"),
        ("remind here", "Only organisers"),
        ("report", "Only organisers"),
        ("feedback", "Only organisers"),
        ("organise", "Only organisers"),
    ],
)
async def test_a_personal_answer_is_private_in_a_channel_and_lasting_in_a_direct_message(
    world: World, words: str, answer: str
) -> None:
    mentioned = await world.attendee.ask(f"@qcon {words}")
    assert answer in mentioned.text
    assert mentioned.only_to == world.attendee.id
    world.attendee.say("@", words)
    direct = await world.attendee.sees("@", "Already" if answer == "Saved:" else answer)  # a welcome may come first
    assert direct.only_to == ("" if "Only" not in answer else world.attendee.id)


async def test_a_question_about_changes_is_answered_to_everyone_in_the_thread(world: World) -> None:
    question = world.attendee.say("general", "@qcon changes")
    answer = await world.organiser.sees("general", "No schedule changes")
    assert (answer.thread_ts, answer.only_to) == (question.ts, "")
    helped = await world.attendee.ask("help", "@")
    assert "Ask me in your own words" in helped.text


async def test_a_command_in_a_thread_is_answered_there(world: World) -> None:
    question = world.attendee.say("general", "@qcon who talks about terraform")
    await world.attendee.sees("general", "Brikman")
    answer = await world.attendee.ask("@qcon my agenda", thread_ts=question.ts)
    assert (answer.thread_ts, answer.only_to) == (question.ts, world.attendee.id)


async def test_save_it_saves_the_only_talk_of_the_last_answer(world: World) -> None:
    await world.attendee.ask("/qcon when is terraform?")
    assert "Saved: *" in (await world.attendee.ask("/qcon save it")).text
    question = world.attendee.say("general", "@qcon when is complex event flows?")
    await world.attendee.sees("general", TITLE)
    answer = await world.attendee.ask("@qcon save this one", thread_ts=question.ts)
    assert f"Saved: *{TITLE}" in answer.text
    answer = await world.attendee.ask("@qcon unsave it.", thread_ts=question.ts)
    assert f"Removed from your agenda: *{TITLE}" in answer.text


async def test_save_it_asks_which_talk_after_an_answer_with_several(world: World) -> None:
    await world.attendee.ask("microservices", "@")
    assert "Which talk?" in (await world.attendee.ask("save it.", "@")).text
    await world.attendee.ask("the second one", "@")
    world.attendee.say("@", "save it")
    await world.attendee.sees("@", "Saved:")


async def test_an_organiser_opens_the_menu_from_a_message(world: World) -> None:
    offer = await world.organiser.ask("organise", "@")
    await world.organiser.click(offer, "organise-menu")
    await world.organiser.sees_modal("Organise")
    about = await world.organiser.ask("organise complex event flows", "@")
    await world.organiser.click(about, "organise-menu")
    await world.slack.workspace.wait_until(
        lambda: TITLE in str(world.organiser.modal and world.organiser.modal.payload)
    )


@pytest.mark.parametrize(
    "typed", ["complex event flows", "terraform", "infrastructure", "complex event flows in distributed"]
)
async def test_a_title_that_matches_only_in_part_is_confirmed_before_it_is_saved(world: World, typed: str) -> None:
    asked = await world.attendee.ask(f"/qcon save {typed}")
    assert "Do you mean" in asked.text
    assert "empty" in (await world.attendee.ask("/qcon agenda")).text
    await world.attendee.click(asked, "save-instead")
    await world.attendee.sees("general", "Saved:")


@pytest.mark.parametrize("agreed", ["yes", "Yes, please!", "ja", "save it"])
async def test_yes_saves_the_talk_that_the_bot_asked_about(world: World, agreed: str) -> None:
    assert "Do you mean" in (await world.attendee.ask("/qcon save complex event flows")).text
    assert f"Saved: *{TITLE}" in (await world.attendee.ask(f"/qcon {agreed}")).text
    world.attendee.say("@", "save complex event flows")
    await world.attendee.sees("@", "Do you mean")
    world.attendee.say("@", agreed)
    await world.attendee.sees("@", f"Already on your agenda: *{TITLE}")


@pytest.mark.parametrize("typed", [TITLE, TITLE.upper(), f"“{TITLE}”", f"  {TITLE.lower()}  "])
async def test_an_exact_title_is_saved_at_once(world: World, typed: str) -> None:
    assert "Saved:" in (await world.attendee.ask(f"/qcon save {typed}")).text


async def test_characters_that_slack_escapes_are_read_as_they_were_typed(world: World) -> None:
    assert "“zymurgy R&amp;D &lt;x&gt;”" in (await world.attendee.ask("/qcon save zymurgy R&D <x>")).text
    assert "“zymurgy R&amp;D”" in (await world.attendee.ask("save zymurgy R&D", "@")).text
    assert "Your interests: c++ · r&amp;d" in (await world.attendee.ask("/qcon interests R&D, c++")).text
    assert "“save zymurgy R&amp;D”" in (await world.attendee.ask("/qcon sav zymurgy R&D")).text


async def test_saving_words_that_match_several_talks_asks_which_one(world: World) -> None:
    asked = await world.attendee.ask("/qcon save distributed systems")
    assert "Which one" in asked.text
    assert "empty" in (await world.attendee.ask("/qcon agenda")).text


@pytest.mark.parametrize(
    ("typed", "suggested", "answer"),
    [("nexxt", "next", TITLE), ("agend", "agenda", "Your agenda is empty"), ("settigns", "settings", "Your settings")],
)
async def test_a_mistyped_command_is_corrected_in_a_suggestion_that_runs_on_a_click(
    world: World, typed: str, suggested: str, answer: str
) -> None:
    asked = await world.attendee.ask(f"/qcon {typed}")
    assert f"Did you mean “{suggested}”?" in asked.text
    await world.attendee.click(asked, "ask:0")
    shown = await world.attendee.sees("general", answer)
    assert shown.only_to == world.attendee.id

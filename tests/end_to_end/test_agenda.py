"""A person's agenda over real connections: save from anywhere, look at it, export it, be reminded."""

import pytest

from bot.handlers import user_data
from bot.schedule.models import short_id
from tests.end_to_end.conftest import World
from tests.end_to_end.test_reminding import AFTER_THE_FIRST_IS_DUE
from tests.steps import turn_on_reminders

FLOWS = "complex-event-flows"


async def test_a_talk_saved_from_an_answer_is_on_the_agenda(world: World) -> None:
    answer = await world.attendee.ask("/qcon next")
    await world.attendee.click(answer, "save")
    saved = await world.attendee.sees("general", "Saved: *Complex Event Flows")
    assert saved.only_to == world.attendee.id
    assert "10 minutes before" in saved.text
    agenda = await world.attendee.ask("/qcon agenda")
    assert "*Tue 5 March*\n10:35–11:25 (11:35 for you) · Fleming, 3rd floor · Complex Event Flows" in agenda.text
    assert "Complex" not in (await world.organiser.ask("/qcon agenda")).text


async def test_saving_is_undone_and_done_again_in_the_same_place(world: World) -> None:
    await world.attendee.click(await world.attendee.ask("/qcon next"), "save")
    said = await world.attendee.sees("general", "Saved:")
    await world.attendee.click(said, "unsave-instead")
    await world.attendee.sees("general", "Removed from your agenda")
    assert said.text.startswith("Removed from your agenda")
    assert "is empty" in (await world.attendee.ask("/qcon agenda")).text
    await world.attendee.click(said, "save-instead")
    await world.attendee.sees("general", "Saved:")


async def test_each_talk_of_a_list_has_a_menu(world: World) -> None:
    answer = await world.attendee.ask("/qcon today")
    await world.attendee.click(answer, "talk-menu", value=f"save {short_id(FLOWS)}")
    assert "Complex" in (await world.attendee.sees("general", "Saved:")).text
    assert f"save {short_id(FLOWS)}" not in str(answer.blocks)
    await world.attendee.click(answer, "talk-menu", value=f"details {short_id(FLOWS)}")
    assert "Complex" in str((await world.attendee.sees_modal("Session")).payload)


async def test_a_saved_talk_is_marked_in_the_next_list_and_can_be_removed_there(world: World) -> None:
    await world.attendee.ask("/qcon save Complex Event Flows in Distributed Systems")
    answer = await world.attendee.ask("/qcon today")
    assert "*Saved*" in answer.readable_text
    await world.attendee.click(answer, "talk-menu", value=f"remove {short_id(FLOWS)}")
    await world.attendee.sees("general", "Removed from your agenda")


@pytest.mark.parametrize("where", ["general", "@"])
async def test_a_private_list_is_updated_after_a_save_and_after_its_undo(world: World, where: str) -> None:
    if where == "general":
        answer = await world.attendee.ask("/qcon today")
    else:
        world.attendee.say("@", "today")
        answer = await world.attendee.sees("@", "5 talks")
    read = len(world.attendee.reads(where))
    await world.attendee.click(answer, "talk-menu", value=f"save {short_id(FLOWS)}")
    await world.attendee.sees(where, "Saved: *Complex Event Flows")
    row = next(number for number, block in enumerate(answer.blocks) if "Complex Event" in str(block))
    assert "*Saved* ·" in answer.blocks[row]["text"]["text"]
    assert answer.blocks[row + 1]["text"]["text"] == "Saved. I'll remind you 10 minutes before."
    await world.attendee.click(answer, "unsave-instead")
    await world.attendee.sees(where, "Removed from your agenda")
    assert "*Saved*" not in answer.readable_text
    assert len(world.attendee.reads(where)) == read


async def test_a_list_shows_what_was_just_saved_though_the_database_is_slow(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(user_data, "SAVED_TIMEOUT_S", 0.0)
    answer = await world.attendee.ask("/qcon today")
    await world.attendee.click(answer, "talk-menu", value=f"save {short_id(FLOWS)}")
    await world.attendee.sees("general", "Saved: *Complex Event Flows")
    assert "*Saved* ·" in str(answer.blocks)


async def test_an_answer_about_one_talk_offers_no_second_save(world: World) -> None:
    answer = await world.attendee.ask("/qcon who talks about terraform")
    await world.attendee.click(answer, "save")
    saved = await world.attendee.sees("general", "Saved:")
    assert "Remove from my agenda" in saved.readable_text
    assert '"save"' not in str(saved.blocks).replace("'", '"')


async def test_saving_a_talk_again_from_a_channels_list_says_that_it_is_saved_already(world: World) -> None:
    world.attendee.say("general", "@qcon today")
    listed = await world.organiser.sees("general", "5 talks")
    before = (listed.text, list(listed.blocks))
    for told in ("Saved:", "Already on your agenda:"):
        await world.attendee.click(listed, "talk-menu", value=f"save {short_id(FLOWS)}")
        await world.attendee.sees("general", told)
    assert (listed.text, listed.blocks) == before


async def test_the_speaker_modal_marks_a_saved_talk(world: World) -> None:
    answer = await world.attendee.ask("/qcon next")
    await world.attendee.click(answer, "details")
    await world.attendee.click(await world.attendee.sees_modal("Session"), "speaker-shown")
    speaker = await world.attendee.sees_modal("Speaker")
    await world.attendee.click(speaker, "talk-menu", value=f"save {short_id(FLOWS)}")
    await world.slack.workspace.wait_until(lambda: "*Saved* ·" in str(speaker.payload), 30)
    assert f"remove {short_id(FLOWS)}" in str(speaker.payload)


async def test_saving_from_the_plan_modal_shows_the_result_on_top_of_it(world: World) -> None:
    for title in ("Complex Event Flows in Distributed Systems", "Lessons From 300k+ Lines of Infrastructure Code"):
        await world.attendee.ask(f"/qcon save {title}")
    home = await world.attendee.opens_home()
    await world.attendee.click(home, "go:2")
    await world.slack.workspace.wait_until(lambda: "Fill…" in str(home.payload), 30)
    await world.attendee.click(home, "plan")
    plan = await world.attendee.sees_modal("Plan")
    menus = (block.get("accessory", {}).get("options", ()) for block in plan.payload["blocks"])
    save = next(choice["value"] for menu in menus for choice in menu if choice["value"].startswith("save"))
    await world.attendee.click(plan, "talk-menu", value=save)
    assert "Saved:" in str((await world.attendee.sees_modal("Done")).payload)
    world.attendee.dismiss()
    await world.attendee.sees_modal("Plan")


async def test_a_talk_is_shared_from_its_row(world: World) -> None:
    answer = await world.attendee.ask("/qcon today")
    await world.attendee.click(answer, "talk-menu", value=f"share {short_id(FLOWS)}")
    await world.attendee.sees_modal("Share this talk")
    assert not await world.attendee.submit(person=world.organiser.id)
    shared = await world.organiser.sees("@", "shares a talk")
    assert "Complex Event Flows" in shared.readable_text


async def test_saving_from_a_channels_reminder_is_seen_only_by_the_attendee(world: World) -> None:
    await turn_on_reminders(world.organiser)
    await world.bot.set_time(AFTER_THE_FIRST_IS_DUE, 1)
    reminder = await world.attendee.sees("general", "*10:35 ·")
    before = (reminder.text, list(reminder.blocks))
    await world.attendee.click(reminder, "save")
    saved = await world.attendee.sees("general", "Saved:")
    assert saved not in world.organiser.reads("general")
    assert (reminder.text, reminder.blocks) == before


async def test_saving_words_that_match_several_talks_asks_which_one(world: World) -> None:
    asked = await world.attendee.ask("/qcon save microservices")
    assert asked.text.startswith("Which one should I save?")
    await world.attendee.click(asked, "save-chosen-instead", short_id(FLOWS))
    await world.attendee.sees("general", "Saved:")
    assert asked.text.startswith("Saved:")


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("save this one", "Which talk? Press *Save* below it"),
        ("save", "Which talk? Press *Save* below it, or add its title, such as `/qcon save infrastructure code`."),
        ("save quantum computing", "No sessions found for “quantum computing”"),
        ("unsave terraform", "Your agenda is empty"),
    ],
)
async def test_saving_or_removing_without_a_match_says_why_nothing_happened(
    world: World, command: str, answer: str
) -> None:
    assert answer in (await world.attendee.ask(f"/qcon {command}")).text


async def test_unsaving_searches_only_the_saved_talks(world: World) -> None:
    for words in ("Complex Event Flows in Distributed Systems", "Reactive Systems Architecture"):
        await world.attendee.ask(f"/qcon save {words}")
    assert "None of your saved talks match that." in (await world.attendee.ask("/qcon unsave terraform")).text
    assert "Removed from your agenda: *Reactive" in (await world.attendee.ask("/qcon unsave reactive")).text
    agenda = await world.attendee.ask("/qcon agenda")
    assert "Reactive" not in agenda.text
    await world.attendee.click(agenda, "talk-menu", value=f"drop {short_id(FLOWS)}")
    await world.attendee.sees("general", "Your agenda is empty")
    assert "is empty" in agenda.text


async def test_the_agenda_can_be_sent_to_the_direct_messages(world: World) -> None:
    await world.attendee.ask("/qcon save Complex Event Flows in Distributed Systems")
    await world.attendee.click(await world.attendee.ask("/qcon agenda"), "send-agenda")
    kept = await world.attendee.sees("@", "Your agenda")
    assert not kept.only_to
    await world.attendee.sees("general", "I've sent your agenda to your direct messages")
    await world.attendee.click(kept, "talk-menu", value=f"drop {short_id(FLOWS)}")
    await world.attendee.sees("@", "is empty")


async def test_settings_change_the_lead_time_and_turn_reminders_off(world: World) -> None:
    settings = await world.attendee.ask("/qcon settings")
    assert "10 minutes before" in settings.text
    await world.attendee.click(settings, "choose-lead", "30")
    await world.attendee.sees("general", "30 minutes before")
    await world.attendee.click(settings, "choose-digest", "on")
    await world.attendee.sees("general", "Morning digest: on")
    await world.attendee.click(settings, "choose-lead", "off")
    await world.attendee.sees("general", "Reminders: off")
    assert (
        "Your reminders are off"
        in (await world.attendee.ask("/qcon save Complex Event Flows in Distributed Systems")).text
    )


async def test_remind_me_opens_the_settings_by_button_and_by_command(world: World) -> None:
    choice = await world.attendee.ask("/qcon remind")
    await world.attendee.click(choice, "remind-me")
    await world.attendee.sees("general", "Reminders: 10 minutes before")
    assert "Your settings" in (await world.attendee.ask("/qcon remind me")).text
    assert "15 minutes before" in (await world.attendee.ask("/qcon remind me 15")).readable_text


async def test_a_response_url_that_is_gone_still_gets_an_answer(world: World) -> None:
    answer = await world.attendee.ask("/qcon next")
    world.slack.payloads.base_url += "/gone"  # every response URL from here on answers 404
    await world.attendee.click(answer, "save")
    saved = await world.attendee.sees("general", "Saved:")
    assert saved.only_to == world.attendee.id


async def test_an_answer_comes_as_a_direct_message_where_the_bot_may_not_post(world: World) -> None:
    answer = await world.attendee.ask("/qcon next", "random")
    world.slack.payloads.base_url += "/gone"
    await world.attendee.click(answer, "save")
    assert "10 minutes before" in (await world.attendee.sees("@", "Saved:")).text

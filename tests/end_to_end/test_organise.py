"""Organisers manage the day from chat, over real connections: changes, notices, undo."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from bot.db.database import Transaction
from bot.fake_slack.views import SlackView
from bot.handlers.report.repository import punctuality_stats
from bot.schedule import organiser_actions
from bot.schedule.models import short_id
from tests.end_to_end.conftest import World
from tests.fake_slack.person import Person
from tests.schedules import a_talk, london
from tests.steps import turn_on_reminders

FLOWS = "complex-event-flows"

TITLE = "Complex Event Flows in Distributed Systems"


def _words(view: SlackView | None) -> str:
    """The whole text of a modal."""
    assert view
    return str(view.payload["blocks"])


async def _menu(world: World, talk: str = "complex event flows") -> SlackView:
    if world.organiser.modal:
        world.organiser.dismiss(everything=True)
    await world.organiser.command(f"/qcon organise {talk}")
    return await world.organiser.sees_modal("Organise")


async def _begin(world: World, action: str, talk: str = "complex event flows") -> SlackView:
    """Open the form of an action, or its preview if there is nothing to fill in."""
    menu = await _menu(world, talk)
    await world.organiser.click(menu, *_button(menu, action))
    await world.slack.workspace.wait_until(lambda: world.organiser.modal is not menu, 30)
    return await world.organiser.sees_modal()


def _button(menu: SlackView, action: str) -> tuple[str, None, str]:
    buttons = (element for block in menu.payload["blocks"] for element in block.get("elements", ()))
    button = next(button for button in buttons if str(button.get("value", "")).split(" ")[0] == action)
    return button["action_id"], None, button["value"]


async def _confirm(world: World, **filled: Any) -> SlackView:
    """Fill in the form and return the preview."""
    assert await world.organiser.submit(**filled) == {}
    return await world.organiser.sees_modal("Is this right?")


async def _carry_out(world: World) -> SlackView:
    assert await world.organiser.submit() == {}
    return await world.organiser.sees_modal("Done")


async def _save(world: World, *people: Person) -> None:
    for person in people or (world.attendee,):
        await person.ask("/qcon save Complex Event Flows in Distributed Systems")


async def test_an_attendee_who_is_no_organiser_is_refused_and_sees_no_form(world: World) -> None:
    assert "Only organisers can do this" in (await world.attendee.ask("/qcon organise")).text
    assert world.attendee.modal is None


async def test_an_attendee_is_notified_of_a_moved_talk_and_of_the_undo(world: World) -> None:
    await _save(world)
    await _begin(world, "move")
    confirm = await _confirm(world, time="11:45", **{"room-found": None})
    assert "10:35–11:25, Fleming → *11:45–12:35*" in _words(confirm)
    assert "*1 person* will be notified at once." in _words(confirm)
    done = await _carry_out(world)
    notice = await world.attendee.sees("@", "Moved: *now 11:45")
    assert "was 10:35, Fleming" in notice.text
    assert "11:45" in (await world.attendee.ask("/qcon talk complex event flows")).text
    await world.organiser.click(done, "undo")
    await world.organiser.sees_modal("Undone")
    await world.attendee.sees("@", "Moved: *now 10:35")


async def test_delaying_a_talk_that_nobody_saved_says_that_nobody_is_notified(world: World) -> None:
    await _begin(world, "delay")
    confirm = await _confirm(world, minutes="15")
    assert "10:35–11:25 → *10:50–11:40, Fleming*" in _words(confirm)
    assert "Nobody will be notified" in _words(confirm)
    await _carry_out(world)
    assert "10:50" in (await world.attendee.ask("/qcon talk complex event flows")).text


async def test_a_whole_day_is_delayed(world: World) -> None:
    menu = await _menu(world, "")
    await world.organiser.click(menu, *_button(menu, "delay-several"))
    form = await world.organiser.sees_modal("Delay several")
    groups = await world.organiser.suggest_in_groups(form, "where-found", "")
    assert [group["label"]["text"] for group in groups] == ["Everything", "A room", "A track"]
    confirm = await _confirm(world, minutes="5", **{"where-found": "everywhere"})
    assert "*5 sessions*" in _words(confirm)
    assert "10:35 → *10:40* · Complex Event Flows" in _words(confirm)
    await _carry_out(world)
    assert "10:40" in (await world.attendee.ask("/qcon next")).text


async def test_a_talk_is_cancelled_with_a_reason_and_reinstated_without_it(world: World) -> None:
    await _save(world)
    await _begin(world, "cancel")
    words = _words(await _confirm(world, words="The speaker is ill."))
    assert "*Cancelled*" in words
    assert "*Note:* The speaker is ill." in words
    await _carry_out(world)
    assert "The speaker is ill." in (await world.attendee.sees("@", f"Cancelled: {TITLE}")).text
    await _begin(world, "reinstate")
    await _carry_out(world)
    assert "Note:" not in (await world.attendee.sees("@", "Back on:")).text


async def test_a_full_room_is_announced_to_attendees_who_saved_the_talk_but_to_no_channel(world: World) -> None:
    await _save(world)
    await turn_on_reminders(world.organiser)
    assert "1 person" in _words(await _begin(world, "full"))
    await _carry_out(world)
    assert world.bot.live_schedule.current.schedule.talk_by_id[FLOWS].full
    await world.attendee.sees("@", "Full: *10:35 (11:35 for you), Fleming")
    assert not any("Full:" in message.text for message in world.attendee.reads("general"))


async def test_new_links_and_notes_notify_nobody(world: World) -> None:
    await _save(world)
    await _begin(world, "links")
    assert "Nobody is notified" in _words(await _confirm(world, stream="https://example.org/live", recording=None))
    await _carry_out(world)
    await _begin(world, "note")
    await _confirm(world, words="Bring a laptop.")
    await _carry_out(world)
    talk = world.bot.live_schedule.current.schedule.talk_by_id[FLOWS]
    assert (talk.stream, talk.note) == ("https://example.org/live", "Bring a laptop.")
    await _begin(world, "full")
    await _carry_out(world)
    await world.attendee.sees("@", "Full: *10:35")  # later than anything about the links or the note would come
    assert [message.text.split()[0] for message in world.attendee.reads("@")].count("Hello!") <= 1
    [_] = (message for message in world.attendee.reads("@") if "Hello!" not in message.text)


async def test_an_attendee_who_saved_a_talk_is_notified_of_new_speakers(world: World) -> None:
    await _save(world)
    await _begin(world, "speakers")
    assert "By *Amara Okafor*, was by Bernd Ruecker" in _words(await _confirm(world, names="Amara Okafor"))
    await _carry_out(world)
    await world.attendee.sees("@", "Now given by: *Amara Okafor*")


async def test_an_open_space_is_added_in_a_new_room(world: World) -> None:
    menu = await _menu(world, "")
    await world.organiser.click(menu, *_button(menu, "add"))
    form = await world.organiser.sees_modal("Add a session")
    [room] = await world.organiser.suggest(form, "room-found", "Garden tent")
    assert room["text"]["text"] == "New room: Garden tent"
    fields = {"title": "Open space: sagas & <!here>", "time": "16:30", "room-found": room["value"]}
    assert "*New: Open space: sagas &amp; &lt;!here&gt;*" in _words(await _confirm(world, **fields))
    await _carry_out(world)
    found = (await world.attendee.ask("/qcon room garden tent")).text
    assert "16:30" in found
    assert "&lt;!here&gt;" in found


async def test_a_move_to_the_past_or_to_the_same_time_is_refused_at_its_field(world: World) -> None:
    await _begin(world, "move")
    errors = await world.organiser.submit(time="09:00")
    assert errors == {"time": "That's already in the past: it's 10:20 at the venue."}
    [same] = (await world.organiser.submit(time="10:35")).values()
    assert "No changes to make" in same


async def test_moving_a_talk_into_an_occupied_room_gives_only_a_warning(world: World) -> None:
    await _begin(world, "move")
    confirm = await _confirm(world, time="14:55", **{"room-found": short_id("fleming")})
    assert "*Careful:* Fleming has “" in _words(confirm)
    await _carry_out(world)


async def test_an_organiser_has_to_confirm_again_when_the_schedule_has_changed(world: World) -> None:
    await _begin(world, "delay")
    await _confirm(world, minutes="15")
    on = world.bot.live_schedule.current
    other = on.schedule.talks[-1]
    await world.bot.live_schedule.apply(
        organiser_actions.mark_full(other).overrides, "marked another as full", "U1", on
    )
    assert await world.organiser.submit() == {}
    assert "The schedule has changed in the meantime" in _words(await world.organiser.sees_modal("Is this right?"))
    await _carry_out(world)


async def test_changes_are_listed_newest_first_with_author_and_time_and_can_be_undone(world: World) -> None:
    await _begin(world, "full")
    await _carry_out(world)
    await _begin(world, "note")
    await _confirm(world, words="Bring a laptop.")
    await _carry_out(world)
    await world.organiser.click(await _menu(world), "list-changes")
    listed = await world.organiser.sees_modal("Changes")
    first, second = (block["text"]["text"] for block in listed.payload["blocks"])
    assert first.startswith("Tue 5 March 10:20 · ")
    assert f"<@{world.organiser.id}> put a note on “{TITLE}”" in first
    assert "marked" in second
    await world.organiser.click(listed, "undo", value="1")
    await world.slack.workspace.wait_until(lambda: "*Undone* by" in _words(world.organiser.modal), 30)
    assert not world.bot.live_schedule.current.schedule.talk_by_id[FLOWS].full


async def _undo_first(world: World) -> str:
    """Undo the first change in the list of changes, and return what the organiser reads above the list then."""
    await world.organiser.click(await _menu(world), "list-changes")
    listed = await world.organiser.sees_modal("Changes")
    await world.organiser.click(listed, "undo", value="1")
    await world.slack.workspace.wait_until(lambda: "*Undone* by" in _words(world.organiser.modal), 30)
    view = await world.organiser.sees_modal("Changes")
    return str(view.payload["blocks"][0]["text"]["text"])


async def test_undoing_a_cancellation_says_that_the_source_has_cancelled_the_talk_too(world: World) -> None:
    live = world.bot.live_schedule
    source = await live.accepted_source()
    assert source
    cancelling = organiser_actions.cancel_talk(source.talk_by_id[FLOWS])
    await live.apply(cancelling.overrides, cancelling.description, "U1", live.current)
    await live.publish_source(replace(source, talks=tuple(talk for talk in source.talks if talk.id != FLOWS)))
    result = await _undo_first(world)
    assert result == f"Undone: cancelled “{TITLE}”. The schedule stays as it is, since its source says the same now."
    assert live.current.schedule.talk_by_id[FLOWS].cancelled


async def test_undoing_an_addition_says_that_the_source_has_the_session_too(world: World) -> None:
    live = world.bot.live_schedule
    source = await live.accepted_source()
    assert source
    session = a_talk("Open space", "16:30")
    adding = organiser_actions.add_session(source, "1", session.title, session.start, session.end, "", [])
    await live.apply(adding.overrides, adding.description, "U1", live.current)
    await live.publish_source(replace(source, talks=(*source.talks, session)))
    assert (await _undo_first(world)).endswith("since its source says the same now.")
    assert [talk.cancelled for talk in live.current.schedule.talks if talk.title == "Open space"] == [False]


async def test_undoing_the_first_of_two_moves_says_that_the_later_one_counts(world: World) -> None:
    live = world.bot.live_schedule
    for minutes in (15, 30):
        delaying = organiser_actions.delay_talks([live.current.schedule.talk_by_id[FLOWS]], minutes)
        await live.apply(delaying.overrides, delaying.description, "U1", live.current)
    moved = live.current.schedule
    assert (await _undo_first(world)).endswith("since a later change counts.")
    assert live.current.schedule == moved


async def test_undoing_a_change_says_that_people_are_notified_again(world: World) -> None:
    await _begin(world, "full")
    await _carry_out(world)
    assert (await _undo_first(world)).endswith("People who were notified of it are notified again.")


async def test_undoing_a_change_that_another_organiser_has_undone_is_refused(world: World) -> None:
    await _begin(world, "full")
    await _carry_out(world)
    await world.organiser.click(await _menu(world), "list-changes")
    listed = await world.organiser.sees_modal("Changes")
    await world.bot.live_schedule.undo(1, "U1")
    await world.organiser.click(listed, "undo", value="1")
    assert "already been undone" in _words(await world.organiser.sees_modal("Not done"))


async def test_sending_is_paused_and_resumed_from_the_organise_menu(world: World) -> None:
    await _save(world)
    await world.organiser.click(await _menu(world), "pause-here")
    await world.slack.workspace.wait_until(lambda: "All sending is paused" in _words(world.organiser.modal), 30)
    await _begin(world, "delay")
    assert "when sending resumes; it's paused now" in _words(await _confirm(world, minutes="15"))
    await _carry_out(world)
    menu = await _menu(world)
    assert not any("Moved" in message.text for message in world.attendee.reads("@"))
    await world.organiser.click(menu, "resume-here")
    await world.attendee.sees("@", "Moved: *now 10:50")


async def test_the_organise_menu_opened_from_a_card_has_its_talk_chosen(world: World) -> None:
    await _menu(world, "")  # from now on the bot knows the organiser
    world.organiser.dismiss()
    await world.organiser.click(await world.organiser.ask("/qcon talk complex event flows"), "details")
    card = await world.organiser.sees_modal("Session")
    await world.organiser.click(card, "organise")
    assert TITLE in _words(await world.organiser.sees_modal("Organise"))
    await world.attendee.click(await world.attendee.ask("/qcon talk complex event flows"), "details")
    assert "Organise" not in _words(await world.attendee.sees_modal("Session"))


@pytest.mark.parametrize("typed", ["complex", "ruecker"])
async def test_an_organiser_finds_a_talk_while_typing(world: World, typed: str) -> None:
    menu = await _menu(world, "")
    found = await world.organiser.suggest(menu, "organise-found", typed)
    assert found
    await world.organiser.click(menu, "organise-found", found[0]["value"])
    assert await world.slack.workspace.wait_until(lambda: TITLE in _words(world.organiser.modal), 30)


async def test_a_rejected_version_of_the_schedule_can_be_used_from_the_menu(world: World) -> None:
    live, whole = world.bot.live_schedule, world.bot.live_schedule.current.schedule
    await live.reject(replace(whole, talks=whole.talks[:2]), "In the new version, 3 of 5 talks are gone.")
    await world.organiser.command("/qcon organise")
    menu = await world.organiser.sees_modal("Organise")
    assert "3 of 5 talks are gone" in _words(menu)
    await world.organiser.click(menu, "use-source")
    assert "using the new version of the schedule anyway: revision 2" in _words(
        await world.organiser.sees_modal("Done")
    )
    assert len(live.current.schedule.given) == 2
    world.organiser.dismiss(everything=True)
    await world.organiser.command("/qcon organise")
    assert "talks are gone" not in _words(await world.organiser.sees_modal("Organise"))


async def test_practical_answers_are_set_given_to_everyone_and_undone(world: World) -> None:
    assert "Invented for this demo" in (await world.attendee.ask("/qcon what's the wifi password?")).text
    await world.organiser.click(await _menu(world), "practical")
    form = await world.organiser.sees_modal("Practical answers")
    fields = {block["label"]["text"]: block["block_id"] for block in form.payload["blocks"] if block["type"] == "input"}
    filled = {fields["Wifi"]: "Network <QCon 2>", "new-words": "dogs, pets", "new-answer": "Only outside."}
    assert await world.organiser.submit(**filled) == {}
    done = await world.organiser.sees_modal("Done")
    assert "you changed the practical answers about “wifi”, “dogs”" in _words(done)
    assert "Nobody is notified" in _words(done)
    for question in ("what's the wifi password?", "Wie ist das WLAN-Passwort?", "contraseña wifi"):
        assert (await world.attendee.ask(f"/qcon {question}")).text == "Network &lt;QCon 2&gt;"
    assert (await world.attendee.ask("/qcon are pets allowed?")).text == "Only outside."
    await world.organiser.click(done, "undo")
    await world.organiser.sees_modal("Undone")
    assert "Invented for this demo" in (await world.attendee.ask("/qcon wifi")).text


async def test_a_practical_question_without_an_answer_is_refused_at_its_field(world: World) -> None:
    await world.organiser.click(await _menu(world), "practical")
    await world.organiser.sees_modal("Practical answers")
    errors = await world.organiser.submit(**{"new-words": "dogs"})
    assert "Enter the answer" in errors["new-answer"]


async def test_the_list_of_changes_and_the_report_stay_correct_after_a_clock_jump(world: World) -> None:
    await _save(world)
    await _begin(world, "note")
    await _confirm(world, words="Bring a laptop.")
    await _carry_out(world)
    await world.bot.set_time(london("10:25"), 1)
    await world.attendee.sees("@", "Starts at *10:35")
    async with asyncio.timeout(30):
        while not await world.bot.database.read(_sent, world):  # noqa: ASYNC110  # recorded a little later
            await asyncio.sleep(0.05)
    await world.bot.set_time(london("16:00"), 1)
    await world.organiser.click(await _menu(world), "list-changes")
    assert "Tue 5 March 10:20 · <@" in _words(await world.organiser.sees_modal("Changes"))
    assert "since Tue 5 March 10:20" in (await world.attendee.ask("/qcon changes")).text
    assert "Reminders: 1 sent, 100% on time." in (await world.organiser.ask("/qcon report")).text


async def _sent(tx: Transaction, world: World) -> int:
    """The number of reminders that the report knows."""
    return sum(stats.sent for stats in await punctuality_stats(tx, world.slack.workspace.team_id, ()))

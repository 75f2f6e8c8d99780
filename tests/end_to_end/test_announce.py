"""Announcements by organisers, over real connections: counted, previewed, sent once to each, stopped in time."""

import pytest

from bot.fake_slack.views import SlackView
from bot.schedule.models import short_id
from tests.end_to_end.conftest import World
from tests.schedules import london
from tests.steps import turn_on_reminders

FLOWS = "complex-event-flows"


async def _form(world: World, words: str = "") -> SlackView:
    await world.organiser.command(f"/qcon organise {words}")
    menu = await world.organiser.sees_modal("Organise")
    await world.organiser.click(menu, "announce:1" if words else "announce")
    return await world.organiser.sees_modal("Announce")


async def _remind(world: World, where: str, words: str = "here") -> None:
    await world.organiser.command("/invite @qcon", where)
    await turn_on_reminders(world.organiser, where, words)


async def _preview(world: World, whom: str, text: str = "Lunch is <!here> & now: https://example.org/menu.") -> str:
    form = await _form(world)
    await world.organiser.suggest_in_groups(form, "whom-found", "")
    assert await world.organiser.submit(text=text, **{"whom-found": whom}) == {}
    return str((await world.organiser.sees_modal("Is this right?")).payload)


async def test_an_announcement_goes_to_channels_with_reminders_and_mentions_nobody(world: World) -> None:
    await _remind(world, "general")
    preview = await _preview(world, "channels")
    assert f"<#{world.organiser.conversation('general').id}>" in preview
    assert "Send 1 message'" in preview
    assert await world.organiser.submit() == {}
    assert "Done: 1 message being sent" in str((await world.organiser.sees_modal("Announced")).payload)
    said = await world.attendee.sees("general", "From the organisers of QCon London 2019")
    assert "Lunch is &lt;!here&gt; &amp; now: <https://example.org/menu>." in said.text
    assert not any(block["type"] == "actions" for block in said.blocks)


async def test_an_announcement_to_a_track_goes_only_to_its_channels(world: World) -> None:
    await _remind(world, "general", "here room fleming")
    await _remind(world, "random", "here track microservices")
    track = world.bot.live_schedule.current.schedule.tracks[0]
    preview = await _preview(world, f"track {short_id(track.id)}")
    assert f"<#{world.organiser.conversation('random').id}>" in preview
    await world.organiser.submit()
    await world.attendee.sees("random", "From the organisers")
    assert not any("From the organisers" in message.text for message in world.attendee.reads("general"))


async def test_attendees_who_saved_a_talk_get_its_announcement_with_a_settings_button(world: World) -> None:
    await world.attendee.ask("/qcon save Complex Event Flows in Distributed Systems")
    await _form(world, "complex event flows")
    assert await world.organiser.submit(text="Bring a laptop.") == {}
    confirm = await world.organiser.sees_modal("Is this right?")
    assert "*1 person*, who saved _Complex Event Flows" in str(confirm.payload)
    await world.organiser.submit()
    said = await world.attendee.sees("@", "Bring a laptop.")
    assert "because you saved *Complex Event Flows" in str(said.blocks)
    await world.attendee.click(said, "settings")
    await world.attendee.sees("@", "Your settings")


async def test_an_announcement_without_recipients_or_text_is_refused(world: World) -> None:
    await _form(world, "complex event flows")
    errors = await world.organiser.submit(text="Hello?")
    assert errors == {"whom": "Nobody who gets messages from me has saved that talk."}
    assert await world.organiser.submit(text="") == {"text": "Enter a message."}


async def test_an_announcement_waits_while_sending_is_paused_and_can_be_stopped(world: World) -> None:
    await _remind(world, "general")
    await world.organiser.click(await world.organiser.ask("/qcon remind list"), "pause")
    preview = await _preview(world, "channels")
    assert "Sending is paused. This only goes out if you resume it within three hours." in preview
    await world.organiser.submit()
    done = await world.organiser.sees_modal("Announced")
    assert "Done: 1 message waiting. Sending is paused." in str(done.payload)
    await world.organiser.click(done, "stop-announcing")
    assert "Stopped. 1 not sent." in str((await world.organiser.sees_modal("Stopped")).payload)


async def test_an_announcement_form_submitted_by_an_attendee_is_refused(world: World) -> None:
    """Only people who are still organisers when they submit the form can announce."""
    await _remind(world, "general")
    await _preview(world, "channels")
    modal = world.organiser.modal
    assert modal
    modal.user = world.attendee.id
    answer = await world.slack.transport.send_and_wait(
        "interactive",
        world.slack.payloads.interaction(
            "view_submission", world.attendee.id, view=world.slack.payloads.view(modal), trigger_id="1.2"
        ),
    )
    assert "Only organisers can do this" in str(answer.body)
    assert not any("From the organisers" in message.text for message in world.attendee.reads("general"))


async def test_an_announcement_to_everyone_skips_attendees_who_never_asked_for_messages(world: World) -> None:
    await _remind(world, "general")
    await world.attendee.ask("/qcon save Complex Event Flows in Distributed Systems")
    await world.attendee.sees("general", "Saved: ")  # what came first may be about the reminders
    await world.slack.person("kenji").ask("/qcon next")  # never asked for messages
    preview = await _preview(world, "everyone")
    assert "1 person" in preview
    assert "Send 2 messages" in preview
    await world.organiser.submit()
    await world.attendee.sees("@", "From the organisers")
    await world.attendee.sees("general", "From the organisers")
    assert not any("From the organisers" in message.text for message in world.slack.person("kenji").reads("@"))


async def test_an_announcement_goes_out_at_the_chosen_time(world: World) -> None:
    await _remind(world, "general")
    form = await _form(world)
    await world.organiser.suggest_in_groups(form, "whom-found", "")
    fields = {"text": "Lunch is served.", "whom-found": "channels"}
    errors = await world.organiser.submit(**fields, at="09:00")
    assert "has passed" in errors["at"]
    assert await world.organiser.submit(**fields, at="12:30") == {}
    assert "Goes out at 12:30" in str((await world.organiser.sees_modal("Is this right?")).payload)
    await world.organiser.submit()
    done = await world.organiser.sees_modal("Announced")
    assert "Scheduled for 12:30 on Tue 5 March: 1 message" in str(done.payload)
    await world.bot.set_time(london("12:29"), 1)
    await world.attendee.ask("/qcon next")
    assert not any("Lunch is served" in message.text for message in world.attendee.reads("general"))
    await world.bot.set_time(london("12:30"), 1)
    await world.attendee.sees("general", "Lunch is served")


async def test_an_announcement_can_wait_for_another_day(world: World) -> None:
    await _remind(world, "general")
    form = await _form(world)
    await world.organiser.suggest_in_groups(form, "whom-found", "")
    fields = {"text": "Welcome to day three.", "whom-found": "channels", "day": "2019-03-06"}
    assert "Choose a time on that day" in (await world.organiser.submit(**fields))["at"]
    assert await world.organiser.submit(**fields, at="08:45") == {}
    preview = str((await world.organiser.sees_modal("Is this right?")).payload)
    assert "Goes out at 08:45 on Wed 6 March" in preview
    assert "Schedule 1 message'" in preview
    await world.organiser.submit()
    await world.organiser.sees_modal("Announced")
    await world.bot.set_time(london("23:00"), 1)
    await world.attendee.ask("/qcon next")
    assert not any("day three" in message.text for message in world.attendee.reads("general"))
    await world.bot.set_time(london("08:45", day="2019-03-06"), 1)
    await world.attendee.sees("general", "Welcome to day three")


@pytest.mark.parametrize("digest", [False, True])
async def test_an_attendee_who_turns_all_messages_off_gets_no_scheduled_announcement(
    world: World, digest: bool
) -> None:
    await _remind(world, "general")
    await world.attendee.ask("/qcon save Complex Event Flows in Distributed Systems")
    form = await _form(world)
    await world.organiser.suggest_in_groups(form, "whom-found", "")
    await world.organiser.submit(text="Lunch is served.", at="12:30", **{"whom-found": "everyone"})
    assert "Schedule 2 messages" in str((await world.organiser.sees_modal("Is this right?")).payload)
    await world.organiser.submit()
    await world.organiser.sees_modal("Announced")
    settings = await world.attendee.ask("/qcon settings")
    if digest:
        await world.attendee.click(settings, "choose-digest", "on")
        await world.attendee.sees("general", "Morning digest: on")  # a press is acknowledged before it is done
    await world.attendee.click(settings, "choose-lead", "off")
    await world.attendee.sees("general", "Reminders: off")
    await world.bot.set_time(london("12:30"), 1)
    await world.organiser.sees("general", "Lunch is served")
    if digest:
        await world.attendee.sees("@", "Lunch is served")
    else:
        assert not any("Lunch is served" in message.text for message in world.attendee.reads("@"))


async def test_everyone_includes_attendees_who_want_only_the_digest(world: World) -> None:
    settings = await world.attendee.ask("/qcon settings")
    await world.attendee.click(settings, "choose-lead", "off")
    await world.attendee.sees("general", "Reminders: off")
    await world.attendee.click(settings, "choose-digest", "on")
    await world.attendee.sees("general", "Morning digest: on")
    assert "Send 1 message" in await _preview(world, "everyone")
    await world.organiser.submit()
    said = await world.attendee.sees("@", "From the organisers")
    assert "because you get reminders or other messages from me" in str(said.blocks)


async def test_scheduling_an_announcement_while_sending_is_paused_gives_a_warning(world: World) -> None:
    await _remind(world, "general")
    await world.organiser.click(await world.organiser.ask("/qcon remind list"), "pause")
    form = await _form(world)
    await world.organiser.suggest_in_groups(form, "whom-found", "")
    await world.organiser.submit(text="Lunch is served.", at="12:30", **{"whom-found": "channels"})
    warning = "Sending is paused. This only goes out if you resume it within three hours of 12:30 on Tue 5 March."
    assert warning in str((await world.organiser.sees_modal("Is this right?")).payload)
    await world.organiser.submit()
    assert warning in str((await world.organiser.sees_modal("Announced")).payload)


async def test_a_scheduled_announcement_can_be_stopped(world: World) -> None:
    await _remind(world, "general")
    form = await _form(world)
    await world.organiser.suggest_in_groups(form, "whom-found", "")
    await world.organiser.submit(text="Lunch is served.", at="12:30", **{"whom-found": "channels"})
    await world.organiser.sees_modal("Is this right?")
    await world.organiser.submit()
    await world.organiser.click(await world.organiser.sees_modal("Announced"), "stop-announcing")
    assert "Stopped" in str((await world.organiser.sees_modal("Stopped")).payload)

from dataclasses import replace

import pytest

from bot.delivery import recipients
from bot.fake_slack.workspace import SlackMessage
from bot.schedule.models import Room, Schedule, Talk
from bot.schedule.overrides import override_of
from tests.delivery import flow
from tests.delivery.conftest import SETTINGS, Day
from tests.fake_slack import faults
from tests.schedules import a_room, a_schedule, a_speaker, a_talk, a_track, london

# The tests of the statements run on both databases, so one is enough here.
pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)

FLEMING, MOUNTBATTEN = a_room("Fleming"), a_room("Mountbatten", "6th floor")

AMARA, KENJI = "U0AMARA001", "U0KENJI001"


def flows(start: str = "10:35", room: Room = FLEMING) -> Talk:
    return a_talk("Flows", start, room=room)


OTHER = a_talk("Other", "10:35", room=a_room("Churchill"))

AS_PLANNED = a_schedule(flows(), OTHER)

MOVED = a_schedule(flows("11:00", MOUNTBATTEN), OTHER)

NEXT_DOOR = a_schedule(flows(room=MOUNTBATTEN), OTHER)

WITHOUT = a_schedule(OTHER)


async def publish(day: Day, schedule: Schedule) -> None:
    """Publish a new version of the operator's schedule."""
    await day.processes[0].conference.publish_source(schedule)
    day.wake()


async def move(day: Day, start: str, id: str = "flows") -> None:
    """Move a talk as an organiser who has seen the preview does."""
    conference = day.processes[0].conference
    talk = conference.current.schedule.talk_by_id[id]
    moved = override_of(talk, start=london(start), end=london(start) + talk.length)
    await conference.apply([moved], f"moved to {start}", "U9", on=conference.current)
    day.wake()


async def edited(day: Day, first: SlackMessage, beginning: str) -> SlackMessage:
    return await day.slack.workspace.wait_until(lambda: first.text.startswith(beginning) and first)  # type: ignore[no-any-return]


async def test_a_talk_moved_before_its_reminder_is_reminded_only_at_its_new_time_and_room(day: Day) -> None:
    await day.start_process(AS_PLANNED)
    await day.remind()
    await publish(day, MOVED)
    await day.arrived()
    day.jump("10:26")
    [_, message] = await day.arrived(2)
    assert "Other" in message.text
    assert "Flows" not in message.text
    day.jump("10:50")
    [*_, message] = await day.arrived(3)
    assert message.text.startswith("Starts at *11:00 · Mountbatten, 6th floor* · Flows")


async def test_a_channel_that_was_reminded_gets_a_notice_and_its_reminder_is_edited(day: Day) -> None:
    await day.start_process(AS_PLANNED)
    await day.remind()
    day.jump("10:26")
    [first] = await day.arrived()
    await publish(day, MOVED)
    [_, notice] = await day.arrived(2)
    assert notice.text == "Moved: *now 11:00, Mountbatten, 6th floor* · Flows (was 10:35, Fleming)"
    await edited(day, first, "*10:35 · Churchill, 3rd floor* · Other\nMoved: *now 11:00, Mountbatten, 6th floor*")


@pytest.mark.parametrize(("track", "notices"), [("languages", 1), ("security", 0)])
async def test_only_a_channel_that_follows_the_track_gets_a_notice_long_before_the_reminder(
    day: Day, track: str, notices: int
) -> None:
    languages, security = a_track("Languages"), a_track("Security")
    other = a_talk("Other", track=security)
    await day.start_process(a_schedule(a_talk("Flows", "16:00", track=languages), other))
    await day.remind(track=track)
    await publish(day, a_schedule(a_talk("Flows", "16:10", track=languages), other))
    await move(day, "16:20", "flows")
    assert await day.settled() == ["sent"] * notices


async def test_channels_are_notified_of_new_talks_but_not_of_new_breaks(day: Day) -> None:
    await day.start_process(AS_PLANNED)
    await day.remind()
    lunch = a_talk("Lunch", "12:00", kind="lunch")
    await publish(day, a_schedule(flows(), OTHER, a_talk("Keynote", "10:50", speakers=(a_speaker("Ann"),)), lunch))
    [notice] = await day.arrived()
    assert notice.text == "New: *10:50* · Keynote · Ann"
    assert [
        element["placeholder"] if "placeholder" in element else element["text"]["text"]
        for element in notice.blocks[-1]["elements"]
    ] == ["Details", "Save"]


async def test_only_attendees_who_saved_a_break_are_notified_that_it_moved(day: Day) -> None:
    await day.start_process(a_schedule(OTHER, a_talk("Lunch", "10:50", kind="lunch")))
    await day.remind()
    await day.attend(AMARA, "lunch")
    await publish(day, a_schedule(OTHER, a_talk("Lunch", "11:00", kind="lunch")))
    [notice] = await day.arrived()
    assert AMARA in day.slack.workspace.conversations[notice.channel].members
    assert await day.settled() == ["sent"]


async def test_a_new_title_and_new_speakers_are_announced_in_one_line(day: Day) -> None:
    ann, bob = a_speaker("Ann"), a_speaker("Bob")
    await day.start_process(a_schedule(a_talk("Flows", speakers=(ann,), room=FLEMING)))
    await day.attend(AMARA, "flows")
    await publish(day, a_schedule(a_talk("Rivers", id="flows", speakers=(bob,), room=FLEMING)))
    [notice] = await day.arrived()
    assert notice.text == "Now titled: *Rivers* · 10:35, Fleming, 3rd floor · Bob (was Flows; Ann)"


async def test_a_talk_that_is_back_on_is_announced_and_reminded_of_again(day: Day) -> None:
    await day.start_process(AS_PLANNED)
    await day.attend(AMARA, "flows")
    await publish(day, WITHOUT)
    await day.arrived()
    await publish(day, AS_PLANNED)
    [_, notice] = await day.arrived(2)
    assert notice.text == "Back on: *10:35, Fleming, 3rd floor* · Flows"
    day.jump("10:26")
    [*_, reminder] = await day.arrived(3)
    assert reminder.text == "Starts at *10:35 · Fleming, 3rd floor* · Flows"


async def test_an_attendee_reminded_before_unsaving_gets_a_notice_unless_reminders_are_off(day: Day) -> None:
    process = await day.start_process(AS_PLANNED)
    await day.attend(AMARA, "flows")
    await day.attend(KENJI, "flows")
    day.jump("10:26")
    await day.arrived(2)
    await process.database.write(recipients.unsave_talk, day.workspace, AMARA, "flows")
    await day.choose(KENJI, reminded=False)
    await publish(day, NEXT_DOOR)
    [_, _, notice] = await day.arrived(3)
    assert AMARA in day.slack.workspace.conversations[notice.channel].members
    assert await day.settled() == ["sent"] * 5  # two reminders, a notice, and both reminders edited


async def test_a_notice_of_a_change_that_was_undone_is_sent_as_the_reminder_it_replaced(day: Day) -> None:
    process = await day.start_process(a_schedule(flows()))
    await day.attend(AMARA, "flows")
    day.jump("10:21")
    await day.settled_with("pending")  # the reminder is planned before it is withdrawn
    await process.control.set_paused(day.workspace, "U9", paused=True)
    await publish(day, a_schedule(flows(room=MOUNTBATTEN)))
    await publish(day, a_schedule(flows()))
    await process.control.set_paused(day.workspace, "U9", paused=False)
    [message] = await day.arrived()
    assert message.text == "Starts at *10:35 · Fleming, 3rd floor* · Flows"
    day.jump("10:27")
    assert await day.settled() == ["cancelled", "sent"]  # the reminder and the notice


async def test_a_notice_that_waits_in_a_pause_stays_valid_for_a_second_change_and_so_does_an_edit(day: Day) -> None:
    process = await day.start_process(AS_PLANNED)
    await day.attend(AMARA, "flows", "other")
    day.jump("10:26")
    [reminder] = await day.arrived()
    await process.control.set_paused(day.workspace, "U9", paused=True)
    await move(day, "12:00")
    await move(day, "17:00")
    day.jump("13:30")  # after the end of the first change
    await process.control.set_paused(day.workspace, "U9", paused=False)
    [_, notice] = await day.arrived(2)
    assert notice.text.startswith("Moved: *now 17:00, Fleming, 3rd floor* · Flows (was 10:35")
    await edited(day, reminder, "*10:35 · Churchill, 3rd floor* · Other\nMoved: *now 17:00")


async def test_a_talk_moved_into_the_past_is_told_with_the_news_that_it_is_over(day: Day) -> None:
    await day.start_process(AS_PLANNED)
    await day.attend(AMARA, "flows")
    await publish(day, a_schedule(flows("08:00"), OTHER))
    [notice] = await day.arrived()
    assert notice.text.splitlines()[1] == "It's already over."


async def test_an_attendee_who_saved_a_moved_talk_is_notified_and_nobody_else_is(day: Day) -> None:
    await day.start_process(AS_PLANNED)
    await day.remind()
    await day.attend(AMARA, "flows")
    await day.attend(KENJI, "other")
    await publish(day, MOVED)
    [notice] = await day.arrived()
    assert AMARA in day.slack.workspace.conversations[notice.channel].members
    assert notice.text.startswith("Moved: *now 11:00")


async def test_a_notice_shortly_before_the_reminder_replaces_it(day: Day) -> None:
    await day.start_process(AS_PLANNED)
    await day.attend(AMARA, "flows")
    day.jump("10:36")
    await day.arrived()
    await publish(day, MOVED)
    await day.arrived(2)
    day.jump("10:55")
    assert await day.settled() == ["sent"] * 3  # the reminder, the notice, the edit


async def test_a_notice_long_before_the_talk_does_not_replace_its_reminder(day: Day) -> None:
    await day.start_process(AS_PLANNED)
    await day.attend(AMARA, "flows")
    await publish(day, a_schedule(flows("14:00"), OTHER))
    await day.arrived(1)
    day.jump("13:51")
    [_, reminder] = await day.arrived(2)
    assert reminder.text.startswith("Starts at *14:00 · Fleming")


async def test_a_cancelled_talk_is_announced_as_cancelled_and_gets_no_reminder(day: Day) -> None:
    await day.start_process(AS_PLANNED)
    await day.attend(AMARA, "flows")
    await publish(day, WITHOUT)
    [notice] = await day.arrived()
    assert notice.text == "Cancelled: Flows (was 10:35, Fleming)"
    day.jump("10:30")
    assert await day.settled() == ["sent"]


async def test_a_notice_of_another_room_replaces_the_reminder_that_waits(day: Day) -> None:
    await day.start_process(a_schedule(flows()))
    await day.remind()
    day.jump("10:24")
    await day.settled_with("pending")  # planned, not posted
    await publish(day, a_schedule(flows(room=MOUNTBATTEN)))
    [notice] = await day.arrived()
    assert notice.text == "Moved: *now 10:35, Mountbatten, 6th floor* · Flows (was 10:35, Fleming)"
    day.jump("10:26")
    assert await day.settled() == ["cancelled", "sent"]  # the notice replaces the reminder


async def test_a_talk_moved_back_gets_a_second_notice_and_the_first_is_taken_back(day: Day) -> None:
    await day.start_process(AS_PLANNED)
    await day.remind()
    day.jump("10:26")
    [first] = await day.arrived()
    await publish(day, NEXT_DOOR)
    await edited(day, first, "*10:35 · Churchill, 3rd floor* · Other\nMoved: *now 10:35, Mountbatten")
    await publish(day, AS_PLANNED)
    await edited(day, first, "*10:35 · Churchill, 3rd floor* · Other\n*10:35 · Fleming")
    [_, first_notice, second_notice] = await day.arrived(3)
    assert second_notice.text.startswith("Moved: *now 10:35, Fleming")
    await edited(day, first_notice, "Taken back: still *Tue 5 March 10:35, Fleming")


async def test_many_edits_long_before_a_talk_make_one_notice_with_the_final_time(day: Day) -> None:
    process = await day.start_process(a_schedule(flows("16:00")))
    await day.attend(AMARA, "flows")
    for start in ("16:10", "16:20", "16:30"):
        await publish(day, a_schedule(flows(start)))
    assert await process.database.read(flow.states) == ["pending"]
    await move(day, "16:40")
    [notice] = await day.arrived()
    assert notice.text == "Moved: *now 16:40, Fleming, 3rd floor* · Flows (was 16:00, Fleming, 3rd floor)"


async def test_edits_that_cancel_each_other_out_send_no_notice(day: Day) -> None:
    await day.start_process(a_schedule(flows("16:00")))
    await day.attend(AMARA, "flows")
    await publish(day, a_schedule(flows("16:10")))
    await move(day, "16:00")
    assert await day.settled() == ["cancelled"]
    day.jump("15:51")
    [reminder] = await day.arrived()
    assert reminder.text.startswith("Starts at *16:00")


async def test_a_reminder_whose_outcome_is_unknown_is_edited_once_it_is_found(day: Day) -> None:
    await day.start_process(AS_PLANNED)
    await day.remind()
    day.slack.faults.add(faults.reset("chat.postMessage", lands=True))
    day.jump("10:26")
    [first] = await day.arrived()
    await publish(day, MOVED)
    await edited(day, first, "*10:35 · Churchill, 3rd floor* · Other\nMoved: *now 11:00")
    assert day.slack.journal.duplicates() == {}


async def test_a_reminder_that_was_never_posted_is_not_edited(day: Day) -> None:
    await day.start_process(a_schedule(flows()), replace(SETTINGS, settle_s=3))  # unknown for long enough to be seen
    await day.remind()
    day.slack.faults.add(faults.reset("chat.postMessage", lands=False))
    day.jump("10:26")
    await day.settled_with("unknown")
    await publish(day, a_schedule(flows("11:00")))
    assert await day.settled() == ["cancelled", "cancelled", "sent"]
    [notice] = await day.arrived()
    assert notice.text.startswith("Moved: *now 11:00")


async def test_a_change_after_a_talk_is_over_sends_no_notice(day: Day) -> None:
    await day.start_process(AS_PLANNED)
    await day.remind()
    day.jump("10:26")
    await day.arrived()
    day.jump("11:26")
    await publish(day, a_schedule(flows(room=MOUNTBATTEN)))
    assert await day.settled() == ["sent"]

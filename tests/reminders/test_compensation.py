import pytest

from bot.playground.standin import faults
from bot.playground.standin.conversations import Message
from bot.schedule.amendments import edit
from bot.schedule.model import Room, Schedule, Talk
from tests.reminders.conftest import Day
from tests.schedules import a_room, a_schedule, a_talk, london
from tests.store import flow

# The store's tests hold the same over both databases; here one is enough.
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
    """As a new version of the operator's schedule."""
    await day.nodes[0].conference.adopt(schedule)
    day.wake()


async def move(day: Day, start: str) -> None:
    """As an organiser does it, who has seen what it means."""
    conference = day.nodes[0].conference
    [talk] = conference.current.schedule.talks
    moved = edit(talk, start=london(start), end=london(start) + talk.length)
    await conference.amend([moved], f"moved to {start}", "U9", on=conference.current)
    day.wake()


async def edited(day: Day, first: Message, beginning: str) -> Message:
    return await day.slack.workspace.until(lambda: first.text.startswith(beginning) and first)  # type: ignore[no-any-return]


async def test_what_moved_before_it_was_told_is_told_at_its_new_time_and_place_only(day: Day) -> None:
    await day.node(AS_PLANNED)
    await day.remind()
    await publish(day, MOVED)
    day.jump("10:26")
    [message] = await day.arrived()
    assert "Other" in message.text
    assert "Flows" not in message.text
    day.jump("10:50")
    [_, message] = await day.arrived(2)
    assert message.text.startswith("*11:00 · Mountbatten, 6th floor* · Flows")


async def test_a_channel_that_was_told_gets_a_notice_and_its_message_is_edited(day: Day) -> None:
    await day.node(AS_PLANNED)
    await day.remind()
    day.jump("10:26")
    [first] = await day.arrived()
    await publish(day, MOVED)
    [_, notice] = await day.arrived(2)
    assert notice.text == "*Moved to 11:00 · Mountbatten, 6th floor* · Flows (was 10:35, Fleming, 3rd floor)"
    await edited(day, first, "*10:35 · Churchill, 3rd floor* · Other\n*Moved to 11:00")


async def test_who_saved_it_hears_of_it_days_before_and_nobody_else_does(day: Day) -> None:
    await day.node(AS_PLANNED)
    await day.remind()
    await day.attend(AMARA, "flows")
    await day.attend(KENJI, "other")
    await publish(day, MOVED)
    [notice] = await day.arrived()
    assert AMARA in day.slack.workspace.conversations[notice.channel].members
    assert notice.text.startswith("*Moved to 11:00")


async def test_a_notice_stands_for_a_reminder_that_would_soon_follow(day: Day) -> None:
    await day.node(AS_PLANNED)
    await day.attend(AMARA, "flows")
    day.jump("10:36")
    await day.arrived()
    await publish(day, MOVED)
    await day.arrived(2)
    day.jump("10:55")
    assert await day.settled() == ["sent"] * 3  # the reminder, the notice, the edit


async def test_the_reminder_follows_a_notice_that_came_long_before(day: Day) -> None:
    await day.node(AS_PLANNED)
    await day.attend(AMARA, "flows")
    await publish(day, a_schedule(flows("14:00"), OTHER))
    await day.arrived(1)
    day.jump("13:51")
    [_, reminder] = await day.arrived(2)
    assert reminder.text.startswith("*14:00 · Fleming")


async def test_a_cancelled_talk_is_said_to_be_and_is_not_announced(day: Day) -> None:
    await day.node(AS_PLANNED)
    await day.attend(AMARA, "flows")
    await publish(day, WITHOUT)
    [notice] = await day.arrived()
    assert notice.text == "*Cancelled* · Flows (was 10:35, Fleming, 3rd floor)"
    day.jump("10:30")
    assert await day.settled() == ["sent"]


async def test_another_room_is_in_the_reminder_of_who_was_not_told_yet(day: Day) -> None:
    await day.node(a_schedule(flows()))
    await day.remind()
    day.jump("10:24")  # planned, not posted
    await publish(day, a_schedule(flows(room=MOUNTBATTEN)))
    day.jump("10:26")
    [message] = await day.arrived()
    assert message.text.startswith("*10:35 · Mountbatten, 6th floor*")
    assert await day.settled() == ["sent"]


async def test_moved_and_moved_back_is_told_and_nothing_is_announced_twice(day: Day) -> None:
    await day.node(AS_PLANNED)
    await day.remind()
    day.jump("10:26")
    [first] = await day.arrived()
    await publish(day, NEXT_DOOR)
    await edited(day, first, "*10:35 · Churchill, 3rd floor* · Other\n*Moved to 10:35 · Mountbatten")
    await publish(day, AS_PLANNED)
    await edited(day, first, "*10:35 · Churchill, 3rd floor* · Other\n*10:35 · Fleming")
    [_, first_notice, second_notice] = await day.arrived(3)
    assert second_notice.text.startswith("*Moved to 10:35 · Fleming")
    await edited(day, first_notice, "*10:35 · Fleming")


async def test_many_edits_far_ahead_make_one_notice_of_how_things_stand(day: Day) -> None:
    node = await day.node(a_schedule(flows("16:00")))
    await day.attend(AMARA, "flows")
    for start in ("16:10", "16:20", "16:30"):
        await publish(day, a_schedule(flows(start)))
    assert await node.database.read(flow.states) == ["pending"]
    await move(day, "16:40")
    [notice] = await day.arrived()
    assert notice.text.startswith("*Moved to 16:40 · Fleming, 3rd floor* · Flows (was 16:00")


async def test_edits_that_cancel_each_other_out_are_not_told(day: Day) -> None:
    await day.node(a_schedule(flows("16:00")))
    await day.attend(AMARA, "flows")
    await publish(day, a_schedule(flows("16:10")))
    await move(day, "16:00")
    assert await day.settled() == ["cancelled"]
    day.jump("15:51")
    [reminder] = await day.arrived()
    assert reminder.text.startswith("*16:00")


async def test_what_may_have_been_posted_when_it_changed_is_edited_once_it_is_found(day: Day) -> None:
    await day.node(AS_PLANNED)
    await day.remind()
    day.slack.faults.add(faults.reset("chat.postMessage", lands=True))
    day.jump("10:26")
    [first] = await day.arrived()
    await publish(day, MOVED)
    await edited(day, first, "*10:35 · Churchill, 3rd floor* · Other\n*Moved to 11:00")
    assert day.slack.journal.duplicates() == {}


async def test_what_turns_out_not_to_have_been_posted_is_not_edited(day: Day) -> None:
    await day.node(a_schedule(flows()))
    await day.remind()
    day.slack.faults.add(faults.reset("chat.postMessage", lands=False))
    day.jump("10:26")
    await day.settled_with("unknown")
    await publish(day, a_schedule(flows("11:00")))
    assert await day.settled() == ["cancelled", "cancelled", "sent"]
    [notice] = await day.arrived()
    assert notice.text.startswith("*Moved to 11:00")


async def test_when_it_is_over_nothing_is_told_any_more(day: Day) -> None:
    await day.node(AS_PLANNED)
    await day.remind()
    day.jump("10:26")
    await day.arrived()
    day.jump("11:26")
    await publish(day, a_schedule(flows(room=MOUNTBATTEN)))
    assert await day.settled() == ["sent"]

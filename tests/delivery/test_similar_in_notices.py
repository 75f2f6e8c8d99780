"""Notices that a saved talk is full or cancelled list similar talks for which the reader is free."""

from dataclasses import replace

from bot.schedule.models import Schedule, Talk
from tests.delivery.conftest import Day
from tests.schedules import a_room, a_schedule, a_talk

AMARA, KENJI = "U0AMARA001", "U0KENJI001"

ABOUT = "Saga orchestration and compensation in workflows."

FLOWS = a_talk("Flows", "10:35", room=a_room("Fleming"), abstract=ABOUT)

NOON = a_talk("Sagas at noon", "12:00", room=a_room("Whittle"), abstract=ABOUT)

LATER = a_talk("Sagas again", "15:00", room=a_room("Whittle"), abstract=ABOUT)

LUNCH = a_talk("A walk", "12:10", room=a_room("Fleming"), abstract="Trees.")

OTHERS = [a_talk(f"Other {number}", "16:00", abstract=f"Something{number}.") for number in range(4)]


def _day_with(first: Talk) -> Schedule:
    return a_schedule(first, NOON, LATER, LUNCH, *OTHERS)


async def _notices(day: Day, changed: Talk) -> list[str]:
    """The notices to both people once the first talk has changed, the shorter one first."""
    await day.start_process(_day_with(FLOWS))
    await day.attend(AMARA, "flows")
    await day.attend(KENJI, "flows", "a-walk")
    await day.processes[0].conference.publish_source(_day_with(changed))
    day.wake()
    return sorted((message.readable_text for message in await day.arrived(2, 30)), key=len)


async def test_the_notice_of_a_cancelled_talk_lists_similar_ones_that_the_reader_can_attend(day: Day) -> None:
    texts = await _notices(day, replace(FLOWS, cancelled=True))
    assert "Similar, and free on your agenda:\n• _Sagas again_ · 15:00, Whittle" in texts[0]
    assert "Sagas at noon" not in texts[0]  # it clashes with the walk
    assert "_Sagas again_ · 15:00, Whittle" in texts[1]
    assert "_Sagas at noon_ · 12:00, Whittle" in texts[1]
    assert all("Save a similar one…" in text for text in texts)


async def test_the_notice_of_a_full_room_lists_similar_talks(day: Day) -> None:
    texts = await _notices(day, replace(FLOWS, full=True))
    assert all("Similar, and free on your agenda:\n• " in text for text in texts)

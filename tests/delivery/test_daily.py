from datetime import UTC, date, datetime

from bot.delivery.daily import daily_messages
from bot.schedule.models import Schedule
from tests.schedules import a_conference, a_schedule, a_talk, london


def _due(schedule: Schedule, now: datetime) -> list[datetime]:
    return [message.due for message in daily_messages(schedule, now)]


def test_the_digest_comes_at_eight_and_the_question_at_six() -> None:
    schedule = a_schedule(a_talk("One", "10:35"), a_talk("Two", "15:00"))
    assert _due(schedule, london("00:30")) == [london("08:00"), london("18:00")]


def test_an_early_talk_brings_the_digest_forward_and_a_late_one_puts_the_question_off() -> None:
    schedule = a_schedule(a_talk("One", "08:30"), a_talk("Two", "18:30"))
    assert _due(schedule, london("12:00")) == [london("07:30"), london("19:20")]


def test_however_late_the_party_the_question_comes_by_nine() -> None:
    schedule = a_schedule(a_talk("One", "10:00"), a_talk("Two", "20:30", minutes=120))
    assert _due(schedule, london("12:00"))[1] == london("21:00")


def test_in_summer_it_is_eight_on_the_venues_clock() -> None:
    summer = "2019-07-01"
    conference = a_conference(days=(date(2019, 7, 1),))
    schedule = a_schedule(a_talk("One", london("10:00", summer)), conference=conference)
    assert _due(schedule, london("12:00", summer))[0] == datetime(2019, 7, 1, 7, tzinfo=UTC)


def test_a_day_without_talks_has_neither() -> None:
    schedule = a_schedule(a_talk("One", "10:00"), a_talk("Lunch", london("12:00", "2019-03-06"), kind="lunch"))
    assert daily_messages(schedule, london("09:00", "2019-03-04")) == ()
    assert daily_messages(schedule, london("09:00", "2019-03-06")) == ()

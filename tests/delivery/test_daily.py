from datetime import UTC, date, datetime

from bot.delivery.daily import daily_messages
from bot.delivery.messages import morning_digest
from bot.schedule.models import Schedule
from tests.schedules import a_conference, a_schedule, a_talk, london


def _due(schedule: Schedule, now: datetime) -> list[datetime]:
    return [message.due for message in daily_messages(schedule, schedule.day_of(now))]


def test_the_digest_is_due_at_eight_and_the_evening_message_at_six() -> None:
    schedule = a_schedule(a_talk("One", "10:35"), a_talk("Two", "15:00"))
    assert _due(schedule, london("00:30")) == [london("08:00"), london("18:00")]


def test_an_early_talk_moves_the_digest_forward_and_a_late_one_delays_the_evening_message() -> None:
    schedule = a_schedule(a_talk("One", "08:30"), a_talk("Two", "18:30"))
    assert _due(schedule, london("12:00")) == [london("07:30"), london("19:20")]


def test_the_evening_message_is_due_by_nine_even_if_talks_end_later() -> None:
    schedule = a_schedule(a_talk("One", "10:00"), a_talk("Two", "20:30", minutes=120))
    assert _due(schedule, london("12:00"))[1] == london("21:00")


def test_the_digest_is_due_at_eight_local_time_in_summer_too() -> None:
    summer = "2019-07-01"
    conference = a_conference(days=(date(2019, 7, 1),))
    schedule = a_schedule(a_talk("One", london("10:00", summer)), conference=conference)
    assert _due(schedule, london("12:00", summer))[0] == datetime(2019, 7, 1, 7, tzinfo=UTC)


def test_a_day_without_talks_has_no_daily_messages() -> None:
    schedule = a_schedule(a_talk("One", "10:00"), a_talk("Lunch", london("12:00", "2019-03-06"), kind="lunch"))
    assert daily_messages(schedule, schedule.day_of(london("09:00", "2019-03-04"))) == ()
    assert daily_messages(schedule, schedule.day_of(london("09:00", "2019-03-06"))) == ()


def test_the_digest_includes_talks_after_midnight_and_those_that_run_over() -> None:
    show = a_talk("Show", "10:00", minutes=48 * 60)
    evening, night = a_talk("Evening", "20:00"), a_talk("Night", london("00:30", "2019-03-06"))
    morning = a_talk("Morning", london("10:00", "2019-03-06"))
    schedule = a_schedule(show, evening, night, morning)
    for now in (london("09:00"), london("23:50"), london("00:40", "2019-03-06")):
        digest, question = daily_messages(schedule, schedule.day_of(now))
        assert (digest.day, digest.talks) == ("2019-03-05", ("show", "evening", "night"))
        assert question.talks == ("show", "evening", "night")
    digest, question = daily_messages(schedule, schedule.day_of(london("09:00", "2019-03-06")))
    assert (digest.day, digest.talks) == ("2019-03-06", ("show", "morning"))
    assert question.talks == ("morning",)


def test_the_digest_names_the_weekday_of_a_talk_that_starts_after_midnight() -> None:
    evening, night = a_talk("Evening", "20:00"), a_talk("Night", london("00:30", "2019-03-06"))
    schedule = a_schedule(evening, night)
    for talks in ([evening, night], [night]):
        head, *lines = morning_digest(talks, schedule, date(2019, 3, 5)).text.splitlines()
        assert head.startswith("Your day, Tue 5 March: ")
        assert lines[-1] == "00:30–01:20 (Wed) · Night"

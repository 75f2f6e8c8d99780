from datetime import datetime, timedelta

import pytest

from bot.questions.meals import pauses
from bot.questions.time_expressions import time_of
from bot.questions.time_resolution import Span, resolve
from bot.schedule.models import Schedule
from tests.schedules import a_schedule, a_talk, london

SCHEDULE = a_schedule(
    a_talk("Early", london("09:00")),
    a_talk("Lunch", london("12:40"), kind="lunch", minutes=60),
    a_talk("Late", london("17:25")),
    a_talk("Monday", london("10:00", "2019-03-04")),
)
NOON = london("12:00")


def _spans(text: str, now: datetime = NOON, schedule: Schedule = SCHEDULE) -> tuple[Span, ...]:
    return resolve(time_of(text), schedule, now).spans


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("today", "2019-03-05T00:00", "2019-03-06T00:00"),
        ("tomorrow", "2019-03-06T00:00", "2019-03-07T00:00"),
        ("day 1", "2019-03-04T00:00", "2019-03-05T00:00"),
        ("last day", "2019-03-06T00:00", "2019-03-07T00:00"),
        ("monday", "2019-03-04T00:00", "2019-03-05T00:00"),
        ("5 march", "2019-03-05T00:00", "2019-03-06T00:00"),
        ("before 3", "2019-03-05T00:00", "2019-03-05T15:00"),
        ("after 5pm", "2019-03-05T17:00", "2019-03-06T00:00"),
        ("between 2 and 4", "2019-03-05T14:00", "2019-03-05T16:00"),
        ("between 11 and 1", "2019-03-05T11:00", "2019-03-05T13:00"),
        ("after lunch", "2019-03-05T13:40", "2019-03-06T00:00"),
        ("before lunch", "2019-03-05T00:00", "2019-03-05T12:40"),
        ("in the next hour", "2019-03-05T12:00", "2019-03-05T13:00"),
    ],
)
def test_time_expressions_are_resolved_to_times_of_the_conference(text: str, start: str, end: str) -> None:
    day, clock = start.split("T")
    last, close = end.split("T")
    assert [(span.start, span.end) for span in _spans(text)] == [(london(clock, day), london(close, last))]


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("tonight and tomorrow morning", ["2019-03-05T17", "2019-03-06T00"]),
        ("monday or tuesday morning", ["2019-03-04T00", "2019-03-05T00"]),
        ("tonight or tomorrow", ["2019-03-05T17", "2019-03-06T00"]),
        ("today or tomorrow after 5pm", ["2019-03-05T17", "2019-03-06T17"]),
        ("today, tuesday", ["2019-03-05T00"]),
    ],
)
def test_each_of_several_days_keeps_its_own_part_of_the_day(text: str, spans: list[str]) -> None:
    assert [f"{span.start:%Y-%m-%dT%H}" for span in _spans(text)] == spans


def test_a_moment_selects_talks_that_are_running_then() -> None:
    assert _spans("at 14:00") == (Span(london("14:00"), london("14:00"), running=True),)
    assert _spans("in 20 minutes") == (Span(NOON + timedelta(minutes=20), NOON + timedelta(minutes=20), running=True),)


def test_an_hour_means_the_half_of_the_day_in_which_talks_are_on() -> None:
    assert _spans("at 3")[0].start == london("15:00")
    assert _spans("at 9")[0].start == london("09:00")
    assert _spans("at 5:30")[0].start == london("17:30")


def test_a_time_without_a_day_means_every_day_if_the_conference_has_not_begun() -> None:
    spans = _spans("at 10:00", now=london("12:00", "2019-02-01"))
    assert [span.start for span in spans] == [london("10:00", f"2019-03-0{day}") for day in (4, 5, 6)]


@pytest.mark.parametrize("text", ["on sunday", "8 march", "day 5", "in july"])
def test_a_day_outside_the_conference_is_reported(text: str) -> None:
    bound = resolve(time_of(text), SCHEDULE, NOON)
    assert bound.spans == ()
    assert bound.outside is not None


def test_tomorrow_on_the_last_day_is_outside() -> None:
    bound = resolve(time_of("tomorrow"), SCHEDULE, london("12:00", "2019-03-06"))
    assert bound.outside is not None
    assert bound.outside.day == 7


@pytest.mark.parametrize(
    "text",
    ["31 february", "february 30", "31 june", "march 32", "march 40", "0 march", "29 february", "29 february 2019",
     "2019-02-30", "2019-13-01", "the 45th"],
)  # fmt: skip
def test_an_impossible_date_is_reported_as_one(text: str) -> None:
    assert resolve(time_of(text), SCHEDULE, NOON).impossible


NIGHT = a_schedule(
    a_talk("Evening", "20:00"),
    a_talk("Night", london("00:30", "2019-03-06")),
    a_talk("Morning", london("10:00", "2019-03-06")),
)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("tonight", "2019-03-05T17:00", "2019-03-06T01:20"),
        ("today", "2019-03-05T00:00", "2019-03-06T01:20"),
        ("tomorrow", "2019-03-06T01:20", "2019-03-07T00:00"),
        ("tomorrow evening", "2019-03-06T17:00", "2019-03-07T00:00"),
        ("after midnight", "2019-03-06T00:00", "2019-03-06T01:20"),
        ("after 11pm", "2019-03-05T23:00", "2019-03-06T01:20"),
        ("between 11pm and 1am", "2019-03-05T23:00", "2019-03-06T01:20"),
        ("at 00:45", "2019-03-06T00:45", "2019-03-06T00:45"),
        ("tonight at 1", "2019-03-06T01:00", "2019-03-06T01:00"),
        ("wednesday at 00:45", "2019-03-06T00:45", "2019-03-06T00:45"),
    ],
)
@pytest.mark.parametrize("now", [("22:00", "2019-03-05"), ("00:10", "2019-03-06")], ids="".join)
def test_the_night_belongs_to_the_evening_before(text: str, start: str, end: str, now: tuple[str, str]) -> None:
    day, clock = start.split("T")
    last, close = end.split("T")
    spans = resolve(time_of(text), NIGHT, london(*now)).spans
    assert [(span.start, span.end) for span in spans] == [(london(clock, day), london(close, last))]


def test_a_year_in_the_question_counts() -> None:
    assert resolve(time_of("5 march 2019"), SCHEDULE, NOON).spans
    elsewhere = resolve(time_of("29 february 2020"), SCHEDULE, NOON)
    assert elsewhere.outside is not None
    assert (elsewhere.impossible, elsewhere.outside.isoformat()) == (False, "2020-02-29")


def test_tonight_means_the_past_evening_just_after_midnight() -> None:
    assert _spans("tonight", now=london("00:40", "2019-03-06"))[0].start == london("17:00")


def test_around_a_time_selects_running_talks_and_those_that_start_soon_before_or_after() -> None:
    running, near = _spans("around 5")
    assert running.running
    assert near == Span(london("16:40"), london("17:35"))


def test_lunch_is_the_gap_around_noon_if_no_session_is_called_lunch() -> None:
    schedule = a_schedule(a_talk("A", "11:50", minutes=50), a_talk("B", "13:40", minutes=50))
    (pause,) = pauses("lunch", schedule, schedule.conference.days[1])
    assert (pause.start, pause.end, pause.talk) == (london("12:40"), london("13:40"), None)
    assert pauses("breakfast", schedule, schedule.conference.days[1]) == ()

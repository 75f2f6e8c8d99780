from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.schedule.importers import datetimes


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("00:30", 30), ("1:30", 90), ("26:00", 1560), ("00:45:00", 45), ("1:02:30", 1590), ("45", 45)],
)
def test_durations_are_read_in_every_notation(text: str, minutes: int) -> None:
    assert datetimes.parse_duration(text) == timedelta(minutes=minutes)


@pytest.mark.parametrize("text", ["", "soon", "1:2:3:4", "-1:00", "99999"])
def test_an_invalid_duration_is_none(text: str) -> None:
    assert datetimes.parse_duration(text) is None


def test_a_moment_needs_a_time() -> None:
    assert datetimes.parse_moment("2024-02-03T09:30:00Z") == datetime(2024, 2, 3, 9, 30, tzinfo=UTC)
    assert datetimes.parse_moment("2024-02-03T09:30") == datetime.fromisoformat("2024-02-03T09:30")
    assert datetimes.parse_moment("2024-02-03") is None
    assert datetimes.parse_moment("tomorrow") is None


def test_the_shown_time_is_put_on_the_nearest_day() -> None:
    start = datetime(2019, 7, 21, 0, 30, tzinfo=UTC)
    assert datetimes.nearest_local(start, time(21, 30)) == datetime.fromisoformat("2019-07-20T21:30")
    assert datetimes.nearest_local(start, time(4, 30)) == datetime.fromisoformat("2019-07-21T04:30")


def test_dates_at_the_end_of_the_calendar_do_not_overflow() -> None:
    assert datetimes.ListedDay(date.max).at(time(1)) is None
    assert datetimes.end_after(datetime.max.replace(tzinfo=UTC), timedelta(1)) is None
    assert datetimes.nearest_local(datetime.max.replace(tzinfo=UTC), time(1)) is None


def moment(text: str) -> datetime:
    return datetime.fromisoformat(f"2025-12-{text}:00+01:00")


@pytest.mark.parametrize(
    ("begins", "ends", "clock", "start"),
    [
        ("27T11:00", "28T04:00", "09:30", "27T09:30"),
        ("27T11:00", "28T04:00", "11:30", "27T11:30"),
        ("27T11:00", "28T04:00", "00:30", "28T00:30"),
        ("27T11:00", "28T04:00", "04:30", "27T04:30"),
        ("27T11:00", "28T06:00", "05:30", "28T05:30"),
        ("27T09:00", "27T18:00", "08:00", "27T08:00"),
        ("27T09:00", "27T18:00", "00:30", "28T00:30"),
        ("27T04:00", "28T03:59", "04:15", "27T04:15"),
        ("27T04:00", "28T03:59", "03:30", "28T03:30"),
    ],
)
def test_a_clock_time_is_after_midnight_only_if_the_day_ends_later(
    begins: str, ends: str, clock: str, start: str
) -> None:
    day = datetimes.ListedDay(date(2025, 12, 27), moment(begins), moment(ends))
    assert day.at(time.fromisoformat(clock)) == moment(start).replace(tzinfo=None)

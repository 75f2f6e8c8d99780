from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.schedule.importers import datetimes
from bot.schedule.importers.datetimes import UNKNOWN_ZONE_TEXT, find_zone, to_utc
from bot.schedule.importers.models import NO_HINTS, ImportHints, Programme, ProgrammeEntry
from tests.schedules import LONDON


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


def at(*starts: str, zone: str = "", city: str = "", shown: tuple[str, ...] = ()) -> Programme:
    local: list[datetime | None] = [datetime.fromisoformat(one) for one in shown]
    local = local or [None] * len(starts)
    entries = (
        ProgrammeEntry("T", datetime.fromisoformat(start), shown=there)
        for start, there in zip(starts, local, strict=True)
    )
    return Programme("x", tuple(entries), zone=zone, city=city)


def key(programme: Programme, hints: ImportHints = NO_HINTS) -> str:
    return find_zone(programme, hints).zone.key


@pytest.mark.parametrize(
    ("zone", "city", "found"),
    [
        ("Europe/Lisbon", "", "Europe/Lisbon"),
        ("Berlin", "", "Europe/Berlin"),
        ("new york", "", "America/New_York"),
        ("", "Brussels", "Europe/Brussels"),
        ("", "Atlantis", "UTC"),
        ("W. Europe", "", "UTC"),
    ],
)
def test_a_zone_is_found_by_its_name_or_its_city(zone: str, city: str, found: str) -> None:
    assert key(at("2031-05-09T09:30:00", zone=zone, city=city)) == found


def test_the_organisers_time_zone_counts_most() -> None:
    assert key(at("2031-05-09T09:30:00+02:00", zone="Europe/Lisbon"), ImportHints(zone="Asia/Tokyo")) == "Asia/Tokyo"


@pytest.mark.parametrize(
    ("starts", "found"),
    [
        (("2031-05-09T09:30:00+02:00",), "Etc/GMT-2"),
        (("2031-05-09T09:30:00-04:00",), "Etc/GMT+4"),
        (("2031-05-09T09:30:00+05:45",), "Asia/Kathmandu"),
    ],
)
def test_without_a_name_the_zone_is_guessed_from_the_offsets(starts: tuple[str, ...], found: str) -> None:
    reading = find_zone(at(*starts), NO_HINTS)
    assert reading.zone.key == found
    assert f"The time zone is {found}, from how its times are written" in reading.guessed[0]


def test_offsets_that_change_give_a_zone_whose_clocks_change_too() -> None:
    summer, winter = "2031-10-25T09:30:00+02:00", "2031-10-26T09:30:00+01:00"
    zone = find_zone(at(summer, winter, winter), NO_HINTS).zone
    assert to_utc(datetime.fromisoformat(winter), zone) == datetime.fromisoformat(winter)
    assert datetime.fromisoformat(winter).astimezone(zone).hour == 9


def test_times_in_utc_leave_the_zone_unknown_unless_it_is_named() -> None:
    assert find_zone(at("2031-05-09T09:30:00Z"), NO_HINTS).guessed == (UNKNOWN_ZONE_TEXT,)
    assert find_zone(at("2031-05-09T09:30:00+00:00", zone="UTC"), NO_HINTS).guessed == ()


def test_a_single_entry_that_disagrees_is_ignored() -> None:
    starts = ("2031-05-09T09:30:00+00:00",) * 3
    shown = ("2031-05-09T10:30:00", "2031-05-09T10:30:00", "2031-05-09T15:30:00")
    assert key(at(*starts, zone="Europe/Lisbon", shown=shown)) == "Europe/Lisbon"


def test_a_time_without_a_zone_is_the_venues_and_an_absurd_year_is_none() -> None:
    assert to_utc(datetime.fromisoformat("2019-07-05T10:00"), LONDON) == datetime.fromisoformat("2019-07-05T09:00Z")
    assert to_utc(datetime.fromisoformat("0001-01-01T00:00"), LONDON) is None
    assert to_utc(datetime.max, LONDON) is None  # noqa: DTZ901
    assert timedelta(0) == LONDON.utcoffset(datetime.fromisoformat("2019-01-05T10:00"))


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("pacific standard time", "America/Los_Angeles"),
        ("India Standard Time", "Asia/Calcutta"),
        ("/freeassociation.sourceforge.net/Europe/Paris", "Europe/Paris"),
    ],
)
def test_zone_names_of_windows_and_calendar_programs_are_known(name: str, found: str) -> None:
    reading = find_zone(at("2031-05-09T09:30:00", zone=name), NO_HINTS)
    assert reading.zone.key == found
    assert reading.is_known
    assert f"The time zone is {found}, from `{name}`" in reading.guessed[0]


def fits_every_clock(programme: Programme) -> bool:
    zone = find_zone(programme, NO_HINTS).zone
    return all(
        entry.start and entry.start.astimezone(zone).utcoffset() == entry.start.utcoffset()
        for entry in programme.entries
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("2031-10-25T09:30:00+02:00", "2031-10-26T09:30:00+01:00"),
        ("2031-03-29T09:30:00+01:00", "2031-03-30T09:30:00+02:00"),
        ("2024-11-02T09:30:00-04:00", "2024-11-03T09:30:00-05:00"),
        ("2025-04-05T09:30:00+11:00", "2025-04-06T09:30:00+10:00"),
    ],
)
@pytest.mark.parametrize("numbers", [(1, 1), (20, 1), (1, 20), (30, 30)])
def test_a_weekend_with_a_clock_change_keeps_every_written_clock(
    before: str, after: str, numbers: tuple[int, int]
) -> None:
    assert fits_every_clock(at(*[before] * numbers[0], *[after] * numbers[1]))


def test_times_that_do_not_fit_the_guessed_zone_are_counted() -> None:
    starts = ("2031-05-09T09:30:00+02:00", "2031-05-09T10:30:00+02:00", "2031-05-09T11:30:00+05:00")
    guess, misfits = find_zone(at(*starts), NO_HINTS).guessed
    assert "The time zone is Etc/GMT-2" in guess
    assert misfits == (
        "Times that differ from the source's: 1 of 3, such as `T`: 11:30 in the source, 08:30 in "
        "Etc/GMT-2. Is that right?"
    )


def test_times_at_another_offset_than_the_named_zone_are_counted() -> None:
    reading = find_zone(at("2031-05-09T09:30:00+02:00", zone="Europe/Lisbon"), NO_HINTS)
    assert reading.zone.key == "Europe/Lisbon"
    assert "1 of 1, such as `T`: 09:30 in the source, 08:30 in Europe/Lisbon" in reading.guessed[0]


def test_a_hint_that_does_not_fit_the_written_clocks_is_counted() -> None:
    reading = find_zone(at("2031-05-09T09:30:00+02:00"), ImportHints(zone="Asia/Tokyo"))
    assert "1 of 1" in reading.guessed[0]


@pytest.mark.parametrize(
    ("starts", "shown", "zone", "read", "texts"),
    [
        (
            ("2024-06-26T11:30:00+02:00", "2024-06-27T11:00:00+02:00"), ("2024-06-26T09:30", "2024-06-27T09:00"),
            "Europe/Berlin", "Europe/Berlin", ("Entries with two times, 2:00 hours apart: 2 of 2", "11:30 was read"),
        ),
        (
            ("2024-06-26T09:30:00Z", "2024-06-27T09:00:00Z"), ("2024-06-26T11:30", "2024-06-27T11:00"),
            "Europe/London", "Europe/London", ("1:00 hours apart", "is at 10:30 by its date", "at 11:30 by its start"),
        ),
        (
            ("2024-06-26T11:30:00+02:00", "2024-06-27T11:00:00+02:00"), ("2024-06-26T09:30", "2024-06-27T09:00"),
            "", "Etc/GMT+0", ("2:00 hours apart", "is at 11:30 by its date", "09:30 was read"),
        ),
    ],
)  # fmt: skip
def test_two_times_of_each_talk_that_differ_by_a_constant_raise_a_doubt(
    starts: tuple[str, ...], shown: tuple[str, ...], zone: str, read: str, texts: tuple[str, ...]
) -> None:
    reading = find_zone(at(*starts, zone=zone, shown=shown), NO_HINTS)
    assert reading.zone.key == read
    [doubt] = reading.doubts
    for text in texts:
        assert text in doubt


def test_offsets_of_a_server_in_another_zone_raise_no_doubt() -> None:
    reading = find_zone(at("2024-06-26T11:30:00+02:00", zone="Europe/Lisbon", shown=("2024-06-26T10:30",)), NO_HINTS)
    assert (reading.zone.key, reading.guessed, reading.doubts) == ("Europe/Lisbon", (), ())


def test_a_named_zone_is_overruled_if_both_times_contradict_it_and_that_is_reported() -> None:
    reading = find_zone(at("2020-12-14T09:00:00+01:00", zone="UTC", shown=("2020-12-14T09:00",)), NO_HINTS)
    assert reading.zone.key == "Etc/GMT-1"
    assert (
        "The source names UTC, but its times are written differently. The time zone is Etc/GMT-1" in reading.guessed[0]
    )

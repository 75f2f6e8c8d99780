from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.schedule import local_time
from bot.schedule.local_time import ends_on_another_day
from bot.schedule.models import Schedule
from tests.schedules import a_conference, a_schedule, a_talk

LONDON = ZoneInfo("Europe/London")

ZONES = st.sampled_from(["Europe/London", "America/St_Johns", "Australia/Lord_Howe", "Africa/Casablanca", "UTC"])


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2019-03-05 10:35", "2019-03-05T10:35"),
        ("2019-03-05T10:35", "2019-03-05T10:35"),
        ("2019-07-01 10:35:20", "2019-07-01T09:35:20"),
        ("2019-07-01 10:35+01:00", "2019-07-01T09:35"),
        ("2019-03-05 10:35Z", "2019-03-05T10:35"),
        ("2019-03-31 00:59", "2019-03-31T00:59"),
        ("2019-03-31 02:00", "2019-03-31T01:00"),
        ("2019-10-27 01:30+01:00", "2019-10-27T00:30"),
        ("2019-10-27 01:30 +00:00", "2019-10-27T01:30"),
    ],
)
def test_a_time_at_the_venue_is_read_as_a_moment(text: str, moment: str) -> None:
    assert local_time.parse_local(text, LONDON) == utc(moment)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("2019-03-31 01:30", "clocks in Europe/London skip this time, and show 02:30 instead"),
        ("2019-10-27 01:30", "write 2019-10-27 01:30+01:00 for the first, 2019-10-27 01:30+00:00 for the second"),
        ("2019-07-01 10:35Z", "Europe/London is at +01:00 then, not at +00:00"),
        ("2019-10-27 01:30+02:00", "is at +01:00 or +00:00 then"),
        ("2019-03-31 01:30+01:00", "clocks in Europe/London skip this time; write the venue's time without an offset"),
        ("10:35", "write a time like"),
        ("2019-03-05", "write a time like"),
        ("2019-03-05 9:00", "write a time like"),
        ("2019-03-05 25:00", "there is no such time"),
        ("2019-02-29 10:00", "there is no such day"),
        ("0001-01-01 00:00", "is the year 1 right"),
        ("２０１９-03-05 10:35", "write a time like"),
    ],
)
def test_an_unclear_time_is_refused_with_advice(text: str, told: str) -> None:
    with pytest.raises(local_time.UnclearTime) as caught:
        local_time.parse_local(text, LONDON)
    assert told in str(caught.value)


@given(st.integers(0, 60 * 365 * 24 * 3600), ZONES)
def test_every_moment_can_be_written_and_read_again(seconds: int, name: str) -> None:
    moment, zone = utc("1981-01-01T00:00") + timedelta(seconds=seconds), ZoneInfo(name)
    assert local_time.parse_local(local_time.format_local(moment, zone), zone) == moment


def test_an_offset_is_written_only_if_a_time_is_ambiguous() -> None:
    assert local_time.format_local(utc("2019-07-01T09:35"), LONDON) == "2019-07-01 10:35"
    assert local_time.format_local(utc("2019-10-27T01:30"), LONDON) == "2019-10-27 01:30+00:00"


def test_a_day_is_read() -> None:
    assert local_time.parse_day("2019-03-05") == date(2019, 3, 5)


@pytest.mark.parametrize(
    "name", ["", "Europe/Lundon", "Europe", "/etc/passwd", "../x", "a\0b", "x" * 5_000, "a/" * 900 + "a", "é"]
)
def test_an_invalid_time_zone_name_is_none(name: str) -> None:
    assert local_time.zone_named(name) is None


BERLIN = ZoneInfo("Europe/Berlin")

TUE, WED, THU = date(2024, 8, 6), date(2024, 8, 7), date(2024, 8, 8)


def berlin(moment: str) -> datetime:
    """`6 23:30`: a day of August and a time in Berlin."""
    day, clock = moment.split()
    return datetime.fromisoformat(f"2024-08-{int(day):02}T{clock}").replace(tzinfo=BERLIN)


def schedule(*spans: str, days: tuple[date, ...] = (TUE, WED)) -> Schedule:
    """A schedule with a talk for each span such as `6 23:30-7 00:30`."""
    talks = []
    for span in spans:
        start, end = map(berlin, span.split("-"))
        talks.append(a_talk(span, start, minutes=(end - start) // timedelta(minutes=1)))
    return a_schedule(*talks, conference=a_conference(timezone=BERLIN, days=days))


ORDINARY = ("6 10:00-6 11:00", "6 21:00-6 23:00", "7 09:00-7 10:00")


@pytest.mark.parametrize(
    ("talks", "moment", "day"),
    [
        (ORDINARY, "6 23:59", TUE),
        (ORDINARY, "7 00:00", WED),
        ((*ORDINARY, "6 22:00-7 01:30"), "7 01:29", TUE),
        ((*ORDINARY, "6 22:00-7 01:30"), "7 01:30", WED),
        ((*ORDINARY, "7 00:30-7 02:00"), "7 00:10", TUE),  # nothing is on just now, but something is to come
        ((*ORDINARY, "7 00:30-7 02:00"), "7 02:00", WED),
        ((*ORDINARY, "7 05:30-7 06:30"), "7 05:40", WED),  # the sunrise run is nearer to the morning
        ((*ORDINARY, "6 22:00-7 09:30"), "7 09:00", WED),  # the next day's first talk ends a night
        (("6 10:00-6 11:00", "7 22:00-8 03:00"), "8 02:00", WED),  # the last night
        (("6 10:00-6 11:00", "7 20:00-7 21:00", "8 00:30-8 01:00"), "8 00:40", WED),
        (("6 10:00-8 10:00", *ORDINARY), "7 08:00", WED),  # an exhibition holds no day open
    ],
)
def test_a_day_ends_when_its_last_talk_ends(talks: tuple[str, ...], moment: str, day: date) -> None:
    assert schedule(*talks).day_of(berlin(moment)) == day


def test_a_talk_after_midnight_is_listed_on_the_day_before() -> None:
    known = schedule(*ORDINARY, "7 00:30-7 02:00")
    assert [talk.title for talk in known.talks_on(TUE)] == [*ORDINARY[:2], "7 00:30-7 02:00"]
    assert [talk.title for talk in known.talks_on(WED)] == ["7 09:00-7 10:00"]
    assert known.span_of(TUE) == (berlin("6 00:00"), berlin("7 02:00"))
    assert known.span_of(WED) == (berlin("7 02:00"), berlin("8 00:00"))


def test_an_exhibition_of_two_days_is_during_both_but_listed_on_the_first() -> None:
    known = schedule("6 10:00-8 10:00", "6 09:00-6 09:45", "7 09:00-7 10:00")
    assert [talk.title for talk in known.talks_during(WED)] == ["6 10:00-8 10:00", "7 09:00-7 10:00"]
    assert [talk.title for talk in known.talks_on(WED)] == ["7 09:00-7 10:00"]


def test_a_conference_in_the_small_hours_keeps_its_days() -> None:
    online = schedule("6 02:00-6 03:00", "6 04:00-6 05:00", "7 02:00-7 03:00", "7 04:00-7 05:00")
    assert [online.day_of(talk.start) for talk in online.talks] == [TUE, TUE, WED, WED]


def test_a_day_of_25_hours_ends_with_its_last_talk() -> None:
    night = a_schedule(
        a_talk("Evening", datetime(2024, 10, 26, 22, tzinfo=BERLIN)),
        a_talk("Night", datetime(2024, 10, 27, 2, 30, fold=1, tzinfo=BERLIN)),  # the second 2:30, after clocks go back
        a_talk("Morning", datetime(2024, 10, 27, 11, tzinfo=BERLIN)),
        conference=a_conference(timezone=BERLIN, days=(date(2024, 10, 26), date(2024, 10, 27))),
    )
    assert [night.day_of(talk.start).day for talk in night.talks] == [26, 26, 27]


@pytest.mark.parametrize(
    ("start", "end", "another"),
    [
        ("6 10:00", "6 11:00", False),
        ("6 22:00", "7 02:00", False),
        ("6 23:30", "7 00:00", False),
        ("6 20:00", "7 08:00", True),
        ("6 10:00", "8 10:00", True),
    ],
)
def test_a_talk_that_ends_in_the_night_ends_on_the_same_day(start: str, end: str, another: bool) -> None:
    assert ends_on_another_day(berlin(start), berlin(end), BERLIN) is another

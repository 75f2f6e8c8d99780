from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.schedule import local_time

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

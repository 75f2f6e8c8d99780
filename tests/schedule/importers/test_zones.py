from datetime import datetime, timedelta

import pytest

from bot.schedule.importers.datetimes import UNKNOWN_ZONE_TEXT, find_zone, to_utc
from bot.schedule.importers.models import NO_HINTS, ImportHints, Programme, ProgrammeEntry
from tests.schedules import LONDON


def at(*starts: str, zone: str = "", city: str = "", shown: tuple[str, ...] = ()) -> Programme:
    local: list[datetime | None] = [datetime.fromisoformat(one) for one in shown]
    local = local or [None] * len(starts)
    entries = (
        ProgrammeEntry("T", datetime.fromisoformat(start), shown=there)
        for start, there in zip(starts, local, strict=True)
    )
    return Programme("x", tuple(entries), zone=zone, city=city)


def key(programme: Programme, hints: ImportHints = NO_HINTS) -> str:
    return find_zone(programme, hints)[0].key


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


def test_what_the_organiser_says_counts_most() -> None:
    assert key(at("2031-05-09T09:30:00+02:00", zone="Europe/Lisbon"), ImportHints(zone="Asia/Tokyo")) == "Asia/Tokyo"


@pytest.mark.parametrize(
    ("starts", "found"),
    [
        (("2031-05-09T09:30:00+02:00",), "Etc/GMT-2"),
        (("2031-05-09T09:30:00-04:00",), "Etc/GMT+4"),
        (("2031-05-09T09:30:00+05:45",), "Asia/Kathmandu"),
    ],
)
def test_without_a_name_the_offsets_tell(starts: tuple[str, ...], found: str) -> None:
    zone, guess = find_zone(at(*starts), NO_HINTS)
    assert zone.key == found
    assert f"The time zone is {found}, from how its times are written" in guess


def test_offsets_that_change_on_the_way_give_a_zone_whose_clocks_do() -> None:
    summer, winter = "2031-10-25T09:30:00+02:00", "2031-10-26T09:30:00+01:00"
    zone, _ = find_zone(at(summer, winter, winter), NO_HINTS)
    assert to_utc(datetime.fromisoformat(winter), zone) == datetime.fromisoformat(winter)
    assert datetime.fromisoformat(winter).astimezone(zone).hour == 9


def test_utc_alone_tells_nothing() -> None:
    assert find_zone(at("2031-05-09T09:30:00Z"), NO_HINTS)[1] == UNKNOWN_ZONE_TEXT
    assert find_zone(at("2031-05-09T09:30:00+00:00", zone="UTC"), NO_HINTS)[1] == ""


def test_single_entries_that_disagree_are_taken_for_slips() -> None:
    starts = ("2031-05-09T09:30:00+00:00",) * 3
    shown = ("2031-05-09T10:30:00", "2031-05-09T10:30:00", "2031-05-09T15:30:00")
    assert key(at(*starts, zone="Europe/Lisbon", shown=shown)) == "Europe/Lisbon"


def test_a_moment_without_a_zone_is_the_venues_and_a_year_beyond_use_is_none() -> None:
    assert to_utc(datetime.fromisoformat("2019-07-05T10:00"), LONDON) == datetime.fromisoformat("2019-07-05T09:00Z")
    assert to_utc(datetime.fromisoformat("0001-01-01T00:00"), LONDON) is None
    assert to_utc(datetime.max, LONDON) is None  # noqa: DTZ901
    assert timedelta(0) == LONDON.utcoffset(datetime.fromisoformat("2019-01-05T10:00"))

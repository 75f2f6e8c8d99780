"""The days of a conference, which end when their last talk ends."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.schedule.days import ends_on_another_day
from bot.schedule.models import Schedule
from tests.schedules import a_conference, a_schedule, a_talk

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

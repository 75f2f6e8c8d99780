"""Answers at a conference whose days end after midnight, and which has a session of two days."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.cli.schedule import PlainTextBot
from bot.schedule.models import Schedule
from tests.schedules import a_conference, a_room, a_schedule, a_talk

BERLIN = ZoneInfo("Europe/Berlin")


def berlin(moment: str) -> datetime:
    """`2 22:00`: a day of August 2025 and a time in Berlin."""
    day, clock = moment.split()
    return datetime.fromisoformat(f"2025-08-{int(day):02}T{clock}").replace(tzinfo=BERLIN)


def camp() -> Schedule:
    meadow = a_room("Meadow", "")
    return a_schedule(
        a_talk("Opening", berlin("1 09:00"), minutes=45, room=meadow),
        a_talk("Sculpture exhibition", berlin("1 10:00"), minutes=48 * 60, room=meadow),
        a_talk("Lightning chess", berlin("2 20:00"), minutes=60, room=meadow),
        a_talk("Star watching", berlin("3 00:30"), minutes=90, room=meadow),
        a_talk("Breakfast yoga", berlin("3 09:00"), minutes=60, room=meadow),
        a_talk("Closing dance", berlin("3 23:00"), minutes=120, room=meadow),
        conference=a_conference("Night camp", BERLIN, tuple(date(2025, 8, day) for day in (1, 2, 3))),
    )


def asked(question: str, at: str) -> list[str]:
    answer = PlainTextBot.for_schedule(camp(), berlin(at), "/qcon").answer(question)
    return str(answer["text"]).splitlines()


EXHIBITION = "Fri 1 August, 10:00–Sun 3 August 10:00 · Sculpture exhibition"


@pytest.mark.parametrize(
    ("question", "at", "lines"),
    [
        (
            "what's on today", "2 22:00",
            ["3 talks, today · Meadow", EXHIBITION, "Today 20:00 · Lightning chess", "Tonight 00:30 · Star watching"],
        ),
        (
            "what's on today", "3 00:10",
            ["3 talks, on Sat 2 August · Meadow", EXHIBITION, "Sat 2 August, 20:00 · Lightning chess",
             "Tonight 00:30 · Star watching"],
        ),
        (
            "what's on tomorrow", "3 00:10",
            ["3 talks, on Sun 3 August · Meadow", EXHIBITION, "Sun 3 August, 09:00 · Breakfast yoga",
             "Sun 3 August, 23:00 · Closing dance"],
        ),
        (
            "what's on tonight", "2 20:30",
            ["2 talks, today from 17:00 until 02:00 · Meadow", "20:00 · Lightning chess",
             "00:30 (Sun) · Star watching"],
        ),
        ("what's on tonight", "2 22:00", ["Tonight 00:30–02:00 · Meadow", "Star watching"]),
        ("what's on after midnight", "2 22:00", ["Tonight 00:30–02:00 · Meadow", "Star watching"]),
        ("what's left today", "3 00:10", ["Tonight 00:30–02:00 · Meadow", "Star watching"]),
        ("when is star watching", "1 12:00", ["Tomorrow night 00:30–02:00 · Meadow", "Star watching"]),
        ("what's next", "2 22:00", ["Tonight · 00:30–02:00 · Meadow", "Star watching"]),
        ("what's on now", "2 22:00", ["Now · Fri 1 August · 10:00–Sun 3 August 10:00 · Meadow", "Sculpture exhibition"]),
    ],
)  # fmt: skip
def test_talks_after_midnight_and_over_several_days_are_shown_with_their_days(
    question: str, at: str, lines: list[str]
) -> None:
    assert asked(question, at) == lines


@pytest.mark.parametrize(
    ("question", "at", "first"),
    [
        ("is it over?", "2 22:00", "Not yet · Tonight 02:00 · Meadow · the day ends"),
        ("is it over?", "3 00:10", "Not yet · Tonight 02:00 · Meadow · the day ends"),
        ("is it over?", "3 11:00", "Not yet · Tonight 01:00 · Meadow · the day ends"),
        ("is the conference over?", "4 00:30", "Not yet · Tonight 01:00 · Meadow · Night camp ends"),
        ("is it over?", "4 01:00", "Yes · Last night 01:00 · Meadow · Night camp ended"),
        ("when does it end today?", "1 12:00", "Today 09:45 · Meadow · the day ended"),
        ("what's on now?", "4 00:30", "Now · Sun 3 August · 23:00–01:00 · Meadow"),
        ("what's on now?", "4 01:00", "Night camp ended on Sun 3 August 2025. You can still ask who spoke about what."),
    ],
)
def test_a_day_or_conference_is_over_when_its_last_talk_has_ended(question: str, at: str, first: str) -> None:
    assert asked(question, at)[0] == first

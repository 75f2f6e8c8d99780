import pytest

from bot.errors import ScheduleError
from tests.schedule.importers.imports import of_json, sample


def test_the_sample_is_read_in_all_its_parts() -> None:
    imported = sample("pretalx-legacy.json")
    talk, tea = imported.schedule.talks
    assert (talk.id, talk.kind, talk.abstract) == ("POUR22", "keynote", "How we pour & why.")
    assert talk.room is not None
    assert talk.room.name == "Great Hall"  # of several languages, English
    assert talk.track is not None
    assert talk.track.title == "Brewing"
    assert talk.speakers[0].bio == "Pours since 1999."
    assert (tea.id, tea.kind, tea.room) == ("tea-break-2031-05-09", "coffee", None)
    assert imported.version == "0.3"


def test_a_complete_page_of_talks_is_read() -> None:
    slot = {"start": "2031-05-09T09:30:00+01:00", "end": "2031-05-09T10:15:00+01:00", "room": "Hall"}
    imported = of_json({"count": 1, "next": None, "results": [{"code": "A", "title": "T", "slot": slot}]})
    assert imported.schedule.talks[0].id == "A"


def test_a_page_of_talks_that_is_one_of_several_is_refused() -> None:
    with pytest.raises(ScheduleError, match=r"one page of several \(1 of 60 entries\)"):
        of_json(
            {"count": 60, "next": "https://x.org/?offset=50", "results": [{"code": "A", "title": "T", "slot": None}]}
        )

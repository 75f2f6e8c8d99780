import pytest

from bot.errors import ScheduleError
from tests.schedule.importers.imports import of_json, sample


def test_the_sample_of_the_legacy_api_is_read_in_all_its_parts() -> None:
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


def test_the_sample_of_api_v1_is_read_in_all_its_parts() -> None:
    imported = sample("pretalx-v1.json")
    talk, tea = imported.schedule.talks
    assert (talk.id, talk.kind, talk.speakers[0].name) == ("POUR22", "keynote", "Inês Prata")
    assert talk.room is not None
    assert talk.room.name == "Great Hall"
    assert (tea.title, tea.kind) == ("Tea break", "coffee")
    assert imported.version == "0.3"


@pytest.mark.parametrize("slots", [[11, 12], [{"id": 11, "submission": "POUR22", "start": None}]])
def test_slots_with_only_the_ids_of_talks_are_refused_with_the_right_address(slots: list[object]) -> None:
    with pytest.raises(ScheduleError, match=r"\?expand=slots"):
        of_json({"id": 4, "version": "0.3", "slots": slots})


def test_the_sample_of_the_widget_is_read_in_all_its_parts() -> None:
    imported = sample("pretalx-widget.json")
    talk, tea = imported.schedule.talks
    assert (talk.id, talk.speakers[0].name) == ("POUR22", "Inês Prata")
    assert talk.track is not None
    assert talk.track.title == "Brewing"
    assert (tea.kind, tea.room) == ("coffee", None)
    assert imported.schedule.conference.timezone.key == "Europe/Lisbon"

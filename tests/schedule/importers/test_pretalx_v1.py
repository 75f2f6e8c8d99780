import pytest

from bot.errors import ScheduleError
from tests.schedule.importers.imports import of_json, sample


def test_the_sample_is_read_in_all_its_parts() -> None:
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

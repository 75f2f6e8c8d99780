from datetime import timedelta

from bot.schedule.importers.formats import import_schedule
from tests.schedule.importers.table import OURS


def test_the_sample_is_read_in_all_its_parts() -> None:
    imported = import_schedule((OURS / "schedule-v2.json").read_bytes(), "x.json")
    talk, washing_up = imported.schedule.talks
    assert talk.id == "POUR22"
    assert talk.track is not None
    assert talk.track.title == "Brewing"
    assert talk.speakers[0].bio == "Pours since 1999."
    assert talk.room is not None
    assert talk.room.name == "Great Hall"
    assert washing_up.length == timedelta(minutes=20)
    assert washing_up.track is None
    assert washing_up.room is None
    assert imported.version == "2031-05-08 20:00"

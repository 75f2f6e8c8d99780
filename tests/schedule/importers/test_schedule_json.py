from bot.schedule.importers.formats import import_schedule
from tests.schedule.importers.table import OURS


def test_the_sample_is_read_in_all_its_parts() -> None:
    imported = import_schedule((OURS / "schedule-v1.json").read_bytes(), "x.json")
    talk = imported.schedule.talk_by_id["POUR22"]
    assert (
        talk.abstract
        == "How we pour & why.\n\nWhat you will see:\n\n• Kettles\n• Cups (https://teapot.example.org/cups)"
    )
    assert talk.speakers[0].bio == "Pours since 1999."
    assert talk.track == imported.schedule.tracks[0]
    assert talk.url == "https://teapot.example.org/2031/talk/POUR22/"
    assert talk.stream == "https://live.teapot.example.org/great-hall"
    assert imported.version == "0.3"
    assert [day.day for day in imported.schedule.conference.days] == [9, 10]
    assert not imported.guessed


def test_an_event_without_a_room_is_in_the_room_it_is_listed_under() -> None:
    talks = import_schedule((OURS / "schedule-v1.json").read_bytes(), "x.json").schedule.talks
    assert talks[1].room is talks[0].room

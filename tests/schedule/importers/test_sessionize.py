from bot.schedule.importers.models import ImportHints
from tests.schedule.importers.imports import sample


def test_the_sample_is_read_in_all_its_parts() -> None:
    welcome, talk, lunch = sample("sessionize.json").schedule.talks
    assert (welcome.title, welcome.kind) == ("Welcome", "talk")
    assert (talk.id, talk.kind, talk.stream) == ("101", "keynote", "https://live.teapot.example.org/great-hall")
    assert (talk.speakers[0].name, talk.speakers[0].role) == ("Inês Prata", "Tea lead at Samovar")
    assert talk.track is not None
    assert talk.track.title == "Brewing"
    assert lunch.kind == "lunch"


def test_times_without_a_zone_are_those_of_the_zone_the_organiser_names() -> None:
    told = sample("sessionize.json", ImportHints("Teapot Days", "Europe/Lisbon"))
    untold = sample("sessionize.json")
    assert told.schedule.talks[0].start.hour == 8
    assert told.schedule.conference.name == "Teapot Days"
    assert told.zone_is_known
    assert untold.schedule.talks[0].start.hour == 9
    assert not untold.zone_is_known
    assert (
        untold.guessed[-1]
        == "The source names no time zone, so times were read as UTC. Set it with --timezone Europe/London."
    )

from tests.schedule.importers.imports import sample


def test_the_sample_of_pycon_us_is_read_in_all_its_parts() -> None:
    doors, talk, lunch = sample("pycon.json").schedule.talks
    assert (doors.length.total_seconds(), doors.kind) == (0, "registration")
    assert (talk.id, talk.abstract, talk.speakers[0].bio) == ("1", "How we pour & why.", "Pours since 1999.")
    assert lunch.kind == "lunch"


def test_the_zone_is_guessed_from_how_times_are_written() -> None:
    imported = sample("pycon.json")
    assert imported.schedule.conference.local(imported.schedule.talks[1].start).hour == 9
    assert "UTC-4:00" in imported.guessed[1]


def test_the_sample_of_europython_is_read_in_all_its_parts() -> None:
    first, coffee, second = sample("europython.json").schedule.talks
    assert (first.id, second.id) == ("POUR22", "POUR22-2")  # one code in two slots
    assert first.url == "https://teapot.example.org/2031/session/pouring"
    assert (coffee.id, coffee.kind, coffee.room) == ("coffee-break-2031-05-09", "coffee", None)

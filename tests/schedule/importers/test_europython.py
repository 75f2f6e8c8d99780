from tests.schedule.importers.imports import sample


def test_the_sample_is_read_in_all_its_parts() -> None:
    first, coffee, second = sample("europython.json").schedule.talks
    assert (first.id, second.id) == ("POUR22", "POUR22-2")  # one code in two slots
    assert first.url == "https://teapot.example.org/2031/session/pouring"
    assert (coffee.id, coffee.kind, coffee.room) == ("coffee-break-2031-05-09", "coffee", None)

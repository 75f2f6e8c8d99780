from tests.schedule.importers.imports import sample


def test_the_sample_is_read_in_all_its_parts() -> None:
    imported = sample("pretalx-widget.json")
    talk, tea = imported.schedule.talks
    assert (talk.id, talk.speakers[0].name) == ("POUR22", "Inês Prata")
    assert talk.track is not None
    assert talk.track.title == "Brewing"
    assert (tea.kind, tea.room) == ("coffee", None)
    assert imported.schedule.conference.timezone.key == "Europe/Lisbon"

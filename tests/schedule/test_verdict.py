from bot.errors import Problem
from bot.schedule.models import Schedule
from bot.schedule.validation import file_verdict


def test_the_verdict_counts_talks_speakers_rooms_tracks_and_warnings(qcon: Schedule) -> None:
    warning = Problem("x", 1, 1, "warning", "Look.")
    assert file_verdict("x", qcon, []) == "x: 5 talks, 7 speakers, 1 room, 1 track: usable"
    assert file_verdict("x", qcon, [warning]) == "x: 5 talks, 7 speakers, 1 room, 1 track: usable, 1 warning"


def test_the_verdict_of_an_unusable_file_counts_errors_and_warnings() -> None:
    kinds = [Problem("x", 1, 1, "warning", "Look."), *[Problem("x", 1, 1, "error", "No.")] * 2]
    assert file_verdict("x", None, kinds) == "x: 2 errors, 1 warning: not usable"

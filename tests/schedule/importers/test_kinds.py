import pytest

from bot.schedule.importers.kinds import kind_of


@pytest.mark.parametrize(
    ("published", "title", "kind"),
    [
        ("", "Lunch", "lunch"),
        ("", "Coffee & Tea break", "coffee"),
        ("", "Morning Tea", "coffee"),
        ("", "Lunch (Red Team)", "lunch"),
        ("", "Break", "break"),
        ("", "Break the Build", "talk"),
        ("", "Coffee roasting for beginners", "talk"),
        ("Lecture", "Registration as a service", "talk"),
        ("Keynote", "Opening", "keynote"),
        ("Social", "Boat trip", "social"),
    ],
)
def test_breaks_are_told_from_talks(published: str, title: str, kind: str) -> None:
    assert kind_of(published, title, spoken=False) == kind


def test_where_somebody_speaks_it_is_no_break() -> None:
    assert kind_of("", "Lunch", spoken=True) == "talk"


def test_what_is_published_as_a_break_is_one_whatever_its_title() -> None:
    assert kind_of("break", "Group photo", spoken=False) == "break"
    assert kind_of("", "Group photo and lunch", spoken=False, is_break=True) == "lunch"

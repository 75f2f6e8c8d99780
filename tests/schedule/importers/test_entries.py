import pytest

from bot.schedule.importers.entries import session_kind


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
def test_breaks_are_distinguished_from_talks(published: str, title: str, kind: str) -> None:
    assert session_kind(published, title, has_speakers=False) == kind


def test_a_lunch_with_a_speaker_is_a_talk() -> None:
    assert session_kind("", "Lunch", has_speakers=True) == "talk"


def test_an_entry_published_as_a_break_is_one_regardless_of_its_title() -> None:
    assert session_kind("break", "Group photo", has_speakers=False) == "break"
    assert session_kind("", "Group photo and lunch", has_speakers=False, is_break=True) == "lunch"

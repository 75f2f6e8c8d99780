"""The filters in a question: rooms, tracks, kinds, times and exceptions."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.questions.filters import Narrowed, narrow
from bot.questions.models import Conversation, QuestionContext, Reader
from bot.questions.parse import parse
from bot.schedule.models import Room, Track
from bot.search.index import build
from tests.schedules import a_schedule, a_talk, london

JANSON, FONTAINE = Room("janson", "Janson"), Room("k1105", "K.1.105 (La Fontaine)")
UPPER, NEST = Room("upper", "Upper Main Dining Room"), Room("nest", "Crow's Nest ('Ten Forward')")
RUST, GO = Track("rust", "Rust devroom"), Track("go", "Go devroom")
SCHEDULE = a_schedule(
    a_talk("Unsafe code", "10:35", id="unsafe", room=JANSON, track=RUST),
    a_talk("Goroutines", "10:35", id="goroutines", room=FONTAINE, track=GO),
    a_talk("Welcome", "09:00", id="welcome", room=JANSON, kind="keynote"),
    a_talk(
        "Hoffnung", "14:00", id="hope", room=UPPER, kind="keynote", abstract="Wir haben das und die Zeit nicht mehr."
    ),
    a_talk("Stargazing", "21:00", id="stars", room=NEST, abstract="This is what they have seen and you have not."),
)
INDEX = build(SCHEDULE)


def _narrowed(text: str, now: datetime | None = None) -> Narrowed:
    now = now or london("10:00")
    return narrow(QuestionContext(parse(text), SCHEDULE, INDEX, now.astimezone(UTC), Conversation(), Reader()))


def _talks(text: str) -> list[str]:
    return [talk.id for talk in _narrowed(text).talks]


@pytest.mark.parametrize(
    ("text", "talks"),
    [
        ("janson now?", ["welcome", "unsafe"]),
        ("whats on in jansen", ["welcome", "unsafe"]),
        ("next in la fontaine", ["goroutines"]),
        ("k1105 at noon?", []),
        ("whats in the upper dining room", ["hope"]),
        ("crows nest tonite", ["stars"]),
        ("in the rust or go room", ["unsafe", "goroutines"]),
        ("go devroom", ["goroutines"]),
        ("keynotes", ["welcome", "hope"]),
        ("keynotes, not the welcome one", ["hope"]),
        ("everything but not in janson", ["goroutines", "hope", "stars"]),
        ("all talks except keynotes", ["unsafe", "goroutines", "stars"]),
        ("before lunch", ["unsafe", "goroutines"]),
        ("anything in german", ["hope"]),
        ("at 9 in janson", ["welcome"]),
    ],
)
def test_a_question_leaves_these_talks(text: str, talks: list[str]) -> None:
    assert sorted(_talks(text)) == sorted(talks)


@pytest.mark.parametrize(
    ("text", "room"), [("room churchill", "churchill"), ("whats on in room churchill", "churchill")]
)
def test_a_room_that_there_is_none_of_is_told(text: str, room: str) -> None:
    outside = _narrowed(text).outside
    assert outside is not None
    assert outside.room == room


def test_what_was_used_is_not_searched_for() -> None:
    narrowed = _narrowed("rust in janson after 3")
    assert parse("rust in janson after 3").words(narrowed.content) == ("rust",)


def test_the_schedule_tells_the_language_of_its_talks_better_than_their_texts() -> None:
    told = replace(SCHEDULE, talks=tuple(replace(talk, language="de") for talk in SCHEDULE.talks))
    question = QuestionContext(
        parse("anything in german"), told, build(told), london("10:00"), Conversation(), Reader()
    )
    assert [talk.id for talk in narrow(question).talks] == [talk.id for talk in SCHEDULE.talks]


@pytest.mark.parametrize("text", ["any talks in mandarin", "is there something in italian"])
def test_no_talk_is_in_a_language_that_the_schedule_does_not_tell_and_nobody_reads(text: str) -> None:
    assert _talks(text) == []


def test_a_keynote_is_no_room_that_is_called_after_it() -> None:
    talks = (a_talk("Leaves", "09:00", kind="keynote"), a_talk("Bags", "10:00", room=Room("k", "Keynote room")))
    schedule = a_schedule(*talks)
    rooms = {
        text: narrow(
            QuestionContext(parse(text), schedule, build(schedule), london("09:10"), Conversation(), Reader())
        ).scope.room
        for text in ("who gives the keynote today", "whats on in the keynote room")
    }
    assert list(rooms.values()) == [None, Room("k", "Keynote room")]

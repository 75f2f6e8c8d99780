"""The filters in a question: rooms, tracks, kinds, times and exceptions."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.questions.filters import Narrowed, narrow, talks_of_level
from bot.questions.parse import parse
from bot.questions.question import QuestionContext
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
    return narrow(QuestionContext(parse(text), SCHEDULE, INDEX, now.astimezone(UTC)))


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
        ("alle talks heute keine keynotes", ["unsafe", "goroutines", "stars"]),
        ("talks today no keynotes please", ["unsafe", "goroutines", "stars"]),
        ("talks heute, bloß keine keynotes", ["unsafe", "goroutines", "stars"]),
        ("was heute das keine keynote ist", ["unsafe", "goroutines", "stars"]),
        ("alles heute das nicht auf deutsch ist", ["unsafe", "goroutines", "welcome", "stars"]),
        ("heute nichts auf deutsch bitte", ["unsafe", "goroutines", "welcome", "stars"]),
        ("was läuft heute weder in janson noch in crows nest", ["goroutines", "hope"]),
        ("talks today not in janson and not in crows nest", ["goroutines", "hope"]),
        ("talks today that are not keynotes and not rust", ["goroutines", "stars"]),
        ("alles heute was keine keynote ist", ["unsafe", "goroutines", "stars"]),
        ("um halb elf was anderes als goroutines", ["unsafe"]),
        ("talks today that dont have anything to do with rust", ["goroutines", "welcome", "hope", "stars"]),
        ("talks today that have nothing to do with rust", ["goroutines", "welcome", "hope", "stars"]),
        ("gibt es heute keine keynotes", ["welcome", "hope"]),
        ("no talks today and no talks tomorrow?", ["unsafe", "goroutines", "welcome", "hope", "stars"]),
    ],
)
def test_filters_in_a_question_select_these_talks(text: str, talks: list[str]) -> None:
    assert sorted(_talks(text)) == sorted(talks)


@pytest.mark.parametrize(
    ("text", "room"), [("room churchill", "churchill"), ("whats on in room churchill", "churchill")]
)
def test_an_unknown_room_is_reported(text: str, room: str) -> None:
    outside = _narrowed(text).outside
    assert outside is not None
    assert outside.room == room


WEST, EAST, AULA, NINE = (Room(id, name) for id, name in (
    ("west", "Great Hall 1 & 2"), ("east", "Great Hall 3"), ("aula", "Auditorium 15"), ("nine", "Auditorium 9")
))  # fmt: skip
NUMBERED = a_schedule(
    a_talk("Bread", "10:00", id="bread", room=WEST, kind="workshop", level="Introductory and overview"),
    a_talk("Rye", "10:00", id="rye", room=EAST, level="Advanced", abstract="An advanced course."),
    a_talk("Crust", "10:00", id="crust", room=AULA, abstract="With advanced ovens."),
    a_talk("Salt", "10:00", id="salt", room=NINE, kind="workshop"),
)


@pytest.mark.parametrize(
    ("text", "talks"),
    [
        ("audi 15 now", ["crust"]),
        ("aud 9?", ["salt"]),
        ("whats on in the great halls", ["bread", "rye"]),
        ("10am sessions but nothing in the great halls", ["crust", "salt"]),
        ("10am, not in auditorium 9", ["bread", "rye", "crust"]),
        ("tuesday at 10 anything but auditorium 15", ["bread", "rye", "salt"]),
        ("workshops tue, not the bread one", ["salt"]),
        ("talks tue, pls", ["bread", "rye", "crust", "salt"]),
    ],
)
def test_numbered_rooms_may_be_named_by_a_short_form_or_in_the_plural(text: str, talks: list[str]) -> None:
    now = london("09:30").astimezone(UTC)
    narrowed = narrow(QuestionContext(parse(text), NUMBERED, build(NUMBERED), now))
    assert not narrowed.outside
    assert sorted(talk.id for talk in narrowed.talks) == sorted(talks)


@pytest.mark.parametrize(
    ("text", "talks"),
    [
        ("anything for beginners", ["bread"]),
        ("advanced talks pls", ["rye"]),
        ("something deeper, not the intro", ["rye"]),
        ("talks for experts", ["rye"]),
        ("for somebody whos never baked", ["bread"]),
        ("etwas für fortgeschrittene", ["rye"]),
    ],
)
def test_the_level_in_the_schedule_counts_more_than_the_abstract(text: str, talks: list[str]) -> None:
    now = london("09:30").astimezone(UTC)
    context = QuestionContext(parse(text), NUMBERED, build(NUMBERED), now)
    assert [talk.id for talk in talks_of_level(context, NUMBERED.talks)] == talks


def test_an_abstract_alone_does_not_give_the_level() -> None:
    told = replace(NUMBERED, talks=tuple(replace(talk, level="") for talk in NUMBERED.talks))
    context = QuestionContext(parse("advanced talks"), told, build(told), london("09:30"))
    assert talks_of_level(context, told.talks) == []
    assert {talk.id for talk in talks_of_level(context, told.talks, by_text=True)} == {"rye", "crust"}


def test_the_subtitle_gives_the_level_and_not_the_abstract() -> None:
    crusts = a_schedule(
        a_talk("Crusts", "10:00", id="crusts", subtitle="A gentle introduction"),
        a_talk("Loaves", "10:00", id="loaves", abstract="After an introduction we bake."),
    )
    context = QuestionContext(parse("for beginners"), crusts, build(crusts), london("09:30"))
    assert [talk.id for talk in talks_of_level(context, crusts.talks)] == ["crusts"]


@pytest.mark.parametrize("text", ["talks at 10 that are not on an expo stage", "10am, nothing from the expo stages"])
def test_an_exception_of_a_name_that_several_rooms_have_means_all_of_them(text: str) -> None:
    rooms = [Room(id, name) for id, name in (("one", "Expo Stage 1"), ("two", "Expo Stage 2"), ("attic", "Attic"))]
    stages = a_schedule(*(a_talk(f"At {room.id}", "10:00", id=room.id, room=room) for room in rooms))
    context = QuestionContext(parse(text), stages, build(stages), london("09:30"))
    assert [talk.id for talk in narrow(context).talks] == ["attic"]


def test_words_used_as_filters_are_not_searched_for() -> None:
    narrowed = _narrowed("rust in janson after 3")
    assert parse("rust in janson after 3").words_at(narrowed.content) == ("rust",)


def test_the_language_in_the_schedule_counts_more_than_the_abstract() -> None:
    told = replace(SCHEDULE, talks=tuple(replace(talk, language="de") for talk in SCHEDULE.talks))
    question = QuestionContext(parse("anything in german"), told, build(told), london("10:00"))
    assert [talk.id for talk in narrow(question).talks] == [talk.id for talk in SCHEDULE.talks]


@pytest.mark.parametrize("text", ["any talks in mandarin", "is there something in italian"])
def test_no_talk_is_found_in_a_language_that_the_schedule_does_not_name(text: str) -> None:
    assert _talks(text) == []


def test_a_question_about_the_keynote_is_not_about_the_keynote_room() -> None:
    talks = (a_talk("Leaves", "09:00", kind="keynote"), a_talk("Bags", "10:00", room=Room("k", "Keynote room")))
    schedule = a_schedule(*talks)
    rooms = {
        text: narrow(QuestionContext(parse(text), schedule, build(schedule), london("09:10"))).scope.room
        for text in ("who gives the keynote today", "whats on in the keynote room")
    }
    assert list(rooms.values()) == [None, Room("k", "Keynote room")]


@pytest.mark.parametrize(
    ("text", "talks"),
    [
        ("how many keynotes are there", ["opening"]),
        ("wann ist die keynote", ["opening"]),
        ("workshops tomorrow", []),
        ("talks + workshops", ["opening", "speech", "kites"]),
        ("which talks and workshops are on", ["opening", "speech", "kites"]),
        ("vorträge und workshops", ["opening", "speech", "kites"]),
        ("talks and keynotes by dr kite", ["opening", "speech", "kites"]),
    ],
)
def test_a_kind_may_begin_the_title_and_talks_joined_with_a_kind_are_all(text: str, talks: list[str]) -> None:
    given = (
        a_talk("Keynote: The sky", "09:00", id="opening"),
        a_talk("How to give a keynote", "10:00", id="speech"),
        a_talk("Kites", "11:00", id="kites", kind="workshop"),
    )
    schedule = a_schedule(*given)
    narrowed = narrow(QuestionContext(parse(text), schedule, build(schedule), london("08:00")))
    assert [talk.id for talk in narrowed.talks] == talks


@pytest.mark.parametrize(
    ("text", "talks", "kind"),
    [
        ("keynotes or panels", ["opening", "panel"], "keynotes or panels"),
        ("keynotes, panels and any workshops", ["opening", "panel", "kites"], "keynotes, panels and any workshops"),
        ("any keynote panel", ["opening"], "keynote"),
        ("is the keynote before the workshop", ["opening"], "keynote"),
        ("who gives the keynote and when is the panel", ["opening"], "keynote"),
    ],
)
def test_kinds_joined_by_and_or_or_are_all_included(text: str, talks: list[str], kind: str) -> None:
    schedule = a_schedule(
        a_talk("Opening", "09:00", id="opening", kind="keynote"),
        a_talk("The future", "10:00", id="panel", kind="panel"),
        a_talk("Kites", "11:00", id="kites", kind="workshop"),
    )
    now = london("08:00").astimezone(UTC)
    narrowed = narrow(QuestionContext(parse(text), schedule, build(schedule), now))
    assert [talk.id for talk in narrowed.talks] == talks
    assert narrowed.scope.kind == kind


def test_the_title_gives_the_level_of_a_talk_without_one_in_the_schedule() -> None:
    schedule = a_schedule(
        a_talk("Kites", "09:00", id="labelled", level="Beginner"),
        a_talk("Introduction to kites", "10:00", id="titled"),
        a_talk("Introduction to stunts", "11:00", id="stunts", level="Advanced"),
        a_talk("Kites in storms", "12:00", id="storms", abstract="A course for beginners."),
    )
    now = london("08:00").astimezone(UTC)
    question = parse("anything for beginners")
    context = QuestionContext(question, schedule, build(schedule), now)
    assert [talk.id for talk in talks_of_level(context, schedule.talks)] == ["labelled", "titled"]


def test_a_title_gives_the_level_before_an_abstract_in_any_language() -> None:
    schedule = a_schedule(
        a_talk("Build your first kite", "09:00", id="kite"),
        a_talk("The first kites ever", "10:00", id="history"),
        a_talk("Kites in storms", "11:00", id="storms", abstract="A course for beginners."),
        a_talk("Erste Schritte mit Drachen", "12:00", id="german"),
    )
    question = parse("kites for beginners")
    context = QuestionContext(question, schedule, build(schedule), london("08:00").astimezone(UTC))
    assert [talk.id for talk in talks_of_level(context, schedule.talks)] == ["kite", "german"]


HALLS = a_schedule(
    *(
        replace(a_talk(name, "14:00", id=name, room=Room(name, name)), language=language)
        for name, language in (("HS6", "de"), ("HS7", "en"), ("Lilac1", "de"), ("Lilac2", "en"))
    )
)


@pytest.mark.parametrize(
    ("text", "talks"),
    [
        ("hall 7 at 2", ["HS7"]),
        ("hörsaal 6 heute nachmittag", ["HS6"]),
        ("wer redet im saal 7 um 14 uhr", ["HS7"]),
        ("whats on in the lilac rooms at 2", ["Lilac1", "Lilac2"]),
        ("in lilac at 2", ["Lilac1", "Lilac2"]),
        ("whats on at 2 but not in german", ["HS7", "Lilac2"]),
        ("um 14 uhr irgendwas aber nicht auf englisch", ["HS6", "Lilac1"]),
        ("talks this afternoon except german ones", ["HS7", "Lilac2"]),
        ("my german is zero so at 2 everything except the german talk please", ["HS7", "Lilac2"]),
        ("my english is terrible, what's on at 2 except the english talks", ["HS6", "Lilac1"]),
        ("mein deutsch ist mies also um 14 uhr alles außer den deutschen vorträgen", ["HS7", "Lilac2"]),
        ("mein englisch ist null, was läuft um 14 uhr außer auf englisch", ["HS6", "Lilac1"]),
        ("my german is zero, what is on at 2", ["HS6", "HS7", "Lilac1", "Lilac2"]),
        ("anything in german at 2? my english is awful", ["HS6", "Lilac1"]),
        ("talks on the 5th and not in hs6", ["HS7", "Lilac1", "Lilac2"]),
        ("whats on the 5th in hs6", ["HS6"]),
        ("hs6 or lilac next", ["HS6", "Lilac1", "Lilac2"]),
        ("i hate hs7, what else is on at 2", ["HS6", "Lilac1", "Lilac2"]),
    ],
)
def test_rooms_by_their_numbers_and_languages_as_exceptions(text: str, talks: list[str]) -> None:
    context = QuestionContext(parse(text), HALLS, build(HALLS), london("10:00"))
    assert [talk.id for talk in narrow(context).talks] == talks


@pytest.mark.parametrize("text", ["whats in hs7 about kafka or java", "java in hs7 and"])
def test_a_topic_that_is_joined_to_another_word_than_a_room_is_no_room(text: str) -> None:
    java = a_talk("Streams", "14:00", id="java", room=Room("java", "Java"))
    schedule = a_schedule(java, a_talk("Java records", "14:00", id="hs7", room=Room("hs7", "HS7")))
    context = QuestionContext(parse(text), schedule, build(schedule), london("10:00"))
    assert [talk.id for talk in narrow(context).talks] == ["hs7"]


CODED = a_schedule(
    *(
        a_talk(name, "10:00", id=name, room=Room(name.lower(), name))
        for name in ("K.1.105", "K.4.201", "AW1.120", "AW1.121", "UD2.119", "Janson", "Stage 1", "Stage 2")
    )
)


@pytest.mark.parametrize(
    ("text", "talks"),
    [
        ("next in k building", ["K.1.105", "K.4.201"]),
        ("what's next in the aw building", ["AW1.120", "AW1.121"]),
        ("whats on in building k at 10", ["K.1.105", "K.4.201"]),
        ("whats on in aw1 now", ["AW1.120", "AW1.121"]),
        ("whats on in aw1.120 now", ["AW1.120"]),
        ("anything in the ud building", ["UD2.119"]),
        ("was läuft im gebäude k", ["K.1.105", "K.4.201"]),
        ("was läuft um 10 im k gebäude", ["K.1.105", "K.4.201"]),
        ("at 10, but not in the k building", ["AW1.120", "AW1.121", "UD2.119", "Janson", "Stage 1", "Stage 2"]),
        ("was kommt hier auf der 1", ["Stage 1"]),
        ("wer redet jetzt auf der 2", ["Stage 2"]),
        ("whats on in 2 now", ["Stage 2"]),
        ("talks in 2 parts", [room.name for room in CODED.rooms]),
    ],
)
def test_a_building_is_all_rooms_whose_codes_begin_with_it_and_a_number_its_stage(text: str, talks: list[str]) -> None:
    narrowed = narrow(QuestionContext(parse(text), CODED, build(CODED), london("09:30")))
    assert {talk.id for talk in narrowed.talks} == set(talks)
    assert not {"building", "gebaude"}.intersection(parse(text).words_at(narrowed.content))

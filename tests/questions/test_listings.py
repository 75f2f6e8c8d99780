"""Answers without a search: now, next, later, the bounds of a day, meals, rooms, beginners."""

from dataclasses import replace
from datetime import datetime

import pytest

from bot.questions.answer import answer
from bot.questions.models import AboutRoom, Answer, Bounds, Listing, Matches, OnNext, OnNow, Pauses
from bot.questions.parse import parse
from bot.questions.results import results
from bot.schedule.models import Room, Track
from bot.search.index import build
from tests.schedules import a_schedule, a_speaker, a_talk, london

HALL, ATTIC = Room("hall", "Great Hall", "ground floor"), Room("attic", "Attic")
SCHEDULE = a_schedule(
    a_talk("Opening", "09:00", id="opening", room=HALL, kind="keynote", minutes=30),
    a_talk("Owls", "09:40", id="owls", room=HALL),
    a_talk("Introduction to Bats", "09:40", id="bats", room=ATTIC),
    a_talk("Coffee", "10:30", id="coffee", kind="coffee", minutes=20),
    a_talk("Moths", "10:50", id="moths", room=HALL, speakers=(a_speaker("Ada Moth"),)),
    a_talk("Dinner of the Red Team", "18:00", id="red", kind="social", minutes=60),
    a_talk("Late Owls", "20:00", id="late", room=ATTIC, minutes=60),
    a_talk("Owls again", london("09:00", "2019-03-06"), id="again", room=HALL, kind="keynote"),
)
INDEX = build(SCHEDULE)


def _ask(text: str, clock: str = "10:00", day: str = "2019-03-05") -> Answer:
    now: datetime = london(clock, day)
    return answer(parse(text), SCHEDULE, INDEX, now).answer


@pytest.mark.parametrize(
    ("text", "clock", "kind", "ids"),
    [
        ("whats on rn", "10:00", OnNow, ["bats", "owls"]),
        ("attic rn?", "10:00", OnNow, ["bats"]),
        ("attic now", "10:45", OnNow, ["late"]),
        ("next", "10:00", OnNext, ["moths"]),
        ("next in the attic", "10:00", OnNext, ["late"]),
        ("whats left today", "10:00", Listing, ["moths", "late", "red"]),
        ("wie viele sind noch im great hall", "10:00", Listing, ["moths"]),
        ("welche vorträge gibts noch", "10:40", Listing, ["moths", "late"]),
        ("when does it start tmrw", "10:00", Bounds, ["again"]),
        ("whens it over today", "10:00", Bounds, ["late"]),
        ("how long til the keynote", "08:30", Matches, ["opening"]),
        ("anything for noobs", "08:30", Listing, ["bats"]),
        ("where is the great hall", "10:00", AboutRoom, ["owls"]),
        ("ok and after this round, what is next", "10:00", OnNext, ["moths"]),
        ("was läuft nach der jetzigen runde", "10:00", OnNext, ["moths"]),
        ("next round?", "10:00", OnNext, ["moths"]),
        ("first thing tmrw", "10:00", Listing, ["again"]),
        ("what did i miss", "10:40", Listing, ["opening", "owls", "bats"]),
        ("when is the last keynote", "08:30", Listing, ["again"]),
        ("im stuck with the moths, who gives the last keynote and when is it over", "08:30", Listing, ["again"]),
        ("what was just on in the great hall", "10:40", Listing, ["owls"]),
        ("who just spoke in the great hall", "10:40", Listing, ["owls"]),
        ("was ist gerade vorbei", "09:35", Listing, ["opening"]),
        ("shortest talk today?", "08:30", Listing, ["opening"]),
        ("der längste vortrag", "08:30", Listing, ["late"]),
        ("longest talk about owls", "08:30", Matches, ["late"]),
        ("im here from 10:45, whats on then in the great hall", "10:00", Listing, ["moths"]),
        ("ich komm erst um 20 uhr, was läuft dann", "10:00", Listing, ["late"]),
    ],
)
def test_questions_about_now_next_later_and_places_list_the_right_talks(
    text: str, clock: str, kind: type, ids: list[str]
) -> None:
    told = _ask(text, clock)
    assert isinstance(told, kind)
    assert sorted(results(told)) == sorted(ids)


@pytest.mark.parametrize(
    ("text", "ids"),
    [("when is coffee", ["coffee"]), ("wann gibts heut endlich kaffee u wo", ["coffee"]), ("whn is cofee", ["coffee"]),
     ("wann ist kafeepause", ["coffee"]), ("kaffeepause?", ["coffee"]), ("red team dinner whn", ["red"]), ("is there a party tonight", ["red"]),
     ("when is lunch", [])],
)  # fmt: skip
def test_the_result_of_a_question_for_a_break_is_its_entry_if_the_schedule_has_one(text: str, ids: list[str]) -> None:
    assert results(_ask(text)) == ids


@pytest.mark.parametrize(("about", "ids"), [("The diner that runs on Erlang", ["about"]), ("Erlang", ["dinner"])])
def test_diner_is_read_as_dinner_unless_a_talk_is_about_a_diner(about: str, ids: list[str]) -> None:
    schedule = a_schedule(
        a_talk(about, "10:00", id="about"), a_talk("Conference dinner", "19:00", id="dinner", kind="social")
    )
    index = build(schedule)
    told = answer(parse("when is the diner", index.vocabulary), schedule, index, london("09:00")).answer
    assert results(told) == ids


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("is venkat still talking", ["early", "late"]),
        ("redet venkat noch", ["early", "late"]),
        ("can i still catch venkat", ["late"]),
    ],
)
def test_of_someone_with_a_talk_over_and_one_to_come_both_are_told(text: str, ids: list[str]) -> None:
    venkat = (a_speaker("Venkat Rao"),)
    schedule = a_schedule(
        a_talk("Owls", "09:00", id="early", speakers=venkat), a_talk("Moths", "18:00", id="late", speakers=venkat)
    )
    told = answer(parse(text), schedule, build(schedule), london("10:30")).answer
    assert results(told) == ids


def test_a_newcomer_who_asks_for_advice_gets_all_talks_for_beginners() -> None:
    schedule = a_schedule(
        a_talk("Introduction to Bats", "10:00", id="bats"), a_talk("Your First Owl", "11:00", id="owl")
    )
    told = answer(parse("my first time here, what should i see"), schedule, build(schedule), london("09:00")).answer
    assert results(told) == ["bats", "owl"]


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("when is lunch", "11:40", "18:00"),
        ("how long til coffee", "10:30", "10:50"),
        ("wie lang ham wir mittagspause", "11:40", "18:00"),
        ("lunchbreak?", "11:40", "18:00"),
    ],
)
def test_a_meal_is_a_session_of_that_name_or_else_a_gap_between_talks(text: str, start: str, end: str) -> None:
    told = _ask(text)
    assert isinstance(told, Pauses)
    assert (told.pause.start, told.pause.end) == (london(start), london(end))


@pytest.mark.parametrize(
    ("text", "clock", "ids"),
    [
        ("starving. when lunch", "10:00", ["long"]),
        ("wann ist mittag", "10:00", ["long"]),
        ("nächster kaffee bitte, bin müde", "11:30", ["tea"]),
        ("next coffee pls im dying here", "11:30", ["tea"]),
        ("which pub is it tonight, driver is asking", "16:00", ["beer"]),
        ("when do we finally go for beers", "16:00", ["beer"]),
        ("in welche kneipe gehn wir", "16:00", ["beer"]),
        ("wann ist abendessen", "16:00", ["beer"]),
        ("frühstück?", "08:00", []),
    ],
)
def test_a_meal_that_is_not_listed_is_the_entry_that_comes_nearest(text: str, clock: str, ids: list[str]) -> None:
    schedule = a_schedule(
        a_talk("Tea and Biscuits", "10:50", id="early", kind="break", minutes=20),
        a_talk("Owls", "11:10", minutes=70),
        a_talk("Long Break", "12:20", id="long", kind="break", minutes=70),
        a_talk("Moths", "13:30", minutes=60),
        a_talk("Coffee Break", "14:30", id="tea", kind="break", minutes=20),
        a_talk("Shuttle to the social event", "18:00", minutes=30),
        a_talk("Beer Afterparty", "18:30", id="beer", kind="social", minutes=180),
    )
    assert results(answer(parse(text), schedule, build(schedule), london(clock)).answer) == ids


@pytest.mark.parametrize(
    ("text", "clock", "ids"),
    [
        ("when does the break end", "12:50", ["lunch"]),
        ("wie lange geht die pause noch", "12:50", ["lunch"]),
        ("when is the next break", "12:05", ["lunch"]),
        ("first break", "09:05", ["tea"]),
        ("is there coffee", "11:40", ["rest"]),
        ("next coffee", "11:40", ["coffee"]),
    ],
)
def test_a_break_is_the_one_that_is_on_or_comes_next_whatever_its_name(text: str, clock: str, ids: list[str]) -> None:
    schedule = a_schedule(
        a_talk("Owls", "09:00"),
        a_talk("Morning Tea", "10:30", id="tea", kind="coffee", minutes=30),
        a_talk("Quiet Half Hour", "11:30", id="rest", kind="break", minutes=30),
        a_talk("Lunch", "12:30", id="lunch", kind="lunch", minutes=60),
        a_talk("Coffee Break", "15:00", id="coffee", kind="coffee", minutes=30),
    )
    assert results(answer(parse(text), schedule, build(schedule), london(clock)).answer) == ids


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("when is the social engineering talk", ["attacks"]),
        ("is the social engineering talk over", ["attacks"]),
        ("where is the espresso talk", ["espresso"]),
        ("when is espresso", ["espresso"]),
        ("wann ist der vortrag über espresso", ["espresso"]),
        ("wann ist der vortrag über bier", []),
        ("when is the pub sub talk", ["pubsub"]),
        ("when is the social tonight", ["social"]),
        ("is there a social?", ["social"]),
        ("which pub is it tonight, driver is asking", ["social"]),
        ("beer when?", ["social"]),
        ("need caffeine when", ["tea"]),
    ],
)
def test_a_drink_or_a_social_in_the_name_of_a_topic_asks_for_no_meal(text: str, ids: list[str]) -> None:
    schedule = a_schedule(
        a_talk("Testing with Espresso", "10:00", id="espresso", speakers=(a_speaker("Hana Sato"),)),
        a_talk("Morning Tea", "11:00", id="tea", kind="coffee", minutes=30),
        a_talk("Social Engineering Attacks", "12:00", id="attacks", speakers=(a_speaker("Gus Kern"),)),
        a_talk("Messages with Pub/Sub", "14:00", id="pubsub", speakers=(a_speaker("Fay Wong"),)),
        a_talk("Social Event", "19:00", id="social", kind="social", minutes=180),
    )
    index = build(schedule)
    assert results(answer(parse(text, index.vocabulary), schedule, index, london("09:00")).answer) == ids


@pytest.mark.parametrize("text", ["when do we eat", "wann gibt's essen"])
def test_the_next_food_of_the_day_is_lunch_also_before_snacks(text: str) -> None:
    schedule = a_schedule(
        a_talk("Lunch", "12:00", id="lunch", kind="lunch", minutes=60),
        a_talk("Break and Afternoon Snacks", "14:45", id="snacks", kind="break"),
    )
    assert results(answer(parse(text), schedule, build(schedule), london("10:00")).answer) == ["lunch"]


def test_the_conference_ends_on_its_last_day_with_talks() -> None:
    told = _ask("when is the conference over")
    assert isinstance(told, Bounds)
    assert (told.day, results(told)) == (None, ["again"])


def test_nothing_is_left_tonight_after_the_last_talk() -> None:
    told = _ask("anything left tonite", "21:30")
    assert isinstance(told, Listing)
    assert told.talks == ()
    assert told.scope.left


def test_a_talk_of_five_minutes_that_is_over_does_not_come_next() -> None:
    flashes = a_schedule(
        *(
            a_talk(title, start, minutes=5, kind="lightning talk")
            for title, start in (("Flash", "10:00"), ("Bolt", "10:30"))
        )
    )
    told = answer(parse("next lightning talk"), flashes, build(flashes), london("10:06")).answer
    assert results(told) == ["bolt"]


def test_a_topic_that_no_talk_of_a_time_names_may_be_a_track() -> None:
    health = Track("health", "AI in Healthcare")
    schedule = a_schedule(
        a_talk("Guardrails First", "10:00", id="guardrails", track=health),
        a_talk("Healthcare in bytecode", "11:00", track=health),
        *(a_talk(f"Chapter {number}", "10:00", track=Track("gtm", "AI in GTM")) for number in range(30)),
    )
    told = answer(parse("healthcare at 10"), schedule, build(schedule), london("09:00")).answer
    assert results(told) == ["guardrails"]


def test_a_level_in_the_name_of_a_track_is_part_of_the_name() -> None:
    track = Track("first", "Beginners' track")
    talks = (a_talk("Knots", "10:00", id="knots", track=track), a_talk("Sails for beginners", "11:00", id="sails"))
    schedule = replace(a_schedule(*talks), tracks=(track,))
    index = build(schedule)

    def ids(text: str) -> list[str]:
        return results(answer(parse(text), schedule, index, london("09:00")).answer)

    assert ids("what is on in the beginners' track") == ["knots", "first"]
    assert ids("what is there for beginners") == ["sails"]


@pytest.mark.parametrize("text", ["lightning talks", "which lightning talks are there"])
def test_the_length_in_the_name_of_a_kind_need_not_be_said(text: str) -> None:
    talks = (
        a_talk("Sparks", "10:00", id="sparks", kind="20 min lightning talk"),
        a_talk("Rain", "11:00", kind="45 min session"),
    )
    schedule = a_schedule(*talks)
    assert results(answer(parse(text), schedule, build(schedule), london("09:00")).answer) == ["sparks"]


ORGANISED = a_schedule(
    a_talk("Swag Pickup Opens", "07:00", id="swag", minutes=0),
    a_talk("Tuesday Registration & Coats", "07:30", id="desk", minutes=240),
    a_talk("Welcome", "09:00", id="welcome", minutes=10),
    a_talk("Summit, pre-registration required", "09:30", id="summit"),
    a_talk("Owls", "09:40", id="owls"),
    a_talk("Dinner for Everyone", "17:00", id="topic", speakers=(a_speaker("Ada Moth"),)),
    a_talk("Penguin Dinner", "18:00", id="dinner", minutes=240),
    a_talk("Hall Closes", "23:00", id="closes", minutes=0),
)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("how many talks are there today", ["welcome", "summit", "owls", "topic"]),
        ("wie viele vorträge gibt es heute", ["welcome", "summit", "owls", "topic"]),
        ("shortest talk today", ["welcome"]),
        ("der längste vortrag heute", ["summit", "owls", "topic"]),
        ("when is the last talk today", ["topic"]),
        ("when does it start today", ["welcome"]),
        ("wann ist heute schluss", ["topic"]),
        ("whats on at 11pm", ["closes"]),
        ("when is the next talk", ["welcome"]),
        ("today", ["swag", "desk", "welcome", "summit", "owls", "topic", "dinner", "closes"]),
    ],
)
def test_dinners_desks_and_the_moments_at_which_halls_open_are_no_talks(text: str, ids: list[str]) -> None:
    assert sorted(results(answer(parse(text), ORGANISED, build(ORGANISED), london("06:50")).answer)) == sorted(ids)

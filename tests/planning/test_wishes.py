from datetime import timedelta

import pytest

from bot.planning.wishes import NotADay, asks_what_fits, read_wishes
from bot.schedule.models import Schedule
from tests.schedules import a_schedule, a_talk, a_track, london

NOW = london("08:00")

SCHEDULE = a_schedule(
    a_talk("Opening keynote", "09:00", kind="keynote"),
    a_talk("Rust", "10:00", track=a_track("Languages")),
    a_talk("Late", "20:00", minutes=30),
    a_talk("Wednesday", london("10:00", "2019-03-06")),
    a_talk("Wednesday evening", london("20:00", "2019-03-06")),
)


def test_a_day_topics_exclusions_lunch_and_an_end_are_read() -> None:
    text = "wednesday: rust and databases, no keynotes, lunch at 12:30, end by 17:00"

    wishes = read_wishes(text, SCHEDULE, NOW)

    assert wishes.day.isoformat() == "2019-03-06"
    assert (wishes.topics, wishes.without) == (("rust", "databases"), ("keynotes",))
    assert wishes.end == london("17:00", "2019-03-06")
    assert wishes.lunch
    assert wishes.lunch.earliest == wishes.lunch.latest == london("12:30", "2019-03-06")


@pytest.mark.parametrize(
    ("text", "topics", "start", "end"),
    [
        ("", (), "08:00", ""),
        ("my day", (), "08:00", ""),
        ("today, kubernetes", ("kubernetes",), "08:00", ""),
        ("machine learning and testing until 5pm", ("machine learning", "testing"), "08:00", "17:00"),
        ("C++ & CI/CD", ("C++", "CI/CD"), "08:00", ""),
        ("from 10, home by 18:00", (), "10:00", "18:00"),
        ("no talks before 10 and stop at 17:00", (), "10:00", "17:00"),
        ("rust, schluss um 17 uhr", ("rust",), "08:00", "17:00"),
        ("rust, terminar a las 17:00", ("rust",), "08:00", "17:00"),
        ("rust, je pars à 17h", ("rust",), "08:00", "17:00"),
        ("finir à 17h", (), "08:00", "17:00"),
        ("leave around 5pm", (), "08:00", "17:00"),
        ("home automation at 16:00", ("home automation",), "16:00", ""),
        ("security between 14:00 and 16:00", ("security",), "14:00", "16:00"),
    ],
)
def test_times_bound_the_plan_and_the_rest_are_topics(text: str, topics: tuple[str, ...], start: str, end: str) -> None:
    wishes = read_wishes(text, SCHEDULE, NOW)

    assert wishes.topics == topics
    assert wishes.start == london(start)
    if end:
        assert wishes.end == london(end)


@pytest.mark.parametrize("text", ["no keynotes", "without keynotes or rust", "rust but not keynotes"])
def test_an_excluded_kind_of_talk_is_not_allowed(text: str) -> None:
    wishes = read_wishes(text, SCHEDULE, NOW)

    assert [wishes.allows(talk) for talk in SCHEDULE.talks[:3:2]] == [False, True]


def test_a_track_is_excluded_by_its_name() -> None:
    wishes = read_wishes("no languages", SCHEDULE, NOW)
    assert [wishes.allows(talk) for talk in SCHEDULE.talks[:3]] == [True, False, True]


def test_a_plan_leaves_time_for_lunch_around_noon_by_default() -> None:
    lunch = read_wishes("rust", SCHEDULE, NOW).lunch

    assert lunch
    assert (lunch.earliest, lunch.latest, lunch.length) == (london("12:00"), london("13:15"), timedelta(minutes=45))


def test_lunch_can_be_left_out() -> None:
    assert read_wishes("rust, no lunch", SCHEDULE, NOW).lunch is None


def test_tomorrow_is_another_day_and_a_day_without_talks_is_refused() -> None:
    assert read_wishes("my tomorrow", SCHEDULE, NOW).day.isoformat() == "2019-03-06"
    with pytest.raises(NotADay):
        read_wishes("saturday", SCHEDULE, NOW)


def test_at_fosdem_a_plan_is_of_the_day_and_leaves_keynotes_out(fosdem: Schedule) -> None:
    wishes = read_wishes("sunday, no keynotes", fosdem, london("08:00", "2020-02-01"))

    allowed = [talk for talk in fosdem.talks if wishes.allows(talk)]
    assert {fosdem.day_of(talk.start).isoformat() for talk in allowed} == {"2020-02-02"}
    assert not [talk for talk in allowed if talk.track and talk.track.title == "Keynotes"]


@pytest.mark.parametrize(
    ("text", "begins", "minutes"),
    [
        ("rust, end by 13:00", "12:00", 45),  # there is time for all of it
        ("rust, lunch at 12:30, end by 13:00", "12:30", 30),  # it goes on until the end
        ("rust, end by 12:20", "12:00", 20),
        ("from 13:00, rust", "13:00", 45),
    ],
)
def test_lunch_is_shortened_or_moved_if_the_plan_begins_or_ends_within_it(text: str, begins: str, minutes: int) -> None:
    lunch = read_wishes(text, SCHEDULE, NOW).lunch

    assert lunch
    assert (lunch.earliest, lunch.length) == (london(begins), timedelta(minutes=minutes))


@pytest.mark.parametrize("text", ["rust, end by 12:00", "rust, end by 12:10", "from 14:00, rust"])
def test_a_plan_without_time_for_lunch_has_none(text: str) -> None:
    assert read_wishes(text, SCHEDULE, NOW).lunch is None


def test_no_talk_is_planned_during_a_coffee_break_that_was_asked_for() -> None:
    wishes = read_wishes("rust, coffee at 10:15", SCHEDULE, NOW)

    assert wishes.topics == ("rust",)
    assert wishes.pauses == (("coffee", (london("10:15"), london("10:45"))),)
    assert not wishes.allows(SCHEDULE.talks[1])


@pytest.mark.parametrize(
    "text",
    [
        "rust, no coffee at 10:15",
        "rust, kein kaffee um 10 uhr",
        "rust, end by 12:00, coffee at 15:00",
        "rust, from 14:00, tea at 10",
    ],
)
def test_a_meal_that_is_unwanted_or_outside_the_plan_is_not_planned(text: str) -> None:
    assert read_wishes(text, SCHEDULE, NOW).pauses == ()


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("no talks before 10:00, rust", "10:00", ""),
        ("rust, not after 16:00", "08:00", "16:00"),
        ("nothing after 5pm, rust", "08:00", "17:00"),
        ("rust, nichts nach 17 uhr", "08:00", "17:00"),
        ("rust, no talks in the morning", "12:00", ""),
        ("rust, keine vorträge am vormittag", "12:00", ""),
        ("rust, pas de conférence le matin", "12:00", ""),
        ("rust, nothing before 11 and after 15:00", "11:00", "15:00"),
        ("rust, nichts vor 11 und nach 15 uhr", "11:00", "15:00"),
        ("rust, no talks before 10 and done by 17:00", "10:00", "17:00"),
        ("rust not after 16:00", "08:00", "16:00"),
        ("rust nichts nach 16 uhr", "08:00", "16:00"),
        ("rust not before 9 nothing after 16:00", "09:00", "16:00"),
    ],
)
def test_an_excluded_time_at_either_end_shortens_the_plan(text: str, start: str, end: str) -> None:
    wishes = read_wishes(text, SCHEDULE, NOW)

    assert (wishes.topics, wishes.without, wishes.pauses) == (("rust",), (), ())
    assert (wishes.start, wishes.end) == (london(start), london(end) if end else SCHEDULE.span_of(wishes.day)[1])


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("rust, not between 10 and 11", "10:00", "11:00"),
        ("rust, no talks at 13:40", "13:40", "14:10"),
        ("rust, nothing around 13:00", "13:00", "13:30"),
        ("rust, nada por la tarde", "12:00", "20:00"),
        ("rust, no talks before 9 or in the afternoon", "12:00", "18:00"),
    ],
)
def test_an_excluded_time_in_the_middle_of_the_plan_stays_free(text: str, since: str, until: str) -> None:
    wishes = read_wishes(text, SCHEDULE, NOW)

    assert (wishes.topics, wishes.without) == (("rust",), ())
    assert wishes.pauses == (("free", (london(since), london(until))),)
    assert not wishes.allows(a_talk("Inside", since, minutes=20))


def test_an_excluded_time_is_on_the_day_of_the_plan_even_if_other_days_are_named() -> None:
    wishes = read_wishes("wednesday: rust, not between 10 and 11 tuesday monday", SCHEDULE, NOW)

    assert wishes.pauses == (("free", (london("10:00", "2019-03-06"), london("11:00", "2019-03-06"))),)


def test_a_part_of_the_day_is_not_part_of_the_topic() -> None:
    assert read_wishes("rust in the morning", SCHEDULE, NOW).topics == ("rust",)


@pytest.mark.parametrize(
    ("text", "topics", "without"),
    [
        ("mein tag: rust und datenbanken, keine keynotes", ("rust", "datenbanken"), ("keynotes",)),
        ("mi día: rust y bases de datos, sin keynotes", ("rust", "bases de datos"), ("keynotes",)),
        ("ma journée: rust et python, sans keynotes", ("rust", "python"), ("keynotes",)),
    ],
)
def test_wishes_are_read_in_other_languages(text: str, topics: tuple[str, ...], without: tuple[str, ...]) -> None:
    wishes = read_wishes(text, SCHEDULE, NOW)

    assert (wishes.topics, wishes.without) == (topics, without)


@pytest.mark.parametrize("text", ["tomorrow", "the last day: rust", "wednesday", "6 march", "the third day", "day 3"])
def test_the_day_of_a_plan_may_be_given_in_words(text: str) -> None:
    assert read_wishes(text, SCHEDULE, NOW).day.isoformat() == "2019-03-06"


@pytest.mark.parametrize(
    "text",
    ["what fits before lunch", "What fits before lunch?", "something until three", "something for me between 14:00 and 16:00",
     "was passt vor dem mittagessen", "algo hasta las 3", "what fits into the next hour", "what fits between 10-12?",
     "what fits, before lunch"],
)  # fmt: skip
def test_a_question_for_anything_that_fits_into_a_time_is_recognised(text: str) -> None:
    assert asks_what_fits(text)
    wishes = read_wishes(text, SCHEDULE, NOW)
    assert wishes.anything
    assert wishes.topics == ()
    assert wishes.end < SCHEDULE.span_of(wishes.day)[1]


@pytest.mark.parametrize(
    "text",
    ["something about rust until three", "what is before lunch", "what fits", "something", "who talks until three"],
)
def test_other_questions_do_not_ask_for_anything_that_fits(text: str) -> None:
    assert not asks_what_fits(text)

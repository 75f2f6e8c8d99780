import pytest

from bot.questions.time_expressions import NO_TIME, extract, time_of
from bot.questions.tokens import tokens_of


@pytest.mark.parametrize(
    ("text", "day", "value"),
    [
        ("what's on today", "relative", (0,)),
        ("tomorrow morning", "relative", (1,)),
        ("who spoke yesterday", "relative", (-1,)),
        ("day 2", "nth", (2,)),
        ("day two", "nth", (2,)),
        ("the first day", "nth", (1,)),
        ("last day", "nth", (-1,)),
        ("on tuesday", "weekday", (1,)),
        ("tuesday's keynote", "weekday", (1,)),
        ("on sat", "weekday", (5,)),
        ("fri 14:00", "weekday", (4,)),
        ("5 march", "date", (5, 3)),
        ("march 5th", "date", (5, 3)),
        ("the 5th of march", "date", (5, 3)),
        ("the 5th", "date", (5, 0)),
        ("2019-03-05", "date", (5, 3, 2019)),
        ("what's on Sat 1 February at 10:30", "date", (1, 2)),
        ("tuesday, march 5", "date", (5, 3)),
        ("am dienstag, den 5. märz", "date", (5, 3)),
        ("what's on in july 2031", "month", (7, 2031)),
    ],
)
def test_days_are_found(text: str, day: str, value: tuple[int, ...]) -> None:
    told = time_of(text)
    assert (told.day, told.value) == (day, value)


@pytest.mark.parametrize(
    ("text", "relation", "minutes", "sure"),
    [
        ("at 14:00", "at", (840,), True),
        ("at 3", "at", (180,), False),
        ("3pm", "at", (900,), True),
        ("at 12am", "at", (0,), True),
        ("14h30", "at", (870,), True),
        ("at 2.30", "at", (150,), False),
        ("at noon", "at", (720,), True),
        ("half past 2", "at", (150,), False),
        ("quarter to 3pm", "at", (885,), True),
        ("before 3", "before", (180,), False),
        ("until 16:00", "before", (960,), True),
        ("after 5pm", "after", (1020,), True),
        ("from 9:00", "after", (540,), False),
        ("between 2 and 4", "between", (120, 240), False),
        ("from 14:00 to 15:30", "between", (840, 930), True),
        ("from 10 to 12", "between", (600, 720), False),
        ("between ten to twelve", "between", (600, 720), False),
        ("from ten to three to four", "between", (170, 240), False),
        ("at ten to twelve", "at", (710,), False),
        ("in 20 minutes", "in", (20,), True),
        ("in half an hour", "in", (30,), True),
        ("in two hours", "in", (120,), True),
        ("in the next hour", "within", (60,), True),
        ("this afternoon", "between", (720, 1080), True),
        ("tonight", "between", (1020, 1620), True),
        ("kafka in the evening", "between", (1020, 1620), True),
        ("evening sessions", "between", (1020, 1620), True),
        ("tomorrow morning rust", "between", (0, 720), True),
        ("the night sky", "", (), True),
        ("morning star", "", (), True),
    ],
)
def test_times_are_found(text: str, relation: str, minutes: tuple[int, ...], sure: bool) -> None:
    told = time_of(text)
    assert (told.relation, told.minutes, told.sure) == (relation, minutes, sure)


def test_a_meal_is_read_as_a_time() -> None:
    told = time_of("what's on after lunch on tuesday")
    assert (told.relation, told.meal, told.day) == ("after", "lunch", "weekday")


@pytest.mark.parametrize(
    "text",
    [
        "jpeg 2000",
        "4 things that matter",
        "http3",
        "3d printers",
        "300k lines of code",
        "web 3.0",
        "the march of progress",
        "may i ask",
        "sun microsystems",
        "k.4.601",
        "what comes after that",
        "postgres 16",
        "room 5",
    ],
)
def test_numbers_and_words_that_are_not_times_are_ignored(text: str) -> None:
    assert time_of(text) == NO_TIME


def test_the_words_of_a_time_are_returned() -> None:
    tokens, language = tokens_of("rust tomorrow at 3 please")
    words = [token.word for token in tokens]
    _, places = extract(words, language)
    assert [words[place] for place in sorted(places)] == ["tomorrow", "at", "3"]


@pytest.mark.parametrize(
    ("text", "relation", "minutes"),
    [
        ("at 8 tonite", "at", (1200,)),
        ("around noon", "around", (720,)),
        ("go devroom at 3ish", "around", (180,)),
        ("after 630 tonite", "after", (1110,)),
        ("what starts at half past nine", "at", (570,)),
        ("14:00-15:30", "between", (840, 930)),
        ("um halb drei", "at", (150,)),
        ("um viertel nach vier", "at", (255,)),
        ("um 14 uhr 30", "at", (870,)),
        ("gegen drei uhr", "around", (180,)),
        ("um dreiviertel vier", "at", (225,)),
        ("heut abend", "between", (1020, 1620)),
        ("morgen früh", "between", (0, 720)),
        ("in einer halben stunde", "in", (30,)),
        ("demain à 14h", "at", (840,)),
        ("mañana a las 3", "at", (180,)),
    ],
)
def test_times_are_found_as_they_are_typed_on_a_phone_and_in_other_languages(
    text: str, relation: str, minutes: tuple[int, ...]
) -> None:
    told = time_of(text)
    assert (told.relation, told.minutes) == (relation, minutes)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("is the quiz sat or sun", [5, 6]),
        ("sat & sun", [5, 6]),
        ("sat, sun", [5, 6]),
        ("ist das quiz sa oder so", []),
        ("the sat talk fri", [4]),
        ("a talk about the sun", []),
    ],
)
def test_two_short_weekdays_both_count_only_if_they_are_joined(text: str, days: list[int]) -> None:
    told = time_of(text)
    assert [one.value[0] for one in (told, *told.others) if one.day == "weekday"] == days


@pytest.mark.parametrize(
    ("text", "meal", "relation"),
    [
        ("b4 lunch", "lunch", "before"),
        ("nach dem mittagessen", "lunch", "after"),
        ("during the coffee break", "coffee", "at"),
    ],
)
def test_meals_are_known_in_every_language(text: str, meal: str, relation: str) -> None:
    assert (time_of(text).meal, time_of(text).relation) == (meal, relation)


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("this morning or afternoon", [("between", (0, 720)), ("between", (720, 1080))]),
        ("in the afternoon or in the evening", [("between", (720, 1080)), ("between", (1020, 1620))]),
        ("vormittags/nachmittags", [("between", (0, 720)), ("between", (720, 1080))]),
        ("before or after lunch", [("after", ()), ("before", ())]),
        ("nach oder vor 15 uhr", [("before", (900,)), ("after", (900,))]),
        ("morning talks on the night sky", [("between", (0, 720))]),
    ],
)
def test_several_times_of_a_day_are_found(text: str, times: list[tuple[str, tuple[int, ...]]]) -> None:
    assert [(time.relation, time.minutes) for time in time_of(text).every] == times

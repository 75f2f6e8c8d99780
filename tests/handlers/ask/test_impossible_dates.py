"""Dates that no calendar has are answered as what they are."""

import pytest

from bot.cli.schedule import PlainTextBot
from bot.questions.parse import parse
from bot.schedule.models import Schedule
from tests.schedules import london

DAYS = "QCon London 2019: Mon 4 March to Wed 6 March 2019."


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("what's on february 30", f"There's no 30 February. {DAYS}"),
        ("what's on march 32", f"There's no 32 March. {DAYS}"),
        ("what is on 32 march?", f"There's no 32 March. {DAYS}"),
        ("what about march 40?", f"There's no 40 March. {DAYS}"),
        ("was läuft am 32. märz?", f"There's no 32 March. {DAYS}"),
        ("was gibt es am 31. februar?", f"There's no 31 February. {DAYS}"),
        ("was läuft am 5. märz?", "5 talks, today · Fleming, 3rd floor"),
        ("what's on 29 february", f"There's no 29 February 2019. {DAYS}"),
        ("what's on 29 february 2021", f"There's no 29 February 2021. {DAYS}"),
        ("what's on 2019-02-30", f"There's no 30 February 2019. {DAYS}"),
        ("what's on 2019-13-01", f"There's no 2019-13-01. {DAYS}"),
        ("what's on the 45th", f"There's no 45th. {DAYS}"),
        ("what's on the 42nd", f"There's no 42nd. {DAYS}"),
        ("what's on 29 february 2020", "Sat 29 February 2020 isn't a day of QCon London 2019: Mon 4 March to Wed 6 March 2019."),
        ("what's on 30.2.", f"There's no 30 February. {DAYS}"),
        ("was läuft am 31.4.?", f"There's no 31 April. {DAYS}"),
        ("was läuft am 30.02.2019?", f"There's no 30 February 2019. {DAYS}"),
        ("what's on 32/3", f"There's no 32 March. {DAYS}"),
        ("what's on 2/30?", f"There's no 30 February. {DAYS}"),
        ("what's on 2/30/2019", f"There's no 30 February 2019. {DAYS}"),
        ("what's on 13/13", f"There's no 13.13. {DAYS}"),
        ("what's on 5.3.", "5 talks, today · Fleming, 3rd floor"),
        ("was läuft am 05.03.?", "5 talks, today · Fleming, 3rd floor"),
        ("what's on 05.03.2019", "5 talks, today · Fleming, 3rd floor"),
        ("what's on 5/3", "5 talks, today · Fleming, 3rd floor"),
        ("what's on 3/5?", "5 talks, today · Fleming, 3rd floor"),
        ("what's on 3/6", "Nothing tomorrow."),
        ("what's on 7/3", "Thu 7 March isn't a day of QCon London 2019: Mon 4 March to Wed 6 March 2019."),
        ("what's on day 0", "QCon London 2019 has 3 days: Mon 4 March to Wed 6 March 2019."),
    ],
)  # fmt: skip
def test_an_impossible_date_is_answered_as_such(question: str, first: str, qcon: Schedule) -> None:
    answered = PlainTextBot.for_schedule(qcon, london("12:00"), "/qcon").answer(question)
    assert answered["text"].splitlines()[0] == first


@pytest.mark.parametrize(
    "question",
    ["24/7 support", "talks on 24/7", "python 3.11", "CI/CD", "talks on http/2 and 1/2 price", "what is on at 10.30."],
)
def test_numbers_that_are_not_dates_are_ignored(question: str) -> None:
    assert parse(question).time.day == ""

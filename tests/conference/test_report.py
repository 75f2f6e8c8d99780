from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bot.conference.report import Counted, assembled, reported
from bot.store import agenda, feedback, questions, unanswered
from bot.store.database import Database
from bot.store.feedback import Tally
from bot.store.questions import Asked as AskedRow
from bot.store.report import Delivered, Punctual, Reach
from bot.views.report.figures import Asked, OfTalk, Punctuality, Rating, Report, Sent
from tests.schedules import a_schedule, a_talk, london

MONDAY, TUESDAY = date(2019, 3, 4), date(2019, 3, 5)
FLOWS, CODE = a_talk(id="flows"), a_talk("Code", "11:50", id="code")
SCHEDULE = a_schedule(FLOWS, CODE)
NOTHING = Counted({}, (), Reach(), (), {}, (), ())


def report(**counted: Any) -> Report:
    return assembled(replace(NOTHING, **counted), SCHEDULE, london("18:00"))


def test_every_talk_is_told_of_in_the_schedules_order_and_those_that_left_it_last() -> None:
    found = report(saves={"gone": 7, "code": 5}, tallies=(Tally("gone", green=1),))
    assert found.talks == (OfTalk("flows", FLOWS), OfTalk("code", CODE, saved=5), OfTalk("gone", None, 7, votes=None))


def test_colours_are_told_from_five_votes_on() -> None:
    found = report(tallies=(Tally("flows", 3, 1, 0, ("Fine",)), Tally("code", 3, 1, 1)))
    assert found.talks == (
        OfTalk("flows", FLOWS, votes=None, comments=("Fine",)),
        OfTalk("code", CODE, votes=5, rating=Rating(3, 1, 1)),
    )
    assert found.votes == 9


def test_people_are_counted_from_five_on() -> None:
    found = report(reach=Reach(savers=4, reminded=0, voters=5, channels=1))
    assert (found.savers, found.reminded, found.voters, found.channels) == (None, 0, 5, 1)


def test_questions_are_told_by_day_and_by_kind_what_was_asked_most_first() -> None:
    rows = (AskedRow(MONDAY, "who", True, 7), AskedRow(TUESDAY, "list", True, 20), AskedRow(TUESDAY, "who", False, 3))
    found = report(asked=rows)
    assert found.asked == Asked(27, None)
    assert found.days == (Asked(7, 0, MONDAY), Asked(20, None, TUESDAY))
    assert found.kinds == (Asked(20, 0, None, "list"), Asked(7, None, None, "who"))


def test_words_are_told_that_were_asked_for_often_and_the_others_counted() -> None:
    found = report(missing={"kafka": 9, "wasm": 3, "my secret": 2, "a name": 1})
    assert (found.missing, found.missing_rarely) == ((("kafka", 9), ("wasm", 3)), 2)


@pytest.mark.parametrize("state", ["pending", "leased", "posting", "unknown"])
def test_messages_are_told_by_what_became_of_them(state: str) -> None:
    states = {"sent": 6, "expired": 5, "dead": 4, "cancelled": 3, state: 2}
    rows = tuple(Delivered("reminder", True, state, number) for state, number in states.items())
    assert report(delivered=rows).sent == (Sent("reminder", True, 6, 5, 4, 3, 2),)


def test_punctuality_is_told_for_channels_and_for_people() -> None:
    rows = (
        Punctual(False, 5, True, 3),
        Punctual(True, 60, True, 2),
        Punctual(True, None, False, 1),
        Punctual(True, None, True, 4),
    )
    assert report(punctual=rows).punctuality == (
        Punctuality(False, (3, 0, 0, 0, 0), 3),
        Punctuality(True, (0, 0, 2, 0, 5), 6),
    )


async def test_it_is_counted_in_the_database_and_other_workspaces_stay_out(database: Database) -> None:
    for number in range(6):
        await database.write(agenda.save, "T1", f"U{number}", "flows")
        await database.write(feedback.vote, "T1", f"U{number}", "flows", "green")
        await database.write(questions.count, {("T1", TUESDAY, "who", True): 1})
        await database.write(unanswered.count, {(TUESDAY, "kafka"): 1})
        await database.write(agenda.save, "T2", f"U{number}", "code")
    found = await reported(database, "T1", SCHEDULE, london("18:00"))
    assert found.talks == (OfTalk("flows", FLOWS, 6, 6, Rating(6, 0, 0)), OfTalk("code", CODE))
    assert (found.asked, found.missing, found.savers, found.voters) == (Asked(6, 0), (("kafka", 6),), 6, 6)

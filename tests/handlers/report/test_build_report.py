from collections.abc import Mapping
from datetime import date

from bot.db.database import Database
from bot.delivery import recipients_repository
from bot.handlers.ask import repository
from bot.handlers.feedback import repository as feedback_repository
from bot.handlers.feedback.repository import TalkFeedback, Votes
from bot.handlers.report.demand import DemandCounts
from bot.handlers.report.figures import (
    ConferenceReport,
    QuestionStats,
    TalkCounts,
    TalkStats,
    with_talks,
)
from bot.handlers.report.repository import collect_report
from bot.search.index import build
from tests.schedules import a_schedule, a_talk, london

TUESDAY = date(2019, 3, 5)

FLOWS, CODE = a_talk(id="flows"), a_talk("Code", "11:50", id="code")

SCHEDULE = a_schedule(FLOWS, CODE)

INDEX = build(SCHEDULE)


def report(feedback: tuple[TalkFeedback, ...] = (), saves: Mapping[str, int] | None = None) -> ConferenceReport:
    counts = TalkCounts(feedback, DemandCounts({}, {}, saves or {}))
    return with_talks(ConferenceReport(SCHEDULE.conference, london("18:00")), counts, SCHEDULE, INDEX)


def test_talks_are_in_the_order_of_the_schedule_followed_by_those_that_left_it() -> None:
    found = report((TalkFeedback("gone", votes=Votes(1)),), {"gone": 7, "code": 5})
    assert found.talks == (
        TalkStats("flows", FLOWS),
        TalkStats("code", CODE, saved=5),
        TalkStats("gone", None, 7, votes=None),
    )


def test_ratings_are_shown_from_five_votes_on() -> None:
    found = report(feedback=(TalkFeedback("flows", Votes(3, 1), ("Fine",)), TalkFeedback("code", Votes(3, 1, 1))))
    assert found.talks == (
        TalkStats("flows", FLOWS, votes=None, comments=("Fine",)),
        TalkStats("code", CODE, votes=5, rating=Votes(3, 1, 1)),
    )
    assert found.votes == 9


async def test_frequent_unanswered_words_are_listed_and_the_others_counted(database: Database) -> None:
    asked = {"kafka": 9, "wasm": 3, "my secret": 2, "a name": 1}
    await database.write(repository.add_unanswered, {(TUESDAY, words): times for words, times in asked.items()})
    found = await collect_report(database, "T1", SCHEDULE, INDEX, london("18:00"))
    assert (found.unanswered, found.rarely_unanswered) == ((("kafka", 9), ("wasm", 3)), 2)


async def test_the_report_counts_only_the_rows_of_its_own_workspace(database: Database) -> None:
    for number in range(6):
        await database.write(recipients_repository.save, "T1", f"U{number}", "flows")
        await database.write(feedback_repository.set_vote, "T1", f"U{number}", "flows", "green")
        await database.write(repository.add_question_counts, {("T1", TUESDAY, "who", True): 1})
        await database.write(repository.add_unanswered, {(TUESDAY, "kafka"): 1})
        await database.write(recipients_repository.save, "T2", f"U{number}", "code")
    found = await collect_report(database, "T1", SCHEDULE, INDEX, london("18:00"))
    assert found.talks == (TalkStats("flows", FLOWS, 6, 6, Votes(6, 0, 0)), TalkStats("code", CODE))
    assert (found.questions, found.unanswered, found.savers, found.voters) == (
        QuestionStats(6, 0),
        (("kafka", 6),),
        6,
        6,
    )

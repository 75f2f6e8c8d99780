from dataclasses import replace

from bot.handlers.report.export import summary_lines, summary_message
from bot.handlers.report.figures import QuestionStats
from tests.handlers.report.reports import HOSTILE, a_report, an_empty_report


def test_it_says_what_stands_out() -> None:
    text = summary_message(a_report()).text
    assert text.startswith("*QCon London 2019 in figures*\nPeople who saved talks: 318, reminded: 290. 4 channels have")
    assert "• Complex Event Flows: 1,204 people" in text
    assert "• Complex Event Flows: 95% of 41 liked it" in text
    assert "Questions: 1,204, 93% answered.\nSearches without results: &lt;script&gt;" in text
    assert "Reminders: 6,121 sent, 99.9% on time, 12 too late, 3 refused." in text
    assert HOSTILE not in text


def test_before_anybody_did_anything_it_says_so() -> None:
    assert summary_lines(an_empty_report())[1:4] == [
        "People who saved talks: 0, reminded: 0. 0 channels have reminders.",
        "No questions yet.",
        "No reminders sent yet.",
    ]


def test_of_few_questions_no_share_is_told() -> None:
    assert "Questions: fewer than 5." in summary_lines(replace(a_report(), questions=QuestionStats(None, 0)))


def test_nothing_in_it_speaks_of_a_conference_that_it_is_not_about() -> None:
    report = a_report()
    other = replace(report, conference=replace(report.conference, name="Teapot Days"))
    assert "qcon" not in str(summary_message(other)).casefold()

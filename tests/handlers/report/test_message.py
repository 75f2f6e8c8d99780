from dataclasses import replace

from bot.handlers.report.export import summary_lines, summary_message
from bot.handlers.report.figures import QuestionStats
from tests.handlers.report.reports import HOSTILE, a_report, an_empty_report


def test_the_summary_names_the_most_notable_figures() -> None:
    text = summary_message(a_report()).text
    assert text.startswith("*QCon London 2019 in figures*\nPeople who saved talks: 318, reminded: 290. 4 channels have")
    assert "• Complex Event Flows: 1,204 people" in text
    assert "• Complex Event Flows: 95% of 41 liked it" in text
    assert "Questions: 1,204, 93% answered.\nSearches without results: &lt;script&gt;" in text
    assert "Reminders: 6,121 sent, 99.9% on time, 12 too late, 3 refused." in text
    assert HOSTILE not in text


def test_an_empty_summary_says_that_there_is_no_data_yet() -> None:
    assert summary_lines(an_empty_report())[1:4] == [
        "People who saved talks: 0, reminded: 0. 0 channels have reminders.",
        "No questions yet.",
        "No reminders sent yet.",
    ]


def test_fewer_than_five_questions_are_shown_without_a_share() -> None:
    assert "Questions: fewer than 5." in summary_lines(replace(a_report(), questions=QuestionStats(None, 0)))


def test_the_summary_names_no_other_conference() -> None:
    report = a_report()
    other = replace(report, conference=replace(report.conference, name="Teapot Days"))
    assert "qcon" not in str(summary_message(other)).casefold()

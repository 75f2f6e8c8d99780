from bot.cli.report_files import TABLE_LABELS, confirm_question, deleted_text
from bot.db.data_protection import ABOUT_PEOPLE
from tests.schedules import a_schedule, a_talk, london

SCHEDULE = a_schedule(a_talk())

HELD = {"agenda": 1_204, "feedback": 7}


def test_every_table_about_people_has_a_label() -> None:
    assert list(TABLE_LABELS) == [table.name for table in ABOUT_PEOPLE]


def test_the_question_lists_the_data_to_delete_and_the_data_that_stays() -> None:
    told = confirm_question(HELD, SCHEDULE, london("18:00"))
    assert "  saved talks: 1,204\n  votes and comments: 7" in told
    assert "The report, the schedule and the number of questions stay." in told
    assert "not over" not in told


def test_the_question_warns_when_the_conference_is_not_over() -> None:
    assert "The conference isn't over yet: it ends on Tue 5 March at 11:25." in confirm_question(
        HELD, SCHEDULE, london("11:00")
    )


def test_the_confirmation_counts_the_deleted_rows() -> None:
    assert "saved talks: 1,204" in deleted_text(HELD)

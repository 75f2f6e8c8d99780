from datetime import date

from bot.db.database import Database
from bot.handlers.ask import repository
from bot.handlers.ask.repository import QuestionCount

MONDAY, TUESDAY = date(2019, 3, 4), date(2019, 3, 5)


async def test_questions_are_counted_by_day_kind_and_whether_they_were_answered(database: Database) -> None:
    await database.write(
        repository.add_question_counts, {("T1", TUESDAY, "who", True): 1, ("T1", MONDAY, "who", True): 1}
    )
    await database.write(
        repository.add_question_counts, {("T1", TUESDAY, "who", True): 1, ("T1", TUESDAY, "who", False): 1}
    )
    assert await database.read(repository.question_counts, "T1") == (
        QuestionCount(MONDAY, "who", answered=True, times=1),
        QuestionCount(TUESDAY, "who", answered=False, times=1),
        QuestionCount(TUESDAY, "who", answered=True, times=2),
    )


async def test_a_workspace_does_not_see_the_question_counts_of_another(database: Database) -> None:
    await database.write(repository.add_question_counts, {("T2", TUESDAY, "who", True): 1})
    assert await database.read(repository.question_counts, "T1") == ()

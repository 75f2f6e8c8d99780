from datetime import date

from bot.db.database import Database
from bot.handlers.ask import repository
from tests.handlers.ask.question_rows import question_rows

MONDAY, TUESDAY = date(2019, 3, 4), date(2019, 3, 5)


async def test_questions_are_counted_by_day_kind_and_whether_they_were_answered(database: Database) -> None:
    await database.write(
        repository.add_question_counts, {("T1", TUESDAY, "who", True): 1, ("T1", MONDAY, "who", True): 1}
    )
    await database.write(
        repository.add_question_counts, {("T1", TUESDAY, "who", True): 1, ("T1", TUESDAY, "who", False): 1}
    )
    assert await database.read(question_rows, "T1") == [
        (MONDAY, "who", True, 1),
        (TUESDAY, "who", False, 1),
        (TUESDAY, "who", True, 2),
    ]

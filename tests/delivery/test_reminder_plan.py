from bot.db.database import Database
from bot.delivery import reminder_plan
from tests.delivery.flow import START, attend, minutes, plans, reminders, subscribe, sweep_all


async def test_the_next_due_time_counts_only_reminders_with_an_audience(database: Database) -> None:
    await plans(database, [*reminders("a"), *reminders("b", start=START + minutes(60))])
    assert await database.read(reminder_plan.next_due_with_audience) is None
    await attend(database, "U1", "b", lead=5)
    assert await database.read(reminder_plan.next_due_with_audience) == START + minutes(55)
    await subscribe(database, lead=15)
    assert await database.read(reminder_plan.next_due_with_audience) == START - minutes(15)


async def test_a_reminder_that_stays_in_the_plan_is_not_enqueued_again(database: Database) -> None:
    await plans(database, reminders("a"))
    await attend(database, "U1", "a")
    assert await sweep_all(database, START) == 1
    await plans(database, [*reminders("a"), *reminders("b")])
    assert await sweep_all(database, START) == 0


async def test_a_talk_that_moved_is_reminded_of_once(database: Database) -> None:
    await plans(database, reminders("a"))
    await plans(database, reminders("a", start=START + minutes(25)))
    await attend(database, "U1", "a")
    assert await sweep_all(database, START) == 1
    assert await sweep_all(database, START + minutes(25)) == 0


async def test_a_talk_that_left_the_schedule_gets_no_reminder(database: Database) -> None:
    await plans(database, reminders("a"))
    await plans(database, [])
    await attend(database, "U1", "a")
    assert await sweep_all(database, START) == 0
    assert await database.read(reminder_plan.next_due_with_audience) is None

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from bot.db.data_protection import RETENTION_RULES, delete_old_rows, rules_with_old_rows
from bot.db.database import Database, Transaction
from bot.db.sql import METADATA
from bot.db.tables import DELIVERIES, DELIVERY_EVENTS, DELIVERY_TALKS, REHEARSAL, RESTORED, VERSIONS
from bot.delivery import results
from bot.handlers.ask import repository
from bot.slack import deduplication
from bot.slack.deduplication import Arrival
from tests.conftest import MachineTime
from tests.delivery.flow import START, attend, minutes, plans, reminders, sweep_all

ONE_ROW = {VERSIONS.name, REHEARSAL.name, RESTORED.name}


async def tidy_all(database: Database, conference_days: int = 0) -> int:
    """Apply every rule, and return the number of deleted rows. Only rules reported to have old rows delete any."""
    now, deleted = START + timedelta(days=conference_days), 0
    for rule in RETENTION_RULES:
        has_some = rule in await database.read(rules_with_old_rows, now)
        number = await database.write(delete_old_rows, rule, now)
        assert (number > 0) == has_some, rule.table.name
        deleted += number
    return deleted


async def rows(tx: Transaction) -> int:
    counts = [select(func.count()).select_from(table) for table in (DELIVERIES, DELIVERY_TALKS, DELIVERY_EVENTS)]
    return sum([(await tx.execute(count)).scalar_one() for count in counts])


def test_every_table_that_grows_has_a_rule() -> None:
    growing = set(METADATA.tables) - ONE_ROW
    assert {rule.table.name for rule in RETENTION_RULES} == growing, "see RETENTION_RULES in bot/db/data_protection.py"


async def test_new_rows_are_kept(database: Database, machine: MachineTime) -> None:
    await database.write(deduplication.first_arrivals, [Arrival("Ev1", "a")])
    await database.write(repository.remember_conversations, {("T1", "C1", "U1"): "{}"})
    await database.write(repository.add_unanswered, {(date(2019, 3, 5), "kafka"): 1})
    await database.write(repository.add_question_counts, {("T1", date(2019, 3, 5), "who", True): 1})
    await plans(database, reminders("a"))
    await attend(database, "U1", "a")
    await sweep_all(database, START)
    machine.forward(minutes=10)
    assert await tidy_all(database) == 0


async def test_events_from_slack_are_forgotten_after_a_day(database: Database, machine: MachineTime) -> None:
    await database.write(deduplication.first_arrivals, [Arrival("Ev1", "a")])
    machine.forward(hours=25)
    assert await tidy_all(database) == 1
    again = Arrival("Ev1", "b")
    assert (await database.write(deduplication.first_arrivals, [again]))[again]


async def test_only_ended_deliveries_are_deleted_and_their_talks_and_events_too(
    database: Database, machine: MachineTime
) -> None:
    await plans(database, reminders("a"))
    await attend(database, "U1", "a")
    await sweep_all(database, START)
    machine.forward(days=31)
    await tidy_all(database)
    assert await database.read(rows) == 3
    await database.write(results.expire_late, START + minutes(5))
    machine.forward(days=31)
    await tidy_all(database)
    assert await database.read(rows) == 0


async def test_planned_reminders_are_deleted_a_month_after_the_conference(database: Database) -> None:
    await plans(database, reminders("a"))
    assert await tidy_all(database, conference_days=29) == 0
    assert await tidy_all(database, conference_days=31) == 4


@pytest.mark.parametrize(("days", "left"), [(89, 0), (91, 1)])
async def test_unanswered_questions_are_kept_for_90_days(
    database: Database, machine: MachineTime, days: int, left: int
) -> None:
    await database.write(repository.add_unanswered, {(machine().date(), "kafka"): 1})
    machine.forward(days=days)
    assert await tidy_all(database) == left

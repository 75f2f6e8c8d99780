from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.db.database import Database, Transaction
from bot.db.tables import DELIVERIES, DELIVERY_TALKS
from bot.delivery import daily, recipients_repository
from bot.delivery.daily import DailyMessage
from bot.delivery.models import DIGEST, EVENING
from bot.delivery.recipients_repository import Preferences

DUE = datetime(2019, 3, 5, 8, tzinfo=UTC)


def _message(kind: str = DIGEST, *talks: str) -> DailyMessage:
    return DailyMessage(kind, "2019-03-05", DUE, DUE + timedelta(hours=3), talks or ("flows", "code"))


async def _person(database: Database, name: str, *saved: str, reminded: bool = True, digest: bool = True) -> None:
    await database.write(recipients_repository.save_preferences, "T1", name, Preferences(reminded, 10, digest))
    for talk in saved:
        await database.write(recipients_repository.save, "T1", name, talk)


async def _deliveries(tx: Transaction) -> list[tuple[str, str, str]]:
    c = DELIVERIES.c
    rows = await tx.execute(select(c.conversation, c.kind, c.content).order_by(c.conversation))
    return [(row.conversation, row.kind, row.content) for row in rows]


async def _talks(tx: Transaction) -> set[tuple[str, str]]:
    c = DELIVERY_TALKS.c
    return {(row.conversation, row.talk) for row in await tx.execute(select(DELIVERY_TALKS).where(c.talk != ""))}


async def test_each_attendee_gets_one_message_with_their_saved_talks_of_that_day(database: Database) -> None:
    await _person(database, "U1", "flows", "code", "another-day")
    await _person(database, "U2", "code")
    assert await database.write(daily.enqueue_daily, _message()) == 2
    assert await database.read(_deliveries) == [("U1", DIGEST, '"2019-03-05"'), ("U2", DIGEST, '"2019-03-05"')]
    assert await database.read(_talks) == {("U1", "flows"), ("U1", "code"), ("U2", "code")}


async def test_no_attendee_gets_a_daily_message_twice(database: Database) -> None:
    await _person(database, "U1", "flows")
    assert [await database.write(daily.enqueue_daily, _message()) for _ in range(2)] == [1, 0]
    await database.write(recipients_repository.save, "T1", "U1", "code")
    assert await database.write(daily.enqueue_daily, _message()) == 0


async def test_an_attendee_with_catch_up_on_gets_the_evening_message_without_saved_talks(database: Database) -> None:
    for name, catch_up in (("U1", True), ("U2", False)):
        chosen = Preferences(reminded=True, catch_up=catch_up)
        await database.write(recipients_repository.save_preferences, "T1", name, chosen)
    assert await database.write(daily.enqueue_daily, _message(EVENING)) == 1
    assert await database.write(daily.enqueue_daily, _message(DIGEST)) == 0
    assert await database.read(_deliveries) == [("U1", EVENING, '"2019-03-05"')]


async def test_with_reminders_off_the_evening_message_does_not_ask_about_saved_talks(database: Database) -> None:
    chosen = Preferences(reminded=False, catch_up=True)
    await database.write(recipients_repository.save_preferences, "T1", "U1", chosen)
    await database.write(recipients_repository.save, "T1", "U1", "flows")
    assert await database.write(daily.enqueue_daily, _message(EVENING)) == 1
    assert await database.read(_talks) == set()


@pytest.mark.parametrize(("kind", "recipients"), [(DIGEST, ["U1"]), (EVENING, ["U2"])])
async def test_daily_messages_go_only_to_attendees_who_want_them(
    database: Database, kind: str, recipients: list[str]
) -> None:
    await _person(database, "U1", "flows", reminded=False)
    await _person(database, "U2", "flows", digest=False)
    await _person(database, "U3", "another-day")
    await database.write(daily.enqueue_daily, _message(kind))
    assert [conversation for conversation, *_ in await database.read(_deliveries)] == recipients

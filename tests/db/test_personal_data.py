import re
from datetime import timedelta

from sqlalchemy import func, select

from bot.db import data_protection
from bot.db.database import Database, Transaction
from bot.db.sql import METADATA
from bot.db.tables import DELIVERIES
from bot.delivery import pauses, queue, recipients_repository
from bot.delivery.models import ANNOUNCEMENT, LOW
from bot.delivery.queue import NewDelivery
from bot.delivery.rate_limits import CHANNEL, charge_buckets
from bot.delivery.recipients_repository import Subscription
from bot.handlers.ask import repository
from bot.handlers.feedback import repository as feedback_repository
from bot.live_schedule import repository as repository_of_versions
from tests.delivery.flow import START, attend, plans, reminders, sweep_all

HERE = ("T1", "U1")


async def _live(database: Database) -> None:
    """Let U1 and U2 save a talk, get reminders planned, vote, ask and pause."""
    await plans(database, reminders("a"))
    for person in ("U1", "U2"):
        await attend(database, person, "a")
        await database.write(feedback_repository.set_vote, "T1", person, "a", "green")
        await database.write(recipients_repository.set_interests, "T1", person, ("rust",))
        await database.write(repository.remember_conversations, {("T1", "C1", person): "{}"})
    await database.write(pauses.pause, "T1", pauses.PAUSE, "paused", by="U1")
    await sweep_all(database, START)


async def _mentions(tx: Transaction, person: str) -> set[str]:
    """The tables in which a row names this person."""
    tables = set()
    for table in METADATA.sorted_tables:
        rows = [tuple(row) for row in await tx.execute(select(table))]
        tables |= {table.name} if any(person in row for row in rows) else set()
    return tables


async def test_all_of_a_persons_rows_are_shown_and_nobody_elses(database: Database) -> None:
    await _live(database)
    held = await database.read(data_protection.personal_rows, *HERE)
    assert held.keys() == await database.read(_mentions, "U1")
    assert "U2" not in str(held)
    assert await database.read(data_protection.personal_rows, "T2", "U1") == {}


async def test_deletion_removes_all_rows_of_a_person_and_keeps_those_of_others(database: Database) -> None:
    await _live(database)
    before = await database.read(data_protection.personal_rows, "T1", "U2")
    await database.write(data_protection.delete_personal_rows, *HERE)
    assert await database.read(_mentions, "U1") == set()
    assert await database.read(data_protection.personal_rows, *HERE) == {}
    assert await database.read(data_protection.personal_rows, "T1", "U2") == before
    assert pauses.PAUSE in await database.read(pauses.active_pauses, "T1")
    assert await database.read(recipients_repository.saved, "T1", "U2") == {"a"}


async def test_deletion_removes_the_persons_id_from_rows_about_everyone(database: Database) -> None:
    person, other = "U0AMARA01", "U0AMARA012"  # one id begins with the other
    for who in (person, other):
        channel = f"C{who}"
        await database.write(recipients_repository.add_subscription, Subscription("T1", channel, 10, who))
        await database.write(recipients_repository.end_subscriptions, "T1", channel, f"turned off by {who}")
        await database.write(queue.enqueue, announcement_by(who), f"asked for by <@{who}>")
        await database.write(charge_buckets, "T1", {f"{CHANNEL}{who}": timedelta(seconds=1)})
    await database.write(repository_of_versions.publish_version, 1, b"", person, "moved")
    before = await database.read(_dump, other)
    await database.write(data_protection.delete_personal_rows, "T1", person)
    assert not re.search(rf"\b{person}\b", str(await database.read(_dump, person)))
    assert await database.read(_dump, other) == before
    assert "turned off by an organiser" in str(await database.read(_dump, "an organiser"))


def announcement_by(person: str) -> NewDelivery:
    """An announcement in a channel that names a person."""
    content = f'{{"by": "{person}", "text": "see <@{person}>"}}'
    return NewDelivery("T1", "C1", ANNOUNCEMENT, person, LOW, START, START, content)


async def _dump(tx: Transaction, containing: str) -> list[str]:
    """Every row that contains this text, as text."""
    rows = [str(tuple(row)) for table in METADATA.sorted_tables for row in await tx.execute(select(table))]
    return [row for row in rows if containing in row]


async def test_deletion_drops_the_persons_deliveries_and_none_is_planned_again(database: Database) -> None:
    await _live(database)
    await database.write(data_protection.delete_personal_rows, *HERE)
    await sweep_all(database, START)
    waiting = select(func.count()).select_from(DELIVERIES).where(DELIVERIES.c.conversation == "U1")

    async def count(tx: Transaction) -> int:
        return int((await tx.execute(waiting)).scalar_one())

    assert await database.read(count) == 0

"""Steps of the delivery flow that several tests take."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from bot.db.database import Database, Transaction
from bot.db.tables import DELIVERIES, DELIVERY_EVENTS, DELIVERY_TALKS
from bot.delivery import leases, queue, recipients_repository, reminder_plan, results
from bot.delivery.leases import LeaseRequest
from bot.delivery.models import POST
from bot.delivery.rate_limits import DeliveryConfig
from bot.delivery.recipients_repository import Preferences, Subscription
from bot.delivery.reminder_plan import Reminder

START = datetime(2019, 3, 5, 10, 35, tzinfo=UTC)

LEADS = (5, 10, 15, 30)


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def reminders(*talks: str, start: datetime = START, track: str = "", announced: bool = True) -> list[Reminder]:
    return [
        Reminder(talk, start, lead, start - minutes(lead), track, "fleming", announced)
        for talk in talks
        for lead in LEADS
    ]


async def plans(database: Database, wanted: Iterable[Reminder]) -> None:
    await database.write(reminder_plan.replace_plan, wanted, START - timedelta(days=1))


async def subscribe(database: Database, conversation: str = "C1", lead: int = 10, track: str = "") -> None:
    await database.write(recipients_repository.add_subscription, Subscription("T1", conversation, lead, "U9", track))


async def attend(database: Database, person: str, *talks: str, lead: int = 10, channel: str | None = None) -> None:
    """Let a person save talks and turn reminders on; `channel` is their direct message, open unless it is empty."""
    channel = f"D{person}" if channel is None else channel
    preferences = Preferences(reminded=True, lead=lead, channel=channel)
    await database.write(recipients_repository.save_preferences, "T1", person, preferences)
    for talk in talks:
        await database.write(recipients_repository.save, "T1", person, talk)


async def sweep_all(database: Database, now: datetime) -> int:
    made = 0
    while (more := await database.write(queue.enqueue_due_reminders, now)) is not None:
        made += more
    return made


async def talks_by_delivery(tx: Transaction) -> dict[str, set[str]]:
    """The talks that each delivery still tells of, by its conversation and state."""
    rows = await tx.execute(
        select(DELIVERIES.c.id, DELIVERIES.c.conversation, DELIVERIES.c.state, DELIVERY_TALKS.c.talk)
        .outerjoin(DELIVERY_TALKS, DELIVERY_TALKS.c.delivery == DELIVERIES.c.id)
        .where(DELIVERY_TALKS.c.withdrawn.is_(None))
    )
    talks: dict[str, set[str]] = {}
    for row in rows:
        talks.setdefault(f"{row.conversation} {row.state}", set()).add(row.talk)
    return talks


async def states(tx: Transaction) -> list[str]:
    return sorted((await tx.execute(select(DELIVERIES.c.state))).scalars())


async def reasons(tx: Transaction) -> set[str]:
    """The reasons of all changes of deliveries."""
    return set((await tx.execute(select(DELIVERY_EVENTS.c.reason))).scalars())


async def history(tx: Transaction, delivery: str) -> list[tuple[str, str]]:
    c = DELIVERY_EVENTS.c
    rows = await tx.execute(select(c.state, c.reason).where(c.delivery == delivery).order_by(c.id))
    return [(row.state, row.reason) for row in rows]


def request(token: str = "process-a", most: int = 50, early: float = 0) -> LeaseRequest:
    return LeaseRequest("T1", POST, token, most, DeliveryConfig(lookahead=timedelta(seconds=60)), minutes(early))


async def lease(database: Database, now: datetime, asked: LeaseRequest | None = None) -> list[leases.LeasedDelivery]:
    return await database.write(leases.lease_deliveries, asked or request(), now)


async def recover(database: Database, settle: float = 30) -> int:
    return await database.write(results.recover_abandoned, timedelta(seconds=settle))

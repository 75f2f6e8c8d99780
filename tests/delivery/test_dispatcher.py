"""The turns of posts and edits while Slack does not answer."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import insert

from bot.clock import Clock
from bot.db.database import Database, Transaction
from bot.db.tables import DELIVERIES
from bot.delivery.context import DeliveryContext
from bot.delivery.dispatcher import FAILURES_TO_OPEN, BatchSender, Dispatcher, SlackCircuitBreaker
from bot.delivery.leases import LeasedDelivery, LeaseRequest
from bot.delivery.models import CHANNEL_CORRECTIONS, CHANNELS, CORRECTION, REMINDER
from bot.delivery.monitoring import DeliveryLog
from bot.delivery.organiser_alerts import OrganiserAlerts
from bot.delivery.rate_limits import DeliveryConfig, ForegroundUsage
from bot.slack.posting import Poster, Unknown
from bot.supervisor import Supervisor
from bot.telemetry.metrics import Metrics
from tests.slack.test_posting import no_hurry

AGAIN_S = 0.05

AN_HOUR = timedelta(hours=1)


class SilentSlack(BatchSender):
    """A sender whose messages all go unanswered."""

    def __init__(self) -> None:
        self.breaker = SlackCircuitBreaker(AGAIN_S)
        self.tried: list[str] = []
        for _ in range(FAILURES_TO_OPEN):
            self.breaker.record(Unknown("timeout"))

    async def deliver(self, request: LeaseRequest, leased: Sequence[LeasedDelivery], started: float) -> None:
        self.tried += [delivery.id for delivery in leased]


@asynccontextmanager
async def dispatching(database: Database) -> AsyncIterator[list[str]]:
    """Run a dispatcher while Slack is silent; yields the ids of what it tries to deliver."""
    clock, slack = Clock(), SilentSlack()
    config = DeliveryConfig()
    metrics = Metrics()
    log, supervisor = DeliveryLog(clock, metrics), Supervisor(metrics)
    poster = Poster("T1", "B1", AsyncWebClient(), no_hurry)
    ctx = DeliveryContext(database, clock, poster, OrganiserAlerts("T1"), log, config)
    dispatcher = Dispatcher(ctx, slack, ForegroundUsage(database, "T1", config), lambda interval_s: interval_s)
    dispatcher.part.start(supervisor)
    dispatcher.wake()  # as a sweep does
    yield slack.tried
    await supervisor.stop()


async def seed(tx: Transaction, *rows: Mapping[str, object]) -> None:
    now = datetime.now(UTC)
    same = {"workspace": "T1", "conversation": "C1", "start": now, "expires": now + timedelta(hours=2)}
    same |= {"changed_at": now, "kind": REMINDER, "state": "pending", "rank": CHANNELS, "due": now}
    for row in rows:
        await tx.execute(insert(DELIVERIES), same | dict(row))


async def tried(database: Database, count: int) -> list[str]:
    """The ids of the first deliveries that are tried, in this order."""
    async with dispatching(database) as ids, asyncio.timeout(20):
        while len(ids) < count:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        return ids[:count]


SENT = {"id": "told", "state": "sent", "channel": "C1", "ts": "1.1"}

EDIT = {"id": "edit", "kind": CORRECTION, "rank": CHANNEL_CORRECTIONS, "corrects": "told"}


async def test_a_message_that_is_not_due_yet_does_not_delay_an_edit(database: Database) -> None:
    later = {"id": "later", "due": datetime.now(UTC) + timedelta(minutes=10)}
    await database.write(seed, SENT, EDIT, later)
    assert await tried(database, 1) == ["edit"]


async def test_posts_and_edits_take_turns(database: Database) -> None:
    reminders = [{"id": f"post {number}", "conversation": f"C{number}"} for number in range(2, 6)]
    await database.write(seed, SENT, EDIT, *reminders)
    assert "edit" in await tried(database, 2)


async def test_another_workspace_of_the_same_database_is_left_to_its_own_bot(database: Database) -> None:
    elsewhere = {"id": "elsewhere", "workspace": "T2"}
    await database.write(seed, elsewhere, {"id": "post"}, {"id": "later", "start": datetime.now(UTC) + AN_HOUR})
    assert await tried(database, 2) == ["post", "later"]

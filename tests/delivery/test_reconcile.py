import asyncio
from collections.abc import Collection
from datetime import timedelta

from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import Clock
from bot.db.database import Database
from bot.delivery import leases
from bot.delivery.context import DeliveryContext
from bot.delivery.monitoring import DeliveryLog
from bot.delivery.organiser_alerts import OrganiserAlerts
from bot.delivery.rate_limits import DeliveryConfig
from bot.delivery.reconcile import resolve_unknown
from bot.live_schedule import repository
from bot.slack.posting import Failure, Poster
from bot.telemetry.metrics import Metrics
from tests.conftest import MachineTime
from tests.delivery.flow import START, attend, lease, minutes, plans, recover, reminders, request, states, sweep_all
from tests.slack.test_posting import no_hurry

NOW = START - minutes(10)

READING_S = 0.15

CONFIG = DeliveryConfig(lease=timedelta(seconds=READING_S))


class SlowHistory(Poster):
    """A poster that takes its time to read history, and finds nothing."""

    def __init__(self) -> None:
        super().__init__("T1", "B1", AsyncWebClient(), no_hurry)

    async def open(self, person: str) -> str | Failure:
        return f"D{person}"

    async def find_posted(
        self, channel: str, deliveries: Collection[str], since: float, until: float | None = None
    ) -> dict[str, str] | Failure:
        await asyncio.sleep(READING_S)
        return {}


async def unknown(database: Database, machine: MachineTime, people: int) -> None:
    await database.write(repository.publish_version, 1, b"", "file", "")
    await plans(database, reminders("a"))
    for number in range(people):
        await attend(database, f"U{number}", "a")
    await sweep_all(database, NOW)
    await database.write(leases.recheck, request(), await lease(database, NOW), 1, NOW)
    machine.forward(minutes=3)
    await recover(database)
    machine.forward(minutes=1)


async def test_no_more_deliveries_are_looked_up_than_the_lease_lasts_for(
    database: Database, machine: MachineTime
) -> None:
    await unknown(database, machine, people=3)
    clock = Clock()
    log = DeliveryLog(clock, Metrics())
    ctx = DeliveryContext(database, clock, SlowHistory(), OrganiserAlerts("T1"), log, CONFIG)
    assert await resolve_unknown(ctx) == 1
    assert await database.read(states) == ["pending", "unknown", "unknown"]
    assert await resolve_unknown(ctx) == 0  # the others are still leased
    machine.forward(seconds=1)
    assert await resolve_unknown(ctx) == 1

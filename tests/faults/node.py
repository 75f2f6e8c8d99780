"""A process with the real delivery code, database and Slack client that can be killed at a named step."""

import asyncio
import os
import random
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from multiprocessing.synchronize import Event
from typing import Any, Concatenate, ParamSpec, TypeVar

from bot import telemetry
from bot.clock import Clock
from bot.db.database import Database, Transaction, passing_reason
from bot.delivery.change_notices import ReminderPlanner
from bot.delivery.context import DeliveryContext
from bot.delivery.models import LEADS
from bot.delivery.monitoring import DeliveryLog
from bot.delivery.organiser_alerts import OrganiserAlerts
from bot.delivery.rate_limits import DeliveryConfig, wait_for_slot
from bot.delivery.worker import Worker
from bot.handlers.outbound import Renderer
from bot.live_schedule import clock_repository
from bot.live_schedule.current import LiveSchedule
from bot.live_schedule.version_cache import VersionCache
from bot.schedule.models import Schedule
from bot.search.index import Index, build
from bot.settings import Settings
from bot.slack.client import auth_test, open_client
from bot.slack.posting import CallResult, Failure, Poster
from bot.supervisor import Supervisor
from bot.telemetry.metrics import Metrics

P = ParamSpec("P")

T = TypeVar("T")

# Every place where a process may die: around and inside each transaction, and around each call.
TRANSACTIONS = ("enqueue_due_reminders", "lease_deliveries", "recheck", "_record", "recover_abandoned", "lease_unknown")

CALLS = ("post", "find_posted")

STEPS = (
    *(f"{when} {what}" for what in TRANSACTIONS for when in ("before", "in", "after")),
    *(f"{when} {what}" for what in CALLS for when in ("before", "after")),
)


@dataclass
class Saboteur:
    """Sends this process a signal when it reaches `step` for the `nth` time; never without a step."""

    step: str = ""
    nth: int = 1
    signal: int = signal.SIGKILL
    at_work: Event | None = None  # set at the first step of any kind
    passed: int = field(default=0, init=False)

    def passing(self, step: str) -> None:
        """Called at every step."""
        if self.at_work is not None:
            self.at_work.set()
            self.at_work = None
        if step != self.step:
            return
        self.passed += 1
        if self.passed == self.nth:
            os.kill(os.getpid(), self.signal)


class SabotagedDatabase(Database):
    """A database that reports writes to the saboteur."""

    def __init__(self, url: str, machine: Callable[[], datetime], saboteur: Saboteur) -> None:
        super().__init__(url, machine)
        self._saboteur = saboteur

    async def write(
        self, work: Callable[Concatenate[Transaction, P], Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        name = getattr(work, "__name__", "")

        async def watched(tx: Transaction, /) -> T:
            result = await work(tx, *args, **kwargs)
            self._saboteur.passing(f"in {name}")
            return result

        self._saboteur.passing(f"before {name}")
        result = await super().write(watched)
        self._saboteur.passing(f"after {name}")
        return result


class SabotagedPoster(Poster):
    """A poster that reports calls to the saboteur."""

    saboteur: Saboteur

    async def post(self, channel: str, payload: dict[str, Any], delivery: str) -> CallResult:
        self.saboteur.passing("before post")
        outcome = await super().post(channel, payload, delivery)
        self.saboteur.passing("after post")
        return outcome

    async def find_posted(
        self, channel: str, deliveries: Any, since: float, until: float | None = None
    ) -> dict[str, str] | Failure:
        self.saboteur.passing("before find_posted")
        posted = await super().find_posted(channel, deliveries, since, until)
        self.saboteur.passing("after find_posted")
        return posted


def run(settings: Settings, saboteur: Saboteur) -> None:
    """Run until killed, or stopped by SIGTERM."""
    random.seed()
    telemetry.start_logging(as_json=True)
    asyncio.run(_serve(settings, saboteur))


async def _serve(settings: Settings, saboteur: Saboteur) -> None:
    clock = Clock()
    database = SabotagedDatabase(settings.database_url, clock.real_now, saboteur)
    if anchor := await database.read(clock_repository.clock_anchor):
        clock.follow(anchor)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    metrics = Metrics()
    async with open_client(settings, metrics) as client:
        identity = await auth_test(client)
        config, organisers = DeliveryConfig.from_settings(settings), OrganiserAlerts(identity.workspace)
        pace = partial(wait_for_slot, database, identity.workspace, config)
        poster = SabotagedPoster(identity.workspace, identity.bot, client, pace)
        poster.saboteur = saboteur
        conference = LiveSchedule(database, ReminderPlanner(clock, LEADS, organisers), VersionCache(_no_index))
        await conference.refresh()
        supervisor = Supervisor(metrics, passing_reason)
        conference.start(supervisor)
        log = DeliveryLog(clock, metrics)
        reminders = Worker(DeliveryContext(database, clock, poster, organisers, log, config), conference, Renderer)
        await reminders.start(supervisor)
        await stop.wait()
        await reminders.stop(5)
        await supervisor.stop()
    await database.close()


def _no_index(schedule: Schedule) -> Index:
    """Build an index without talks, because nobody asks these processes anything."""
    return build(Schedule(schedule.conference))

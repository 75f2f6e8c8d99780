"""The faults during the conference: always a few, sometimes many."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from sqlalchemy import text

from bot.clock import monotonic
from bot.db.database import Database, Transaction
from tests.fake_slack import faults
from tests.fake_slack.faults import Fault
from tests.fake_slack.server import SlackForTests
from tests.soak.nodes import Nodes

POST, HISTORY = "chat.postMessage", "conversations.history"

STORM, OUTAGE = 0.03, 0.01  # of a day: twelve minutes, and four

OUTAGE_S = 3.0  # real seconds at least, so that some calls fall into it on a short day too

LATE_S = 1.0  # shorter than the settling delay of the bots, as in production


def usual_faults(times: float = 1.0) -> list[Fault]:
    """Faults in a small share of the calls: rate limited, broken off before or after taking effect, posted late."""
    return [
        _some(faults.rate_limited(POST), 0.0004 * times),
        _some(faults.broken(POST), 0.002 * times),
        _some(faults.broken(POST, lands=True), 0.001 * times),
        _some(faults.reset(POST, lands=False), 0.001 * times),
        _some(faults.reset(POST, lands=True), 0.001 * times),
        _some(faults.late(POST, seconds=LATE_S), 0.0005 * times),
        _some(faults.refused(POST, "internal_error", lands=True), 0.0005 * times),
        _some(faults.broken(HISTORY), 0.02 * times),
        _some(faults.slow("users.info", seconds=1.5), 0.002 * times),
    ]


def _some(fault: Fault, share: float) -> Fault:
    fault.times, fault.share = None, min(1.0, share)
    return fault


@dataclass
class Trouble:
    """The same faults on every day."""

    slack: SlackForTests
    database: Database
    nodes: Nodes
    struck: int = 0  # calls to Slack
    cut: int = 0  # connections to the database

    async def of_a_day(self, seconds: float) -> None:
        """Cause one fault after the other, at even intervals over these real seconds."""
        steps: tuple[Callable[[], Awaitable[None]], ...] = (
            self._cut,
            partial(self._storm, STORM * seconds),
            self.nodes.kill_one,
            self._cut,
            partial(self._outage, max(OUTAGE * seconds, OUTAGE_S)),
            self.nodes.restart_one,
        )
        began = monotonic()
        for number, step in enumerate(steps, 1):
            await asyncio.sleep(max(0.0, began + number * seconds / (len(steps) + 1) - monotonic()))
            await step()

    def reset(self) -> None:
        """Go back to the usual faults."""
        self._set(*usual_faults())

    async def _storm(self, seconds: float) -> None:
        self._set(*usual_faults(20))
        await asyncio.sleep(seconds)
        self.reset()

    async def _outage(self, seconds: float) -> None:
        """Let Slack answer only with errors."""
        self._set(faults.broken("*", times=None))
        await asyncio.sleep(seconds)
        self.reset()

    async def _cut(self) -> None:
        """Cut every connection to the database, a few times in a row."""
        for _ in range(3):
            self.cut += await self.database.read(_cut)
            await asyncio.sleep(0.5)

    def _set(self, *which: Fault) -> None:
        self.count()
        self.slack.faults.clear()
        self.slack.faults.add(*which)

    def count(self) -> None:
        """Add up the calls hit since the last change."""
        self.struck += self.slack.faults.hit_count()


async def _cut(tx: Transaction) -> int:
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
    return len((await tx.execute(text(f"{others} AND datname = current_database()"))).all())

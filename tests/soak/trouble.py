"""What goes wrong while the conference runs: always a little, now and then a lot."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from sqlalchemy import text

from bot.clock import monotonic
from bot.db.database import Database, Transaction
from bot.fake_slack import FakeSlack, faults
from bot.fake_slack.faults import Fault
from tests.soak.nodes import Nodes

POST, HISTORY = "chat.postMessage", "conversations.history"

STORM, SILENCE = 0.03, 0.01  # of a day: twelve minutes, and four

LATE_S = 1.0  # shorter than the settling delay of the nodes, as in life


def weather(times: float = 1.0) -> list[Fault]:
    """A small share of the calls is struck: refused for the rate, broken off before or after it took effect, landing late."""
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
    """One day's, again every day."""

    slack: FakeSlack
    database: Database
    nodes: Nodes
    struck: int = 0  # calls of Slack
    cut: int = 0  # connections to the database

    async def of_a_day(self, seconds: float) -> None:
        """One after the other, at even intervals over so many real seconds."""
        steps: tuple[Callable[[], Awaitable[None]], ...] = (
            self._cut,
            partial(self._storm, STORM * seconds),
            self.nodes.kill_one,
            self._cut,
            partial(self._silence, SILENCE * seconds),
            self.nodes.restart_one,
        )
        began = monotonic()
        for number, step in enumerate(steps, 1):
            await asyncio.sleep(max(0.0, began + number * seconds / (len(steps) + 1) - monotonic()))
            await step()

    def fair(self) -> None:
        """The usual weather."""
        self._set(*weather())

    async def _storm(self, seconds: float) -> None:
        self._set(*weather(20))
        await asyncio.sleep(seconds)
        self.fair()

    async def _silence(self, seconds: float) -> None:
        """Slack answers nothing but errors."""
        self._set(faults.broken("*", times=None))
        await asyncio.sleep(seconds)
        self.fair()

    async def _cut(self) -> None:
        """Every connection of the nodes to the database, a few times in a row."""
        for _ in range(3):
            self.cut += await self.database.read(_cut)
            await asyncio.sleep(0.5)

    def _set(self, *which: Fault) -> None:
        self.count()
        self.slack.faults.clear()
        self.slack.faults.add(*which)

    def count(self) -> None:
        """Add up what was struck since the last change."""
        self.struck += self.slack.faults.hit_count()


async def _cut(tx: Transaction) -> int:
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
    return len((await tx.execute(text(f"{others} AND datname = current_database()"))).all())

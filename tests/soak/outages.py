"""Outages of a minute in real time: after each, what was due is sent once, and meanwhile health said the truth.

One process keeps its data on a small disk and listens over Socket Mode; another one uses a PostgreSQL. Sessions start every
minute, people ask, and `/readyz` is read every second and compared with what was broken at that moment.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.clock import monotonic
from bot.fake_slack.workspace import ORGANISER
from tests.end_to_end.processes import Running, run
from tests.fake_slack.server import SlackForTests
from tests.faults.clock import ShiftedClock
from tests.faults.health import ProcessHealth
from tests.postgresql import asleep
from tests.small_disk import full, small_disk
from tests.steps import turn_on_reminders

TOLD_WITHIN_S = 60.0  # from the beginning of an outage

WELL_WITHIN_S = 75.0  # from its end; Slack hands out about one address for a socket a minute

SESSIONS = 40

FOLLOWS = frozenset({"sweep", "deliveries"})  # from a database that takes nothing

BEGIN = "2019-03-05T10:24:30"  # half a minute before the first reminder

Break = Callable[[], AbstractContextManager[object]]


@dataclass(frozen=True, slots=True)
class Outage:
    """Something that is broken for a while, and the problem that `/readyz` has to report."""

    name: str
    problem: str
    seconds: float
    breaks: Break
    follows: frozenset[str] = frozenset()  # problems that may follow from it, and are no false reports


@dataclass(slots=True)
class OutageResult:
    """The truth of what health said during and after one outage."""

    name: str
    told_after_s: float | None = None  # None: never
    well_after_s: float | None = None
    wrongly: set[str] = field(default_factory=set)  # other problems that were reported

    @property
    def is_true(self) -> bool:
        return self.told_after_s is not None and self.well_after_s is not None and not self.wrongly


@dataclass(frozen=True, slots=True)
class OutagesReport:
    """The results of all outages of one process."""

    outages: tuple[OutageResult, ...]
    due: int
    lost: int
    twice: int
    alarms: frozenset[str]  # problems that were reported while nothing was broken

    @property
    def is_well(self) -> bool:
        return all(outage.is_true for outage in self.outages) and not (self.lost or self.twice or self.alarms)

    def table(self) -> str:
        lines = [f"{'outage':40} {'reported after':>15} {'well again after':>17}"]
        lines += [f"{o.name:40} {_seconds(o.told_after_s):>15} {_seconds(o.well_after_s):>17}" for o in self.outages]
        wrongly = sorted({problem for outage in self.outages for problem in outage.wrongly} | self.alarms)
        lines.append(
            f"reminders due {self.due} · lost {self.lost} · twice {self.twice} · false reports: {wrongly or 'none'}"
        )
        return "\n".join(lines)


def _seconds(value: float | None) -> str:
    return "never" if value is None else f"{value:.0f} s"


async def outages_on_disk(seconds: float = 60.0) -> OutagesReport:
    """Break the socket, the disk and the clock of one process with SQLite."""
    with tempfile.TemporaryDirectory() as home, small_disk(Path(home), 16) as disk:  # SQLite's log alone takes 4 MB
        clock = ShiftedClock.create(Path(home))
        async with SlackForTests.serving() as slack:
            settings = {
                "QCON_DATABASE_URL": f"sqlite:///{disk}/bot.sqlite3",
                "SLACK_APP_TOKEN": slack.app_token,
                "SLACK_SIGNING_SECRET": "",
            }
            async with _process(slack, Path(home), settings | clock.environment) as bot:
                plan = (
                    Outage("socket cut, and its addresses spent", "socket", seconds, lambda: spent_addresses(slack)),
                    Outage("disk full", "database", seconds, lambda: full(disk), FOLLOWS),
                    Outage("clock back an hour", "clock", seconds, lambda: put_back(clock), frozenset({"socket"})),
                )
                return await _go_through(slack, bot, plan)


async def outages_of_postgresql(server: Any, url: str, seconds: float = 40.0) -> OutagesReport:
    """Freeze the database of one process with PostgreSQL, whose server nobody else may use."""
    with tempfile.TemporaryDirectory() as home:
        async with SlackForTests.serving() as slack, _process(slack, Path(home), {"QCON_DATABASE_URL": url}) as bot:
            frozen = Outage("database frozen", "database", seconds, lambda: asleep(server), FOLLOWS)
            return await _go_through(slack, bot, (frozen,))


@contextmanager
def spent_addresses(slack: SlackForTests) -> Iterator[None]:
    """Cut every socket, and let each new address be spent without a connection."""
    slack.sockets.refuses_handshakes = True
    slack.sockets.cut()
    yield
    slack.sockets.refuses_handshakes = False


@contextmanager
def put_back(clock: ShiftedClock) -> Iterator[None]:
    """Put a process's clock back an hour."""
    clock.set(-3600)
    yield
    clock.set(0)


def _schedule() -> str:
    """A session every minute from 10:35 on, in rooms of their own."""
    lines = ["conference: {name: Outages, timezone: Europe/London, days: [2019-03-05]}", "rooms:"]
    lines += [f"  - {{id: r{n}, name: Room {n}}}" for n in range(SESSIONS)]
    lines.append("talks:")
    for n in range(SESSIONS):
        start, end = (f"{10 + (35 + m) // 60}:{(35 + m) % 60:02}" for m in (n, n + 20))
        times = f"start: 2019-03-05T{start}, end: 2019-03-05T{end}"
        lines.append(f"  - {{id: s{n:02}, title: Session number {n:02}, {times}, room: r{n}}}")
    return "\n".join(lines)


@asynccontextmanager
async def _process(slack: SlackForTests, home: Path, settings: dict[str, str]) -> AsyncIterator[Running]:
    """A process that reminds a channel of every session."""
    file = home / "schedule.yaml"
    file.write_text(_schedule())
    async with run(slack, home, QCON_SCHEDULE=str(file), QCON_NOW=BEGIN, **settings) as bot:
        await turn_on_reminders(slack.person(ORGANISER.name))
        yield bot


async def _go_through(slack: SlackForTests, bot: Running, plan: tuple[Outage, ...]) -> OutagesReport:
    began = monotonic()
    results, alarms = [], set[str]()
    async with ProcessHealth.of(bot.url) as health:
        await health.is_well()
        asking = asyncio.create_task(_ask_questions(slack))
        for outage in plan:
            alarms |= await _watch_quiet(health, seconds=15)
            results.append(await _go_through_one(health, outage))
        alarms |= await _watch_quiet(health, seconds=60)
        asking.cancel()
    due = int((monotonic() - began - 30) // 60)  # the last minute's may still be under way
    texts = [message.text for message in slack.deliveries()]
    missing = [n for n in range(due) if not any(f"Session number {n:02}" in text for text in texts)]
    return OutagesReport(tuple(results), due, len(missing), len(slack.journal.duplicates()), frozenset(alarms))


async def _go_through_one(health: ProcessHealth, outage: Outage) -> OutageResult:
    result, began = OutageResult(outage.name), monotonic()
    with outage.breaks():
        while monotonic() - began < outage.seconds:
            found = await _problems(health, outage.follows | {outage.problem}, result)
            if result.told_after_s is None and outage.problem in found:
                result.told_after_s = monotonic() - began
            await asyncio.sleep(1)
    began = monotonic()
    while monotonic() - began < WELL_WITHIN_S * 2:
        if not await _problems(health, outage.follows | {outage.problem}, result):
            result.well_after_s = monotonic() - began
            break
        await asyncio.sleep(1)
    return result


async def _problems(health: ProcessHealth, expected: frozenset[str], result: OutageResult) -> set[str]:
    """The problems that are reported now."""
    found = set(await health.problems())
    result.wrongly |= found - expected
    return found


async def _watch_quiet(health: ProcessHealth, seconds: float) -> set[str]:
    """The problems that are reported while nothing is broken."""
    alarms, ends = set[str](), monotonic() + seconds
    while monotonic() < ends:
        alarms |= set(await health.problems())
        await asyncio.sleep(1)
    return alarms


async def _ask_questions(slack: SlackForTests) -> None:
    """Ask a question every few seconds; during an outage of the socket nobody hears it."""
    amara = slack.person("amara")
    while True:
        await amara.command("/qcon next")
        await asyncio.sleep(5)

"""Measure time and memory of planning and fan-out, for more and more subscriptions, on both databases."""

import argparse
import asyncio
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from sqlalchemy import insert

from bot.clock import Clock, monotonic
from bot.db.database import Database, Transaction
from bot.db.migrations import migrate
from bot.db.tables import AGENDA, PEOPLE
from bot.delivery import queue, reminder_plan
from bot.delivery.models import LEADS
from bot.delivery.reminder_plan import reminders_of
from bot.schedule.models import Schedule
from tests.postgresql import cpu_s, database_in, serving
from tests.schedules import a_room, a_schedule, a_talk, london

T = TypeVar("T")

SIZES = (1_000, 10_000, 100_000)

SESSIONS = 20  # at one start

LEAD = 10  # minutes

SEED_BATCH = 10_000  # rows

START = london("10:35")

_FORKS = multiprocessing.get_context("forkserver")  # each measurement gets a process of its own


@dataclass(frozen=True, slots=True)
class Measured:
    planning_s: float
    fan_out_s: float
    cpu_s: float  # of both, in this process and in PostgreSQL
    deliveries: int
    memory_kib: int  # growth of this process's peak, without PostgreSQL

    @property
    def total_s(self) -> float:
        return self.planning_s + self.fan_out_s


def main() -> None:
    """Print the table, with the fastest of several rounds, because others use the machine too."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=("PostgreSQL", "SQLite"))
    arguments = parser.parse_args()
    print("database    subscriptions  planning  fan-out  µs each  CPU µs each    memory  time and CPU grow")
    if arguments.only != "SQLite":
        with serving() as server:
            _table("PostgreSQL", arguments.sizes, arguments.rounds, lambda: database_in(server))
    if arguments.only != "PostgreSQL":
        _table("SQLite", arguments.sizes, arguments.rounds, _file)


def _table(name: str, sizes: list[int], rounds: int, opening: Callable[[], AbstractContextManager[str]]) -> None:
    _once(sizes[0], opening)  # only to warm up
    before: tuple[int, Measured] | None = None
    for size in sizes:
        best = min((_once(size, opening) for _ in range(rounds)), key=lambda result: result.total_s)
        growth = _growth(best, before[1], size / before[0]) if before else ""
        before = size, best
        print(
            f"{name:10}  {size:13,}  {best.planning_s:7.3f}s  {best.fan_out_s:6.3f}s  {best.total_s / size * 1e6:7.0f}  "
            f"{best.cpu_s / size * 1e6:11.0f}  {best.memory_kib / 1024:5.1f} MiB  {growth}",
            flush=True,
        )


def _once(size: int, opening: Callable[[], AbstractContextManager[str]]) -> Measured:
    with opening() as url:
        _in_process(_seed, url, size)
        result = _in_process(_measure, url)
    assert result.deliveries == size
    return result


def _growth(now: Measured, before: Measured, times: float) -> str:
    return f"× {now.total_s / before.total_s:.1f} and × {now.cpu_s / before.cpu_s:.1f} for × {times:.0f}"


@contextmanager
def _file() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        yield f"sqlite:///{Path(folder) / 'bench.sqlite3'}"


def _in_process(work: Callable[..., T], *arguments: object) -> T:
    with ProcessPoolExecutor(1, mp_context=_FORKS) as process:
        return process.submit(work, *arguments).result()


def _seed(url: str, size: int) -> None:
    """Add people who each saved one of the sessions."""
    asyncio.run(_with_database(url, lambda database: _fill(database, size)))


async def _fill(database: Database, size: int) -> None:
    await migrate(database)
    for begin in range(0, size, SEED_BATCH):
        await database.write(_people, range(begin, min(begin + SEED_BATCH, size)))


async def _people(tx: Transaction, numbers: range) -> None:
    now = await tx.now()
    people = [{"workspace": "T1", "person": f"U{number:09}"} for number in numbers]
    chosen = {"channel": "", "reminded": True, "lead": LEAD, "digest": False, "zone": "", "changed_at": now}
    await tx.execute(insert(PEOPLE), [person | chosen for person in people])
    saved = [{"talk": f"t{number % SESSIONS}", "saved_at": now} for number in numbers]
    await tx.execute(insert(AGENDA), [person | talk for person, talk in zip(people, saved, strict=True)])


def _measure(url: str) -> Measured:
    return asyncio.run(_with_database(url, lambda database: _plan_and_fan_out(database, url)))


async def _plan_and_fan_out(database: Database, url: str) -> Measured:
    await database.read(Transaction.now)  # opens a connection
    memory, spent = _peak_kib(), _cpu_s(url)
    began = monotonic()
    await database.write(reminder_plan.replace_plan, reminders_of(_sessions(), LEADS), START - timedelta(days=1))
    done = monotonic()
    made = 0
    while (more := await database.write(queue.enqueue_due_reminders, START - timedelta(minutes=LEAD))) is not None:
        made += more
    ended = monotonic()
    return Measured(done - began, ended - done, _cpu_s(url) - spent, made, _peak_kib() - memory)


def _sessions() -> Schedule:
    return a_schedule(*(a_talk(f"Talk {n}", START, id=f"t{n}", room=a_room(f"Room {n}")) for n in range(SESSIONS)))


async def _with_database(url: str, work: Callable[[Database], Awaitable[T]]) -> T:
    database = Database(url, Clock().real_now)
    try:
        return await work(database)
    finally:
        await database.close()


def _cpu_s(url: str) -> float:
    return time.process_time() + (cpu_s(url) if url.startswith("postgresql") else 0.0)


def _peak_kib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    main()

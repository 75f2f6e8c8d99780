"""Measure how fast commands are acknowledged, at 100 a second on one core, with the database under load.

`make bench-acknowledging` prints the table. The bot runs in a process of its own, pinned to one core where the system
can. The commands come at even intervals, whether or not earlier ones are answered. Meanwhile, a writer in another
process writes to the same database all the time.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from itertools import cycle
from pathlib import Path
from statistics import quantiles

import psutil

from bot.clock import monotonic
from tests.conftest import FOSDEM
from tests.end_to_end.processes import Running, run
from tests.fake_slack.person import Person
from tests.fake_slack.server import SlackForTests

PER_SECOND = 100

SECONDS = 20

WARM_UP_S = 3

PEOPLE = 200

COMMANDS = (
    "/qcon next",
    "/qcon now",
    "/qcon who talks about kubernetes?",
    "/qcon when is the closing keynote",
    "/qcon today",
    "/qcon agenda",
    "/qcon save opening",
    "/qcon settings",
    "/qcon anything on zig?",
    "/qcon help",
)

# The writer: a transaction with a sync to disk every few milliseconds.
WRITER = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], timeout=10, isolation_level=None)
number = 0
while True:
    number += 1
    connection.execute("BEGIN IMMEDIATE")
    for row in range(20):
        connection.execute("INSERT OR REPLACE INTO unanswered (day, words, times) VALUES ('2020-02-01', ?, 1)",
                     (f"load {number % 50} {row}",))
    connection.execute("COMMIT")
    time.sleep(0.005)
"""


async def measure(*, load: bool) -> tuple[list[float], int, float]:
    """The seconds of each acknowledgement, the number of commands that Slack would have given up on, and the CPU in %."""
    changed = {"QCON_SCHEDULE": str(FOSDEM), "QCON_NOW": "2020-02-01T10:20"} if FOSDEM.exists() else {}
    with tempfile.TemporaryDirectory() as folder:
        async with SlackForTests.serving() as slack, run(slack, Path(folder), **changed) as bot:
            _pin(bot)
            people = cycle([slack.person(user) for user in slack.add_people(PEOPLE)])
            with _writing(Path(folder) / "bot.sqlite3") if load else nullcontext():
                await _fire(people, WARM_UP_S)
                worked = _cpu_s(bot)
                answers = await _fire(people, SECONDS)
                worked = _cpu_s(bot) - worked
            return [seconds for seconds, _ in answers], sum(not ok for _, ok in answers), 100 * worked / SECONDS


async def _fire(people: Iterator[Person], seconds: float) -> list[tuple[float, bool]]:
    """Send commands at even intervals; return the seconds of each, and whether it was acknowledged in time."""
    commands = cycle(COMMANDS)
    began = monotonic()
    tasks = []
    for number in range(int(PER_SECOND * seconds)):
        await asyncio.sleep(max(0.0, began + number / PER_SECOND - monotonic()))
        tasks.append(asyncio.create_task(_command(next(people), next(commands))))
    return await asyncio.gather(*tasks)


async def _command(person: Person, text: str) -> tuple[float, bool]:
    began = monotonic()
    acknowledgement = await person.command(text)
    return monotonic() - began, acknowledgement.ok


def _cpu_s(bot: Running) -> float:
    """The CPU seconds that the bot has used."""
    spent = psutil.Process(bot.process.pid).cpu_times()
    return spent.user + spent.system


def _pin(bot: Running) -> None:
    """Pin the bot to one core, and this process and the writer to the others."""
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    if len(cores) > 1:
        os.sched_setaffinity(bot.process.pid, cores[:1])
        os.sched_setaffinity(0, cores[1:])


@contextmanager
def _writing(database: Path) -> Iterator[None]:
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(database)])
    try:
        yield
    finally:
        writer.kill()
        writer.wait()


def main() -> None:
    """Print the table."""
    print(f"{PER_SECOND} commands a second for {SECONDS} s, {len(COMMANDS)} kinds, {PEOPLE} people; milliseconds")
    print(f"{'database':12} {'commands':>9} {'p50':>7} {'p95':>7} {'p99':>7} {'max':>7} {'lost':>5} {'core %':>6}")
    for name, load in (("quiet", False), ("under load", True)):
        seconds, failed, worked = asyncio.run(measure(load=load))
        cuts = quantiles(seconds, n=100)
        columns = " ".join(f"{1000 * value:7.1f}" for value in (cuts[49], cuts[94], cuts[98], max(seconds)))
        print(f"{name:12} {len(seconds):>9} {columns} {failed:>5} {worked:>6.0f}")


if __name__ == "__main__":
    main()

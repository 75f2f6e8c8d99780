"""Measure what a new version of a big schedule costs: the start, the memory while it comes, and the memory afterwards.

`make bench-versions` prints the table. The bot runs in a process of its own with as many talks as a schedule file may
hold, and is given one new version after the other, in which every talk has another abstract and some have another time.
"""

import argparse
import asyncio
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import psutil

from bot.clock import monotonic
from bot.schedule.models import Schedule, in_order
from bot.schedule.yaml.dump import schedule_yaml
from bot.schedule.yaml.load import load
from tests.benchmarks.enlarge import enlarged
from tests.conftest import QCON
from tests.end_to_end.processes import run
from tests.fake_slack.server import SlackForTests

TALKS, VERSIONS = 10_000, 4

ABSTRACT, SPEAKERS = 400, 500  # characters, and people who share the talks, so that the file is not too big

WITHIN_S = 300.0  # on a busy machine

SETTLED_AFTER_S = 5.0  # what a version leaves behind is gone by then


@dataclass(frozen=True, slots=True)
class Memory:
    """The memory of a process in MiB, now and at most since it was last asked."""

    resident: float
    peak: float


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one run."""

    start_s: float  # until the process is ready
    start_cpu_s: float
    at_start: Memory
    versions: tuple[Memory, ...]  # after each new version
    slowest_s: float  # until a version was served, from the moment at which its file stood there

    def lines(self) -> Iterator[str]:
        yield f"start: {self.start_s:.1f} s, CPU {self.start_cpu_s:.1f} s, {self.at_start.resident:.0f} MiB"
        for number, memory in enumerate(self.versions, 2):
            times = memory.peak / self.at_start.resident
            yield f"version {number}: at most {memory.peak:.0f} MiB (× {times:.2f}), then {memory.resident:.0f} MiB"
        yield f"the slowest version was served after {self.slowest_s:.1f} s"


def big_schedule(talks: int = TALKS) -> Schedule:
    """A schedule with so many talks, in a file that is nearly as big as a file may be."""
    schedule = enlarged(load(QCON.read_bytes(), QCON.name), talks)
    people = schedule.speakers[:SPEAKERS]
    shorter = (
        replace(talk, abstract=talk.abstract[:ABSTRACT], speakers=(people[number % len(people)],))
        for number, talk in enumerate(schedule.talks)
    )
    return replace(schedule, talks=in_order(shorter), speakers=people)


def new_version(schedule: Schedule, number: int) -> Schedule:
    """The same conference with other abstracts, and one talk in ten at another time."""
    changed = (
        replace(talk, abstract=f"{talk.abstract} v{number}", start=talk.start + later, end=talk.end + later)
        for position, talk in enumerate(schedule.talks)
        for later in [timedelta(minutes=5 if position % 10 == number % 10 else 0)]
    )
    return replace(schedule, talks=in_order(changed))


async def measure(folder: Path, talks: int = TALKS, versions: int = VERSIONS, **settings: str) -> Figures:
    """Start the bot, and give it new versions."""
    schedule, file = big_schedule(talks), folder / "schedule.yaml"
    file.write_bytes(schedule_yaml(schedule))
    began = monotonic()
    async with SlackForTests.serving() as slack, run(slack, folder, QCON_SCHEDULE=str(file), **settings) as bot:
        process = psutil.Process(bot.process.pid)
        start_s, cpu = monotonic() - began, process.cpu_times()
        await asyncio.sleep(SETTLED_AFTER_S)
        at_start, measured, slowest_s = _memory(process), [], 0.0
        for number in range(2, versions + 2):
            new = folder / "new.yaml"
            new.write_bytes(schedule_yaml(new_version(schedule, number)))
            new.replace(file)
            began = monotonic()
            await bot.says(f'"revision": {number}', within_s=WITHIN_S)
            slowest_s = max(slowest_s, monotonic() - began)
            await asyncio.sleep(SETTLED_AFTER_S)
            measured.append(_memory(process))
        return Figures(start_s, cpu.user + cpu.system, at_start, tuple(measured), slowest_s)


def _memory(process: psutil.Process) -> Memory:
    """The memory of a process on Linux; its peak is counted anew from here."""
    folder = Path(f"/proc/{process.pid}")
    lines = (line.split() for line in (folder / "status").read_text().splitlines())
    kib = {words[0]: int(words[1]) for words in lines if words[0] in ("VmRSS:", "VmHWM:")}
    (folder / "clear_refs").write_text("5")
    return Memory(kib["VmRSS:"] / 1024, kib["VmHWM:"] / 1024)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--talks", type=int, default=TALKS)
    parser.add_argument("--versions", type=int, default=VERSIONS)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = asyncio.run(measure(Path(folder), arguments.talks, arguments.versions))
    print("\n".join(figures.lines()))


if __name__ == "__main__":
    main()

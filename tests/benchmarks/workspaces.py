"""Measure one process that serves many workspaces: its start, its idle cost, its answers, and reminders in the same minute.

`make bench-workspaces ARGS="--workspaces 1 20 100"` prints a row for each number and database. Before the measured start the
bot has served all of them: one for each schedule, and the others have copies of its data. In each, a channel is reminded of
the first session, which begins at the same moment everywhere.
"""

import argparse
import asyncio
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from statistics import quantiles

import psutil
from sqlalchemy import text

from bot.clock import Clock, monotonic
from bot.db.database import Database, Transaction
from bot.schedule.models import Schedule
from bot.schedule.yaml.dump import dump
from bot.schedule.yaml.load import load
from tests.benchmarks import copies
from tests.benchmarks.serving import QUESTIONS
from tests.conftest import FOSDEM, QCON
from tests.end_to_end.processes import Running, launch, wait_until_ready
from tests.end_to_end.several import SlackWithWorkspaces, environment_of_many
from tests.fake_slack.server import SlackForTests
from tests.postgresql import cpu_s, database_in, serving

LEAD = timedelta(minutes=10)  # between a reminder and its session

OPENINGS_PER_SECOND = 10  # first questions, which open a workspace each


@dataclass(frozen=True, slots=True)
class Plan:
    """One row of the table."""

    workspaces: int
    schedules: int  # different ones
    per_second: float
    seconds: float
    prepare: timedelta  # allowed for the preparation
    reminders: bool
    ahead: timedelta  # between the questions and the reminders


@dataclass(slots=True)
class Figures:
    """The measurements of one row."""

    prepared_s: float = 0.0
    stop_s: float = 0.0  # of a process with all workspaces open
    answer_s: float = 0.0  # from the start to the first answer
    ready_s: float = 0.0
    idle_percent: float = 0.0  # of a core, like the next
    asked_percent: float = 0.0
    database_percent: float = 0.0  # PostgreSQL's, while nothing happens
    mib: float = 0.0
    threads: int = 0
    files: int = 0
    connections: int = 0
    connected: int = 0  # connections that were opened while people asked: those that were lost are opened again
    opening_ms: float = 0.0  # the slowest first answer of a workspace, which opens it
    p50_ms: float = 0.0
    p99_ms: float = 0.0
    failed: int = 0
    late_s: float = 0.0  # the latest reminder
    missing: int = 0


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workspaces", type=int, nargs="+", default=[1, 20, 100])
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgresql"])
    parser.add_argument("--fosdem", action="store_true", help="the schedule with 872 talks instead of the one with 5")
    parser.add_argument("--schedules", type=int, default=1, help="different schedules, each for as many workspaces")
    parser.add_argument("--per-second", type=float, default=50, help="questions over all workspaces")
    parser.add_argument("--seconds", type=float, default=20, help="of each measurement")
    parser.add_argument("--reminders", action="store_true", help="wait for them")
    parser.add_argument(
        "--ahead", type=float, default=16, help="minutes until they are due; 15 before, they are planned"
    )
    parser.add_argument("--prepare", type=float, default=0.5, help="seconds allowed to prepare a workspace")
    arguments = parser.parse_args()
    schedule = load(FOSDEM.read_bytes(), FOSDEM.name) if arguments.fosdem else load(QCON.read_bytes(), QCON.name)
    print(
        "workspaces  database    prepared    stop  answer   ready  idle CPU  (database)   asked   MiB  threads  files"
        "  connections  (new)  opening     p50     p99  failed  reminders late  missing"
    )
    for number in arguments.workspaces:
        prepare = timedelta(seconds=60 + arguments.prepare * number)
        plan = Plan(
            number,
            min(number, arguments.schedules),
            arguments.per_second,
            arguments.seconds,
            prepare,
            arguments.reminders,
            timedelta(minutes=arguments.ahead),
        )
        for kind in arguments.databases:
            with ExitStack() as stack:
                folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
                if kind == "sqlite":
                    url = f"sqlite:///{folder}/bot.sqlite3"
                else:
                    url = stack.enter_context(database_in(stack.enter_context(serving())))
                _print_row(plan, kind, asyncio.run(_measure(plan, url, folder, schedule)))


def _print_row(plan: Plan, kind: str, row: Figures) -> None:
    print(
        f"{plan.workspaces:10}  {kind:10}  {row.prepared_s:7.1f}s {row.stop_s:6.1f}s {row.answer_s:6.1f}s {row.ready_s:6.1f}s"
        f"  {row.idle_percent:7.1f}%  {row.database_percent:9.1f}%  {row.asked_percent:5.1f}%  {row.mib:4.0f}"
        f"  {row.threads:7}  {row.files:5}  {row.connections:11}  {row.connected:5}  {row.opening_ms:5.0f}ms  {row.p50_ms:4.0f}ms  {row.p99_ms:4.0f}ms"
        f"  {row.failed:6}  {row.late_s:13.1f}s  {row.missing:7}",
        flush=True,
    )


async def _measure(plan: Plan, url: str, folder: Path, schedule: Schedule) -> Figures:
    row, now = Figures(), Clock().real_now()
    due = now + plan.prepare + timedelta(seconds=2 * plan.seconds + 30) + plan.ahead
    ids = [f"T0{number:05}" for number in range(plan.workspaces)]
    conferences = _write_schedules(folder, _beginning(schedule, due + LEAD), ids, plan.schedules)
    async with SlackWithWorkspaces.serving(*ids) as slack:
        for workspace in slack.workspaces.values():
            workspace.app.echoes = False
        variables = _environment(slack, url, folder, conferences)
        began = monotonic()
        await copies.prepare(slack, url, folder, variables, plan.schedules)
        row.prepared_s = monotonic() - began
        began = monotonic()
        async with wait_until_ready(await launch("run", variables, folder), "serving on ") as running:
            slack.connect(running.url)
            await _answer(slack.workspaces[ids[-1]])
            row.answer_s = monotonic() - began
            await running.says("ready: ", within_s=600)
            row.ready_s = monotonic() - began
            await _look_idle(row, plan, running, url)
            connected = (await _connections(url))[1]
            await _look_asked(row, plan, running, slack)
            row.connections, now_connected = await _connections(url)
            row.connected = now_connected - connected - 1  # without the one that looks
            if plan.reminders:
                await _look_reminded(row, slack, due)
            began = monotonic()
            await running.stop(within_s=300)
            row.stop_s = monotonic() - began
    return row


def _write_schedules(folder: Path, schedule: Schedule, ids: Sequence[str], schedules: int) -> str:
    """Write so many variants of the schedule, and return the file that gives each workspace one of them."""
    lines = []
    for number in range(schedules):
        first, *others = schedule.talks
        talks = (replace(first, title=f"{first.title} {number}") if number else first, *others)
        (folder / f"schedule{number}.yaml").write_bytes(dump(replace(schedule, talks=talks)))
        lines.append(f"  - {{schedule: schedule{number}.yaml, workspaces: [{', '.join(ids[number::schedules])}]}}")
    return "\n".join(["conferences:", *lines])


def _beginning(schedule: Schedule, at: datetime) -> Schedule:
    """The same schedule at a time when its first session begins at this moment."""
    first = next(talk.start for talk in schedule.talks if not talk.is_break)
    by = at - first
    moved = (replace(talk, start=talk.start + by, end=talk.end + by) for talk in schedule.talks)
    return replace(schedule, talks=tuple(moved))


def _environment(slack: SlackWithWorkspaces, url: str, folder: Path, conferences: str) -> dict[str, str]:
    most = str(max(len(slack.workspaces), 50))
    variables = environment_of_many(slack, folder, conferences, QCON_DATABASE_URL=url, QCON_MOST_WORKSPACES=most)
    del variables["QCON_NOW"]
    return variables


async def _answer(workspace: SlackForTests) -> None:
    """Ask until the workspace's bot answers."""
    async with asyncio.timeout(300):
        while not await _asked(workspace, "who talks about Terraform?"):  # noqa: ASYNC110
            await asyncio.sleep(0.1)


async def _asked(workspace: SlackForTests, question: str) -> bool:
    """Ask, and return whether this was answered in full."""
    channel = workspace.workspace.conversation("general")
    answered = await workspace.person("amara").command(f"/qcon {question}")
    messages = list(channel.messages.values())
    return answered.ok and not any("in this workspace" in message.text for message in messages[-1:])


async def _look_idle(row: Figures, plan: Plan, running: Running, url: str) -> None:
    process, on_postgresql = psutil.Process(running.process.pid), url.startswith("postgresql")
    worked, database = _worked(process), cpu_s(url) if on_postgresql else 0.0
    await asyncio.sleep(plan.seconds)
    row.idle_percent = 100 * (_worked(process) - worked) / plan.seconds
    row.database_percent = 100 * ((cpu_s(url) if on_postgresql else 0.0) - database) / plan.seconds


async def _look_asked(row: Figures, plan: Plan, running: Running, slack: SlackWithWorkspaces) -> None:
    process, workspaces = psutil.Process(running.process.pid), list(slack.workspaces.values())
    first = await _ask(workspaces, len(workspaces), OPENINGS_PER_SECOND)
    row.opening_ms = 1000 * max(took for took, _ in first)
    worked, began = _worked(process), monotonic()
    answers = await _ask(workspaces, int(plan.per_second * plan.seconds), plan.per_second)
    row.asked_percent = 100 * (_worked(process) - worked) / (monotonic() - began)
    seconds = [took for took, _ in answers]
    cuts = quantiles(seconds, n=100)
    row.p50_ms, row.p99_ms = 1000 * cuts[49], 1000 * cuts[98]
    row.failed = sum(not ok for _, ok in (*first, *answers))
    row.mib = process.memory_info().rss / 2**20
    row.threads, row.files = process.num_threads(), process.num_fds()


async def _ask(workspaces: Sequence[SlackForTests], count: int, per_second: float) -> list[tuple[float, bool]]:
    """Ask one workspace after the other at even intervals. Return the seconds of each answer, and whether it was one."""
    began, tasks = monotonic(), []
    for number in range(count):
        await asyncio.sleep(max(0.0, began + number / per_second - monotonic()))
        workspace, turn = workspaces[number % len(workspaces)], number // len(workspaces)
        tasks.append(asyncio.create_task(_timed(workspace, QUESTIONS[turn % len(QUESTIONS)])))
    return await asyncio.gather(*tasks)


async def _timed(workspace: SlackForTests, question: str) -> tuple[float, bool]:
    began = monotonic()
    ok = await _asked(workspace, question)
    return monotonic() - began, ok


async def _look_reminded(row: Figures, slack: SlackWithWorkspaces, due: datetime) -> None:
    """Wait for the channels' reminders, for at most a minute."""
    clock = Clock()
    if clock.real_now() > due:
        print(f"the preparation took too long by {clock.real_now() - due}: raise --prepare")
    deadline = max(clock.real_now(), due) + timedelta(seconds=60)
    while clock.real_now() < deadline and any(not _posted(workspace) for workspace in slack.workspaces.values()):  # noqa: ASYNC110
        await asyncio.sleep(0.5)
    posted = [times for workspace in slack.workspaces.values() if (times := _posted(workspace))]
    row.missing = len(slack.workspaces) - len(posted)
    row.late_s = max((max(times) - due.timestamp() for times in posted), default=0.0)


def _posted(workspace: SlackForTests) -> Sequence[float]:
    return [float(message.ts) for message in workspace.deliveries()]


def _worked(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


async def _connections(url: str) -> tuple[int, int]:
    """The connections that the bot has now, and how many were opened since the database was created."""
    if not url.startswith("postgresql"):
        return 0, 0
    database = Database(url, Clock().real_now)

    async def count(tx: Transaction) -> tuple[int, int]:
        query = """
            SELECT (SELECT count(*) - 1 FROM pg_stat_activity WHERE datname = current_database()),
                   (SELECT sessions FROM pg_stat_database WHERE datname = current_database())
        """
        now, ever = tuple((await tx.execute(text(query))).one())
        return now, ever

    try:
        return await database.read(count)
    finally:
        await database.close()


if __name__ == "__main__":
    main()

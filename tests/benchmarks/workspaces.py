"""Measure one process that serves many workspaces: its start, its idle cost, its answers, and reminders in the same minute.

`make bench-workspaces ARGS="--workspaces 1 20 100"` prints a row for each number and database. The workspaces are installed
and asked once before the measured start, as they would be after a restart. In each, a channel is reminded of the first
session, which begins at the same moment everywhere.
"""

import argparse
import asyncio
import base64
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from statistics import quantiles

import psutil
from slack_sdk.oauth.installation_store import Installation
from sqlalchemy import text

from bot.clock import Clock, monotonic
from bot.db.database import Database, Transaction
from bot.fake_slack import FakeSlack
from bot.fake_slack.arguments import SlackRefusal
from bot.fake_slack.models import ORGANISER
from bot.fake_slack.user import FakeUser
from bot.schedule.models import Schedule
from bot.schedule.yaml.dump import dump
from bot.schedule.yaml.load import load
from bot.web.installations import InstallationStore
from tests.benchmarks.serving import QUESTIONS
from tests.conftest import FOSDEM, QCON
from tests.end_to_end.processes import Running, environment, launch, wait_until_ready
from tests.end_to_end.several import APP_ID, CLIENT_ID, CLIENT_SECRET, SlackWithWorkspaces
from tests.postgresql import cpu_s, database_in, serving

KEY = base64.b64encode(bytes(32)).decode()

LEAD = timedelta(minutes=10)  # between a reminder and its session

AHEAD = timedelta(minutes=16)  # no workspace is opened for its reminder earlier than this

OPENINGS_PER_SECOND = 10  # first questions, which open a workspace each

AT_ONCE = 4  # workspaces that are prepared at the same time


@dataclass(frozen=True, slots=True)
class Plan:
    """One row of the table."""

    workspaces: int
    per_second: float
    seconds: float
    prepare: timedelta  # allowed for the preparation
    reminders: bool


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
    parser.add_argument("--per-second", type=float, default=50, help="questions over all workspaces")
    parser.add_argument("--seconds", type=float, default=20, help="of each measurement")
    parser.add_argument("--reminders", action="store_true", help="wait for them, which takes a quarter of an hour")
    parser.add_argument("--prepare", type=float, default=1.0, help="seconds allowed to prepare a workspace")
    arguments = parser.parse_args()
    schedule = load(FOSDEM.read_bytes(), FOSDEM.name) if arguments.fosdem else load(QCON.read_bytes(), QCON.name)
    print(
        "workspaces  database    prepared    stop  answer   ready  idle CPU  (database)   asked   MiB  threads  files"
        "  connections  opening     p50     p99  failed  reminders late  missing"
    )
    for number in arguments.workspaces:
        prepare = timedelta(seconds=60 + arguments.prepare * number)
        plan = Plan(number, arguments.per_second, arguments.seconds, prepare, arguments.reminders)
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
        f"  {row.threads:7}  {row.files:5}  {row.connections:11}  {row.opening_ms:5.0f}ms  {row.p50_ms:4.0f}ms  {row.p99_ms:4.0f}ms"
        f"  {row.failed:6}  {row.late_s:13.1f}s  {row.missing:7}",
        flush=True,
    )


async def _measure(plan: Plan, url: str, folder: Path, schedule: Schedule) -> Figures:
    row, now = Figures(), Clock().real_now()
    due = now + plan.prepare + timedelta(seconds=2 * plan.seconds + 30) + AHEAD
    (folder / "schedule.yaml").write_bytes(dump(_beginning(schedule, due + LEAD)))
    ids = [f"T0{number:05}" for number in range(plan.workspaces)]
    async with SlackWithWorkspaces.serving(*ids) as slack:
        for workspace in slack.workspaces.values():
            workspace.actions.echoes = False
        await _install(url, slack)
        variables = _environment(slack, url, folder, plan)
        began = monotonic()
        async with wait_until_ready(await launch("run", variables, folder), "serving on ") as running:
            slack.connect(running.url)
            await running.says("ready: ", within_s=600)
            turns = asyncio.Semaphore(AT_ONCE)
            await asyncio.gather(*(_prepare(workspace, turns) for workspace in slack.workspaces.values()))
            row.prepared_s = monotonic() - began
            began = monotonic()
            await running.stop(within_s=300)
            row.stop_s = monotonic() - began
        began = monotonic()
        async with wait_until_ready(await launch("run", variables, folder), "serving on ") as running:
            slack.connect(running.url)
            await _answer(slack.workspaces[ids[-1]])
            row.answer_s = monotonic() - began
            await running.says("ready: ", within_s=600)
            row.ready_s = monotonic() - began
            await _look_idle(row, plan, running, url)
            await _look_asked(row, plan, running, slack)
            if plan.reminders:
                await _look_reminded(row, slack, due)
            row.connections = await _connections(url)
            await running.stop(within_s=300)
    return row


def _beginning(schedule: Schedule, at: datetime) -> Schedule:
    """The same schedule at a time when its first session begins at this moment."""
    first = next(talk.start for talk in schedule.talks if not talk.is_break)
    by = at - first
    moved = (replace(talk, start=talk.start + by, end=talk.end + by) for talk in schedule.talks)
    return replace(schedule, talks=tuple(moved))


def _environment(slack: SlackWithWorkspaces, url: str, folder: Path, plan: Plan) -> dict[str, str]:
    changed = {
        "SLACK_BOT_TOKEN": "",
        "SLACK_API_URL": f"{slack.url}/api/",
        "SLACK_CLIENT_ID": CLIENT_ID,
        "SLACK_CLIENT_SECRET": CLIENT_SECRET,
        "QCON_TOKEN_KEYS": KEY,
        "QCON_PUBLIC_URL": "https://bot.example.org",
        "QCON_SCHEDULE": str(folder / "schedule.yaml"),
        "QCON_DATABASE_URL": url,
        "QCON_MOST_WORKSPACES": str(max(plan.workspaces, 50)),
    }
    workspace = next(iter(slack.workspaces.values()))
    variables = environment(workspace, folder, **changed)
    del variables["QCON_NOW"]
    return variables


async def _install(url: str, slack: SlackWithWorkspaces) -> None:
    database = Database(url, Clock().real_now)
    store = InstallationStore(CLIENT_ID, (KEY,), database)
    await store.prepare()
    for id, workspace in slack.workspaces.items():
        installation = Installation(
            app_id=APP_ID,
            team_id=id,
            user_id="U0INSTALLER",
            bot_token=workspace.bot_token,
            bot_id=workspace.workspace.bot_id,
            bot_user_id=workspace.workspace.bot.id,
        )
        await store.async_save(installation)
    await database.close()


async def _prepare(workspace: FakeSlack, turns: asyncio.Semaphore) -> None:
    """Turn on reminders in a channel. A busy bot asks people to try again, so this does."""
    async with turns, asyncio.timeout(300):
        while True:
            try:
                await _turn_on_reminders(workspace.person(ORGANISER.name))
            except (SlackRefusal, TimeoutError):
                await asyncio.sleep(1)
            else:
                return


async def _turn_on_reminders(organiser: FakeUser) -> None:
    await organiser.click(await organiser.ask("/qcon remind here"), "remind-on")
    await organiser.sees("general", "turned on reminders here", within_s=10)


async def _answer(workspace: FakeSlack) -> None:
    """Ask until the workspace's bot answers."""
    async with asyncio.timeout(300):
        while not await _asked(workspace, "who talks about Terraform?"):  # noqa: ASYNC110
            await asyncio.sleep(0.1)


async def _asked(workspace: FakeSlack, question: str) -> bool:
    """Ask, and return whether this was answered in full."""
    channel = workspace.workspace.conversation("general")
    answered = await workspace.actions.command(workspace.person("amara").id, channel, "/qcon", question)
    messages = list(channel.messages.values())
    return answered.ok and not any("not running in this" in message.text for message in messages[-1:])


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


async def _ask(workspaces: Sequence[FakeSlack], count: int, per_second: float) -> list[tuple[float, bool]]:
    """Ask one workspace after the other at even intervals. Return the seconds of each answer, and whether it was one."""
    began, tasks = monotonic(), []
    for number in range(count):
        await asyncio.sleep(max(0.0, began + number / per_second - monotonic()))
        workspace, turn = workspaces[number % len(workspaces)], number // len(workspaces)
        tasks.append(asyncio.create_task(_timed(workspace, QUESTIONS[turn % len(QUESTIONS)])))
    return await asyncio.gather(*tasks)


async def _timed(workspace: FakeSlack, question: str) -> tuple[float, bool]:
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


def _posted(workspace: FakeSlack) -> Sequence[float]:
    return [float(message.ts) for message in workspace.deliveries()]


def _worked(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


async def _connections(url: str) -> int:
    if not url.startswith("postgresql"):
        return 0
    database = Database(url, Clock().real_now)

    async def count(tx: Transaction) -> int:
        query = "SELECT count(*) - 1 FROM pg_stat_activity WHERE datname = current_database()"
        return int((await tx.execute(text(query))).scalar_one())

    try:
        return await database.read(count)
    finally:
        await database.close()


if __name__ == "__main__":
    main()

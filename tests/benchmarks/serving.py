"""Measure what an answer costs, compared with a bare Bolt app with empty handlers on the same HTTP server and core.

`make bench` prints the tables. Each app runs in a process of its own, pinned to one core where the system can. The
requests come from this process over real HTTP, signed as Slack signs them. Many people ask the same few questions, which
are answered once a minute; questions that nobody asked before have a row of their own. CPU is the app's own, for many
requests from 8 people at once, each sending one after the other. p50 and p99 are for requests at even intervals.
"""

import argparse
import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from itertools import cycle, islice
from pathlib import Path
from statistics import median, quantiles
from types import MappingProxyType

import psutil

from bot.blockkit import action_ids
from bot.blockkit.blocks import actions
from bot.blockkit.inputs import external_menu
from bot.clock import monotonic
from bot.fake_slack.delivery_to_app import Acknowledgement
from bot.schedule.yaml.dump import dump
from bot.schedule.yaml.load import load
from tests.benchmarks.enlarge import enlarged
from tests.conftest import FOSDEM, QCON
from tests.end_to_end.processes import Running, run
from tests.fake_slack.server import SlackForTests
from tests.postgresql import database_in, serving

AT_ONCE = 8

PEOPLE = 120  # their time zones are known after the warm-up; fewer would be told to slow down

PER_SECOND = 40

BIGGEST = 5_000  # talks: 10,000 have more values than a schedule file may have
ABSTRACT = (
    400  # characters of each abstract of the biggest schedule: longer ones would exceed the size of a schedule file
)

QUESTIONS = (
    "next",
    "now",
    "who talks about kubernetes?",
    "when is the closing keynote",
    "today",
    "anything on zig?",
    "where is the talk on terraform",
    "what's on after lunch",
)

ASKS = ("who talks about", "when is the talk on", "where is the one on", "anything about", "how long is", "what is")

TOPICS = (
    "rust", "go", "python", "java", "scala", "kotlin", "linux", "android", "kernel", "boot", "firmware",
    "container", "cluster", "storage", "network", "router", "database", "query", "index", "cache", "queue",
    "stream", "event", "log", "trace", "metric", "alert", "test", "fuzz", "compiler", "parser", "editor", "desktop",
    "browser", "video", "audio", "codec", "camera", "robot", "drone", "sensor", "radio", "satellite", "map",
    "privacy", "crypto", "identity", "license", "community", "funding", "release", "package", "build", "deploy",
    "upgrade", "backup", "migration", "schema", "graph", "search", "machine", "learning",
)  # fmt: skip

NEW = tuple(f"{ask} {topic}?" for topic in TOPICS for ask in ASKS)  # more than the cache holds

TYPED = ("k", "ku", "kub", "event", "micro", "terra", "open", "the")

Send = Callable[[SlackForTests, str, str], Awaitable[Acknowledgement]]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of request."""

    name: str
    words: tuple[str, ...]
    send: Send


async def _command(slack: SlackForTests, user: str, words: str) -> Acknowledgement:
    return await slack.person(user).command(f"/qcon {words}")


async def _mention(slack: SlackForTests, user: str, words: str) -> Acknowledgement:
    """Wait until the answer is in the thread, because an event itself is acknowledged at once.

    Each is in a channel of its own, since a channel gets one post a second.
    """
    channel = slack.workspace.add_conversation("", members=[user, slack.workspace.bot.id])
    messages = channel.messages
    asked = slack.person(user).say(channel.id, f"@qcon {words}")

    def is_answered() -> bool:
        return any(message.thread_ts == asked.ts for message in islice(reversed(messages.values()), 100))

    await slack.workspace.wait_until(is_answered, within_s=10)
    return Acknowledgement(ok=True)


async def _typing(slack: SlackForTests, user: str, words: str) -> Acknowledgement:
    home = {"type": "home", "blocks": [actions([external_menu("Find…", action_ids.DETAILS_FOUND)])]}
    view = slack.workspace.views.publish(user, home)
    return await slack.person(user).type_ahead(view, action_ids.DETAILS_FOUND, words)


KINDS = (
    Kind("slash command", QUESTIONS, _command),
    Kind("slash command, new", NEW, _command),
    Kind("mention answered", QUESTIONS, _mention),
    Kind("type-ahead", TYPED, _typing),
)


@dataclass(frozen=True, slots=True)
class Cost:
    """The cost of one kind of request to one app."""

    per_second: float
    cpu_ms: float
    p50_ms: float
    p99_ms: float
    failed: int


@dataclass(frozen=True, slots=True)
class Service:
    """An app under test, with one or several processes, and the workspace that asks it."""

    slack: SlackForTests
    nodes: tuple[Running, ...]
    users: tuple[str, ...]

    @property
    def cpu(self) -> float:
        """CPU seconds used by all processes."""
        spent = [psutil.Process(node.process.pid).cpu_times() for node in self.nodes]
        return sum(times.user + times.system for times in spent)

    @property
    def resident(self) -> float:
        """Memory of the first process, in MiB."""
        return float(psutil.Process(self.nodes[0].process.pid).memory_info().rss) / 2**20

    async def cost(self, kind: Kind, requests: int) -> Cost:
        """Measure many requests of one kind, first as fast as they are answered, then at even intervals."""
        await self._one_after_the_other(kind, requests // 5)
        worked, began = self.cpu, monotonic()
        failed = await self._one_after_the_other(kind, requests)
        worked, took = self.cpu - worked, monotonic() - began
        seconds, late = await self._at_intervals(kind, requests)
        cuts = quantiles(seconds, n=100)
        return Cost(requests / took, 1000 * worked / requests, 1000 * cuts[49], 1000 * cuts[98], failed + late)

    async def _one_after_the_other(self, kind: Kind, requests: int) -> int:
        """Send requests as fast as they are answered; return how many failed."""
        jobs = iter(self._jobs(kind, requests))
        return sum(await asyncio.gather(*(self._person(kind, jobs) for _ in range(AT_ONCE))))

    async def _person(self, kind: Kind, jobs: Iterator[tuple[str, str]]) -> int:
        return sum([not (await kind.send(self.slack, *job)).ok for job in jobs])

    async def _at_intervals(self, kind: Kind, requests: int) -> tuple[list[float], int]:
        """Send requests at even intervals; return the seconds of each and how many failed."""
        began, tasks = monotonic(), []
        for number, job in enumerate(self._jobs(kind, requests)):
            await asyncio.sleep(max(0.0, began + number / PER_SECOND - monotonic()))
            tasks.append(asyncio.create_task(_timed(kind.send(self.slack, *job))))
        done = await asyncio.gather(*tasks)
        return [seconds for seconds, _ in done], sum(not ok for _, ok in done)

    def _jobs(self, kind: Kind, requests: int) -> list[tuple[str, str]]:
        users, words = cycle(self.users), cycle(kind.words)
        return [(next(users), next(words)) for _ in range(requests)]


async def _timed(sending: Awaitable[Acknowledgement]) -> tuple[float, bool]:
    began = monotonic()
    done = await sending
    return monotonic() - began, done.ok


@asynccontextmanager
async def service(
    module: str, settings: Mapping[str, str] = MappingProxyType({}), nodes: int = 1
) -> AsyncIterator[Service]:
    """Run the app in this module until it is ready; pin a single process to a core of its own."""
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(_folder())
        slack = await stack.enter_async_context(SlackForTests.serving())
        slack.app.echoes = False
        running = [await stack.enter_async_context(run(slack, folder, module, **settings)) for _ in range(nodes)]
        slack.connect(*(f"{app.url}/slack/events" for app in running))
        if nodes == 1:
            _pin(running[0].process.pid)
        yield Service(slack, tuple(running), tuple(slack.add_people(PEOPLE)))


@contextmanager
def _folder() -> Iterator[Path]:
    """A working directory that hides Rich, which import-linter installs and structlog would load, as in production."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "rich.py").write_text("raise ImportError")
        yield folder


def _pin(process: int) -> None:
    """Pin the app to one core, and this process to the others."""
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    if len(cores) > 1:
        os.sched_setaffinity(process, cores[:1])
        os.sched_setaffinity(0, cores[1:])


def schedules(folder: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the number of talks and the settings that serve them: the included schedule, FOSDEM if available, a big one."""
    yield 5, {}
    given = load(FOSDEM.read_bytes(), FOSDEM.name) if FOSDEM.exists() else load(QCON.read_bytes(), QCON.name)
    now = given.conference.local(given.talks[0].start).replace(tzinfo=None)
    for size in (872, BIGGEST):
        schedule = enlarged(given, size)
        short = [replace(talk, abstract=talk.abstract[:ABSTRACT]) for talk in schedule.talks]
        file = folder / f"{size}.yaml"
        file.write_bytes(dump(schedule if size < BIGGEST else replace(schedule, talks=tuple(short))))
        yield size, {"QCON_SCHEDULE": str(file), "QCON_NOW": now.isoformat(timespec="minutes")}


async def costs(requests: int) -> None:
    """Print the table of what requests cost."""
    print(f"{'':26}{'a second':>9}{'CPU ms':>8}{'ratio':>7}{'p50 ms':>8}{'p99 ms':>8}{'failed':>8}")
    async with service("tests.benchmarks.bare") as bare:
        empty = {kind.name: await bare.cost(kind, requests) for kind in KINDS}
        for kind in KINDS:
            _print_row(f"bare · {kind.name}", empty[kind.name], empty[kind.name])
    with tempfile.TemporaryDirectory() as folder:
        for size, settings in schedules(Path(folder)):
            async with service("bot", settings) as ours:
                for kind in KINDS:
                    _print_row(f"{size:6} · {kind.name}", await ours.cost(kind, requests), empty[kind.name])
                print(f"{size:6} · {ours.resident:.0f} MiB resident after all that", flush=True)


def _print_row(name: str, cost: Cost, bare: Cost) -> None:
    rates = f"{cost.per_second:9.0f}{cost.cpu_ms:8.2f}{cost.cpu_ms / bare.cpu_ms:7.2f}"
    print(f"{name:26}{rates}{cost.p50_ms:8.1f}{cost.p99_ms:8.1f}{cost.failed:8}", flush=True)


async def starts(times: int) -> None:
    """Print the time from start to ready, and the memory after a first answer."""
    print(f"\n{'talks':>6}{'ready s':>9}{'CPU s':>8}{'MiB':>6}")
    with tempfile.TemporaryDirectory() as folder:
        for size, settings in schedules(Path(folder)):
            seen = [await _start(settings) for _ in range(times)]
            ready, worked, held = (median(column) for column in zip(*seen, strict=True))
            print(f"{size:6}{ready:9.2f}{worked:8.2f}{held:6.0f}", flush=True)


async def _start(settings: dict[str, str]) -> tuple[float, float, float]:
    async with SlackForTests.serving() as slack:
        with _folder() as folder:
            began = monotonic()
            async with run(slack, folder, **settings) as bot:
                took = monotonic() - began
                await slack.person("amara").ask("/qcon next")
                ours = Service(slack, (bot,), ())
                return took, ours.cpu, ours.resident


def many(requests: int) -> None:
    """Print the table of several processes on one PostgreSQL, asked in turn."""
    print(f"\n{'nodes':>6}{'commands a second':>19}{'ratio to one':>14}{'failed':>8}")
    alone = 0.0
    with serving() as server:
        for nodes in (1, 2, 4):
            with database_in(server) as url:
                cost = asyncio.run(_of_nodes(nodes, url, requests))
            alone = alone or cost.per_second
            print(f"{nodes:6}{cost.per_second:19.0f}{cost.per_second / alone:14.2f}{cost.failed:8}", flush=True)


async def _of_nodes(nodes: int, url: str, requests: int) -> Cost:
    async with service("bot", {"QCON_DATABASE_URL": url}, nodes) as ours:
        _unpin()
        return await ours.cost(KINDS[0], requests)


def _unpin() -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, range(os.cpu_count() or 1))


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=600, help="of each kind to each app (default: 600)")
    arguments = parser.parse_args()
    asyncio.run(costs(arguments.requests))
    asyncio.run(starts(3))
    many(arguments.requests)


if __name__ == "__main__":
    main()

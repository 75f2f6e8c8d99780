"""Measure deliveries a second without a limit, compared with a bare loop over the same Slack client."""

import argparse
import asyncio
import multiprocessing
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime

import psutil

from bot.delivery.messages import reminder_message
from bot.settings import Settings
from bot.slack.client import open_client
from bot.slack.posting import METADATA_EVENT_TYPE
from bot.telemetry.metrics import Metrics
from tests.fake_slack.remote import RemoteFakeSlack
from tests.faults.trial import Trial, a_day
from tests.postgresql import cpu_s, database_in, serving

IN_FLIGHT = 20  # posts in progress in each process of the bare loop; more don't make it faster

UNLIMITED = 100_000_000  # a minute

_FORKS = multiprocessing.get_context("forkserver")


@dataclass(frozen=True, slots=True)
class Run:
    """The speed of one run, and the CPU per message without the fake Slack."""

    a_second: float
    cpu_us: float


def main() -> None:
    """Print the table, with the best of several rounds in turn, because others use the machine too."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=6000)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--nodes", type=int, nargs="+", default=[1, 2, 4])
    arguments = parser.parse_args()
    print("nodes  messages  bare loop/s      bot/s  ratio  CPU a message: bare      bot with PostgreSQL")
    with serving() as server:
        for nodes in arguments.nodes:
            bare, ours = [], []
            for _ in range(arguments.rounds):
                bare.append(asyncio.run(_bare(nodes, arguments.people)))
                with database_in(server) as url:
                    ours.append(asyncio.run(_bot(url, nodes, arguments.people)))
            _print_row(nodes, arguments.people, bare, ours)


def _print_row(nodes: int, people: int, bare: Sequence[Run], ours: Sequence[Run]) -> None:
    fast, our_fast = (max(run.a_second for run in runs) for runs in (bare, ours))
    cheap, our_cheap = (min(run.cpu_us for run in runs) for runs in (bare, ours))
    print(
        f"{nodes:5}  {people:8}  {fast:11.0f}  {our_fast:9.0f}  {our_fast / fast:5.2f}  "
        f"{cheap:16.0f} µs  {our_cheap:20.0f} µs",
        flush=True,
    )


async def _bare(processes: int, people: int) -> Run:
    """Run processes that post what the bot would, and do nothing else."""
    async with RemoteFakeSlack.serving() as slack:
        channels = list((await slack.add_people(people)).values())
        settings = Settings(bot_token=slack.bot_token, slack_api_url=slack.api_url)
        shares = [channels[n::processes] for n in range(processes)]
        with ProcessPoolExecutor(processes, mp_context=_FORKS) as executor:
            running = asyncio.get_running_loop()
            spent = await asyncio.gather(
                *(running.run_in_executor(executor, _loop, settings, share) for share in shares)
            )
        return Run(await _rate(slack), sum(spent) / people * 1e6)


def _loop(settings: Settings, channels: Sequence[str]) -> float:
    """Post to all channels; return the CPU seconds."""
    asyncio.run(_post_to_all(settings, channels))
    return time.process_time()


async def _post_to_all(settings: Settings, channels: Sequence[str]) -> None:
    day = a_day(1)
    metadata = {"event_type": METADATA_EVENT_TYPE, "event_payload": {"id": "bare"}}
    jobs = iter([(channel, talk) for talk in day.talks for channel in channels])
    async with open_client(settings, Metrics()) as client:

        async def worker() -> None:
            for channel, talk in jobs:
                payload = reminder_message([talk], day.conference, personal=True).payload()
                await client.chat_postMessage(channel=channel, metadata=metadata, **payload)

        await asyncio.gather(*(worker() for _ in range(IN_FLIGHT)))


async def _bot(url: str, nodes: int, people: int) -> Run:
    """Run the bot in several processes."""
    async with Trial.on(url, http_timeout_s=15.0, lease_s=60.0, rate_per_minute=UNLIMITED) as trial:
        await trial.seed(a_day(1), people, 1)
        for _ in range(nodes):
            trial.start()
        await trial.finished(within_s=600)
        spent = sum(sum(psutil.Process(node.pid).cpu_times()[:2]) for node in trial.nodes) + cpu_s(url)
        return Run(await _rate(trial.slack), spent / people * 1e6)


async def _rate(slack: RemoteFakeSlack) -> float:
    """Messages a second, without the first tenth, because processes take a moment to start."""
    posted = [datetime.fromisoformat(message["real_time"]) for message in await slack.posted_messages()]
    first = len(posted) // 10
    return (len(posted) - first) / (posted[-1] - posted[first]).total_seconds()


if __name__ == "__main__":
    main()

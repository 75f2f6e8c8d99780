"""Deliveries a second, unlimited, as a ratio to a bare loop over the same Slack client on the same machine."""

import argparse
import asyncio
import multiprocessing
from collections.abc import Sequence
from datetime import datetime

from bot.playground.standin.remote import RemoteStandIn
from bot.settings import Settings
from bot.slack.connection import connected
from bot.slack.posting import EVENT_TYPE
from bot.telemetry.metrics import Metrics
from bot.views.reminders import reminder
from tests.faults.trial import Trial, a_day
from tests.postgresql import database_in, serving

IN_FLIGHT = 20  # posts that each process of the bare loop has under way; more do not make it faster
UNLIMITED = 100_000_000  # a minute

_FORKS = multiprocessing.get_context("forkserver")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=6000)
    arguments = parser.parse_args()
    print("nodes  messages  bare loop/s  courier/s  ratio")
    with serving() as server:
        for nodes in (1, 2, 4):
            bare = asyncio.run(_bare(nodes, arguments.people))
            with database_in(server) as url:
                ours = asyncio.run(_courier(url, nodes, arguments.people))
            messages = arguments.people
            print(f"{nodes:5}  {messages:8}  {bare:11.0f}  {ours:9.0f}  {ours / bare:5.2f}", flush=True)


async def _bare(processes: int, people: int) -> float:
    """Messages a second of so many processes that post what the courier would, and nothing else."""
    async with RemoteStandIn.serving() as slack:
        channels = list((await slack.add_people(people)).values())
        settings = Settings(bot_token=slack.bot_token, slack_api_url=slack.api_url)
        shares = [channels[n::processes] for n in range(processes)]
        loops = [_FORKS.Process(target=_loop, args=(settings, share)) for share in shares]
        for loop in loops:
            loop.start()
        while any(loop.is_alive() for loop in loops):  # noqa: ASYNC110  # processes tell nobody
            await asyncio.sleep(0.1)
        return await _rate(slack)


def _loop(settings: Settings, channels: Sequence[str]) -> None:
    asyncio.run(_post_to_all(settings, channels))


async def _post_to_all(settings: Settings, channels: Sequence[str]) -> None:
    day = a_day(1)
    metadata = {"event_type": EVENT_TYPE, "event_payload": {"id": "bare"}}
    jobs = iter([(channel, talk) for talk in day.talks for channel in channels])
    async with connected(settings, Metrics()) as client:

        async def worker() -> None:
            for channel, talk in jobs:
                payload = reminder([talk], day.conference, personal=True).payload()
                await client.chat_postMessage(channel=channel, metadata=metadata, **payload)

        await asyncio.gather(*(worker() for _ in range(IN_FLIGHT)))


async def _courier(url: str, nodes: int, people: int) -> float:
    """Messages a second of so many nodes."""
    async with Trial.on(url, http_timeout_s=15.0, lease_s=60.0, rate_per_minute=UNLIMITED) as trial:
        await trial.seed(a_day(1), people, 1)
        for _ in range(nodes):
            trial.start()
        await trial.finished(within_s=600)
        return await _rate(trial.slack)


async def _rate(slack: RemoteStandIn) -> float:
    """Messages a second from the first tenth of them to the last one: processes take a moment to start."""
    landed = [datetime.fromisoformat(landing["machine"]) for landing in await slack.landings()]
    first = len(landed) // 10
    return (len(landed) - first) / (landed[-1] - landed[first]).total_seconds()


if __name__ == "__main__":
    main()

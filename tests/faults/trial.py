"""A trial: many people with reminders, processes that can be killed, and a count at the end."""

import asyncio
import multiprocessing
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from multiprocessing.context import ForkServerProcess
from typing import Any

from sqlalchemy import func, insert, or_, select

from bot.clock import Clock, SimulatedClock
from bot.db.database import Database, Transaction
from bot.db.migrations import migrate
from bot.db.tables import AGENDA, DELIVERIES, DELIVERY_TALKS, PEOPLE, SUBSCRIPTIONS
from bot.delivery import pauses, reminder_plan
from bot.delivery.models import LEADS
from bot.delivery.reminder_plan import reminders_of
from bot.live_schedule import clock_repository, repository
from bot.live_schedule.versions import SOURCE_AUTHOR
from bot.schedule.models import Schedule
from bot.schedule.yaml.dump import dump
from bot.settings import Settings
from tests.fake_slack.remote import RemoteFakeSlack
from tests.faults.node import Saboteur, run
from tests.schedules import a_room, a_schedule, a_talk, london

BEGIN = "10:00"

WORKSPACE = "T0PLAYGRND"

LEAD = 30  # minutes, with which everything is due at once

ENDED_UNSENT = ("dead", "expired", "cancelled")

ENDED = {"sent", *ENDED_UNSENT}

# Processes are forked from a server that has imported everything, lazy imports too.
FORKS = multiprocessing.get_context("forkserver")


FORKS.set_forkserver_preload(["tests.faults.node", "bot.db.postgresql", "asyncpg"])


@dataclass(frozen=True, slots=True)
class Count:
    """The result of a trial."""

    lines: int  # sessions that people or channels count on, one for each of them
    landed: int
    lost: int  # neither posted nor ended with a recorded reason
    ended: Counter[str]  # deliveries by state
    duplicated: int  # posted more than once
    late_s: tuple[float, ...] = ()  # for each message, seconds of real time after it was due, sorted

    def late(self, share: float) -> float:
        """The lateness in seconds that this share of the messages did not exceed."""
        return self.late_s[min(len(self.late_s) - 1, int(share * len(self.late_s)))]


def a_day(starts: int, parallel: int = 1) -> Schedule:
    """A schedule with starts from 10:20 on, a minute apart, and the same number of talks at each."""
    talks = [
        a_talk(f"Talk {n}.{m}", london("10:20") + timedelta(minutes=n), id=f"t{n}-{m}", room=a_room(f"Room {m}"))
        for n in range(starts)
        for m in range(parallel)
    ]
    return a_schedule(*talks)


class Trial:
    """One fake Slack, one database, any number of processes."""

    def __init__(self, slack: RemoteFakeSlack, database: Database, settings: Settings) -> None:
        self.slack = slack
        self.database = database
        self.settings = settings
        self.nodes: list[ForkServerProcess] = []
        self.people: dict[str, str] = {}
        self.channels: list[str] = []
        self._expected: set[tuple[str, str]] = set()  # a recipient and a talk's id

    @classmethod
    @asynccontextmanager
    async def on(cls, database_url: str, **settings: object) -> AsyncIterator["Trial"]:
        """An empty conference at 10:00 on the Tuesday. `settings` are fields of Settings; the default rate is high."""
        async with RemoteFakeSlack.serving() as slack:
            defaults = Settings(
                bot_token=slack.bot_token,
                slack_api_url=slack.api_url,
                database_url=database_url,
                rate_per_minute=100_000,
                http_timeout_s=1.0,
                lease_s=2.0,
                settle_s=0.5,
            )
            clock = Clock()
            database = Database(database_url, clock.real_now)
            await migrate(database)
            await database.write(clock_repository.set_simulated_mode, SimulatedClock(clock.real_now(), london(BEGIN)))
            trial = cls(slack, database, replace(defaults, **settings))  # type: ignore[arg-type]  # fields by name
            try:
                yield trial
            finally:
                trial.kill_all()
                await database.close()

    async def seed(self, schedule: Schedule, people: int, talks_each: int, channels: int = 0, lead: int = LEAD) -> None:
        """Publish the schedule, and let everyone save one talk at each of several starts."""
        self.people |= await self.slack.add_people(people)
        self.channels += await self.slack.add_channels(channels) if channels else []
        starts = sorted({talk.start for talk in schedule.talks})
        at = {start: [talk for talk in schedule.talks if talk.start == start] for start in starts}
        saved = []
        for number, person in enumerate(self.people):
            for start in [starts[(number + n) % len(starts)] for n in range(talks_each)]:
                talk = at[start][number % len(at[start])]
                saved.append({"person": person, "talk": talk.id})
                self._expected.add((person, talk.id))
        self._expected |= {(channel, talk.id) for channel in self.channels for talk in schedule.talks}
        await self.database.write(_seed, self.people, saved, self.channels, lead, schedule)

    def start(self, saboteur: Saboteur | None = None, **settings: object) -> ForkServerProcess:
        """Start a process."""
        own = replace(self.settings, **settings)  # type: ignore[arg-type]
        node = FORKS.Process(target=run, args=(own, saboteur or Saboteur()), daemon=True)
        node.start()
        self.nodes.append(node)
        return node

    def kill(self, node: ForkServerProcess) -> None:
        """Kill a process with SIGKILL, which also ends a suspended one."""
        node.kill()
        node.join()
        self.nodes.remove(node)

    def kill_all(self) -> None:
        """Kill all processes that still run."""
        for node in tuple(self.nodes):
            self.kill(node)

    async def states(self) -> Counter[str]:
        """The number of deliveries per state."""
        return await self.database.read(_states)

    async def until(self, condition: Callable[[Counter[str]], bool], within_s: float = 30.0) -> None:
        """Wait until the states of the deliveries fulfil a condition."""
        async with asyncio.timeout(within_s):
            while not condition(await self.states()):  # noqa: ASYNC110  # the database notifies nobody
                await asyncio.sleep(0.05)

    async def stopped(self, within_s: float = 30.0) -> None:
        """Wait until Slack's refusal of the token has stopped all sending."""
        async with asyncio.timeout(within_s):
            while pauses.STOPPED not in await self.database.read(pauses.active_pauses, WORKSPACE):  # noqa: ASYNC110
                await asyncio.sleep(0.05)

    async def reach(self, landings: int, within_s: float = 30.0) -> None:
        """Wait until this many messages were posted."""
        async with asyncio.timeout(within_s):
            while (await self.slack.counts())["landings"] < landings:  # noqa: ASYNC110
                await asyncio.sleep(0.05)

    async def pause(self, seconds: float) -> None:
        """Let time pass, for things that happen later or must not happen."""
        await asyncio.sleep(seconds)

    async def unknown(self) -> set[str]:
        """The unknown deliveries."""
        return await self.database.read(_unknown)

    async def ready(self, nodes: int) -> None:
        """Wait until this many processes have called Slack."""
        async with asyncio.timeout(60):
            while (await self.slack.counts())["calls"].get("auth.test", 0) < nodes:  # noqa: ASYNC110
                await asyncio.sleep(0.05)

    async def is_over(self, deliveries: int | None = None) -> bool:
        """Tell whether this many deliveries (or all expected ones) exist and have ended."""
        wanted = deliveries if deliveries is not None else len(self._expected)
        states = await self.states()
        return states.total() >= wanted and set(states) <= ENDED

    async def finished(self, within_s: float = 60.0, deliveries: int | None = None, look_s: float = 0.1) -> None:
        """Wait until all deliveries have ended."""
        async with asyncio.timeout(within_s):
            while not await self.is_over(deliveries):  # noqa: ASYNC110  # the database notifies nobody
                await asyncio.sleep(look_s)

    async def count(self) -> Count:
        """Compare the expected reminders with the posted ones."""
        landings = [landing for landing in await self.slack.posted_messages() if landing["delivery_id"]]
        recipients = {channel: person for person, channel in self.people.items()}
        landed = Counter(
            (recipients.get(landing["channel"], landing["channel"]), talk, "Moved" in landing["text"])
            for landing in landings
            for talk in _talks(landing["text"])
        )
        arrived = {(recipient, talk) for recipient, talk, _ in landed}
        lost = self._expected - arrived - await self.database.read(_accounted_for)
        duplicated = sum(times - 1 for times in landed.values())
        late = await self._lateness(landings)
        return Count(len(self._expected), len(arrived), len(lost), await self.states(), duplicated, late)

    async def _lateness(self, landings: list[dict[str, Any]]) -> tuple[float, ...]:
        """The lateness in seconds; a reminder that was due before the trial began counts from its beginning."""
        anchor = await self.database.read(clock_repository.clock_anchor)
        assert anchor is not None
        clock = Clock(anchor)
        due = await self.database.read(_due)
        began = anchor.real
        late = (
            datetime.fromisoformat(landing["real_time"]) - max(began, clock.real_time_at(due[landing["delivery_id"]]))
            for landing in landings
        )
        return tuple(sorted(duration.total_seconds() for duration in late))


def _talks(text: str) -> set[str]:
    """The ids of the talks in a message."""
    parts = {part for line in text.splitlines() for part in line.split(" · ") if part.startswith("Talk ")}
    return {"t" + part.split()[1].replace(".", "-") for part in parts}


async def _accounted_for(tx: Transaction) -> set[tuple[str, str]]:
    """The reminders whose delivery ended with a recorded reason, or is still pending."""
    item, delivery = DELIVERY_TALKS.c, DELIVERIES.c
    query = select(item.conversation, item.talk).where(item.delivery == delivery.id)
    rows = await tx.execute(
        query.where(or_(item.withdrawn.is_not(None), delivery.state.in_((*ENDED_UNSENT, "pending"))))
    )
    return {(row.conversation, row.talk) for row in rows}


async def _unknown(tx: Transaction) -> set[str]:
    return set((await tx.execute(select(DELIVERIES.c.id).where(DELIVERIES.c.state == "unknown"))).scalars())


async def _due(tx: Transaction) -> dict[str, datetime]:
    return {row.id: row.due for row in await tx.execute(select(DELIVERIES.c.id, DELIVERIES.c.due))}


async def _seed(
    tx: Transaction,
    people: dict[str, str],
    saved: list[dict[str, str]],
    channels: list[str],
    lead: int,
    schedule: Schedule,
) -> None:
    now = await tx.now()
    workspace = {"workspace": WORKSPACE}
    preferences = workspace | {"reminded": True, "lead": lead, "digest": False, "zone": "", "changed_at": now}
    if people:
        await tx.execute(
            insert(PEOPLE), [preferences | {"person": person, "channel": dm} for person, dm in people.items()]
        )
    if saved:
        await tx.execute(insert(AGENDA), [workspace | agenda_row | {"saved_at": now} for agenda_row in saved])
    subscription = workspace | {
        "track": "",
        "room": "",
        "lead": lead,
        "turned_on_by": "U1",
        "active": True,
        "ended_because": "",
    }
    if channels:
        rows = [subscription | {"conversation": channel, "changed_at": now} for channel in channels]
        await tx.execute(insert(SUBSCRIPTIONS), rows)
    await repository.accept_source(tx, dump(schedule), "c1")
    await repository.publish_version(tx, 1, dump(schedule), SOURCE_AUTHOR, "a trial")
    await reminder_plan.replace_plan(tx, reminders_of(schedule, LEADS), datetime(2019, 1, 1, tzinfo=UTC))


async def _states(tx: Transaction) -> Counter[str]:
    rows = await tx.execute(select(DELIVERIES.c.state, func.count().label("times")).group_by(DELIVERIES.c.state))
    return Counter({row.state: row.times for row in rows})

"""A simulated conference with real processes: two bots, PostgreSQL and a fake Slack."""

import asyncio
import gc
import random
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import exists, select

from bot.clock import Clock, SimulatedClock, monotonic
from bot.db.database import Database, Transaction
from bot.db.tables import DELIVERIES, ENDED
from bot.delivery import recipients_repository
from bot.delivery.recipients_repository import Preferences
from bot.live_schedule import clock_repository
from bot.rehearsal.run import AttendeeModel, generate_agendas
from bot.schedule.models import Schedule, Talk
from bot.schedule.yaml.dump import dump
from deploy.generate import read
from tests.db.older_code import unpack_older_code
from tests.fake_slack.server import SlackForTests
from tests.schedules import LONDON
from tests.soak.count import Count, count
from tests.soak.nodes import Nodes
from tests.soak.objectives import Kept, kept
from tests.soak.people import Attendees, Organiser
from tests.soak.programme import Plan, programme
from tests.soak.report import Report
from tests.soak.trouble import Trouble

CHANNELS = 10

SAVERS = 0.05  # of the people; they change their agendas during the conference

SEATING = timedelta(hours=3)  # conference time for the preparations, before anything is due

LOOK_S = 3.0  # between two readings of the metrics

SETTLED_S = 75.0  # at most, for unfinished deliveries at the end of a stretch

CHANGES = 4  # of the schedule on each day

PATIENT = {
    "QCON_HTTP_TIMEOUT_S": "1.5",
    "QCON_LEASE_S": "4",
    "QCON_SETTLE_S": "2",
}  # a real second is more than a conference minute


async def soak(plan: Plan, url: str) -> Report:
    """Run the conference and return its report; `url` is the address of an empty PostgreSQL database."""
    began = monotonic()
    schedule = programme(plan)
    with tempfile.TemporaryDirectory() as folder:
        async with _running(plan, schedule, url, Path(folder)) as conference:
            for number, stretch in enumerate(plan.stretches):
                await conference.go_through(*stretch, troubled=number % 2 == 0)
            return await conference.close(monotonic() - began)


@asynccontextmanager
async def _running(plan: Plan, schedule: Schedule, url: str, folder: Path) -> AsyncIterator["_Conference"]:
    """Start the bots and add everyone to the workspace."""
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(SlackForTests.serving())
        slack.app.echoes = False
        slack.transport.retry_after_s = (0.0, 1.0)
        file = folder / "schedule.json"
        file.write_bytes(dump(schedule))
        settings = PATIENT | {
            "QCON_DATABASE_URL": url,
            "QCON_SCHEDULE": str(file),
            "QCON_NOW": f"{_local(plan.stretches[0][0] - SEATING):%Y-%m-%dT%H:%M}",
            "QCON_SPEED": f"{plan.speed:g}",
            "QCON_RATE_PER_MINUTE": str(plan.rate_per_minute),
        }
        older = folder / "older"
        is_there = await asyncio.to_thread(unpack_older_code, older)
        nodes = Nodes(stack, slack, folder, settings, older if is_there else None)
        for _ in range(2):
            await nodes.start_one()
        clock = Clock()
        database = Database(url, clock.real_now)
        stack.push_async_callback(database.close)
        conference = _Conference(plan, schedule, slack, nodes, database, clock)
        await conference.seat()
        yield conference


class _Conference:
    def __init__(
        self, plan: Plan, schedule: Schedule, slack: SlackForTests, nodes: Nodes, database: Database, clock: Clock
    ) -> None:
        self._plan = plan
        self._schedule = schedule
        self._slack = slack
        self._nodes = nodes
        self._database = database
        self._clock = clock
        self._trouble = Trouble(slack, database, nodes)
        self._organiser = Organiser(slack)
        self._touched: set[str] = set()
        self._dice = random.Random(plan.people)
        self._agendas: dict[str, tuple[str, ...]] = {}

    async def seat(self) -> None:
        """Add people who saved talks and get reminders, others who did not, and channels with reminders."""
        bot = self._slack.workspace.bot.id
        rooms = [self._slack.workspace.add_conversation(f"hall-{n}", members=[bot]).id for n in range(CHANNELS)]
        await self._organiser.turn_on_reminders(rooms)
        everyone = self._slack.add_people(self._plan.people)
        few = max(5, round(len(everyone) * SAVERS))
        people = list(everyone)
        planning = people[few : few + round(len(everyone) * self._plan.planning)]
        supposed = AttendeeModel(len(planning), self._plan.saves, seed=self._plan.people)
        wanted = await asyncio.to_thread(generate_agendas, self._schedule, supposed)
        self._agendas = dict(zip(planning, wanted, strict=True))
        choices = {person: Preferences(reminded=True, channel=everyone[person]) for person in self._agendas}
        await self._database.write(
            recipients_repository.insert_attendees, self._slack.workspace.team_id, choices, self._agendas
        )
        self._attendees = Attendees(self._slack, people, people[:few], self._schedule.talks)
        gc.freeze()  # ten thousand people stay; collecting them again and again would slow down the fake Slack

    async def go_through(self, begin: datetime, end: datetime, *, troubled: bool) -> None:
        """Jump to `begin`, and run until `end`."""
        await self._jump(begin)
        seconds = self._clock.real_seconds(end - begin)
        self._trouble.reset()
        await self._nodes.take_figures()
        background = [
            asyncio.create_task(self._attendees.go_on(self._plan.per_second)),
            asyncio.create_task(self._look()),
        ]
        changing = [self._trouble.of_a_day(seconds), self._change(begin, end)] if troubled else []
        async with asyncio.TaskGroup() as group:
            for work in (asyncio.sleep(seconds), *changing):
                group.create_task(work)
        await self._settle()
        for task in background:
            task.cancel()
        await asyncio.gather(*background, return_exceptions=True)
        landed = len(self._slack.journal.messages)
        print(f"{_local(end):%a %H:%M} · {landed} messages, {self._attendees.asked.total()} requests", file=sys.stderr)

    async def close(self, took_s: float) -> Report:
        """Count everything, and return the report."""
        await self._nodes.take_figures()
        self._trouble.count()
        untouched = {talk.id for talk in self._schedule.talks} - self._touched
        counted = await count(self._database, self._slack.journal, self._agendas, untouched)
        figures = self._nodes.figures
        return Report(
            plan=self._plan,
            took_s=took_s,
            objectives=tuple(kept(read("slo.yaml"), figures.total(), _nothing_lost(counted))),
            count=counted,
            memory=figures.memory(self._nodes.first),
            overdue_s=figures.overdue_s,
            asked=dict(self._attendees.asked),
            failed=dict(self._attendees.failed),
            struck=self._trouble.struck,
            cut=self._trouble.cut,
            killed=self._nodes.killed,
            restarted=self._nodes.restarted,
            older_started=self._nodes.older_started,
            changed=self._organiser.changed,
        )

    async def _jump(self, moment: datetime) -> None:
        """Set conference time; the processes notice within two seconds."""
        anchor = SimulatedClock(self._clock.real_now(), moment, self._plan.speed)
        await self._database.write(clock_repository.set_clock_anchor, anchor)
        self._clock.follow(anchor)

    async def _look(self) -> None:
        while True:
            await self._nodes.take_figures()
            await asyncio.sleep(LOOK_S)

    async def _change(self, begin: datetime, end: datetime) -> None:
        """Delay or cancel some sessions of the afternoon."""
        later = [talk for talk in self._schedule.talks if begin + (end - begin) / 2 < talk.start < end]
        for number, talk in enumerate(self._dice.sample(later, min(CHANGES, len(later)))):
            await asyncio.sleep(self._clock.real_seconds((end - begin) / (3 * CHANGES)))
            self._touched.add(talk.id)
            await self._alter(number, talk)

    async def _alter(self, number: int, talk: Talk) -> None:
        await (self._organiser.cancel(talk) if number % 2 else self._organiser.delay(talk, 10))

    async def _settle(self) -> None:
        """Wait until all deliveries have ended, because time would jump over them."""
        ends = monotonic() + SETTLED_S
        while monotonic() < ends and await self._database.read(_is_something_open):  # noqa: ASYNC110
            await asyncio.sleep(1)


async def _is_something_open(tx: Transaction) -> bool:
    return bool((await tx.execute(select(exists().where(DELIVERIES.c.state.not_in(ENDED))))).scalar())


def _nothing_lost(counted: Count) -> Kept:
    return Kept("", "", 100, counted.deliveries - counted.lost, counted.deliveries)


def _local(moment: datetime) -> datetime:
    return moment.astimezone(LONDON)

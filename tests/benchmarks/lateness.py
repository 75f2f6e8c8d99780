"""Measure how late reminders are and how much of the permitted rate is used, at a conference at Slack's limits."""

import argparse
import asyncio
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from sqlalchemy import Row, select

from bot.clock import Clock, SimulatedClock
from bot.db.database import Transaction
from bot.db.tables import DELIVERIES, SENT
from bot.delivery.queue import SWEEP_AHEAD
from bot.live_schedule import clock_repository
from bot.schedule.models import Schedule
from tests.faults.trial import LEAD, Trial
from tests.postgresql import database_in, serving
from tests.schedules import a_room, a_schedule, a_talk, london

SLACKS = 300  # messages a minute in a workspace

CHANNELS = 10

FIRST = "12:00"  # long after the trial starts at 10:00, when nothing may be due yet

SPARE = 1.2  # the time between starts, relative to the time that everyone's reminders take

BURST_S = 2  # seconds of the rate that Slack accepts at once

WARM_UP_S = 3  # for the processes to notice that time runs

LOOK_S = 2  # between two queries of all deliveries, which keep a core busy


@dataclass(frozen=True, slots=True)
class Audience:
    """People and their sessions, spread evenly over the starts."""

    people: int
    starts: int
    parallel: int  # sessions at each start
    talks_each: int

    @property
    def at_each_start(self) -> int:
        return self.people * self.talks_each // self.starts


@dataclass(frozen=True, slots=True)
class PostedReminder:
    """One message: the start it is about, and when it was due and posted, in real time."""

    start: datetime
    personal: bool
    due: datetime
    posted: datetime

    @property
    def late_s(self) -> float:
        """Seconds; below zero it is early, as many people's reminders have to be."""
        return (self.posted - self.due).total_seconds()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="10,000 attendees with a saved talk each, 500 sessions")
    parser.add_argument("--speed", type=float, default=30.0, help="how many times faster, Slack's limits too")
    parser.add_argument("--nodes", type=int, nargs="+", default=[1, 4])
    arguments = parser.parse_args()
    audience = (
        Audience(10_000, 10, parallel=50, talks_each=1)
        if arguments.full
        else Audience(6_000, 1, parallel=20, talks_each=1)
    )
    print(f"{audience.people} attendees who saved {audience.talks_each} each,")
    print(f"{audience.starts * audience.parallel} sessions at {audience.starts} starts, {CHANNELS} channels;")
    print(
        f"{SLACKS} messages a minute, everything {arguments.speed:g} times faster; lateness in real seconds, early below 0\n"
    )
    print("nodes  messages  not sent  429s  channels p50   p99  people p50    p99  share of the rate")
    with serving() as server:
        for nodes in arguments.nodes:
            with database_in(server) as url:
                asyncio.run(_trial(url, nodes, audience, arguments.speed))


def a_conference_for(audience: Audience) -> Schedule:
    """A schedule whose starts are as close together as the rate limit allows."""
    interval = timedelta(minutes=math.ceil(audience.at_each_start / SLACKS * SPARE))
    talks = [
        a_talk(f"Talk {n}.{m}", london(FIRST) + n * interval, id=f"t{n}-{m}", minutes=5, room=a_room(f"Room {m}"))
        for n in range(audience.starts)
        for m in range(audience.parallel)
    ]
    return a_schedule(*talks)


async def _trial(url: str, nodes: int, audience: Audience, speed: float) -> None:
    a_minute, schedule = SLACKS * speed, a_conference_for(audience)
    real = {"http_timeout_s": 15.0, "lease_s": 120.0, "settle_s": 30.0}
    async with Trial.on(url, rate_per_minute=round(a_minute), **real) as trial:
        starts = sorted({talk.start for talk in schedule.talks})
        await trial.seed(schedule, audience.people, audience.talks_each, CHANNELS)
        await trial.slack.settings(
            limits={"chat.postMessage": [a_minute, a_minute / 60 * BURST_S], "channel": [60 * speed, BURST_S]}
        )
        for _ in range(nodes):
            trial.start()
        await trial.ready(nodes)
        begin = starts[0] - timedelta(minutes=LEAD) - SWEEP_AHEAD - timedelta(seconds=WARM_UP_S * speed)
        anchor = SimulatedClock(Clock().real_now(), begin, speed)
        await trial.database.write(clock_repository.set_clock_anchor, anchor)
        deliveries = (audience.at_each_start + CHANNELS) * audience.starts
        await trial.finished(within_s=7200, deliveries=deliveries, look_s=LOOK_S)
        await _print_row(trial, Clock(anchor), nodes, a_minute)


async def _print_row(trial: Trial, clock: Clock, nodes: int, a_minute: float) -> None:
    reminders = await _posted_reminders(trial, clock)
    states = await trial.states()
    refused = (await trial.slack.counts())["answers"].get("chat.postMessage ratelimited", 0)
    channels = sorted(reminder.late_s for reminder in reminders if not reminder.personal)
    people = sorted(reminder.late_s for reminder in reminders if reminder.personal)
    print(
        f"{nodes:5}  {len(reminders):8}  {states.total() - states[SENT]:8}  {refused:4}  "
        f"{_percentile(0.5, channels):12.2f}  {_percentile(0.99, channels):4.2f}  "
        f"{_percentile(0.5, people):10.1f}  {_percentile(0.99, people):5.1f}  {share_of_rate(reminders, a_minute):17.1%}",
        flush=True,
    )


def _percentile(share: float, seconds: Sequence[float]) -> float:
    """The lateness that this share of the messages did not exceed."""
    return seconds[min(len(seconds) - 1, int(share * len(seconds)))]


def share_of_rate(reminders: Sequence[PostedReminder], a_minute: float) -> float:
    """The used share of the rate, from each start's first personal reminder to its last, including idle moments."""
    moments = sorted(reminder.posted for reminder in reminders)
    spans: dict[datetime, tuple[datetime, datetime]] = {}
    for reminder in reminders:
        if reminder.personal:
            first, last = spans.get(reminder.start, (reminder.posted, reminder.posted))
            spans[reminder.start] = min(first, reminder.posted), max(last, reminder.posted)
    used, permitted = 0, 0.0
    for before, after in pairwise(moments):
        if any(first <= before and after <= last for first, last in spans.values()):
            used += 1
            permitted += (after - before).total_seconds() * a_minute / 60
    return used / permitted


async def _posted_reminders(trial: Trial, clock: Clock) -> list[PostedReminder]:
    deliveries = {row.id: row for row in await trial.database.read(_deliveries)}
    reminders = []
    for message in await trial.slack.posted_messages():
        if delivery := deliveries.get(message["delivery_id"]):
            personal = delivery.conversation.startswith("U")
            posted = datetime.fromisoformat(message["real_time"])
            reminders.append(PostedReminder(delivery.start, personal, clock.real_time_at(delivery.due), posted))
    return reminders


async def _deliveries(tx: Transaction) -> Sequence[Row[tuple[str, str, datetime, datetime]]]:
    c = DELIVERIES.c
    return (await tx.execute(select(c.id, c.conversation, c.start, c.due))).all()


if __name__ == "__main__":
    main()

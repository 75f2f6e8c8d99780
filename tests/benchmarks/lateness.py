"""How late reminders come, and how much of the permitted rate is used: a conference at Slack's limits, accelerated."""

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
from bot.delivery.enqueue import SWEEP_AHEAD
from bot.live_schedule import simulated_clock
from bot.schedule.models import Schedule
from tests.faults.trial import LEAD, Trial
from tests.postgresql import database_in, serving
from tests.schedules import a_room, a_schedule, a_talk, london

SLACKS = 300  # messages a minute in a workspace

CHANNELS = 10

FIRST = "12:00"  # long after the trial's 10:00, when nothing may be due yet

SPARE = 1.2  # from start to start so much longer than everyone's reminders take

BURST_S = 2  # what Slack tolerates at once

WARM_UP_S = 3  # for the nodes to notice that time begins to run

LOOK_S = 2  # between two looks at all deliveries, which take a core a while


@dataclass(frozen=True, slots=True)
class Crowd:
    """Who wants how much, spread evenly over the starts."""

    people: int
    starts: int
    parallel: int  # sessions at each start
    talks_each: int

    @property
    def at_each_start(self) -> int:
        return self.people * self.talks_each // self.starts


@dataclass(frozen=True, slots=True)
class Landing:
    """One message: what it reminds of, and when it was due and landed; machine time."""

    start: datetime
    personal: bool
    due: datetime
    landed: datetime

    @property
    def late_s(self) -> float:
        """Below zero it is early, as many people's have to be."""
        return (self.landed - self.due).total_seconds()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="10,000 attendees with a saved talk each, 500 sessions")
    parser.add_argument("--speed", type=float, default=30.0, help="how many times faster, Slack's limits too")
    parser.add_argument("--nodes", type=int, nargs="+", default=[1, 4])
    arguments = parser.parse_args()
    crowd = (
        Crowd(10_000, 10, parallel=50, talks_each=1) if arguments.full else Crowd(6_000, 1, parallel=20, talks_each=1)
    )
    print(f"{crowd.people} attendees who saved {crowd.talks_each} each,")
    print(f"{crowd.starts * crowd.parallel} sessions at {crowd.starts} starts, {CHANNELS} channels;")
    print(
        f"{SLACKS} messages a minute, everything {arguments.speed:g} times faster; lateness in real seconds, early below 0\n"
    )
    print("nodes  messages  not sent  429s  channels p50   p99  people p50    p99  share of the rate")
    with serving() as server:
        for nodes in arguments.nodes:
            with database_in(server) as url:
                asyncio.run(_trial(url, nodes, crowd, arguments.speed))


def a_conference_for(crowd: Crowd) -> Schedule:
    """So many starts, as near to each other as so many people can be reminded."""
    apart = timedelta(minutes=math.ceil(crowd.at_each_start / SLACKS * SPARE))
    talks = [
        a_talk(f"Talk {n}.{m}", london(FIRST) + n * apart, id=f"t{n}-{m}", minutes=5, room=a_room(f"Room {m}"))
        for n in range(crowd.starts)
        for m in range(crowd.parallel)
    ]
    return a_schedule(*talks)


async def _trial(url: str, nodes: int, crowd: Crowd, speed: float) -> None:
    a_minute, schedule = SLACKS * speed, a_conference_for(crowd)
    real = {"http_timeout_s": 15.0, "lease_s": 120.0, "settle_s": 30.0}
    async with Trial.on(url, rate_per_minute=round(a_minute), **real) as trial:
        starts = sorted({talk.start for talk in schedule.talks})
        await trial.seed(schedule, crowd.people, crowd.talks_each, CHANNELS)
        await trial.slack.settings(
            limits={"chat.postMessage": [a_minute, a_minute / 60 * BURST_S], "channel": [60 * speed, BURST_S]}
        )
        for _ in range(nodes):
            trial.start()
        await trial.ready(nodes)
        begin = starts[0] - timedelta(minutes=LEAD) - SWEEP_AHEAD - timedelta(seconds=WARM_UP_S * speed)
        anchor = SimulatedClock(Clock().real_now(), begin, speed)
        await trial.database.write(simulated_clock.set_clock_anchor, anchor)
        deliveries = (crowd.at_each_start + CHANNELS) * crowd.starts
        await trial.finished(within_s=7200, deliveries=deliveries, look_s=LOOK_S)
        await _tell(trial, Clock(anchor), nodes, a_minute)


async def _tell(trial: Trial, clock: Clock, nodes: int, a_minute: float) -> None:
    landings = await _landings(trial, clock)
    states = await trial.states()
    refused = (await trial.slack.counts())["answers"].get("chat.postMessage ratelimited", 0)
    channels = sorted(one.late_s for one in landings if not one.personal)
    people = sorted(one.late_s for one in landings if one.personal)
    print(
        f"{nodes:5}  {len(landings):8}  {states.total() - states[SENT]:8}  {refused:4}  "
        f"{_within(0.5, channels):12.2f}  {_within(0.99, channels):4.2f}  "
        f"{_within(0.5, people):10.1f}  {_within(0.99, people):5.1f}  {share_of_rate(landings, a_minute):17.1%}",
        flush=True,
    )


def _within(share: float, seconds: Sequence[float]) -> float:
    """This share of the messages was no later."""
    return seconds[min(len(seconds) - 1, int(share * len(seconds)))]


def share_of_rate(landings: Sequence[Landing], a_minute: float) -> float:
    """Used of what was permitted from each start's first personal reminder to its last one, idle moments within included."""
    moments = sorted(one.landed for one in landings)
    spans: dict[datetime, tuple[datetime, datetime]] = {}
    for one in landings:
        if one.personal:
            first, last = spans.get(one.start, (one.landed, one.landed))
            spans[one.start] = min(first, one.landed), max(last, one.landed)
    used, permitted = 0, 0.0
    for before, after in pairwise(moments):
        if any(first <= before and after <= last for first, last in spans.values()):
            used += 1
            permitted += (after - before).total_seconds() * a_minute / 60
    return used / permitted


async def _landings(trial: Trial, clock: Clock) -> list[Landing]:
    made = {row.id: row for row in await trial.database.read(_deliveries)}
    landings = []
    for landing in await trial.slack.posted_messages():
        if delivery := made.get(landing["delivery_id"]):
            personal = delivery.conversation.startswith("U")
            landed = datetime.fromisoformat(landing["real_time"])
            landings.append(Landing(delivery.start, personal, clock.real_time_at(delivery.due), landed))
    return landings


async def _deliveries(tx: Transaction) -> Sequence[Row[tuple[str, str, datetime, datetime]]]:
    c = DELIVERIES.c
    return (await tx.execute(select(c.id, c.conversation, c.start, c.due))).all()


if __name__ == "__main__":
    main()

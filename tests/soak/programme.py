"""The simulated conference: its schedule, and the stretches of time to simulate."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from bot.schedule.models import Room, Schedule, Talk, in_order
from bot.schedule.yaml.load import load
from tests.benchmarks.enlarge import enlarged
from tests.conftest import QCON
from tests.schedules import LONDON, a_room

MONDAY = date(2019, 3, 4)

FIRST_START = time(9, 0)

LENGTH = timedelta(minutes=45)

BEFORE, AFTER = timedelta(minutes=40), timedelta(minutes=10)  # around the first and the last start of a day

EVENING = time(17, 58)  # at six, everybody who saved a talk gets the evening question


@dataclass(frozen=True, slots=True)
class Plan:
    """The size of the conference."""

    days: int = 3
    people: int = 10_000
    sessions: int = 500
    speed: float = 90  # times faster than real time
    starts: int = 8  # a day
    every: timedelta = timedelta(hours=1)
    evening: timedelta = timedelta(minutes=80)
    planning: float = 0.25  # share of the people who saved talks before the first day and get reminders
    saves: int = 4  # talks that each of them saved
    per_second: float = 8  # requests, in real seconds

    @property
    def rate_per_minute(self) -> int:
        """Messages per real minute: 300 per minute of conference time, but at most 60 a second."""
        return min(3_600, round(300 * self.speed))

    @property
    def stretches(self) -> tuple[tuple[datetime, datetime], ...]:
        """Starts and ends in conference time; nothing is due between them, so time jumps."""
        return tuple(stretch for day in range(self.days) for stretch in self._of_day(day))

    def start(self, day: int, number: int) -> datetime:
        """The time of a start; days and starts are counted from 0."""
        return _at(day, FIRST_START) + number * self.every

    def _of_day(self, day: int) -> Iterator[tuple[datetime, datetime]]:
        yield self.start(day, 0) - BEFORE, self.start(day, self.starts - 1) + AFTER
        yield _at(day, EVENING), _at(day, EVENING) + self.evening


def programme(plan: Plan) -> Schedule:
    """A schedule of talks with abstracts and speakers, the same number at each start."""
    given = load(QCON.read_bytes(), QCON.name)
    days = tuple(MONDAY + timedelta(days=day) for day in range(plan.days))
    starts = [plan.start(day, number) for day in range(plan.days) for number in range(plan.starts)]
    rooms = tuple(a_room(f"Room {number}") for number in range(plan.sessions // len(starts) + 1))
    bigger = enlarged(given, plan.sessions)
    talks = [_placed(talk, n, starts[n % len(starts)], rooms[n // len(starts)]) for n, talk in enumerate(bigger.talks)]
    conference = replace(given.conference, days=days)
    return replace(bigger, conference=conference, rooms=rooms, tracks=(), talks=in_order(talks))


def _placed(talk: Talk, number: int, start: datetime, room: Room) -> Talk:
    return replace(talk, id=f"s{number}", start=start, end=start + LENGTH, room=room, track=None)


def _at(day: int, clock: time) -> datetime:
    return datetime.combine(MONDAY + timedelta(days=day), clock, LONDON).astimezone(UTC)

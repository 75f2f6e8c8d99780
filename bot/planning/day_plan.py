"""The best plan of a day: of the talks that fit together, those that matter most to a person.

It is weighted interval scheduling with walks: the talks are taken in order of their end, and for each talk and room the
best plan that ends there is known. The result is exact, the same for the same wishes, and costs a few binary searches
for each talk and room.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.schedule.models import Room, Talk, WalkingTimes
from bot.schedule.queries import overlaps

WALK = timedelta(minutes=5)  # to another floor, or to another room where the schedule gives no floors
LUNCH_TRIES = timedelta(minutes=15)  # between two beginnings of lunch that are tried

NO_WALKS: WalkingTimes = {}

Span = tuple[datetime, datetime]


class Interest(NamedTuple):
    """How much a talk matters to a person, and why."""

    worth: int  # above 0
    reason: str  # as people read it: `matches rust`; not escaped


class Meal(NamedTuple):
    """Time that is kept free: it begins between two moments, aware."""

    earliest: datetime
    latest: datetime
    length: timedelta


@dataclass(frozen=True, slots=True)
class PlannedTalk:
    """One talk of a plan."""

    talk: Talk
    reason: str = ""  # empty for a saved talk
    second: Talk | None = None  # the best other talk that fits in its place

    @property
    def is_saved(self) -> bool:
        return not self.reason


@dataclass(frozen=True, slots=True)
class DayPlan:
    """Talks in order of start that do not clash; only saved ones stay even if they clash."""

    talks: tuple[PlannedTalk, ...]
    lunch: Span | None = None


@dataclass(frozen=True, slots=True)
class _Rooms:
    """The best plan so far that ends in each room, by its end."""

    ends: dict[Room | None, list[datetime]] = field(default_factory=dict)
    best: dict[Room | None, list[tuple[int, int]]] = field(default_factory=dict)  # worth, number of the last talk

    def before(self, talk: Talk, walks: WalkingTimes) -> tuple[int, int]:
        """The worth of the best plan after which one can be at this talk, and its last talk; -1 for none."""
        worth, last = 0, -1
        for room, ends in self.ends.items():
            place = bisect_right(ends, talk.start - walk(room, talk.room, walks))
            if place and self.best[room][place - 1][0] > worth:
                worth, last = self.best[room][place - 1]
        return worth, last

    def add(self, talk: Talk, worth: int, number: int) -> None:
        ends, best = self.ends.setdefault(talk.room, []), self.best.setdefault(talk.room, [])
        ends.append(talk.end)
        best.append(max((worth, number), best[-1] if best else (0, -1), key=lambda plan: plan[0]))


def walk(room: Room | None, other: Room | None, walks: WalkingTimes = NO_WALKS) -> timedelta:
    """The time from one room to another: what the schedule says, or else by the floors."""
    if room is None or other is None or room == other:
        return timedelta()
    told = walks.get(frozenset((room.id, other.id)))
    if told is not None:
        return told
    return timedelta() if room.floor and room.floor == other.floor else WALK


def fits(talk: Talk, other: Talk, walks: WalkingTimes = NO_WALKS) -> bool:
    """Tell whether a person can be at both talks, with the walk between them."""
    first, second = sorted((talk, other), key=lambda either: (either.start, either.end))
    return not overlaps(first, second) and second.start - first.end >= walk(first.room, second.room, walks)


def plan_day(
    talks: Iterable[Talk],
    interests: Mapping[str, Interest],
    saved: Sequence[Talk] = (),
    meal: Meal | None = None,
    walks: WalkingTimes = NO_WALKS,
    chosen: Collection[str] | None = None,
) -> DayPlan:
    """Choose among the talks those of the most interest together, beside the saved ones, which stay.

    `interests` are by id; a talk without interest is not planned. Of the beginnings of the meal the best is taken, and
    of equally good ones the earliest. A meal that saved talks leave no time for is left out. `chosen` are the ids of
    the talks that somebody chose themselves: then these are the plan.
    """
    wanted = [talk for talk in talks if talk.id in interests and not talk.cancelled and not talk.full]
    open_talks = [talk for talk in wanted if all(fits(talk, other, walks) for other in saved)]
    open_talks.sort(key=lambda talk: (talk.end, talk.start, talk.id))
    kept = [talk for talk in open_talks if chosen is not None and talk.id in chosen]
    lunches: list[Span | None] = [*_lunches(meal, [*saved, *kept])]
    if chosen is None:
        plans = [(lunch, *_best_chain(_beside(open_talks, lunch), interests, walks)) for lunch in lunches or [None]]
        lunch, _, planned = max(plans, key=lambda plan: plan[1])  # the first of equals
    else:
        lunch, planned = next(iter(lunches), None), kept
    others = _beside(open_talks, lunch)
    rows = [
        PlannedTalk(talk, interests[talk.id].reason, _second_choice(talk, planned, others, interests, walks))
        for talk in planned
    ]
    rows += [PlannedTalk(talk) for talk in saved]
    return DayPlan(tuple(sorted(rows, key=lambda row: (row.talk.start, row.talk.end, row.talk.id))), lunch)


def _best_chain(
    talks: Sequence[Talk], interests: Mapping[str, Interest], walks: WalkingTimes
) -> tuple[int, list[Talk]]:
    """The talks worth most together, one after the other; `talks` are in order of their end."""
    rooms, before = _Rooms(), []
    top, last = 0, -1
    for number, talk in enumerate(talks):
        worth, previous = rooms.before(talk, walks)
        worth += interests[talk.id].worth
        before.append(previous)
        rooms.add(talk, worth, number)
        if worth > top:
            top, last = worth, number
    chain = []
    while last >= 0:
        chain.append(talks[last])
        last = before[last]
    return top, chain[::-1]


def _second_choice(
    talk: Talk, chosen: Sequence[Talk], others: Sequence[Talk], interests: Mapping[str, Interest], walks: WalkingTimes
) -> Talk | None:
    """The best talk at the same time that could take this one's place without another clash."""
    rest = [other for other in chosen if other.id != talk.id]
    ids = {other.id for other in chosen}
    free = [
        other
        for other in others
        if other.id not in ids and overlaps(other, talk) and all(fits(other, kept, walks) for kept in rest)
    ]
    return min(free, key=lambda other: (-interests[other.id].worth, other.start, other.id), default=None)


def _lunches(meal: Meal | None, saved: Sequence[Talk]) -> list[Span]:
    if meal is None:
        return []
    tries = int((meal.latest - meal.earliest) / LUNCH_TRIES) + 1
    begins = [meal.earliest + LUNCH_TRIES * number for number in range(tries)]
    lunches = [(begin, begin + meal.length) for begin in begins]
    return [lunch for lunch in lunches if all(_is_outside(talk, lunch) for talk in saved)]


def _beside(talks: Sequence[Talk], lunch: Span | None) -> list[Talk]:
    return [talk for talk in talks if lunch is None or _is_outside(talk, lunch)]


def _is_outside(talk: Talk, span: Span) -> bool:
    return talk.end <= span[0] or talk.start >= span[1]

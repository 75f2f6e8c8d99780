"""What is on at a moment, what comes next, and where else one could go."""

from datetime import datetime

from bot.schedule.model import Schedule, Talk


def running_and_next(schedule: Schedule, now: datetime) -> tuple[tuple[Talk, ...], tuple[Talk, ...]]:
    """What runs at an aware `now`, breaks included, and the talks that start together next."""
    on = tuple(talk for talk in schedule.given if talk.is_on(now))
    start = min((talk.start for talk in schedule.given if talk.start > now and not talk.is_break), default=None)
    return on, tuple(talk for talk in schedule.given if talk.start == start and not talk.is_break)


def alternatives_to(talk: Talk, schedule: Schedule) -> tuple[Talk, ...]:
    """What one can still get into while this talk runs, those that start with it first."""
    beside = [other for other in schedule.given if other.start < talk.end and talk.start < other.end]
    found = [other for other in beside if other.id != talk.id and not other.is_break and not other.full]
    return tuple(sorted(found, key=lambda other: other.start != talk.start))

"""What is on at a moment, and what comes next."""

from datetime import datetime

from bot.schedule.model import Schedule, Talk


def on_and_next(schedule: Schedule, now: datetime) -> tuple[tuple[Talk, ...], tuple[Talk, ...]]:
    """What runs at an aware `now`, breaks included, and the talks that start together next."""
    on = tuple(talk for talk in schedule.given if talk.is_on(now))
    start = min((talk.start for talk in schedule.given if talk.start > now and not talk.is_break), default=None)
    return on, tuple(talk for talk in schedule.given if talk.start == start and not talk.is_break)

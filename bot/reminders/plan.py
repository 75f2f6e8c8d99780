"""The plan: what a revision of the schedule implies, written in the transaction that publishes it."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from bot.clock import Clock
from bot.conference.revising import Cause
from bot.reminders.compensation import compensate
from bot.schedule.model import Schedule, Talk
from bot.store import plan
from bot.store.database import Transaction
from bot.store.fanout import USEFUL_AFTER_START
from bot.store.plan import Reminder


class Planner:
    """Plans a reminder of every session for every lead time that one can choose."""

    def __init__(self, clock: Clock, leads: Sequence[int]) -> None:
        """`leads` in minutes."""
        self._clock = clock
        self._leads = leads

    async def plan(
        self, tx: Transaction, before: Schedule | None, after: Schedule, revision: int, cause: Cause
    ) -> None:
        """Make the plan that of `after`, and make good what `before` had people told. A settling delay is left out
        where a person confirmed this very change."""
        now = self._clock.conference_at(await tx.machine())
        await plan.replace_plan(tx, planned(after, self._leads), now - USEFUL_AFTER_START)
        if before is not None:
            await compensate(tx, before, after, revision, now, confirmed=cause.confirmed)


def planned(schedule: Schedule, leads: Sequence[int]) -> Iterator[Reminder]:
    """Every session of the schedule, once for each lead time in minutes."""
    for talk in schedule.given:
        for lead in leads:
            yield _reminder(talk, lead)


def _reminder(talk: Talk, lead: int) -> Reminder:
    track, room = talk.track.id if talk.track else "", talk.room.id if talk.room else ""
    due = talk.start - timedelta(minutes=lead)
    return Reminder(talk.id, talk.start, lead, due, track, room, announced=not talk.is_break)

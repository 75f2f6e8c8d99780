"""What a change of the schedule means for what was planned and what was posted."""

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from bot.schedule.changes import Cancelled, Change, Moved, changes
from bot.schedule.model import Schedule
from bot.store import corrections, notices, withdrawal
from bot.store.database import Transaction
from bot.store.notices import Notice, Publication

SETTLING = timedelta(minutes=5)  # many edits, one notice; machine time
AT_ONCE_WITHIN = timedelta(hours=1)  # a talk that starts so soon is told of at once


async def compensate(
    tx: Transaction, before: Schedule, after: Schedule, revision: int, now: datetime, *, confirmed: bool
) -> None:
    """Take back, tell and correct, in the transaction that publishes; `now` is conference time.

    `confirmed` says that somebody looked at this very change and wants it told: then it does not settle.
    """
    found = concerning(before, after, now)
    news = told(found)
    stale = sorted({change.talk.id for change in found})
    if not stale:
        return
    await corrections.hold_still(tx, stale)
    await _take_back(tx, found)
    settled = None if confirmed or _soon(news, now) else await tx.machine() + SETTLING
    publication = Publication(secrets.token_hex(6), revision, now, max(map(_over, found)), settled)
    await notices.give_notice(tx, publication, [_notice(change) for change in news])
    await corrections.correct(tx, publication, stale)


def concerning(before: Schedule, after: Schedule, now: datetime) -> Sequence[Change]:
    """What changes, of talks that are not over."""
    return [change for change in changes(before, after) if now < _over(change)]


def told(found: Iterable[Change]) -> Sequence[Cancelled | Moved]:
    """What of it people are written to about: somebody would be in the wrong place."""
    return [change for change in found if isinstance(change, Cancelled | Moved)]


async def _take_back(tx: Transaction, found: Sequence[Change]) -> None:
    """What is not posted yet. A channel's reminder of a talk in another room stays: it will name the new one."""
    for change in found:
        if isinstance(change, Cancelled):
            await withdrawal.withdraw(tx, withdrawal.reminders_at(change.talk.id, change.talk.start), "cancelled")
        elif isinstance(change, Moved):
            lines = withdrawal.reminders_at(change.before.id, change.before.start)
            to_another_start = change.before.start != change.talk.start
            which = lines if to_another_start else withdrawal.to_people(lines)
            await withdrawal.withdraw(tx, which, "moved")


def _notice(change: Cancelled | Moved) -> Notice:
    if isinstance(change, Cancelled):
        return Notice(change.talk.id, change.talk.start)
    return Notice(change.talk.id, min(change.before.start, change.talk.start), change.talk.start)


def _soon(news: Sequence[Cancelled | Moved], now: datetime) -> bool:
    return any(_notice(change).urgent_by - now < AT_ONCE_WITHIN for change in news)


def _over(change: Change) -> datetime:
    """When it concerns nobody any more."""
    return max(change.before.end, change.talk.end) if isinstance(change, Moved) else change.talk.end

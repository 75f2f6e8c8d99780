"""What a change of the schedule means for what was planned and what was posted."""

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import groupby

from bot.schedule.changes import Cancelled, Change, Moved, New, Reinstated, versions
from bot.store import corrections, notices, withdrawal
from bot.store.audience import Audience
from bot.store.database import Transaction
from bot.store.notices import Notice, Publication

SETTLING = timedelta(minutes=5)  # many edits, one notice; machine time
AT_ONCE_WITHIN = timedelta(hours=1)  # a talk that starts so soon is told of at once


async def compensate(
    tx: Transaction, found: Sequence[Change], revision: int, now: datetime, *, confirmed: bool
) -> Audience:
    """Take back, tell and correct, in the transaction that publishes; who is told. `now` is conference time.

    `confirmed` says that somebody looked at this very change and wants it told: then it does not settle.
    """
    current = concerning(found, now)
    if not current:
        return Audience()
    stale = sorted({change.talk.id for change in current})
    await corrections.hold_still(tx, stale)
    await _take_back(tx, current)
    told = news(current)
    settled = None if confirmed or _soon(told, now) else await tx.machine() + SETTLING
    publication = Publication(secrets.token_hex(6), revision, now, max(map(_over, current)), settled)
    audience = await notices.give_notice(tx, publication, told)
    await corrections.correct(tx, publication, stale)
    return audience


def concerning(found: Iterable[Change], now: datetime) -> Sequence[Change]:
    """Those of talks that are not over."""
    return [change for change in found if now < _over(change)]


def news(found: Iterable[Change]) -> Sequence[Notice]:
    """What people are written to about: one notice a talk, whatever happened to it."""
    return [_notice(list(of_talk)) for _, of_talk in groupby(sorted(found, key=_talk), key=_talk)]


async def _take_back(tx: Transaction, found: Sequence[Change]) -> None:
    """What is not posted yet: the notice tells it better, and stands for it where it would follow soon."""
    cancelled = [(change.talk.id, change.talk.start) for change in found if isinstance(change, Cancelled)]
    moved = [(change.before.id, change.before.start) for change in found if isinstance(change, Moved)]
    for sessions, because in ((cancelled, "cancelled"), (moved, "moved")):
        if sessions:
            await withdrawal.withdraw(tx, withdrawal.reminders_at(sessions), because)


def _notice(of_talk: Sequence[Change]) -> Notice:
    known = [talk for change in of_talk for talk in versions(change)]
    return Notice(
        talk=known[-1].id,
        urgent_by=min(talk.start for talk in known),
        new_start=next((change.talk.start for change in of_talk if isinstance(change, New | Reinstated | Moved)), None),
        tracks=tuple({talk.track.id for talk in known if talk.track}),
        rooms=tuple({talk.room.id for talk in known if talk.room}),
        announced=not known[-1].is_break,
    )


def _talk(change: Change) -> str:
    return change.talk.id


def _soon(news: Sequence[Notice], now: datetime) -> bool:
    return any(notice.urgent_by - now < AT_ONCE_WITHIN for notice in news)


def _over(change: Change) -> datetime:
    """When it concerns nobody any more."""
    return max(talk.end for talk in versions(change))

"""What a change of the schedule means for what was planned and what was posted."""

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import groupby

from bot.schedule.changes import AddedTalk, CancelledTalk, MovedTalk, ReinstatedTalk, ScheduleChange, versions_of
from bot.store import corrections, notices, withdrawal
from bot.store.audience import Audience
from bot.store.database import Transaction
from bot.store.notices import PublishedChange, TalkNotice

SETTLE_BEFORE_NOTICE = timedelta(minutes=5)  # many edits, one notice; machine time
URGENT_WITHIN = timedelta(hours=1)  # a talk that starts so soon is told of at once


async def notify_changes(
    tx: Transaction, changes: Sequence[ScheduleChange], revision: int, now: datetime, *, confirmed: bool
) -> Audience:
    """Take back, tell and correct, in the transaction that publishes; who is told. `now` is conference time.

    `confirmed` says that somebody looked at this very change and wants it told: then it does not settle.
    """
    current = not_over(changes, now)
    if not current:
        return Audience()
    stale = sorted({change.talk.id for change in current})
    await corrections.lock_affected(tx, stale)
    await _cancel_unposted(tx, current)
    told = notices_for(current)
    settled = None if confirmed or _is_urgent(told, now) else await tx.now() + SETTLE_BEFORE_NOTICE
    publication = PublishedChange(secrets.token_hex(6), revision, now, max(map(_relevant_until, current)), settled)
    audience = await notices.enqueue_notices(tx, publication, told)
    await corrections.enqueue_corrections(tx, publication, stale)
    return audience


def not_over(changes: Iterable[ScheduleChange], now: datetime) -> Sequence[ScheduleChange]:
    """Those of talks that are not over."""
    return [change for change in changes if now < _relevant_until(change)]


def notices_for(changes: Iterable[ScheduleChange]) -> Sequence[TalkNotice]:
    """What people are written to about: one notice a talk, whatever happened to it."""
    return [_notice_for(list(of_talk)) for _, of_talk in groupby(sorted(changes, key=_current_talk), key=_current_talk)]


async def _cancel_unposted(tx: Transaction, changes: Sequence[ScheduleChange]) -> None:
    """What is not posted yet: the notice tells it better, and stands for it where it would follow soon."""
    cancelled = [(change.talk.id, change.talk.start) for change in changes if isinstance(change, CancelledTalk)]
    moved = [(change.before.id, change.before.start) for change in changes if isinstance(change, MovedTalk)]
    for sessions, because in ((cancelled, "cancelled"), (moved, "moved")):
        if sessions:
            await withdrawal.cancel_items(tx, withdrawal.reminders_at(sessions), because)


def _notice_for(of_talk: Sequence[ScheduleChange]) -> TalkNotice:
    known = [talk for change in of_talk for talk in versions_of(change)]
    return TalkNotice(
        talk=known[-1].id,
        urgent_by=min(talk.start for talk in known),
        new_start=next(
            (change.talk.start for change in of_talk if isinstance(change, AddedTalk | ReinstatedTalk | MovedTalk)),
            None,
        ),
        tracks=tuple({talk.track.id for talk in known if talk.track}),
        rooms=tuple({talk.room.id for talk in known if talk.room}),
        announced=not known[-1].is_break,
    )


def _current_talk(change: ScheduleChange) -> str:
    return change.talk.id


def _is_urgent(pending: Sequence[TalkNotice], now: datetime) -> bool:
    return any(notice.urgent_by - now < URGENT_WITHIN for notice in pending)


def _relevant_until(change: ScheduleChange) -> datetime:
    """When it concerns nobody any more."""
    return max(talk.end for talk in versions_of(change))

"""What a change of the schedule means for what was planned and what was posted.

Telling those it concerns what became of a talk, in one message to each."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby, product
from math import ceil
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    and_,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    update,
)

from bot.db import tables
from bot.db.database import Transaction
from bot.db.sql import Moment, microseconds, values_params, values_table
from bot.db.tables import ACTIVE, DELIVERIES, DELIVERY_TALKS, SUBSCRIPTIONS, SURELY_NOT_POSTED
from bot.delivery import corrections, enqueue, models, restore_guard
from bot.delivery.audience import TALKS, Audience, audience_of_changes, count_audience
from bot.delivery.models import CHANNELS, NOTICE, REMINDER, PublishedChange, rank_by_audience
from bot.schedule.diff import AddedTalk, CancelledTalk, MovedTalk, ReinstatedTalk, ScheduleChange, versions_of

ABSORB_WINDOW = timedelta(minutes=15)  # a notice stands for a reminder that would fall due so soon

_D, _T = DELIVERIES.c, DELIVERY_TALKS.c


@dataclass(frozen=True, slots=True)
class TalkNotice:
    """What is to be told of one talk."""

    talk: str
    urgent_by: datetime  # the earlier of its old and its new start; conference time
    new_start: datetime | None = None  # where it starts at another time or in another room than people know
    tracks: tuple[str, ...] = ()  # ids: its old and its new one; and so the rooms
    rooms: tuple[str, ...] = ()
    announced: bool = True  # to the channels that follow it; breaks are not


async def count_notice_audience(tx: Transaction, notices: Sequence[TalkNotice]) -> Audience:
    """Whom these notices would reach."""
    return await count_audience(tx, audience_of_changes(tx.on_postgresql), _audience_params(tx, notices))


async def enqueue_notices(tx: Transaction, publication: PublishedChange, notices: Sequence[TalkNotice]) -> Audience:
    """A message to everyone whom some of it concerns; who is told of it.

    It concerns who saved the talk and is reminded, the channels that follow it, and whoever was told when it starts.
    Who still waits for an earlier notice of the talk gets no second one, and is counted: the first will tell how things
    stand when it is posted. However many talks there are, it takes the same few statements.
    """
    await enqueue.insert_items(tx, _ITEM_COLUMNS, _notice_items(tx, publication), _audience_params(tx, notices))
    await enqueue.insert_deliveries(
        tx,
        publication.batch,
        publication.reason,
        in_doubt=restore_guard.is_first_revision_after_restore(publication.revision),
        not_before=publication.not_before,
        start=func.min(_T.start, type_=Moment),
        expires=literal(publication.relevant_until, Moment),
        rank=rank_by_audience(_T.conversation, CHANNELS, models.PEOPLE),
        since=literal(publication.revision - 1),
    )
    await _absorb_reminders(tx, publication, notices)
    told = has_pending_notice(*(notice.talk for notice in notices))
    if publication.not_before is None:
        await tx.execute(update(DELIVERIES).where(_D.id.in_(select(_D.id).where(told))).values(not_before=None))
    return await count_audience(tx, select(_T.workspace, _T.conversation).where(told))


def has_pending_notice(*talks: str) -> ColumnElement[bool]:
    """In SQL: whether a line, and the delivery joined to it, is notice of one of these talks and not posted yet."""
    return and_(_T.talk.in_(talks), _is_waiting())


def _is_waiting() -> ColumnElement[bool]:
    lines = and_(_T.kind == NOTICE, ACTIVE)
    return and_(lines, _D.id == _T.delivery, _D.state.in_(SURELY_NOT_POSTED))


_ITEM_COLUMNS = ("delivery", "workspace", "conversation", "kind", "talk", "start", "due", "occasion")


def _notice_items(tx: Transaction, publication: PublishedChange) -> Select[*tuple[Any, ...]]:
    who = audience_of_changes(tx.on_postgresql).subquery("who").c
    envelope = literal(publication.batch) + "." + who.workspace + "." + who.conversation + ".n"
    earlier = exists().where(
        _is_waiting(), _T.talk == who.talk, _T.workspace == who.workspace, _T.conversation == who.conversation
    )
    return select(
        envelope,
        who.workspace,
        who.conversation,
        literal(NOTICE),
        who.talk,
        cast(who.start, BigInteger),
        literal(publication.now, Moment),
        literal(f"r{publication.revision}"),
    ).where(~earlier)


async def _absorb_reminders(tx: Transaction, publication: PublishedChange, notices: Sequence[TalkNotice]) -> None:
    """Let each notice carry the reminder's line too where the reminder would follow soon: then none will be made."""
    starts = {one.talk: one.new_start for one in notices if one.new_start and one.new_start > publication.now}
    new, s, p = values_table(tx.on_postgresql, "talk", "start", "lead").c, SUBSCRIPTIONS.c, tables.PEOPLE.c
    lead, moment = cast(new.lead, Integer), cast(new.start, BigInteger)
    soon = or_(
        exists().where(s.workspace == _T.workspace, s.conversation == _T.conversation, s.active, s.lead >= lead),
        exists().where(p.workspace == _T.workspace, p.person == _T.conversation, p.reminded, p.lead >= lead),
    )
    line = (_T.delivery, _T.workspace, _T.conversation, literal(REMINDER), _T.talk, moment, _T.due, literal(""))
    waits = and_(_T.talk == new.talk, _is_waiting())
    lines = (
        tx.insert(DELIVERY_TALKS).from_select(_ITEM_COLUMNS, select(*line).where(waits, soon)).on_conflict_do_nothing()
    )
    leads = [str(ceil((start - publication.now - ABSORB_WINDOW) / timedelta(minutes=1))) for start in starts.values()]
    moments = [str(microseconds(start)) for start in starts.values()]
    await tx.execute(lines, values_params(tx.on_postgresql, talk=list(starts), start=moments, lead=leads))


def _audience_params(tx: Transaction, notices: Sequence[TalkNotice]) -> dict[str, Any]:
    """The parameters of `audience_of_changes`."""
    each = [
        (one.talk, str(microseconds(one.urgent_by)), track, room, "yes" if one.announced else "")
        for one in notices
        for track, room in product(one.tracks or ("",), one.rooms or ("",))
    ]
    columns = zip(TALKS, zip(*each, strict=True), strict=True)
    return values_params(tx.on_postgresql, **{name: list(column) for name, column in columns})


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
    audience = await enqueue_notices(tx, publication, told)
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
            await corrections.cancel_items(tx, corrections.reminders_at(sessions), because)


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

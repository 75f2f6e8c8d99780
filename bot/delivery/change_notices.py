"""Notices of changes: what a new revision of the schedule means for messages that are planned or posted.

The transaction that publishes a revision plans its reminders and withdraws those that are no longer true, tells
everyone whom a change concerns in one message each, and has posted messages corrected.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from itertools import groupby, product
from math import ceil
from operator import attrgetter
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    and_,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    update,
)

from bot.clock import Clock
from bot.db import tables
from bot.db.database import Transaction
from bot.db.sql import Moment, microseconds, values_params, values_table
from bot.db.tables import ACTIVE, DELIVERIES, DELIVERY_TALKS, SUBSCRIPTIONS, SURELY_NOT_POSTED
from bot.delivery import corrections, models, queue, reminder_plan, restore_guard
from bot.delivery.alert_messages import ConflictSummary, RevisionSummary
from bot.delivery.models import CHANNELS, NOTICE, REMINDER, USEFUL_AFTER_START, PublishedChange, rank_by_audience
from bot.delivery.organiser_alerts import OrganiserAlerts, update_lost_scopes
from bot.delivery.recipients_repository import TALKS, Audience, audience_of_changes, count_audience
from bot.live_schedule.versions import SOURCE_AUTHOR, ChangeCause
from bot.schedule.diff import ScheduleChange, notable_changes
from bot.schedule.models import Schedule
from bot.schedule.overrides import ANSWER_PREFIX

ABSORB_WINDOW = timedelta(minutes=15)  # a notice stands for a reminder that would fall due so soon

SETTLE_BEFORE_NOTICE = timedelta(minutes=5)  # so that many edits make one notice; real time

URGENT_WITHIN = timedelta(hours=1)  # a change of a talk that starts so soon is told at once

_D, _T = DELIVERIES.c, DELIVERY_TALKS.c


class ReminderPlanner:
    """Plans a reminder of every session for every lead time that people can choose."""

    def __init__(self, clock: Clock, leads: Sequence[int], organisers: OrganiserAlerts) -> None:
        """`leads` are minutes. The organisers hear of every revision."""
        self._clock = clock
        self._leads = leads
        self._organisers = organisers

    async def conference_now(self, tx: Transaction) -> datetime:
        return self._clock.conference_at(await tx.now())

    async def plan(
        self, tx: Transaction, before: Schedule | None, after: Schedule, revision: int, cause: ChangeCause
    ) -> None:
        """Replace the plan by that of `after`, and notify the people whom the changes since `before` concern."""
        now = await self.conference_now(tx)
        await reminder_plan.replace_plan(tx, reminder_plan.reminders_of(after, self._leads), now - USEFUL_AFTER_START)
        if before is None:
            return
        changes = notable_changes(before, after)
        audience = await notify_changes(tx, changes, revision, now, confirmed=cause.confirmed)
        summary = _revision_summary(revision, cause, changes, audience, before, after)
        if summary.tells:
            content = {"what": "revision"} | asdict(summary)
            await self._organisers.tell(tx, now, f"revision {revision}", content)
        await update_lost_scopes(tx, self._organisers, now, before, after)


def _revision_summary(
    revision: int,
    cause: ChangeCause,
    changes: Sequence[ScheduleChange],
    audience: Audience,
    before: Schedule,
    after: Schedule,
) -> RevisionSummary:
    disputes = []
    for stored in cause.conflicts:
        talk = after.talk_by_id.get(stored.conflict.talk)
        title = talk.title if talk else stored.conflict.talk.removeprefix(ANSWER_PREFIX).partition("\n")[0]
        disputes.append(ConflictSummary(title, stored.conflict.fields, stored.action))
    by = "" if cause.by == SOURCE_AUTHOR else cause.by
    kinds = dict(Counter[str](change.kind for change in changes))
    renamed = [(renaming.before, renaming.now) for renaming in cause.renamings if renaming.kind != "speaker"]
    zones = (before.conference.timezone.key, after.conference.timezone.key)
    return RevisionSummary(
        revision,
        by,
        cause.action,
        kinds,
        audience.people,
        len(audience.channels),
        disputes,
        renamed,
        [zones] if zones[0] != zones[1] else [],
    )


@dataclass(frozen=True, slots=True)
class TalkNotice:
    """A notice about one talk, however many changes it has."""

    talk: str
    urgent_by: datetime  # the earlier of its old and its new start; conference time
    new_start: datetime | None = None  # its start, if people know another time or room, or none
    tracks: tuple[str, ...] = ()  # ids of the old track and the new one
    rooms: tuple[str, ...] = ()  # likewise
    announced: bool = True  # in the channels that follow it; breaks are not


async def notify_changes(
    tx: Transaction, changes: Sequence[ScheduleChange], revision: int, now: datetime, *, confirmed: bool
) -> Audience:
    """Withdraw, notify and correct, in the transaction that publishes the revision. Return whom the notices reach.

    `now` is conference time. `confirmed` means that a person looked at this very change and wants it told: then the
    notices go out at once.
    """
    current = not_over(changes, now)
    if not current:
        return Audience()
    talks = sorted({change.talk.id for change in current})
    await corrections.lock_affected(tx, talks)
    await _withdraw_reminders(tx, current)

    notices = notices_for(current)
    is_urgent = any(notice.urgent_by - now < URGENT_WITHIN for notice in notices)
    not_before = None if confirmed or is_urgent else await tx.now() + SETTLE_BEFORE_NOTICE
    relevant_until = max(map(_relevant_until, current))
    publication = PublishedChange(queue.new_batch_id(), revision, now, relevant_until, not_before)
    audience = await enqueue_notices(tx, publication, notices)
    await corrections.enqueue_corrections(tx, publication, talks)
    return audience


def not_over(changes: Iterable[ScheduleChange], now: datetime) -> Sequence[ScheduleChange]:
    return [change for change in changes if now < _relevant_until(change)]


def notices_for(changes: Iterable[ScheduleChange]) -> Sequence[TalkNotice]:
    talk_id = attrgetter("talk.id")
    by_talk = groupby(sorted(changes, key=talk_id), key=talk_id)
    return [_notice_for(list(talk_changes)) for _, talk_changes in by_talk]


async def count_notice_audience(tx: Transaction, notices: Sequence[TalkNotice]) -> Audience:
    return await count_audience(tx, audience_of_changes(tx.on_postgresql), _audience_params(tx, notices))


async def enqueue_notices(tx: Transaction, publication: PublishedChange, notices: Sequence[TalkNotice]) -> Audience:
    """Enqueue one message to each person and channel that some notice concerns. Return whom the notices reach.

    A notice concerns people who saved the talk and want messages, channels that follow it, and everyone who was
    told when it starts. Those who still wait for an earlier notice of the talk count, but get no second one: the first
    stays valid as long as this one would, and will say how things stand when it is posted. The number of statements
    does not depend on the number of talks.
    """
    await queue.insert_items(tx, _notice_items(tx, publication), _audience_params(tx, notices))
    await queue.insert_deliveries(
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

    pending = has_pending_notice(*(notice.talk for notice in notices))
    waiting = _D.id.in_(select(_D.id).where(pending))
    await corrections.keep_until(tx, waiting, publication.relevant_until)
    if publication.not_before is None:
        await tx.execute(update(DELIVERIES).where(waiting).values(not_before=None))
    return await count_audience(tx, select(_T.workspace, _T.conversation).where(pending))


def has_pending_notice(*talks: str) -> ColumnElement[bool]:
    """In SQL: whether an item, with its delivery joined to it, is a notice of one of these talks and not posted yet."""
    return and_(_T.talk.in_(talks), _is_pending_notice())


def _is_pending_notice() -> ColumnElement[bool]:
    items = and_(_T.kind == NOTICE, ACTIVE)
    return and_(items, _D.id == _T.delivery, _D.state.in_(SURELY_NOT_POSTED))


def _notice_items(tx: Transaction, publication: PublishedChange) -> queue.Items:
    recipient = audience_of_changes(tx.on_postgresql).subquery("who").c
    delivery = literal(publication.batch) + "." + recipient.workspace + "." + recipient.conversation + ".n"
    has_earlier = exists().where(
        _is_pending_notice(),
        _T.talk == recipient.talk,
        _T.workspace == recipient.workspace,
        _T.conversation == recipient.conversation,
    )
    items = queue.select_items(
        delivery,
        recipient.workspace,
        recipient.conversation,
        kind=NOTICE,
        due=publication.now,
        talk=recipient.talk,
        start=cast(recipient.start, Moment),
        occasion=f"r{publication.revision}",
    )
    return items.where(~has_earlier)


async def _absorb_reminders(tx: Transaction, publication: PublishedChange, notices: Sequence[TalkNotice]) -> None:
    """Add the reminder to each notice that it would follow soon. Then no reminder of its own will be created."""
    starts = {
        notice.talk: notice.new_start for notice in notices if notice.new_start and notice.new_start > publication.now
    }
    new, s, p = values_table(tx.on_postgresql, "talk", "start", "lead").c, SUBSCRIPTIONS.c, tables.PEOPLE.c
    lead, start = cast(new.lead, Integer), cast(new.start, Moment)
    soon = or_(
        exists().where(s.workspace == _T.workspace, s.conversation == _T.conversation, s.active, s.lead >= lead),
        exists().where(p.workspace == _T.workspace, p.person == _T.conversation, p.reminded, p.lead >= lead),
    )
    recipient = (_T.delivery, _T.workspace, _T.conversation)
    items = queue.select_items(*recipient, kind=REMINDER, due=_T.due, talk=_T.talk, start=start)
    of_notice = and_(_T.talk == new.talk, _is_pending_notice())

    leads = [str(ceil((start - publication.now - ABSORB_WINDOW) / timedelta(minutes=1))) for start in starts.values()]
    moments = [str(microseconds(start)) for start in starts.values()]
    parameters = values_params(tx.on_postgresql, talk=list(starts), start=moments, lead=leads)
    await queue.insert_items(tx, items.where(of_notice, soon), parameters)


def _audience_params(tx: Transaction, notices: Sequence[TalkNotice]) -> dict[str, Any]:
    rows = [
        (notice.talk, str(microseconds(notice.urgent_by)), track, room, "yes" if notice.announced else "")
        for notice in notices
        for track, room in product(notice.tracks or ("",), notice.rooms or ("",))
    ]
    columns = zip(TALKS, zip(*rows, strict=True), strict=True)
    return values_params(tx.on_postgresql, **{name: list(column) for name, column in columns})


async def _withdraw_reminders(tx: Transaction, changes: Sequence[ScheduleChange]) -> None:
    """Withdraw the unposted reminders of sessions that are cancelled or moved: the notice says more."""
    for because in ("cancelled", "moved"):
        versions = [change.versions[0] for change in changes if change.kind == because]
        sessions = [(talk.id, talk.start) for talk in versions]
        if sessions:
            await corrections.cancel_items(tx, corrections.reminders_at(sessions), because)


def _notice_for(changes: Sequence[ScheduleChange]) -> TalkNotice:
    versions = [talk for change in changes for talk in change.versions]
    new_starts = (change.talk.start for change in changes if change.kind in ("new", "reinstated", "moved"))
    return TalkNotice(
        talk=versions[-1].id,
        urgent_by=min(talk.start for talk in versions),
        new_start=next(new_starts, None),
        tracks=tuple({talk.track.id for talk in versions if talk.track}),
        rooms=tuple({talk.room.id for talk in versions if talk.room}),
        announced=not versions[-1].is_break and not all(change.kind == "full" for change in changes),
    )


def _relevant_until(change: ScheduleChange) -> datetime:
    """The end of the talk, as it was or as it is, whichever is later."""
    return max(talk.end for talk in change.versions)

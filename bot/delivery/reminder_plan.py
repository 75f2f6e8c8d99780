"""The plan of reminders: which session is announced when, for each lead time that people can choose.

The plan says when; subscriptions and agendas say for whom. Enqueuing (see `bot.delivery.queue`) brings the two
together.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, and_, bindparam, delete, exists, func, or_, select, update

from bot.db.database import Transaction
from bot.db.sql import Moment
from bot.db.tables import _UNCLAIMED, AGENDA, PEOPLE, REMINDERS, SUBSCRIPTIONS
from bot.schedule.models import Schedule

_R = REMINDERS.c

_KEY = ("talk", "start", "lead")

_KEY_PARAMS = tuple(f"old_{name}" for name in _KEY)


class Reminder(NamedTuple):
    """A planned announcement of a session, `lead` minutes before its start; all moments are conference time."""

    talk: str
    start: datetime
    lead: int
    due: datetime
    track: str = ""  # an id
    room: str = ""  # an id
    announced: bool = True  # in channels; breaks are not

    @property
    def key(self) -> tuple[str, datetime, int]:
        return self.talk, self.start, self.lead


@dataclass(frozen=True, slots=True)
class ForecastItem:
    """The reminder of a session that one channel, or a number of people, will get."""

    due: datetime  # conference time, like the start
    start: datetime
    talk: str
    lead: int  # minutes
    channel: str = ""  # empty for people
    people: int = 0


def reminders_of(schedule: Schedule, leads: Sequence[int]) -> Iterator[Reminder]:
    """The reminders of every session, one for each lead time in minutes."""
    for talk in schedule.given:
        track, room = talk.track.id if talk.track else "", talk.room.id if talk.room else ""
        for lead in leads:
            due = talk.start - timedelta(minutes=lead)
            yield Reminder(talk.id, talk.start, lead, due, track, room, announced=not talk.is_break)


async def replace_plan(tx: Transaction, wanted: Iterable[Reminder], since: datetime) -> None:
    """Make `wanted` the plan for the sessions that start at `since` or later.

    Reminders that the old plan has too stay as they are, claimed or not.
    """
    rows = await tx.execute(select(*(_R[name] for name in Reminder._fields)).where(_R.start >= since))
    old = {reminder.key: reminder for reminder in map(Reminder._make, rows)}
    future = (reminder for reminder in wanted if reminder.start >= since)
    changed = [reminder._asdict() for reminder in future if old.pop(reminder.key, None) != reminder]

    removed = [dict(zip(_KEY_PARAMS, key, strict=True)) for key in old]
    if removed:
        same_key = (_R[name] == bindparam(param) for name, param in zip(_KEY, _KEY_PARAMS, strict=True))
        await tx.execute(delete(REMINDERS).where(*same_key), removed)

    if changed:
        insert = tx.insert(REMINDERS)
        updated = {name: insert.excluded[name] for name in ("due", "track", "room", "announced")}
        await tx.execute(insert.on_conflict_do_update(index_elements=_KEY, set_=updated), changed)


async def skip_unwanted(tx: Transaction, until: datetime) -> None:
    """Claim the reminders of sessions that began before `until` and that nobody wants.

    So a person who subscribes now is not reminded of them.
    """
    wanted = or_(
        exists().where(wanted_by_channel()).correlate(REMINDERS),
        exists().where(wanted_by_person()).correlate(REMINDERS),
    )
    past = (_UNCLAIMED, _R.start < until, ~wanted)
    await tx.execute(update(REMINDERS).where(*past).values(begun_by="nobody"))


async def next_due_with_audience(tx: Transaction) -> datetime | None:
    """The conference time when the next unclaimed reminder that somebody wants falls due; nothing without one."""
    due: datetime | None = (await tx.execute(NEXT_DUE_WITH_AUDIENCE)).scalar_one()
    return due


def _next_due_with_audience() -> Select[datetime]:
    s, p = SUBSCRIPTIONS.c, PEOPLE.c
    by_channel = and_(_R.announced, exists().where(s.active, s.lead == _R.lead))
    by_person = exists().where(p.reminded, p.lead == _R.lead, AGENDA.c.person == p.person, AGENDA.c.talk == _R.talk)
    return NEXT_DUE.where(or_(by_channel, by_person))


NEXT_DUE = select(func.min(_R.due, type_=Moment)).where(_UNCLAIMED)  # of the reminders that are not claimed

NEXT_DUE_WITH_AUDIENCE = _next_due_with_audience()  # of those that somebody wants


async def claim(tx: Transaction, batch: str, until: datetime) -> int:
    """Claim for `batch` all reminders that share the earliest start and lead time due by `until`. Return how many.

    They are claimed together so that they share messages. Another process that tries the same waits, and finds nothing.
    """
    query = select(_R.start, _R.lead).where(_UNCLAIMED, _R.due <= until).order_by(_R.due, _R.start).limit(1)
    first = (await tx.execute(query)).one_or_none()
    if first is None:
        return 0
    claimed = update(REMINDERS).where(_UNCLAIMED, _R.start == first.start, _R.lead == first.lead)
    return (await tx.execute(claimed.values(begun_by=batch))).rowcount


async def lock_unclaimed(tx: Transaction, until: datetime, talk: str | None) -> None:
    """Keep other processes from claiming these reminders until this transaction ends, so that they see its changes.

    Without a `talk`, these are the reminders of all talks that are due by `until`.
    """
    if not tx.on_postgresql:
        return  # SQLite has one writer at a time anyway
    narrowed = [_R.talk == talk] if talk is not None else []
    unclaimed = select(_R.talk).where(_UNCLAIMED, _R.due <= until, *narrowed)
    await tx.execute(unclaimed.order_by(_R.talk, _R.start, _R.lead).with_for_update(read=True))


def wanted_by_channel() -> ColumnElement[bool]:
    """In SQL: whether a channel's subscription asks for a planned reminder."""
    s = SUBSCRIPTIONS.c
    same_track, same_room = or_(s.track == "", s.track == _R.track), or_(s.room == "", s.room == _R.room)
    return and_(s.active, s.lead == _R.lead, same_track, same_room, _R.announced)


def wanted_by_person() -> ColumnElement[bool]:
    """In SQL: whether a person who saved a talk asks for a planned reminder of it."""
    a, p = AGENDA.c, PEOPLE.c
    return and_(a.talk == _R.talk, p.workspace == a.workspace, p.person == a.person, p.lead == _R.lead, p.reminded)


async def forecast_sends(tx: Transaction, since: datetime, until: datetime) -> list[ForecastItem]:
    """All reminders of sessions that start in this stretch of conference time, in order of when they are due."""
    columns, in_time = (_R.due, _R.start, _R.talk, _R.lead), and_(_R.start >= since, _R.start < until)
    channels = select(*columns, SUBSCRIPTIONS.c.conversation).where(wanted_by_channel(), in_time).distinct()
    people = select(*columns, func.count().label("people")).where(wanted_by_person(), in_time).group_by(*columns)

    items = [
        ForecastItem(row.due, row.start, row.talk, row.lead, row.conversation) for row in await tx.execute(channels)
    ]
    items += [
        ForecastItem(row.due, row.start, row.talk, row.lead, people=row.people) for row in await tx.execute(people)
    ]
    return sorted(items, key=lambda item: (item.due, item.start, item.people > 0, item.channel, item.talk))

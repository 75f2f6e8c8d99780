"""The plan: which session is announced when, for each lead time that one can choose."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, bindparam, delete, exists, func, or_, select, update

from bot.db.database import Transaction
from bot.db.tables import _UNCLAIMED, AGENDA, PEOPLE, REMINDERS, SUBSCRIPTIONS

_KEY = ("talk", "start", "lead")

_PREVIOUS = tuple(f"old_{name}" for name in _KEY)  # names of parameters


@dataclass(frozen=True, slots=True)
class Reminder:
    """A session that starts then is to be announced so many minutes before."""

    talk: str
    start: datetime
    lead: int
    due: datetime
    track: str = ""
    room: str = ""
    announced: bool = True

    @property
    def key(self) -> tuple[str, datetime, int]:
        return self.talk, self.start, self.lead


_FIELDS = tuple(field.name for field in fields(Reminder))


async def replace_plan(tx: Transaction, wanted: Iterable[Reminder], since: datetime) -> None:
    """Make this the plan for what starts at `since` or later; what is in the old one too stays, begun or not."""
    new = {reminder.key: reminder for reminder in wanted if reminder.start >= since}
    rows = await tx.execute(select(REMINDERS).where(REMINDERS.c.start >= since))
    old = {reminder.key: reminder for reminder in map(_reminder_from_row, rows)}
    c = REMINDERS.c
    gone = [dict(zip(_PREVIOUS, key, strict=True)) for key in old.keys() - new.keys()]
    if gone:  # all of them go to the database at once
        same = (c[name] == bindparam(old) for name, old in zip(_KEY, _PREVIOUS, strict=True))
        await tx.execute(delete(REMINDERS).where(*same), gone)
    changed = [_row_values(reminder) for key, reminder in new.items() if old.get(key) != reminder]
    if changed:
        insert = tx.insert(REMINDERS)
        parts = {name: insert.excluded[name] for name in ("due", "track", "room", "announced")}
        await tx.execute(insert.on_conflict_do_update(index_elements=_KEY, set_=parts), changed)


async def next_due_with_audience(tx: Transaction) -> datetime | None:
    """When the next reminder falls due that nobody has begun and somebody wants; nothing when there is none."""
    c, s, p = REMINDERS.c, SUBSCRIPTIONS.c, PEOPLE.c
    by_channel = and_(c.announced, exists().where(s.active, s.lead == c.lead))
    by_person = exists().where(p.reminded, p.lead == c.lead, AGENDA.c.person == p.person, AGENDA.c.talk == c.talk)
    due: datetime | None = (
        await tx.execute(select(func.min(c.due)).where(_UNCLAIMED, or_(by_channel, by_person)))
    ).scalar_one()
    return due


async def claim(tx: Transaction, batch: str, until: datetime) -> int:
    """Claim, in the name of `batch`, all that share the earliest due start and lead time; how many sessions that is.

    They are claimed together so that they share messages. No other node gets them: it waits for us and finds nothing.
    """
    c = REMINDERS.c
    first = (
        await tx.execute(select(c.start, c.lead).where(_UNCLAIMED, c.due <= until).order_by(c.due, c.start).limit(1))
    ).one_or_none()
    if first is None:
        return 0
    claim = update(REMINDERS).where(_UNCLAIMED, c.start == first.start, c.lead == first.lead)
    return (await tx.execute(claim.values(begun_by=batch))).rowcount


async def lock_unclaimed(tx: Transaction, until: datetime, *, lead: int | None = None, talk: str | None = None) -> None:
    """Let no node begin these reminders before this transaction ends, so that none begins without seeing its changes."""
    if not tx.on_postgresql:
        return  # SQLite has one writer at a time anyway
    c = REMINDERS.c
    which = [c.lead == lead] if lead is not None else []
    which += [c.talk == talk] if talk is not None else []
    await tx.execute(
        select(c.talk)
        .where(_UNCLAIMED, c.due <= until, *which)
        .order_by(c.talk, c.start, c.lead)
        .with_for_update(read=True)
    )


def _row_values(reminder: Reminder) -> dict[str, Any]:
    """What `asdict` gives, in a twentieth of its time: there are thousands of them at a start."""
    return {name: getattr(reminder, name) for name in _FIELDS}


def _reminder_from_row(row: Row[Any]) -> Reminder:
    return Reminder(row.talk, row.start, row.lead, row.due, row.track, row.room, row.announced)

"""The restore guard: keeps a database that was restored from a backup from sending messages a second time.

Such a database does not know what was sent after the backup. So from the first start on, what waits is `unknown`, and
so is what is created later but may have been created before. It is read back from Slack before anything is sent: the
end of a delivery's id (see `models.natural_key`) is the same for a message that is created twice.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, literal, null, select, update

from bot.db.database import Transaction
from bot.db.sql import Moment
from bot.db.tables import DELIVERIES, NO_LEASE, PENDING, RESTORED, UNFINISHED, UNKNOWN
from bot.delivery.models import change_state

IN_DOUBT = "may have been sent before the restore"

_D, _R = DELIVERIES.c, RESTORED.c

RESTORE_SETTLED = select(_R.settled).scalar_subquery()


async def mark_pending_as_unknown(tx: Transaction, until: datetime, settle: timedelta) -> datetime | None:
    """At the first start after a restore, mark all that waits as unknown.

    Return the real time of the last thing that the database knows; nothing at any other start. What starts by `until`,
    in conference time, may have been sent. Nothing is read back before `settle` is over.
    """
    now = await tx.now()
    first_start = update(RESTORED).where(_R.until.is_(None)).values(until=until, settled=now + settle)
    row = (await tx.execute(first_start.returning(_R.since, _R.revision))).one_or_none()
    if row is None:
        return None
    waiting = and_(_D.state.in_(UNFINISHED), _D.corrects == "")  # edits may be made twice
    values = {
        "posted_at": func.coalesce(_D.posted_at, literal(row.since, Moment)),
        "revision": func.coalesce(func.nullif(_D.revision, 0), row.revision),
        "not_before": now + settle,
        **NO_LEASE,
    }
    await change_state(tx, waiting, UNKNOWN, IN_DOUBT, now, **values)
    since: datetime = row.since
    return since


def starts_before_restore(start: ColumnElement[datetime]) -> ColumnElement[bool]:
    """In SQL: whether a message about what starts at this conference time may have been sent before the restore."""
    return exists().where(_R.until >= start)


def is_first_revision_after_restore(revision: int) -> ColumnElement[bool]:
    """In SQL: whether this is the first revision since the restore, which may have been published before it too."""
    return exists().where(_R.revision == revision - 1)


def was_restored() -> ColumnElement[bool]:
    """In SQL: whether this database was restored at all."""
    return exists().where(_R.id == 1)


def initial_state(in_doubt: ColumnElement[bool], because: str, not_before: datetime | None = None) -> dict[str, Any]:
    """In SQL: the state of a new delivery, by column: pending, or unknown where it may have been sent already."""
    since, revision = (select(column).scalar_subquery() for column in (_R.since, _R.revision))
    return {
        "state": case((in_doubt, UNKNOWN), else_=PENDING),
        "reason": case((in_doubt, IN_DOUBT), else_=because),
        "posted_at": case((in_doubt, since), else_=null()),
        "revision": case((in_doubt, revision), else_=0),
        "not_before": case((in_doubt, RESTORE_SETTLED), else_=literal(not_before, Moment)),
    }


async def unknown_ids(tx: Transaction, deliveries: Collection[str]) -> set[str]:
    """Those of these delivery ids that this database does not have."""
    known = set((await tx.execute(select(_D.id).where(_D.id.in_(deliveries)))).scalars())
    return set(deliveries) - known

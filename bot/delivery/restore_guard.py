"""A database that was put back from a backup: what was sent after that it does not know, so it looks before it sends.

What waits is `unknown` from the first start on, and so is what is made afterwards and may have been made before: it is
read back from Slack, where the end of a delivery's id (see `deliveries.natural_key`) tells the same message made twice.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, literal, null, select, update

from bot.db.database import Transaction
from bot.db.sql import Moment
from bot.db.tables import DELIVERIES, LEASED, NO_LEASE, PENDING, POSTING, RESTORED, UNKNOWN
from bot.delivery.models import change_state

IN_DOUBT = "may have been sent before the restore"

_D, _R = DELIVERIES.c, RESTORED.c

RESTORE_SETTLED = select(_R.settled).scalar_subquery()


async def mark_pending_as_unknown(tx: Transaction, until: datetime, settle: timedelta) -> datetime | None:
    """At the first start after a restore, doubt all that waits; when the last happened that is known (machine time).

    At any other start nothing is done, nor given. `until` is conference time.
    """
    now = await tx.now()
    begun = update(RESTORED).where(_R.until.is_(None)).values(until=until, settled=now + settle)
    row = (await tx.execute(begun.returning(_R.since, _R.revision))).one_or_none()
    if row is None:
        return None
    unposted = _D.state.in_((PENDING, LEASED, POSTING, UNKNOWN))
    to_look_for = {
        "posted_at": func.coalesce(_D.posted_at, literal(row.since, Moment)),
        "revision": func.coalesce(func.nullif(_D.revision, 0), row.revision),
        "not_before": now + settle,
        **NO_LEASE,
    }
    await change_state(
        tx, and_(unposted, _D.corrects == ""), UNKNOWN, IN_DOUBT, now, **to_look_for
    )  # edits may be made twice
    since: datetime = row.since
    return since


def starts_before_restore(start: ColumnElement[datetime]) -> ColumnElement[bool]:
    """In SQL: whether what starts then may have been told before the restore."""
    return exists().where(_R.until >= start)


def is_first_revision_after_restore(revision: int) -> ColumnElement[bool]:
    """In SQL: whether this is the first revision after the restore, which may have been known before."""
    return exists().where(_R.revision == revision - 1)


def was_restored() -> ColumnElement[bool]:
    """In SQL: whether this database was restored at all."""
    return exists().where(_R.id == 1)


def initial_state(in_doubt: ColumnElement[bool], because: str, not_before: datetime | None = None) -> dict[str, Any]:
    """In SQL: how a delivery begins: `pending`, or where it is in doubt to be read back before."""
    since, revision = (select(column).scalar_subquery() for column in (_R.since, _R.revision))
    return {
        "state": case((in_doubt, UNKNOWN), else_=PENDING),
        "reason": case((in_doubt, IN_DOUBT), else_=because),
        "posted_at": case((in_doubt, since), else_=null()),
        "revision": case((in_doubt, revision), else_=0),
        "not_before": case((in_doubt, RESTORE_SETTLED), else_=literal(not_before, Moment)),
    }


async def unknown_ids(tx: Transaction, deliveries: Collection[str]) -> set[str]:
    """Those of these ids that this database knows nothing of."""
    known = set((await tx.execute(select(_D.id).where(_D.id.in_(deliveries)))).scalars())
    return set(deliveries) - known

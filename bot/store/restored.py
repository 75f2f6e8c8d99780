"""A database that was put back from a backup: what was sent after that it does not know, so it looks before it sends.

What waits is `unknown` from the first start on, and so is what is made afterwards and may have been made before: it is
read back from Slack, where the end of a delivery's id (see `deliveries.natural_key`) tells the same message made twice.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, ColumnElement, Integer, Table, and_, case, exists, func, literal, null, select, update

from bot.errors import BotError
from bot.store.columns import METADATA, Moment
from bot.store.database import Transaction
from bot.store.deliveries import DELIVERIES, LEASED, NO_LEASE, PENDING, POSTING, UNKNOWN, change_state
from bot.store.revisions import REVISIONS, newest_number

RESTORED = Table(
    "restored",
    METADATA,
    Column("id", Integer, primary_key=True),  # always 1
    Column("since", Moment, nullable=False),  # when the last happened that is known here; machine time
    Column("revision", Integer, nullable=False),  # the newest that is known here
    # Nothing before the first start after the restore:
    Column("settled", Moment),  # by then Slack shows whatever was posted before; machine time
    Column("until", Moment),  # what starts by then may have been told; conference time
)

IN_DOUBT = "may have been sent before the restore"

_D, _R = DELIVERIES.c, RESTORED.c
RESTORE_SETTLED = select(_R.settled).scalar_subquery()


@dataclass(frozen=True, slots=True)
class DatabaseContents:
    """What is in a database, in short."""

    deliveries: int
    known_until: datetime  # when the last happened that it knows; machine time

    def __str__(self) -> str:
        return f"{self.deliveries:,} deliveries, last change {self.known_until:%Y-%m-%d %H:%M} UTC"


class NeverServed(BotError):
    """The bot has not run with this database yet, so there is nothing in it to keep."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


async def database_contents(tx: Transaction) -> DatabaseContents:
    """What is in this database. Raises NeverServed."""
    changes = (select(func.max(_D.changed_at)), select(func.max(REVISIONS.c.published_at)))
    last = func.coalesce(*(change.scalar_subquery() for change in changes), type_=Moment)
    known_until: datetime | None = (await tx.execute(select(last))).scalar_one()
    if known_until is None:
        raise NeverServed
    count = select(func.count()).select_from(DELIVERIES)
    return DatabaseContents((await tx.execute(count)).scalar_one(), known_until)


async def mark_as_restored(tx: Transaction) -> DatabaseContents:
    """Note that this database is a copy, and may not know what was sent last; what is in it. Raises NeverServed."""
    there = await database_contents(tx)
    row = {"id": 1, "since": there.known_until, "revision": await newest_number(tx), "settled": None, "until": None}
    noted = tx.insert(RESTORED).values(row)
    await tx.execute(noted.on_conflict_do_update(index_elements=("id",), set_=row))
    return there


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

"""What keeps the bot from sending: Slack's `Retry-After`, an organiser's pause, a token that Slack no longer takes."""

from datetime import datetime, timedelta

from sqlalchemy import Column, ColumnElement, String, Table, delete, exists, literal, or_, select

from bot.store.columns import METADATA, Moment, passed
from bot.store.database import Transaction

PAUSE = "pause"  # an organiser stopped all sending
STOPPED = "stopped"  # Slack refuses the workspace's token

HOLDS = Table(
    "holds",
    METADATA,
    Column("workspace", String, primary_key=True),
    Column("what", String, primary_key=True),  # a Web API method, or one of the above for all of them
    Column("until", Moment),  # machine time; nothing while it is not lifted
    Column("because", String, nullable=False),
    Column("by", String, nullable=False),
)


async def hold(
    tx: Transaction, workspace: str, what: str, because: str, *, by: str = "", seconds: float | None = None
) -> bool:
    """Send no more, for some seconds or until it is lifted; false when that was so already."""
    until = None if seconds is None else await tx.machine() + timedelta(seconds=seconds)
    row = {"workspace": workspace, "what": what, "until": until, "because": because, "by": by}
    there = (await tx.execute(select(HOLDS.c.until).where(HOLDS.c.workspace == workspace, HOLDS.c.what == what))).all()
    insert = tx.insert(HOLDS).values(row)
    await tx.execute(insert.on_conflict_do_update(index_elements=("workspace", "what"), set_=row))
    return not there


async def lift(tx: Transaction, workspace: str, what: str) -> bool:
    """Send again; false when nothing was held."""
    gone = await tx.execute(delete(HOLDS).where(HOLDS.c.workspace == workspace, HOLDS.c.what == what))
    return gone.rowcount > 0


async def start_anew(tx: Transaction) -> None:
    """Try again what was stopped because Slack refused a token: the operator may have mended that."""
    await tx.execute(delete(HOLDS).where(HOLDS.c.what == STOPPED))


def held(
    workspace: ColumnElement[str], method: ColumnElement[str], now: ColumnElement[datetime]
) -> ColumnElement[bool]:
    """In SQL: whether sending by this method must wait, at a machine time."""
    return _any_of(workspace, or_(HOLDS.c.what == PAUSE, HOLDS.c.what == STOPPED, HOLDS.c.what == method), now)


async def may_call(tx: Transaction, workspace: str, method: str) -> bool:
    """Whether Slack lets us call this method now; reading goes on while an organiser paused sending."""
    now = literal(await tx.machine(), Moment)
    waits = _any_of(literal(workspace), or_(HOLDS.c.what == STOPPED, HOLDS.c.what == method), now)
    return not (await tx.execute(select(waits))).scalar()


def _any_of(
    workspace: ColumnElement[str], what: ColumnElement[bool], now: ColumnElement[datetime]
) -> ColumnElement[bool]:
    until = HOLDS.c.until
    return exists().where(HOLDS.c.workspace == workspace, what, or_(until.is_(None), ~passed(until, now)))


async def holds(tx: Transaction, workspace: str) -> dict[str, str]:
    """What is held in this workspace, and why."""
    now = await tx.machine()
    c = HOLDS.c
    query = select(c.what, c.because).where(c.workspace == workspace, or_(c.until.is_(None), c.until > now))
    return {row.what: row.because for row in await tx.execute(query)}

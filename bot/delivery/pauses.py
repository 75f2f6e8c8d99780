"""What keeps the bot from sending: Slack's `Retry-After`, an organiser's pause, a token that Slack no longer takes."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, exists, literal, or_, select

from bot.db.database import Transaction
from bot.db.sql import Moment, is_past
from bot.db.tables import PAUSES

PAUSE = "pause"  # an organiser stopped all sending

STOPPED = "stopped"  # Slack refuses the workspace's token


async def pause(
    tx: Transaction, workspace: str, what: str, because: str, *, by: str = "", seconds: float | None = None
) -> bool:
    """Send no more, for some seconds or until it is lifted; false when that was so already."""
    until = None if seconds is None else await tx.now() + timedelta(seconds=seconds)
    row = {"workspace": workspace, "what": what, "until": until, "because": because, "by": by}
    there = (
        await tx.execute(select(PAUSES.c.until).where(PAUSES.c.workspace == workspace, PAUSES.c.what == what))
    ).all()
    insert = tx.insert(PAUSES).values(row)
    await tx.execute(insert.on_conflict_do_update(index_elements=("workspace", "what"), set_=row))
    return not there


async def resume(tx: Transaction, workspace: str, what: str) -> bool:
    """Send again; false when nothing was held."""
    gone = await tx.execute(delete(PAUSES).where(PAUSES.c.workspace == workspace, PAUSES.c.what == what))
    return gone.rowcount > 0


async def clear_token_stop(tx: Transaction) -> None:
    """Try again what was stopped because Slack refused a token: the operator may have mended that."""
    await tx.execute(delete(PAUSES).where(PAUSES.c.what == STOPPED))


def is_paused(
    workspace: ColumnElement[str], method: ColumnElement[str], now: ColumnElement[datetime]
) -> ColumnElement[bool]:
    """In SQL: whether sending by this method must wait, at a machine time."""
    return _any_active(workspace, or_(PAUSES.c.what == PAUSE, PAUSES.c.what == STOPPED, PAUSES.c.what == method), now)


async def may_call(tx: Transaction, workspace: str, method: str) -> bool:
    """Whether Slack lets us call this method now; reading goes on while an organiser paused sending."""
    now = literal(await tx.now(), Moment)
    waits = _any_active(literal(workspace), or_(PAUSES.c.what == STOPPED, PAUSES.c.what == method), now)
    return not (await tx.execute(select(waits))).scalar()


def _any_active(
    workspace: ColumnElement[str], what: ColumnElement[bool], now: ColumnElement[datetime]
) -> ColumnElement[bool]:
    until = PAUSES.c.until
    return exists().where(PAUSES.c.workspace == workspace, what, or_(until.is_(None), ~is_past(until, now)))


async def active_pauses(tx: Transaction, workspace: str) -> dict[str, str]:
    """What is held in this workspace, and why."""
    now = await tx.now()
    c = PAUSES.c
    query = select(c.what, c.because).where(c.workspace == workspace, or_(c.until.is_(None), c.until > now))
    return {row.what: row.because for row in await tx.execute(query)}

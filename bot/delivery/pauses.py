"""Pauses of sending: after Slack's `Retry-After`, by an organiser, and since Slack refused the token.

All processes share them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, exists, literal, or_, select

from bot.db.database import Database, Transaction
from bot.db.sql import Moment, is_past, real_time
from bot.db.tables import PAUSES

PAUSE = "pause"  # an organiser stopped all sending

STOPPED = "stopped"  # Slack refuses the workspace's token


async def pause(
    tx: Transaction, workspace: str, what: str, because: str, *, by: str = "", seconds: float | None = None
) -> bool:
    """Pause sending, for some seconds or until it is resumed; false when there was such a pause already.

    `what` is PAUSE, STOPPED or a Web API method.
    """
    until = None if seconds is None else await tx.now() + timedelta(seconds=seconds)
    row = {"workspace": workspace, "what": what, "until": until, "because": because, "by": by}
    query = select(PAUSES.c.until).where(PAUSES.c.workspace == workspace, PAUSES.c.what == what)
    earlier = (await tx.execute(query)).all()
    new = tx.insert(PAUSES).values(row)
    await tx.execute(new.on_conflict_do_update(index_elements=("workspace", "what"), set_=row))
    return not earlier


async def resume(tx: Transaction, workspace: str, what: str) -> bool:
    """Lift a pause; false when there was none."""
    deleted = await tx.execute(delete(PAUSES).where(PAUSES.c.workspace == workspace, PAUSES.c.what == what))
    return deleted.rowcount > 0


async def clear_token_stop(tx: Transaction) -> None:
    """Send again in workspaces whose token Slack refused: it may have been replaced, or allowed more.

    A refusal stops it again.
    """
    await tx.execute(delete(PAUSES).where(PAUSES.c.what == STOPPED))


def is_paused(
    workspace: ColumnElement[str], method: ColumnElement[str], now: ColumnElement[datetime]
) -> ColumnElement[bool]:
    """In SQL: whether sending by this method must wait, at a real time."""
    return _any_active(workspace, or_(PAUSES.c.what == PAUSE, PAUSES.c.what == STOPPED, PAUSES.c.what == method), now)


async def may_call(tx: Transaction, workspace: str, method: str) -> bool:
    """Tell whether Slack lets us call this method now.

    An organiser's pause of sending does not count, since we only read.
    """
    now = literal(await tx.now(), Moment)
    paused = _any_active(literal(workspace), or_(PAUSES.c.what == STOPPED, PAUSES.c.what == method), now)
    return not (await tx.execute(select(paused))).scalar()


def _any_active(
    workspace: ColumnElement[str], what: ColumnElement[bool], now: ColumnElement[datetime]
) -> ColumnElement[bool]:
    return exists().where(PAUSES.c.workspace == workspace, what, _holds(now))


def _holds(now: ColumnElement[datetime]) -> ColumnElement[bool]:
    return or_(PAUSES.c.until.is_(None), ~is_past(PAUSES.c.until, now))


async def active_pauses(tx: Transaction, workspace: str) -> dict[str, str]:
    """The pauses of this workspace that hold now, and the reason for each."""
    c = PAUSES.c
    query = select(c.what, c.because).where(c.workspace == workspace, _holds(real_time(tx.on_postgresql)))
    return {row.what: row.because for row in await tx.execute(query, tx.now_param)}


@dataclass(frozen=True, slots=True)
class SendingPace:
    """The pace at which some messages go out."""

    takes: timedelta  # the shortest time for all of them, at the permitted rate
    is_paused: bool = False  # an organiser paused all sending


class DeliveryControl:
    """The deliveries of a workspace as its organisers see and control them."""

    def __init__(self, database: Database, interval: timedelta, wake: Callable[[], None]) -> None:
        """`interval` is the least time between two messages; `wake` tells the worker that there is work."""
        self._database = database
        self._interval = interval
        self.wake = wake

    async def pace(self, workspace: str, messages: int) -> SendingPace:
        """The pace at which this many messages would go out from now on."""
        return SendingPace(messages * self._interval, await self.is_paused(workspace))

    async def is_paused(self, workspace: str) -> bool:
        """Tell whether an organiser paused all sending."""
        return PAUSE in await self._database.read(active_pauses, workspace)

    async def set_paused(self, workspace: str, by: str, *, paused: bool) -> None:
        """Send nothing unasked until somebody resumes; or send again the deliveries that are still useful."""
        if paused:
            await self._database.write(pause, workspace, PAUSE, "paused", by=by)
        else:
            await self._database.write(resume, workspace, PAUSE)
            self.wake()

"""SQL for the mode of a database, live or rehearsal, and for the anchors that tie conference time to real time."""

import math
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, Table, insert, null, select, union_all, update

from bot.clock import SimulatedClock
from bot.db.database import Transaction
from bot.db.tables import FORMER_ANCHORS, REHEARSAL
from bot.errors import BotError
from bot.live_schedule.repository import newest_number


class ClockModeMismatch(BotError):
    """A rehearsal was started on a live database, or the other way round."""


async def clock_anchor(tx: Transaction) -> SimulatedClock | None:
    """Read the rehearsal's present anchor, which all processes share; `None` in a live database."""
    return (await clock_anchors(tx) or (None,))[-1]


async def clock_anchors(tx: Transaction) -> tuple[SimulatedClock, ...]:
    """Read all anchors that a rehearsal has had, the newest last; none in a live database."""
    # One statement: between two, a jump could make the present anchor a former one, which then were in neither.
    former = select(FORMER_ANCHORS.c.id, *_anchor(FORMER_ANCHORS))
    present = select(null(), *_anchor(REHEARSAL))
    rows = (await tx.execute(union_all(former, present))).all()
    in_order = sorted(rows, key=lambda row: math.inf if row.id is None else row.id)
    return tuple(SimulatedClock(row.machine, row.conference, row.speed) for row in in_order)


async def set_simulated_mode(tx: Transaction, wanted: SimulatedClock) -> SimulatedClock:
    """Make this a rehearsal's database for ever, and return its anchor: `wanted`, or one that was set before.

    Raises ClockModeMismatch if the database has served a live conference, or holds a rehearsal of another moment.
    """
    existing = await clock_anchor(tx)
    if existing:
        began = (await tx.execute(select(REHEARSAL.c.began))).scalar_one()
        if began not in (None, wanted.simulated):
            raise ClockModeMismatch(
                f"The rehearsal in this database began at {began:%Y-%m-%d %H:%M} UTC, and QCON_NOW says "
                f"{wanted.simulated:%Y-%m-%d %H:%M} UTC. Name another database in QCON_DATABASE_URL, or delete this one."
            )
        return existing
    if await newest_number(tx):
        raise ClockModeMismatch(
            "This database has served live, so it can't be used for a rehearsal. Name another in QCON_DATABASE_URL."
        )
    row = {"id": 1, "machine": wanted.real, "conference": wanted.simulated, "speed": wanted.speed}
    row |= {"began": wanted.simulated}
    await tx.execute(tx.insert(REHEARSAL).values(row).on_conflict_do_nothing())
    return await clock_anchor(tx) or wanted


async def set_clock_anchor(tx: Transaction, wanted: SimulatedClock) -> None:
    """Replace the anchor, so that the rehearsal jumps or changes its speed. The former one is kept."""
    columns = _anchor(REHEARSAL)
    await tx.execute(insert(FORMER_ANCHORS).from_select([column.name for column in columns], select(*columns)))
    row = {"machine": wanted.real, "conference": wanted.simulated, "speed": wanted.speed}
    await tx.execute(update(REHEARSAL).values(row))


async def set_live_mode(tx: Transaction) -> None:
    """Check that this is not a rehearsal's database. Raises ClockModeMismatch if it is."""
    if await clock_anchor(tx):
        raise ClockModeMismatch(
            "This database was made by a rehearsal and can't serve live. For the live conference, name another in QCON_DATABASE_URL."
        )


def _anchor(table: Table) -> Sequence[Column[Any]]:
    return table.c.machine, table.c.conference, table.c.speed

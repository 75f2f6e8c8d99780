"""How fast each workspace and each channel may be written to: slots that all nodes take from one row."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Column, String, Table, select, update

from bot.store.columns import FURTHEST, METADATA, Moment
from bot.store.database import Transaction

PACING = Table(
    "pacing",
    METADATA,
    Column("workspace", String, primary_key=True),
    Column("bucket", String, primary_key=True),  # a Web API method, or `channel:` and an id
    Column("free_at", Moment, nullable=False, index=True),  # the next slot that nobody has taken; machine time
)

EVERY_CHANNEL = timedelta(seconds=1)  # chat.postMessage allows one a second in one channel
MAKE_UP = timedelta(seconds=1)  # slots that nobody took may be made up for so long, or hiccups would cost rate


async def lock(tx: Transaction, workspace: str, bucket: str, now: datetime) -> datetime:
    """The bucket's next slot; until this transaction ends nobody else gets it."""
    row = {"workspace": workspace, "bucket": bucket, "free_at": now}
    c = PACING.c
    insert = tx.insert(PACING).values(row)
    kept = insert.on_conflict_do_update(index_elements=("workspace", "bucket"), set_={"free_at": c.free_at})
    free_at: datetime = (await tx.execute(kept.returning(c.free_at))).scalar_one()
    if free_at > now + FURTHEST:  # the clock was put back
        return now
    return max(free_at, now - MAKE_UP)


async def free(tx: Transaction, workspace: str, bucket: str, at: datetime) -> None:
    """The locked bucket's next slot is then."""
    c = PACING.c
    await tx.execute(update(PACING).where(c.workspace == workspace, c.bucket == bucket).values(free_at=at))


async def channels_free_at(tx: Transaction, workspace: str, channels: list[str]) -> dict[str, datetime]:
    """When each of these channels may be written to again; those that were not written to lately are left out."""
    c = PACING.c
    buckets = {f"channel:{channel}": channel for channel in channels}
    query = select(c.bucket, c.free_at).where(c.workspace == workspace, c.bucket.in_(list(buckets)))
    return {buckets[row.bucket]: row.free_at for row in await tx.execute(query)}


async def free_channels(tx: Transaction, workspace: str, at: Mapping[str, datetime]) -> None:
    """These channels may be written to again then."""
    rows = [
        {"workspace": workspace, "bucket": f"channel:{channel}", "free_at": moment} for channel, moment in at.items()
    ]
    insert = tx.insert(PACING)
    new = {"free_at": insert.excluded.free_at}
    if rows:
        await tx.execute(insert.on_conflict_do_update(index_elements=("workspace", "bucket"), set_=new), rows)


async def take(tx: Transaction, workspace: str, method: str, every: timedelta, now: datetime) -> datetime:
    """Take the method's next slot: when it is, in machine time."""
    slot = await lock(tx, workspace, method, now)
    await free(tx, workspace, method, slot + every)
    return slot

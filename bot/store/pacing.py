"""How fast each workspace and each channel may be written to: slots that all nodes take from the same rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Column, String, Table, bindparam, cast, literal, select
from sqlalchemy.sql.dml import ReturningInsert

from bot.store.columns import MAX_CLOCK_SKEW, METADATA, Moment, microseconds, real_time, values_params, values_table
from bot.store.database import Transaction
from bot.store.holds import is_paused
from bot.store.inserting import UpsertInsert, insert

PACING = Table(
    "pacing",
    METADATA,
    Column("workspace", String, primary_key=True),
    Column("bucket", String, primary_key=True),  # a Web API method, or `channel:` and an id
    Column("free_at", Moment, nullable=False, index=True),  # the next slot that nobody has taken; machine time
)

CHANNEL = "channel:"
CHANNEL_INTERVAL = timedelta(seconds=1)  # chat.postMessage allows one a second in one channel
CATCH_UP = timedelta(seconds=1)  # slots that nobody took may be made up for so long, or hiccups would cost rate
MAX_CATCH_UP = timedelta(minutes=1)  # Slack counts by the minute: what was used before does not matter any more

_KEY = ("workspace", "bucket")


@dataclass(frozen=True, slots=True)
class RateBucket:
    """One method's bucket in one workspace, locked until the transaction ends."""

    free_at: datetime  # its next slot; machine time
    now: datetime  # machine time
    paused: bool  # whether calls must wait for something else than a slot


async def lock_bucket(tx: Transaction, workspace: str, method: str) -> RateBucket:
    """The bucket; until this transaction ends nobody else gets a slot of it."""
    parameters = {"workspace": workspace, "method": method} | tx.now_param
    row = (await tx.execute(_lock_statement(tx.on_postgresql), parameters)).one()
    free_at = valid_slot(row.free_at, row.now) or row.now
    return RateBucket(max(free_at, row.now - CATCH_UP), row.now, bool(row.held))


def valid_slot(free_at: datetime | None, now: datetime) -> datetime | None:
    """A slot as it was kept; nothing when it was kept before the clock was put back."""
    return free_at if free_at and free_at <= now + MAX_CLOCK_SKEW else None


async def set_next_slots(tx: Transaction, workspace: str, slots: Mapping[str, datetime]) -> None:
    """The next slots of these buckets are then."""
    moments = [str(microseconds(moment)) for moment in slots.values()]
    parameters = values_params(tx.on_postgresql, bucket=list(slots), free_at=moments)
    await tx.execute(_next_slots_statement(tx.on_postgresql), parameters | {"workspace": workspace})


async def take_slot(tx: Transaction, workspace: str, method: str, interval: timedelta) -> timedelta:
    """Take the method's next slot: how long it is until then."""
    bucket = await lock_bucket(tx, workspace, method)
    await set_next_slots(tx, workspace, {method: bucket.free_at + interval})
    return bucket.free_at - bucket.now


async def charge_buckets(tx: Transaction, workspace: str, buckets: Mapping[str, timedelta]) -> None:
    """So much of these buckets' time was used without a slot: the next slots come so much later."""
    for name in sorted(buckets, key=_is_channel):  # methods first, as those who lease lock them
        bucket = await lock_bucket(tx, workspace, name)
        free_at = max(bucket.free_at, bucket.now) if _is_channel(name) else bucket.free_at  # channels make nothing up
        # A channel where people never stop asking is to be reminded all the same; a little more a second is borne there.
        furthest = max(free_at, bucket.now + (CHANNEL_INTERVAL if _is_channel(name) else MAX_CATCH_UP))
        await set_next_slots(tx, workspace, {name: min(free_at + buckets[name], furthest)})


def _is_channel(bucket: str) -> bool:
    return bucket.startswith(CHANNEL)


@cache
def _lock_statement(on_postgresql: bool) -> ReturningInsert[*tuple[Any, ...]]:
    workspace, method = bindparam("workspace", type_=String), bindparam("method", type_=String)
    now = real_time(on_postgresql)
    new = insert(PACING, on_postgresql).values(workspace=workspace, bucket=method, free_at=now)
    kept = new.on_conflict_do_update(index_elements=_KEY, set_={"free_at": PACING.c.free_at})
    return kept.returning(PACING.c.free_at, now.label("now"), is_paused(workspace, method, now).label("held"))


@cache
def _next_slots_statement(on_postgresql: bool) -> UpsertInsert:
    each = values_table(on_postgresql, "bucket", "free_at").c
    slots = select(bindparam("workspace"), each.bucket, cast(each.free_at, BigInteger)).where(literal(True))
    new = insert(PACING, on_postgresql).from_select(("workspace", "bucket", "free_at"), slots)
    return new.on_conflict_do_update(index_elements=_KEY, set_={"free_at": new.excluded.free_at})

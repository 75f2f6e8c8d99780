"""Rate limits: how fast each workspace and each channel may be written to. All processes share them.

Each method of a workspace, and each channel, is a bucket: a row that holds its next free slot. Deliveries take slots.
Answers to people wait for none, so the time that they used is charged to the buckets afterwards. A share of each
method's rate is reserved for deliveries: a second row holds the next slot that they get however much people ask.
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, String, bindparam, cast, literal, select
from sqlalchemy.sql.dml import ReturningInsert

from bot.db.database import Database, Transaction
from bot.db.sql import (
    MAX_CLOCK_SKEW,
    UpsertInsert,
    insert,
    microseconds,
    real_time,
    values_params,
    values_table,
)
from bot.db.tables import PACING
from bot.delivery.models import OPEN, POST, UPDATE
from bot.delivery.pauses import is_paused
from bot.settings import Settings

DEFAULT_RATE = 300  # posts a minute and workspace: "several hundred" (docs.slack.dev/apis/web-api/rate-limits)

# Slack's tier 3; the others are as fast as posting.
METHOD_RATES = {UPDATE: 50, "conversations.history": 50, OPEN: 50}


@dataclass(frozen=True, slots=True)
class DeliveryConfig:
    """The operator's settings for how fast, how patiently and where to send; all durations are real time."""

    rate_per_minute: int = DEFAULT_RATE
    lease: timedelta = timedelta(seconds=120)
    settle_delay: timedelta = timedelta(seconds=30)
    timeout: timedelta = timedelta(seconds=15)  # of one request
    lookahead: timedelta = timedelta(seconds=1)  # slots are taken so far ahead; a channel's reminder waits no longer
    only_channel: str = ""  # the one channel that a rehearsal posts everything to

    @classmethod
    def from_settings(cls, settings: Settings) -> "DeliveryConfig":
        return cls(
            settings.rate_per_minute,
            lease=timedelta(seconds=settings.lease_s),
            settle_delay=timedelta(seconds=settings.settle_s),
            timeout=timedelta(seconds=settings.http_timeout_s),
            only_channel=settings.rehearsal_channel,
        )

    def is_limited(self, method: str) -> bool:
        """Tell whether calls of this method take slots."""
        return method == POST or method in METHOD_RATES

    def interval(self, method: str) -> timedelta:
        """The time between two calls of a method in one workspace.

        The rate of posts scales the other methods' rates too.
        """
        share = METHOD_RATES.get(method, DEFAULT_RATE) / DEFAULT_RATE
        return timedelta(minutes=1) / (self.rate_per_minute * share)

    @property
    def send_deadline(self) -> timedelta:
        """How long after the recheck a request may begin, so that it has ended before the lease does."""
        return self.lease - self.timeout


CHANNEL = "channel:"  # the name of a channel's bucket is this and its id

CHANNEL_INTERVAL = timedelta(seconds=1)  # chat.postMessage allows one a second in one channel

CATCH_UP = timedelta(seconds=1)  # slots missed within this time are made up for, or every hiccup would cost rate

MAX_CATCH_UP = timedelta(minutes=1)  # Slack counts by the minute, so no more than this is charged for answers

RESERVED = "reserved:"  # the name of the row with a method's next reserved slot is this and the method

RESERVED_SHARE = 1 / 3  # of a method's rate, for deliveries

MAX_QUEUE = timedelta(minutes=1)  # slots are taken no further ahead: see MAX_CLOCK_SKEW

_KEY = ("workspace", "bucket")


@dataclass(slots=True)
class RateBucket:
    """One bucket in one workspace, locked until the transaction ends. All times are real."""

    name: str  # a method, or CHANNEL and an id
    free_at: datetime  # its next slot
    reserved_at: datetime  # the next slot that deliveries get in any case
    now: datetime
    paused: bool  # calls must wait for something else than a slot
    channels: dict[str, datetime] = field(default_factory=dict)  # the next slots in channels, by their buckets' names

    @property
    def next_slot(self) -> datetime:
        """The next slot for a delivery."""
        return min(self.free_at, self.reserved_at)

    def take(self, interval: timedelta) -> datetime:
        """Take the next slot for a delivery and return it. `slots` has to be written then."""
        slot = self.next_slot
        self.free_at += interval
        self.reserved_at = slot + interval / RESERVED_SHARE
        return slot

    @property
    def slots(self) -> dict[str, datetime]:
        """The rows to write."""
        return self.channels | {self.name: self.free_at, RESERVED + self.name: self.reserved_at}


async def lock_bucket(tx: Transaction, workspace: str, method: str) -> RateBucket:
    """Lock the bucket and return it. Nobody else gets a slot of it until this transaction ends."""
    parameters = {"workspace": workspace, "method": method} | tx.now_param
    row = (await tx.execute(_lock_statement(tx.on_postgresql), parameters)).one()
    free_at, reserved_at = (valid_slot(slot, row.now) or row.now for slot in (row.free_at, row.reserved_at))
    return RateBucket(
        method, max(free_at, row.now - CATCH_UP), max(reserved_at, row.now), row.now, paused=bool(row.held)
    )


def valid_slot(free_at: datetime | None, now: datetime) -> datetime | None:
    """The slot, unless it was written before the clock was set back."""
    return free_at if free_at and free_at <= now + MAX_CLOCK_SKEW else None


async def set_next_slots(tx: Transaction, workspace: str, slots: Mapping[str, datetime]) -> None:
    moments = [str(microseconds(moment)) for moment in slots.values()]
    parameters = values_params(tx.on_postgresql, bucket=list(slots), free_at=moments)
    await tx.execute(_next_slots_statement(tx.on_postgresql), parameters | {"workspace": workspace})


async def take_slot(tx: Transaction, workspace: str, method: str, interval: timedelta) -> timedelta | None:
    """Take the method's next slot, and return how long it is until then; nothing if too many wait already."""
    bucket = await lock_bucket(tx, workspace, method)
    if bucket.next_slot > bucket.now + MAX_QUEUE:
        return None
    slot = bucket.take(interval)
    await set_next_slots(tx, workspace, bucket.slots)
    return slot - bucket.now


async def charge_buckets(tx: Transaction, workspace: str, buckets: Mapping[str, timedelta]) -> None:
    """Put off the next slots of these buckets by the time that was used without a slot."""
    slots: dict[str, datetime] = {}
    for name in sorted(buckets, key=_is_channel):  # methods first: leasing locks them in this order too
        bucket = await lock_bucket(tx, workspace, name)
        free_at = max(bucket.free_at, bucket.now) if _is_channel(name) else bucket.free_at  # channels do not catch up
        # A channel in which people never stop asking gets its reminders all the same: Slack accepts a little more than
        # one post a second there.
        furthest = max(free_at, bucket.now + (CHANNEL_INTERVAL if _is_channel(name) else MAX_CATCH_UP))
        slots[name] = min(free_at + buckets[name], furthest)
    await set_next_slots(tx, workspace, slots)


def _is_channel(bucket: str) -> bool:
    return bucket.startswith(CHANNEL)


@cache
def _lock_statement(on_postgresql: bool) -> ReturningInsert[*tuple[Any, ...]]:
    workspace, method = bindparam("workspace", type_=String), bindparam("method", type_=String)
    now = real_time(on_postgresql)
    new = insert(PACING, on_postgresql).values(workspace=workspace, bucket=method, free_at=now)
    kept = new.on_conflict_do_update(index_elements=_KEY, set_={"free_at": PACING.c.free_at})
    reserved = PACING.alias("reserved").c
    reserved_at = select(reserved.free_at).where(reserved.workspace == workspace, reserved.bucket == RESERVED + method)
    columns = (PACING.c.free_at, reserved_at.scalar_subquery().label("reserved_at"), now.label("now"))
    return kept.returning(*columns, is_paused(workspace, method, now).label("held"))


@cache
def _next_slots_statement(on_postgresql: bool) -> UpsertInsert:
    each = values_table(on_postgresql, "bucket", "free_at").c
    slots = select(bindparam("workspace"), each.bucket, cast(each.free_at, BigInteger)).where(literal(True))
    new = insert(PACING, on_postgresql).from_select(("workspace", "bucket", "free_at"), slots)
    return new.on_conflict_do_update(index_elements=_KEY, set_={"free_at": new.excluded.free_at})


class ForegroundUsage:
    """Counts one process's calls for people, until they are charged to the buckets that all processes share."""

    def __init__(self, database: Database, workspace: str, config: DeliveryConfig) -> None:
        self._database = database
        self._workspace = workspace
        self._config = config
        self._used = defaultdict[str, timedelta](timedelta)  # the time that was used, by bucket

    def record_call(self, method: str, conversation: str) -> None:
        """Count a call that was made without a slot. `conversation` is the id of its channel or person, if any."""
        if not self._config.is_limited(method):
            return
        self._used[method] += self._config.interval(method)
        if method == POST:
            self._used[CHANNEL + conversation] += CHANNEL_INTERVAL

    async def flush(self) -> None:
        """Charge the calls to the buckets. Call this before slots are taken for deliveries."""
        used, self._used = self._used, defaultdict(timedelta)
        if used:
            await self._database.write(charge_buckets, self._workspace, used)


async def wait_for_slot(database: Database, workspace: str, config: DeliveryConfig, method: str) -> None:
    interval = config.interval(method)
    while (wait := await database.write(take_slot, workspace, method, interval)) is None:  # noqa: ASYNC110  # the database notifies nobody
        await asyncio.sleep(MAX_QUEUE.total_seconds() / 2)
    await asyncio.sleep(max(0.0, wait.total_seconds()))

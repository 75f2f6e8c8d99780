"""Rate limits: how fast each workspace and each channel may be written to, shared by all processes.

Each method of a workspace, and each channel, is a bucket: a row that holds its next free slot. Deliveries take slots.
Answers to people wait for none, so the time that they used is charged to the buckets afterwards.
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, String, bindparam, cast, literal, select
from sqlalchemy.sql.dml import ReturningInsert

from bot.db.database import Database, Transaction
from bot.db.sql import MAX_CLOCK_SKEW, UpsertInsert, insert, microseconds, real_time, values_params, values_table
from bot.db.tables import PACING
from bot.delivery.models import OPEN, POST, UPDATE
from bot.delivery.pauses import is_paused
from bot.settings import Settings

DEFAULT_RATE = 300  # posts a minute and workspace: "several hundred" (docs.slack.dev/apis/web-api/rate-limits)

# Slack's tier 3; the others are as fast as posting.
METHOD_RATES = {UPDATE: 50, "conversations.history": 50, OPEN: 50}


@dataclass(frozen=True, slots=True)
class DeliveryConfig:
    """The operator's settings for how fast and how patiently to send; all durations are real time."""

    rate_per_minute: int = DEFAULT_RATE
    lease: timedelta = timedelta(seconds=120)
    settle_delay: timedelta = timedelta(seconds=30)
    timeout: timedelta = timedelta(seconds=15)  # of one request
    lookahead: timedelta = timedelta(seconds=1)  # slots are taken so far ahead; a channel's reminder waits no longer

    @classmethod
    def from_settings(cls, settings: Settings) -> "DeliveryConfig":
        seconds = (settings.lease_s, settings.settle_s, settings.http_timeout_s)
        return cls(settings.rate_per_minute, *(timedelta(seconds=number) for number in seconds))

    def is_limited(self, method: str) -> bool:
        """Say whether calls of this method take slots."""
        return method == POST or method in METHOD_RATES

    def interval(self, method: str) -> timedelta:
        """The time between two calls of a method in one workspace. The rate of posts scales the other methods' rates too."""
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

_KEY = ("workspace", "bucket")


@dataclass(frozen=True, slots=True)
class RateBucket:
    """One method's bucket in one workspace, locked until the transaction ends."""

    free_at: datetime  # its next slot; real time
    now: datetime  # real time
    paused: bool  # calls must wait for something else than a slot


async def lock_bucket(tx: Transaction, workspace: str, method: str) -> RateBucket:
    """Lock the bucket and return it. Nobody else gets a slot of it until this transaction ends."""
    parameters = {"workspace": workspace, "method": method} | tx.now_param
    row = (await tx.execute(_lock_statement(tx.on_postgresql), parameters)).one()
    free_at = valid_slot(row.free_at, row.now) or row.now
    return RateBucket(max(free_at, row.now - CATCH_UP), row.now, bool(row.held))


def valid_slot(free_at: datetime | None, now: datetime) -> datetime | None:
    """The slot, unless it was written before the clock was put back."""
    return free_at if free_at and free_at <= now + MAX_CLOCK_SKEW else None


async def set_next_slots(tx: Transaction, workspace: str, slots: Mapping[str, datetime]) -> None:
    """Write the next free slot of each of these buckets."""
    moments = [str(microseconds(moment)) for moment in slots.values()]
    parameters = values_params(tx.on_postgresql, bucket=list(slots), free_at=moments)
    await tx.execute(_next_slots_statement(tx.on_postgresql), parameters | {"workspace": workspace})


async def take_slot(tx: Transaction, workspace: str, method: str, interval: timedelta) -> timedelta:
    """Take the method's next slot. Return how long it is until then."""
    bucket = await lock_bucket(tx, workspace, method)
    await set_next_slots(tx, workspace, {method: bucket.free_at + interval})
    return bucket.free_at - bucket.now


async def charge_buckets(tx: Transaction, workspace: str, buckets: Mapping[str, timedelta]) -> None:
    """Put the next slots of these buckets off by the time that was used without a slot."""
    for name in sorted(buckets, key=_is_channel):  # methods first: leasing locks them in this order too
        bucket = await lock_bucket(tx, workspace, name)
        free_at = max(bucket.free_at, bucket.now) if _is_channel(name) else bucket.free_at  # channels do not catch up
        # A channel in which people never stop asking gets its reminders all the same; Slack bears a little more a second there.
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


class ForegroundUsage:
    """Counts one process's calls for people, until they are charged to the buckets that all processes share."""

    def __init__(self, database: Database, config: DeliveryConfig) -> None:
        self._database = database
        self._config = config
        self._used: dict[str, dict[str, timedelta]] = {}  # workspace -> bucket -> the time that was used

    def record_call(self, workspace: str, method: str, conversation: str) -> None:
        """Count a call that was made without a slot; `conversation` is a channel's or a person's id, if there was one."""
        if not self._config.is_limited(method):
            return
        used = self._used.setdefault(workspace, defaultdict(timedelta))
        used[method] += self._config.interval(method)
        if method == POST:
            used[CHANNEL + conversation] += CHANNEL_INTERVAL

    async def flush(self) -> None:
        """Charge the calls to the buckets. Call this before slots are taken for deliveries."""
        used, self._used = self._used, {}
        for workspace, buckets in used.items():
            await self._database.write(charge_buckets, workspace, buckets)


class SharedPacer:
    """A `bot.slack.poster.Pacer` that all processes share."""

    def __init__(self, database: Database, config: DeliveryConfig) -> None:
        self._database = database
        self._config = config

    async def wait_for_slot(self, workspace: str, method: str) -> None:
        """Wait for the method's next free slot."""
        await asyncio.sleep(await self._database.write(self._take_slot, workspace, method))

    async def _take_slot(self, tx: Transaction, workspace: str, method: str) -> float:
        wait = await take_slot(tx, workspace, method, self._config.interval(method))
        return max(0.0, wait.total_seconds())

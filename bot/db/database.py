"""The one door to the database: opening it, transactions, and trying again when the database asks for that.

How often a node may try again: an outage is not made worse by everybody's second, third and sixth try."""

import asyncio
import random
import re
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Executable, Table, select
from sqlalchemy.engine import URL, Connection, CursorResult, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionError

from bot.clock import monotonic
from bot.db.engine import DatabaseConnection, SqliteEngine
from bot.db.sql import UpsertInsert, insert, real_time
from bot.errors import SettingsError

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

    from bot.db.postgresql import PostgresqlEngine

LOCK = 7_236_017  # PostgreSQL's advisory lock for migrating; any number that nobody else uses

RETRY_SHARE = 0.1  # of what is tried

PER_SECOND = 2.0  # and so many more: a node that has little to do tries again all the same

MAX_RETRIES_SAVED = 30.0  # every connection of the pool may break in one moment, and twice


class RetryBudget:
    """One node's, for the database. Seconds are a stopwatch's."""

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._left = MAX_RETRIES_SAVED
        self._at = now()

    def record_attempt(self) -> None:
        """Something was tried for the first time, which earns its share."""
        self._left = min(MAX_RETRIES_SAVED, self._left + RETRY_SHARE)

    def try_spend(self) -> bool:
        """Whether there is one left to take; then it is taken."""
        now = self._now()
        self._left = min(MAX_RETRIES_SAVED, self._left + (now - self._at) * PER_SECOND)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


P = ParamSpec("P")

T = TypeVar("T")

MAX_TRIES = 6

_ROLLED_BACK = {"40001", "40P01", "55P03"}  # PostgreSQL: serialization failure, deadlock, lock not available

_CONNECTION_ERRORS = {
    "57P01",
    "57P02",
    "57P03",
    "08000",
    "08003",
    "08006",
    "08001",
    "53300",
    "25P03",
}  # restarting, gone, full


@dataclass(frozen=True, slots=True)
class Transaction:
    """One transaction, as the functions of this package see it."""

    connection: DatabaseConnection
    clock: Callable[[], datetime] | None
    token: str = field(default_factory=lambda: uuid.uuid4().hex)  # stays the same when the work runs again

    @property
    def on_postgresql(self) -> bool:
        return self.connection.dialect.name == "postgresql"

    async def execute(self, statement: Executable, parameters: Any = None) -> CursorResult[Any]:
        return await self.connection.run_sync(Connection.execute, statement, parameters)

    def insert(self, table: Table) -> UpsertInsert:
        """An INSERT that knows ON CONFLICT."""
        return insert(table, self.on_postgresql)

    async def now(self) -> datetime:
        """Machine time, aware: PostgreSQL's own clock, so that all nodes agree; with SQLite the node's."""
        if self.clock is not None:
            return self.clock()
        moment: datetime = (await self.execute(_TIME, self.now_param)).scalar_one()
        return moment

    @property
    def now_param(self) -> dict[str, datetime | None]:
        """The parameter for `columns.real_time`, which saves asking for the time first."""
        return {"machine": self.clock() if self.clock else None}


_TIME = select(real_time(on_postgresql=True))

DatabaseWork = Callable[Concatenate[Transaction, P], Awaitable[T]]


class Database:
    """A pool of connections. What is done with it are functions whose first argument is a Transaction."""

    def __init__(self, url: str, real_now: Callable[[], datetime], *, shared_clock: bool = True) -> None:
        """`real_now` tells machine time where there is no clock that all nodes share, which PostgreSQL's is.

        A PostgreSQL's `?schema=…` keeps to this schema, and to nothing else that is in the database. Raises
        SettingsError for a schema's name that needs quoting, and where an SQLite file would stand in no folder.
        """
        address = with_driver(url)
        self.schema = str(address.query.get("schema", ""))
        if not re.fullmatch("[a-z0-9_]*", self.schema):
            raise SettingsError("QCON_DATABASE_URL: a schema's name is of small letters, digits and _.")
        plain = address.difference_update_query(["schema"])
        self.on_postgresql = plain.get_backend_name() == "postgresql"
        self._backend = _postgresql(plain, self.schema) if self.on_postgresql else SqliteEngine(plain)
        self._clock = None if shared_clock and self.on_postgresql else real_now
        self._retries = RetryBudget()

    @property
    def engine(self) -> "AsyncEngine":
        """For libraries that keep tables of their own."""
        return self._backend.async_engine

    async def close(self) -> None:
        await self._backend.close()

    async def read(self, work: DatabaseWork[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What `work(transaction, …)` gives, over one snapshot where the database offers it."""
        return await self._run(False, work, *args, **kwargs)

    async def write(self, work: DatabaseWork[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What `work(transaction, …)` gives, once it is committed.

        It runs again after a deadlock, a lock held too long or a lost connection, so it must bear running twice: even
        a commit can be lost on its way back. Raises SQLAlchemy's DBAPIError when trying again does not help, or when
        too much is tried again already.
        """
        return await self._run(True, work, *args, **kwargs)

    async def _run(self, writing: bool, work: DatabaseWork[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        token = uuid.uuid4().hex

        def inside(connection: DatabaseConnection) -> Awaitable[T]:
            return work(Transaction(connection, self._clock, token), *args, **kwargs)

        self._retries.record_attempt()
        for attempt in range(1, MAX_TRIES + 1):
            try:
                return await self._backend.transact(inside, writing=writing)
            except (DBAPIError, OSError) as error:
                if attempt == MAX_TRIES or not is_transient(error) or not self._retries.try_spend():
                    raise
                await asyncio.sleep(random.uniform(0.5, 1) * 0.02 * 3**attempt)  # noqa: S311  # 30 ms to 5 s
        raise AssertionError("the last try returns or raises")


def _postgresql(url: URL, schema: str) -> "PostgresqlEngine":
    from bot.db.postgresql import PostgresqlEngine  # noqa: PLC0415  # it takes SQLAlchemy's ORM with it: 6 MiB

    return PostgresqlEngine(url, schema)


def is_transient(error: Exception) -> bool:
    """Whether the same work may succeed when it is tried again: a deadlock, a lock, a database that restarts."""
    if isinstance(error, OSError | NoConnectionError):
        return True
    if not isinstance(error, DBAPIError):
        return False
    state = getattr(error.orig, "sqlstate", None)
    locked = "database is locked" in str(error.orig)
    return error.connection_invalidated or state in _ROLLED_BACK | _CONNECTION_ERRORS or locked


def with_driver(url: str) -> URL:
    """The operator's address with the bot's driver in it, and libpq's `sslmode` in asyncpg's words."""
    plain = make_url(url)
    if plain.get_backend_name() == "sqlite":
        return plain.set(drivername="sqlite+pysqlite")
    query = {("ssl" if key == "sslmode" else key): value for key, value in plain.query.items()}
    return plain.set(drivername="postgresql+asyncpg", query=query)

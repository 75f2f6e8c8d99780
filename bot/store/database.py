"""The one door to the database: opening it, transactions, and trying again when the database asks for that."""

import asyncio
import random
import re
import uuid
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Executable, Table, event, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, Connection, CursorResult, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.errors import SettingsError
from bot.store.columns import machine_time
from bot.store.retries import RetryBudget

P = ParamSpec("P")
T = TypeVar("T")

TRIES = 6
BUSY_SECONDS = 5.0  # SQLite: how long one statement waits for another process, a backup for instance
ASLEEP_SECONDS = 5.0  # PostgreSQL: whoever falls asleep in a transaction holds its locks no longer
_ROLLED_BACK = {"40001", "40P01", "55P03"}  # PostgreSQL: serialization failure, deadlock, lock not available
_NOT_THERE = {"57P01", "57P02", "57P03", "08000", "08003", "08006", "08001", "53300", "25P03"}  # restarting, gone, full


@dataclass(frozen=True, slots=True)
class Transaction:
    """One transaction, as the functions of this package see it."""

    connection: AsyncConnection
    clock: Callable[[], datetime] | None
    token: str = field(default_factory=lambda: uuid.uuid4().hex)  # stays the same when the work runs again

    @property
    def on_postgresql(self) -> bool:
        return self.connection.dialect.name == "postgresql"

    async def execute(self, statement: Executable, parameters: Any = None) -> CursorResult[Any]:
        return await self.connection.execute(statement, parameters)

    def insert(self, table: Table) -> "postgresql.Insert | sqlite.Insert":
        """An INSERT that knows ON CONFLICT, which both databases spell alike."""
        return postgresql.insert(table) if self.on_postgresql else sqlite.insert(table)

    async def machine(self) -> datetime:
        """Machine time, aware: PostgreSQL's own clock, so that all nodes agree; with SQLite the node's."""
        if self.clock is not None:
            return self.clock()
        moment: datetime = (await self.execute(_TIME, self.at_machine_time)).scalar_one()
        return moment

    @property
    def at_machine_time(self) -> dict[str, datetime | None]:
        """The parameter for `columns.machine_time`, which saves asking for the time first."""
        return {"machine": self.clock() if self.clock else None}


_TIME = select(machine_time(on_postgresql=True))

Work = Callable[Concatenate[Transaction, P], Awaitable[T]]


class Database:
    """A pool of connections. What is done with it are functions whose first argument is a Transaction."""

    def __init__(self, url: str, machine: Callable[[], datetime], *, shared_clock: bool = True) -> None:
        """`machine` tells machine time where there is no clock that all nodes share, which PostgreSQL's is.

        A PostgreSQL's `?schema=…` keeps to this schema, and to nothing else that is in the database. Raises
        SettingsError for a schema's name that needs quoting, and where an SQLite file would stand in no folder.
        """
        address = with_driver(url)
        self.schema = str(address.query.get("schema", ""))
        if not re.fullmatch("[a-z0-9_]*", self.schema):
            raise SettingsError("QCON_DATABASE_URL: a schema's name is of small letters, digits and _.")
        self._engine = _engine(address.difference_update_query(["schema"]), self.schema)
        self._clock = None if shared_clock and self.on_postgresql else machine
        self._one_writer = None if self.on_postgresql else asyncio.Lock()
        self._retries = RetryBudget()

    @property
    def on_postgresql(self) -> bool:
        return self._engine.dialect.name == "postgresql"

    @property
    def engine(self) -> AsyncEngine:
        """For libraries that keep tables of their own."""
        return self._engine

    async def close(self) -> None:
        await self._engine.dispose()

    async def read(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What `work(transaction, …)` gives, over one snapshot where the database offers it."""
        return await self._run(False, work, *args, **kwargs)

    async def write(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What `work(transaction, …)` gives, once it is committed.

        It runs again after a deadlock, a lock held too long or a lost connection, so it must bear running twice: even
        a commit can be lost on its way back. Raises SQLAlchemy's DBAPIError when trying again does not help, or when
        too much is tried again already.
        """
        if self._one_writer is None:
            return await self._run(True, work, *args, **kwargs)
        async with self._one_writer:
            return await _to_its_end(self._run(True, work, *args, **kwargs))

    async def _run(self, writing: bool, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        token = uuid.uuid4().hex
        self._retries.tried()
        for attempt in range(1, TRIES + 1):
            try:
                async with self._engine.connect() as plain:
                    connection = await plain.execution_options(writing=writing)
                    async with connection.begin():
                        return await work(Transaction(connection, self._clock, token), *args, **kwargs)
            except (DBAPIError, OSError) as error:
                if attempt == TRIES or not passing(error) or not self._retries.spend():
                    raise
                await asyncio.sleep(random.uniform(0.5, 1) * 0.02 * 3**attempt)  # noqa: S311  # 30 ms to 5 s
        raise AssertionError("the last try returns or raises")


async def _to_its_end(transaction: Coroutine[Any, Any, T]) -> T:
    """What it gives; who is cancelled meanwhile waits for its end.

    SQLite's driver would leave one that is cut off open, and its lock taken until the memory is collected.
    """
    task = asyncio.create_task(transaction)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.gather(task, return_exceptions=True)
        raise


def passing(error: Exception) -> bool:
    """Whether the same work may succeed when it is tried again: a deadlock, a lock, a database that restarts."""
    if isinstance(error, OSError | NoConnectionError):
        return True
    if not isinstance(error, DBAPIError):
        return False
    state = getattr(error.orig, "sqlstate", None)
    locked = "database is locked" in str(error.orig)
    return error.connection_invalidated or state in _ROLLED_BACK | _NOT_THERE or locked


def with_driver(url: str) -> URL:
    """The operator's address with the bot's driver in it, and libpq's `sslmode` in asyncpg's words."""
    plain = make_url(url)
    if plain.get_backend_name() == "sqlite":
        return plain.set(drivername="sqlite+aiosqlite")
    query = {("ssl" if key == "sslmode" else key): value for key, value in plain.query.items()}
    return plain.set(drivername="postgresql+asyncpg", query=query)


def _engine(url: URL, schema: str) -> AsyncEngine:
    told = {"hide_parameters": True}  # an error does not quote what somebody wrote
    if url.get_backend_name() == "postgresql":
        # A connection that is opened anew asks PostgreSQL for its types and prepares every statement again: keep enough.
        # Of many workspaces each has few: a node with fifty of them would else take more than PostgreSQL has.
        pool = {"pool_size": 2 if schema else 10, "max_overflow": 5, "pool_timeout": 10}
        settings = {"idle_in_transaction_session_timeout": str(round(ASLEEP_SECONDS * 1000))}
        settings |= {"search_path": f'"{schema}"'} if schema else {}
        return create_async_engine(url, connect_args={"server_settings": settings}, **pool, **told)
    folder = Path(url.database or "").parent
    if not folder.is_dir():  # found out here, since a connection that fails as the loop closes leaves a traceback
        raise SettingsError(f"The database of QCON_DATABASE_URL cannot be opened: there is no folder {folder}.")
    engine = create_async_engine(url, connect_args={"timeout": BUSY_SECONDS}, **told)
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # else the driver begins transactions by itself, and not as we need them
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A read that turns into a write fails at once when another wrote meanwhile, whatever the timeout.
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

"""The PostgreSQL engine: a pool of connections for one process, and the engines of the schemas that share it.

It is a separate module because it loads SQLAlchemy's ORM and asyncpg (6 MiB), which a bot with SQLite never needs.
"""

import asyncio
import socket
import zlib
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import TextClause, event, text
from sqlalchemy.engine import URL, Connection, ExceptionContext
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.db.engine import COMMAND_SECONDS, STATEMENTS, DatabaseClaimed, DatabaseConnection, ignore_outcome

T = TypeVar("T")

READ_ONLY = "25006"  # the server was made read-only, or is a standby now: a new connection may find another one

LOCK_TIMEOUT_SECONDS = 5.0  # an idle transaction is ended after this, and its locks are released


CONNECTIONS = 15  # at most; all are kept, since a new one has to fetch types and prepare every statement again

POOL_TIMEOUT_S = 10  # for a connection from the pool

SCHEMA_TRANSACTIONS = 5  # at once, of one of the schemas that share a pool

ABANDONED_S = 2.0  # that a read may go on when nobody waits for it any more

MOST_ABANDONED = 3  # such reads at a time: they hold connections that nobody counts

AUTOCOMMIT = "AUTOCOMMIT"

_SCHEMA = "bot_schema"  # an execution option, and what is noted of a connection

_SET_SEARCH_PATH = "SELECT set_config('search_path', $1, $2)"

BOTS_LOCK = 7_236_018  # the first half of the advisory lock that running bots share; the second half is the schema

_SHARE_LOCK = "SELECT pg_try_advisory_lock_shared($1, $2) WHERE pg_backend_pid() = $3"


class PostgresqlEngine:
    """An engine for a PostgreSQL server."""

    def __init__(self, url: URL, schema: str, *, for_command: bool = False) -> None:
        """`schema` confines the engine to this schema; empty for the default one.

        A command's user waits for a connection or a lock. A bot's connections share the lock of running bots.
        """
        settings = {"idle_in_transaction_session_timeout": str(round(LOCK_TIMEOUT_SECONDS * 1000))}
        settings |= {"application_name": f"qcon-bot on {socket.gethostname()}"}
        settings |= {"search_path": f'"{schema}"'} if schema else {}
        settings |= {"lock_timeout": str(round(COMMAND_SECONDS * 1000))} if for_command else {}
        limits = {"timeout": COMMAND_SECONDS} if for_command else {}
        limits |= {name: float(str(url.query[name])) for name in ("timeout", "command_timeout") if name in url.query}
        self._engine = create_async_engine(
            url.difference_update_query(limits),
            connect_args={"server_settings": settings, "prepared_statement_cache_size": STATEMENTS, **limits},
            hide_parameters=True,
            pool_size=CONNECTIONS,
            max_overflow=0,
            pool_timeout=POOL_TIMEOUT_S,
            pool_use_lifo=True,  # the connection that a workspace used last has chosen its schema already
        )
        event.listen(self._engine.sync_engine, "handle_error", _renew_connections)
        event.listen(self._engine.sync_engine, "begin", _choose_schema)
        if not for_command:
            event.listen(self._engine.sync_engine, "connect", partial(_share_lock, schema))
        self._abandoned: set[asyncio.Task[Any]] = set()  # reads that nobody waits for any more
        self._writing, self._reading = self.engines_for("")

    @property
    def async_engine(self) -> AsyncEngine:
        """The engine itself, for a library that keeps its own tables."""
        return self._engine

    async def transact(self, work: Callable[[DatabaseConnection], Awaitable[T]], *, writing: bool) -> T:
        """Run `work` and return its result: a write in a transaction, after its commit; a read statement by statement.

        Each statement of a transaction would see what was committed before it, too. So a read needs no transaction,
        which saves two of its three round trips.
        """
        return await self.run(self._writing if writing else self._reading, work, writing=writing)

    async def run(self, engine: AsyncEngine, work: Callable[[DatabaseConnection], Awaitable[T]], *, writing: bool) -> T:
        """Do the same with an engine for another schema.

        If the caller of a read leaves, because it waits for a limited time, the read goes on for a while, as a few may.
        Cancelling it would cost the connection, and if the server is busy, connecting again would keep it so.
        """
        if writing:
            return await _run(engine, work)
        read = asyncio.create_task(_run(engine, work))
        try:
            return await asyncio.shield(read)
        except asyncio.CancelledError:
            self._abandoned.add(read)
            read.add_done_callback(self._abandoned.discard)
            read.add_done_callback(ignore_outcome)
            seconds = ABANDONED_S if len(self._abandoned) <= MOST_ABANDONED else 0
            asyncio.get_running_loop().call_later(seconds, read.cancel)
            raise

    def for_schema(self, schema: str) -> "SchemaEngine":
        """Return an engine for another schema that takes its connections from this one's pool."""
        return SchemaEngine(self, schema)

    def engines_for(self, schema: str) -> tuple[AsyncEngine, AsyncEngine]:
        """Engines that write and read in this schema with the connections of the pool."""
        writing = self._engine.execution_options(**{_SCHEMA: schema})
        return writing, writing.execution_options(isolation_level=AUTOCOMMIT)

    async def close(self) -> None:
        for read in self._abandoned:
            read.cancel()
        await asyncio.gather(*self._abandoned, return_exceptions=True)
        await self._engine.dispose()


async def _run(engine: AsyncEngine, work: Callable[[DatabaseConnection], Awaitable[T]]) -> T:
    async with engine.begin() as connection:
        return await work(connection)


class SchemaEngine:
    """An engine for one schema, which shares the connections of another engine.

    A schema has a few transactions at a time, so that the others find a free connection.
    """

    def __init__(self, shared: PostgresqlEngine, schema: str) -> None:
        self._shared = shared
        self._writing, self._reading = shared.engines_for(schema)
        self._turns = asyncio.Semaphore(SCHEMA_TRANSACTIONS)

    @property
    def async_engine(self) -> AsyncEngine:
        raise NotImplementedError("tables of libraries are in the schema of the pool's owner")

    async def transact(self, work: Callable[[DatabaseConnection], Awaitable[T]], *, writing: bool) -> T:
        """Run `work` in this schema, as the shared engine does in its own, and return its result."""
        async with self._turns:
            return await self._shared.run(self._writing if writing else self._reading, work, writing=writing)

    async def close(self) -> None:
        """Leave the connections to the engine that owns them."""


def _choose_schema(connection: Connection) -> None:
    """Choose the schema for what begins, if the connection's last user had another one.

    In a transaction the choice ends with it, also when it is rolled back. Outside of one it stays, and is noted, so
    that the next one need not choose. Every connection begins with the schema of the pool's owner, whose name here is
    empty.
    """
    options = connection.get_execution_options()
    schema, stays = options.get(_SCHEMA, ""), options.get("isolation_level") == AUTOCOMMIT
    if connection.info.get(_SCHEMA, "") == schema:
        return
    if stays:
        connection.info[_SCHEMA] = None  # until it is known that the server has changed it
    if schema:  # the name is a parameter: a statement for each schema would push the others out of the driver's cache
        connection.exec_driver_sql(_SET_SEARCH_PATH, (f'"{schema}"', not stays))
    else:
        connection.exec_driver_sql(f"SET {'SESSION' if stays else 'LOCAL'} search_path TO DEFAULT")
    if stays:
        connection.info[_SCHEMA] = schema


def _share_lock(schema: str, connection: Any, _record: Any) -> None:
    """Take the lock of running bots for a new connection. Raises DatabaseClaimed while a command has it alone.

    A pooler's connection gets none, since it would outlast the bot. Such an address is refused a little later.
    """
    cursor = connection.cursor()
    cursor.execute(_SHARE_LOCK, (BOTS_LOCK, _lock_number(schema), connection.driver_connection.get_server_pid()))
    row = cursor.fetchone()
    cursor.close()
    connection.commit()
    if row == (False,):
        connection.close()
        raise DatabaseClaimed


def lock_alone(schema: str) -> TextClause:
    """Try to take the lock of running bots alone, until the connection is closed."""
    return text("SELECT pg_try_advisory_lock(:lock, :number)").bindparams(lock=BOTS_LOCK, number=_lock_number(schema))


def lock_holders(schema: str) -> TextClause:
    """Select the names under which those who have the lock of running bots are connected."""
    return text(
        "SELECT DISTINCT application_name FROM pg_locks JOIN pg_stat_activity USING (pid) "
        "WHERE locktype = 'advisory' AND granted AND objsubid = 2 AND classid = :lock AND objid = :number "
        "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) ORDER BY 1"
    ).bindparams(lock=BOTS_LOCK, number=_lock_number(schema))


def _lock_number(schema: str) -> int:
    """The second half of an advisory lock's key, which is a signed number of 32 bits."""
    return zlib.crc32(schema.encode()) >> 1


def _renew_connections(context: ExceptionContext) -> None:
    """Treat a connection to a read-only server as lost, so that the pool connects again."""
    if getattr(context.original_exception, "sqlstate", None) == READ_ONLY:
        context.is_disconnect = True

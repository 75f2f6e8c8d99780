"""The PostgreSQL engine: a pool of connections for one process, and the engines of the schemas that share it.

It is a separate module because it loads SQLAlchemy's ORM and asyncpg (6 MiB), which a bot with SQLite never needs.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, ExceptionContext
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.db.engine import DatabaseConnection

T = TypeVar("T")

READ_ONLY = "25006"  # the server was made read-only, or is a standby now: a new connection may find another one

LOCK_TIMEOUT_SECONDS = 5.0  # an idle transaction is ended after this, and its locks are released


# A new connection has to fetch types and prepare every statement again, so enough of them are kept open.
POOL_SIZE, MAX_OVERFLOW = 10, 5

POOL_TIMEOUT_S = 10  # for a connection from the pool

SCHEMA_TRANSACTIONS = 5  # at once, of one of the schemas that share a pool


class PostgresqlEngine:
    """An engine for a PostgreSQL server."""

    def __init__(self, url: URL, schema: str) -> None:
        """`schema` confines the engine to this schema; empty for the default one."""
        settings = {"idle_in_transaction_session_timeout": str(round(LOCK_TIMEOUT_SECONDS * 1000))}
        settings |= {"search_path": f'"{schema}"'} if schema else {}
        self._engine = create_async_engine(
            url,
            connect_args={"server_settings": settings},
            hide_parameters=True,
            pool_size=POOL_SIZE,
            max_overflow=MAX_OVERFLOW,
            pool_timeout=POOL_TIMEOUT_S,
        )
        event.listen(self._engine.sync_engine, "handle_error", _renew_connections)

    @property
    def async_engine(self) -> AsyncEngine:
        """The engine itself, for a library that keeps its own tables."""
        return self._engine

    async def transact(self, work: Callable[[DatabaseConnection], Awaitable[T]], *, writing: bool) -> T:
        """Run `work` in a transaction and return its result after the commit."""
        async with self._engine.begin() as connection:
            return await work(connection)

    def for_schema(self, schema: str) -> "SchemaEngine":
        """Return an engine for another schema that takes its connections from this one's pool."""
        return SchemaEngine(self, schema)

    async def close(self) -> None:
        await self._engine.dispose()


class SchemaEngine:
    """An engine for one schema, which shares the connections of another engine.

    Each transaction chooses the schema for itself. A schema has a few transactions at a time, so that the others find a
    free connection.
    """

    def __init__(self, shared: PostgresqlEngine, schema: str) -> None:
        self._shared = shared
        self._search_path = f'SET LOCAL search_path TO "{schema}"'
        self._turns = asyncio.Semaphore(SCHEMA_TRANSACTIONS)

    @property
    def async_engine(self) -> AsyncEngine:
        raise NotImplementedError("tables of libraries are in the schema of the pool's owner")

    async def transact(self, work: Callable[[DatabaseConnection], Awaitable[T]], *, writing: bool) -> T:
        """Run `work` in a transaction and return its result after the commit."""

        async def in_schema(connection: DatabaseConnection) -> T:
            await connection.run_sync(Connection.exec_driver_sql, self._search_path)
            return await work(connection)

        async with self._turns:
            return await self._shared.transact(in_schema, writing=writing)

    async def close(self) -> None:
        """Leave the connections to the engine that owns them."""


def _renew_connections(context: ExceptionContext) -> None:
    """Treat a connection to a read-only server as lost, so that the pool connects again."""
    if getattr(context.original_exception, "sqlstate", None) == READ_ONLY:
        context.is_disconnect = True

"""The PostgreSQL engine: a pool of connections for one process.

It is a separate module because it loads SQLAlchemy's ORM and asyncpg (6 MiB), which a bot with SQLite never needs.
"""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.db.engine import DatabaseConnection

T = TypeVar("T")

LOCK_TIMEOUT_SECONDS = 5.0  # an idle transaction is ended after this, and its locks are released


class PostgresqlEngine:
    """An engine for a PostgreSQL server."""

    def __init__(self, url: URL, schema: str) -> None:
        """`schema` confines the engine to this schema; empty for the default one."""
        # A new connection has to fetch types and prepare every statement again, so enough of them are kept open.
        # With many workspaces, each one keeps few: fifty of them would otherwise use up PostgreSQL's connections.
        pool = {"pool_size": 2 if schema else 10, "max_overflow": 5, "pool_timeout": 10}
        settings = {"idle_in_transaction_session_timeout": str(round(LOCK_TIMEOUT_SECONDS * 1000))}
        settings |= {"search_path": f'"{schema}"'} if schema else {}
        self._engine = create_async_engine(
            url, connect_args={"server_settings": settings}, hide_parameters=True, **pool
        )

    @property
    def async_engine(self) -> AsyncEngine:
        """The engine itself, for a library that keeps its own tables."""
        return self._engine

    async def transact(self, work: Callable[[DatabaseConnection], Awaitable[T]], *, writing: bool) -> T:
        """Run `work` in a transaction and return its result after the commit."""
        async with self._engine.begin() as connection:
            return await work(connection)

    async def close(self) -> None:
        await self._engine.dispose()

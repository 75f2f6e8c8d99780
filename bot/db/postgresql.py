"""The PostgreSQL engine: a pool of connections, as many as one process needs.

It is a module of its own because it loads SQLAlchemy's ORM and asyncpg, which a bot with SQLite never needs.
"""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.db.engine import DatabaseConnection

T = TypeVar("T")

LOCK_TIMEOUT_SECONDS = 5.0  # whoever falls asleep in a transaction holds its locks no longer


class PostgresqlEngine:
    """A server."""

    def __init__(self, url: URL, schema: str) -> None:
        """`schema` is the only one that is used, where it is given."""
        # A connection that is opened anew asks PostgreSQL for its types and prepares every statement again: keep enough.
        # Of many workspaces each has few: a node with fifty of them would else take more than PostgreSQL has.
        pool = {"pool_size": 2 if schema else 10, "max_overflow": 5, "pool_timeout": 10}
        settings = {"idle_in_transaction_session_timeout": str(round(LOCK_TIMEOUT_SECONDS * 1000))}
        settings |= {"search_path": f'"{schema}"'} if schema else {}
        self._engine = create_async_engine(
            url, connect_args={"server_settings": settings}, hide_parameters=True, **pool
        )

    @property
    def async_engine(self) -> AsyncEngine:
        """The same pool, for a library that keeps tables of its own."""
        return self._engine

    async def transact(self, work: Callable[[DatabaseConnection], Awaitable[T]], *, writing: bool) -> T:
        """What `work` gives, once it is committed."""
        async with self._engine.begin() as connection:
            return await work(connection)

    async def close(self) -> None:
        await self._engine.dispose()

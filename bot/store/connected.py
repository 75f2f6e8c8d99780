"""A connection within a transaction, whichever database it is to."""

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from sqlalchemy.engine import Dialect

T = TypeVar("T")


class DatabaseConnection(Protocol):
    """What SQLAlchemy's AsyncConnection and the thread of an SQLite have in common."""

    @property
    def dialect(self) -> Dialect: ...

    async def run_sync(self, fn: Callable[..., T], *args: Any) -> T:
        """What `fn(connection, …)` gives, for SQLAlchemy's plain connection."""
        ...

"""Refuse a pooler such as PgBouncer in front of PostgreSQL.

The bot limits how long its sessions may hold locks, chooses their schema, and prepares its statements in them. A pooler
drops such settings, or lends a session to somebody else after each transaction.
"""

from sqlalchemy import Connection, text

from bot.errors import SettingsError

_LOST_STATEMENTS = ("26000", "42P05")  # PostgreSQL: a prepared statement that does not exist, or exists already

_REFUSALS = ("unsupported startup parameter", "not allowed in statement pooling mode")  # of PgBouncer


class PoolerError(SettingsError):
    """A pooler answers for PostgreSQL."""

    def __init__(self) -> None:
        super().__init__(
            "QCON_DATABASE_URL leads to a pooler such as PgBouncer, which does not keep what the bot sets in its sessions. Give "
            "it the address of PostgreSQL itself: the bot keeps a pool of its own, of at most 15 connections."
        )


def refuse_pooler(connection: Connection) -> None:
    """Compare the session's number as it was told when connecting with the one that PostgreSQL knows. Raises PoolerError.

    A pooler invents the first one, because its clients do not keep a session of the server.
    """
    told = connection.connection.driver_connection.get_server_pid()  # type: ignore[union-attr]  # asyncpg's
    if told != connection.execute(text("SELECT pg_backend_pid()")).scalar_one():
        raise PoolerError


def is_from_pooler(error: Exception) -> bool:
    """True for an error that only a pooler causes: it refuses a setting or a transaction, or mixes up statements."""
    cause = getattr(error, "orig", None)
    mixed_up = getattr(cause, "sqlstate", None) in _LOST_STATEMENTS
    return mixed_up or any(refusal in str(cause) for refusal in _REFUSALS)

"""Migrations: numbered steps that only add to the schema, so that old and new processes can run side by side."""

import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Column, Connection, Index, Table, TextClause, insert, inspect, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateColumn

from bot.db.database import LOCK, REASONS, Database, Transaction, is_passing, passing_reason
from bot.db.sql import DatabaseTrigger
from bot.db.tables import (
    AGENDA,
    ALERTS,
    AMENDMENTS,
    AUDIT_TRIGGERS,
    CONVERSATIONS,
    DELIVERIES,
    DELIVERY_EVENTS,
    DELIVERY_TALKS,
    DISMISSALS,
    FEEDBACK,
    FEEDS,
    FORMER_ANCHORS,
    INTERESTS,
    PACING,
    PAUSES,
    PEOPLE,
    QUESTIONS,
    QUEUE_INDEX,
    REHEARSAL,
    REMINDERS,
    RESTORED,
    REVISIONS,
    SEEN,
    SOURCES,
    SUBSCRIPTIONS,
    UNANSWERED,
    VERSIONS,
)
from bot.errors import BotError, SettingsError, UnavailableError

# A statement fills a new table from existing rows. It must work in both databases.
SchemaAddition = Table | Column[object] | Index | DatabaseTrigger | TextClause

# Before source versions were kept, the last revision published from the operator's file or address was the newest one.
LAST_SOURCE = text(
    "INSERT INTO sources (document, seen_at, accepted, because) "
    "SELECT document, published_at, true, '' FROM revisions "
    "WHERE published_by = 'file' ORDER BY number DESC LIMIT 1"
)

# Steps run once, in this order. A released step is never edited; a change is a new step.
STEPS: tuple[Sequence[SchemaAddition], ...] = (
    (SEEN, CONVERSATIONS, SUBSCRIPTIONS),
    (REVISIONS, REHEARSAL, AGENDA, PEOPLE, UNANSWERED),
    (REMINDERS, DELIVERIES, DELIVERY_TALKS, DELIVERY_EVENTS, PACING, PAUSES, *AUDIT_TRIGGERS),
    (FEEDBACK, FEEDS),
    (QUESTIONS,),
    (SOURCES, AMENDMENTS, LAST_SOURCE),
    (QUEUE_INDEX, *AUDIT_TRIGGERS),
    (RESTORED,),
    (ALERTS,),
    (REHEARSAL.c.began,),
    (SOURCES.c.conference, AMENDMENTS.c.conference),
    (INTERESTS,),
    (DISMISSALS, PEOPLE.c.by_saved, PEOPLE.c.catch_up),
    (FORMER_ANCHORS,),
)

_LOST_STATEMENTS = ("26000", "42P05")  # PostgreSQL: a prepared statement that does not exist, or exists already

_POOLER_REFUSALS = ("unsupported startup parameter", "not allowed in statement pooling mode")  # of PgBouncer


class DatabaseTooNewError(BotError):
    """The database was migrated by a newer bot that this one cannot work beside."""


_CORRECT_ADDRESS = "Correct QCON_DATABASE_URL, or what it refers to."

_OPEN_FILE = "Let the bot's user read and write the file and its folder."

_RESTORE = "Stop the bot and restore a backup: qcon-bot restore FILE --replace."

# What to do about errors that waiting cannot help, by PostgreSQL's state or its beginning
_ADVICE_POSTGRESQL = {
    "28": _CORRECT_ADDRESS,  # no such user, or a wrong password
    "3D": _CORRECT_ADDRESS,  # no such database
    "42501": (
        "Allow it to the bot's user: GRANT CREATE ON SCHEMA public TO …; with ?schema=…, GRANT CREATE ON DATABASE … TO …. "
        "If another user owns the bot's tables, restore them as the bot's user: pg_restore --no-owner …."
    ),
}

_ADVICE_SQLITE = {
    sqlite3.SQLITE_CANTOPEN: _OPEN_FILE,
    sqlite3.SQLITE_PERM: _OPEN_FILE,
    sqlite3.SQLITE_READONLY: _OPEN_FILE,
    sqlite3.SQLITE_NOTADB: _RESTORE,
    sqlite3.SQLITE_CORRUPT: _RESTORE,
}

_LASTING_FILE_ERRORS = (PermissionError, FileNotFoundError, IsADirectoryError, NotADirectoryError)


async def migrate(database: Database) -> None:
    """Bring the database to the current version. Several processes may do this at the same time.

    Raises DatabaseTooNewError; SettingsError if the database cannot be used; or UnavailableError if it may be later.
    """
    with errors_in_words():
        if not await database.read(_is_current):
            await database.write(_migrate, database.schema)


@contextmanager
def errors_in_words() -> Iterator[None]:
    """Tell what keeps a database from being used. Raises SettingsError, or UnavailableError if it may pass."""
    try:
        yield
    except Exception as error:  # of any kind: of the driver, of SQLAlchemy, or a timeout
        if is_from_pooler(error):
            raise PoolerError from error
        if isinstance(error, UnavailableError) or not is_passing(error):
            raise
        told = f"The database of QCON_DATABASE_URL cannot be used: {_reason(error)}."
        if advice := lasting_advice(error):
            raise SettingsError(f"{told} {advice}") from error
        raise UnavailableError(told) from error


def _reason(error: Exception) -> str:
    """The reason in PostgreSQL's own words, which name the user or the database; otherwise in ours, if there are some."""
    words = passing_reason(error)
    if isinstance(error, DBAPIError):
        told = re.sub(r"^<class '[\w.]+'>: ", "", str(error.orig))
        return told if getattr(error.orig, "sqlstate", None) or words not in REASONS.values() else words
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}" if error.filename else f"it cannot be reached ({error.strerror})"
    return str(error) or words


def lasting_advice(error: Exception) -> str:
    """The advice for an error of the database that waiting cannot help; empty for one that may pass by itself."""
    if isinstance(error, OSError):  # where a server's socket is missing, the error has no file name
        return _OPEN_FILE if isinstance(error, _LASTING_FILE_ERRORS) and error.filename else ""
    cause = getattr(error, "orig", None)
    if cause is None:
        return ""
    if isinstance(cause.__cause__, ValueError):  # asyncpg's, about a setting
        return _CORRECT_ADDRESS
    state, code = getattr(cause, "sqlstate", None) or "", getattr(cause, "sqlite_errorcode", 0) & 0xFF
    of_state = (advice for beginning, advice in _ADVICE_POSTGRESQL.items() if state.startswith(beginning))
    return next(of_state, _ADVICE_SQLITE.get(code, ""))


async def _is_current(tx: Transaction) -> bool:
    """Tell whether there is nothing to do, which most starts find. Raises PoolerError."""
    if tx.on_postgresql:
        await tx.connection.run_sync(refuse_pooler)
    if not await tx.connection.run_sync(lambda connection: inspect(connection).has_table(VERSIONS.name)):
        return False
    row = (await tx.execute(select(VERSIONS))).one_or_none()
    return row is not None and row.version >= len(STEPS) >= row.min_version


async def _migrate(tx: Transaction, schema: str) -> None:
    if tx.on_postgresql:
        await tx.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
    if schema:
        await tx.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{schema}"'))
    await tx.connection.run_sync(_migrate_connection)


def _migrate_connection(connection: Connection) -> None:
    tables = inspect(connection).get_table_names()
    if connection.dialect.name == "sqlite" and tables and VERSIONS.name not in tables:
        raise SettingsError(
            f"QCON_DATABASE_URL names a database with something else in it ({', '.join(sorted(tables)[:3])}). Correct the path."
        )
    VERSIONS.create(connection, checkfirst=True)
    row = connection.execute(select(VERSIONS)).one_or_none()
    if row is None:
        connection.execute(insert(VERSIONS).values(version=0, min_version=1))
    version, min_version = (row.version, row.min_version) if row else (0, 1)
    if min_version > len(STEPS):
        raise DatabaseTooNewError(
            f"This database needs a newer bot: its tables have version {min_version}, and this bot knows up to {len(STEPS)}. Upgrade the bot."
        )
    for additions in STEPS[version:]:
        for addition in additions:
            _apply_addition(connection, addition)
    if version < len(STEPS):
        connection.execute(update(VERSIONS).values(version=len(STEPS)))


def _apply_addition(connection: Connection, addition: SchemaAddition) -> None:
    """Make one addition. A new table is created in its current form, so a later step may find its column present."""
    if isinstance(addition, Table | Index):
        addition.create(connection, checkfirst=True)
        return
    if isinstance(addition, DatabaseTrigger):
        for statement in addition.statements(connection.dialect.name == "postgresql"):
            connection.exec_driver_sql(statement)
        return
    if isinstance(addition, TextClause):
        connection.execute(addition)
        return
    table = addition.table
    if addition.name not in {column["name"] for column in inspect(connection).get_columns(table.name)}:
        column = CreateColumn(addition).compile(dialect=connection.dialect)
        connection.execute(text(f"ALTER TABLE {table.name} ADD COLUMN {column}"))


class PoolerError(SettingsError):
    """A pooler such as PgBouncer answers for PostgreSQL.

    The bot limits how long its sessions may hold locks, chooses their schema, and prepares its statements in them. A
    pooler drops such settings, or lends a session to somebody else after each transaction.
    """

    def __init__(self) -> None:
        super().__init__(
            "QCON_DATABASE_URL leads to a pooler such as PgBouncer, which does not keep what the bot sets in its sessions. Give "
            "it the address of PostgreSQL itself: the bot keeps a pool of its own, of at most 15 connections."
        )


def refuse_pooler(connection: Connection) -> None:
    """Compare the session's number as it was told when connecting with the one that PostgreSQL knows.

    Raises PoolerError.

    A pooler invents the first one, because its clients do not keep a session of the server.
    """
    told = connection.connection.driver_connection.get_server_pid()  # type: ignore[union-attr]  # asyncpg's
    if told != connection.execute(text("SELECT pg_backend_pid()")).scalar_one():
        raise PoolerError


def is_from_pooler(error: Exception) -> bool:
    """True for an error that only a pooler causes: it refuses a setting or a transaction, or mixes up statements."""
    cause = getattr(error, "orig", None)
    mixed_up = getattr(cause, "sqlstate", None) in _LOST_STATEMENTS
    return mixed_up or any(refusal in str(cause) for refusal in _POOLER_REFUSALS)

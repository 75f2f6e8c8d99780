"""The lock of a database, which keeps bots away from the commands that replace or finish it.

An SQLite database has one holder: a bot or a command. On PostgreSQL, bots share an advisory lock, and a command takes it
alone. Each connection of a bot takes it when it is made, so a bot has it again as soon as PostgreSQL was restarted.
"""

import asyncio
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from sqlalchemy.engine import make_url

from bot.clock import Clock
from bot.db.database import Database, Transaction
from bot.db.migrations import errors_in_words, refuse_pooler
from bot.errors import BotError


class DatabaseInUse(BotError):
    """Somebody else holds the lock of a database."""

    def __init__(self, database: object, hosts: Sequence[str] = ()) -> None:
        where = f" ({', '.join(hosts)})" if hosts else ""
        super().__init__(f"A bot is running with {database}, or a command is changing it{where}. Stop it first.")


class LockNotWritable(BotError):
    """The file of a lock cannot be written, for instance because it belongs to another user."""

    def __init__(self, lock: Path, error: Exception | None = None) -> None:
        reason = str(error)
        try:
            lock.open("ab").close()
        except OSError as refused:
            reason = refused.strerror or str(refused)
        super().__init__(
            f"{lock} cannot be written: {reason}. Without it, nothing shows whether a bot is running. Run this as the "
            "bot's user. If another user has left that file there and no bot is running, delete it."
        )


@contextmanager
def lock_database(url: str) -> Iterator[None]:
    """Keep every bot, and other commands, away from a database while the block is open.

    It blocks: do not call it in an event loop. Raises DatabaseInUse, LockNotWritable, or SettingsError if PostgreSQL
    cannot be reached.
    """
    plain = make_url(url)
    if plain.get_backend_name() == "sqlite":
        with lock_file(Path(plain.database or "")):
            yield
        return
    with asyncio.Runner() as runner:
        database = Database(url, Clock().real_now, for_command=True)
        try:
            hosts = runner.run(_lock_alone(database))
            if hosts is not None:
                raise DatabaseInUse(f"the PostgreSQL database {plain.database or plain.username or ''}", hosts)
            yield
        finally:
            runner.run(database.close())


@contextmanager
def lock_while_serving(url: str) -> Iterator[None]:
    """Hold the lock of an SQLite database for a bot; on PostgreSQL, each connection does it.

    Raises DatabaseInUse or LockNotWritable.
    """
    plain = make_url(url)
    if plain.get_backend_name() != "sqlite":
        yield
        return
    with lock_file(Path(plain.database or "")):
        yield


@contextmanager
def lock_file(file: Path) -> Iterator[None]:
    """Hold the lock of one file while the block is open. Raises DatabaseInUse or LockNotWritable.

    SQLite locks an empty file beside it. Such a lock ends with its process, however that ends, and works everywhere.
    """
    lock = Path(f"{file.resolve()}.lock")
    if not lock.parent.is_dir():  # the user of the file itself is told so
        yield
        return
    try:
        connection = sqlite3.connect(lock, timeout=0, isolation_level=None)
    except sqlite3.OperationalError as error:
        raise LockNotWritable(lock, error) from error
    with closing(connection):
        try:
            connection.execute("PRAGMA journal_mode=MEMORY")  # so that it needs no room on the disk
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY and lock.exists():
                raise LockNotWritable(lock, error) from error
            raise DatabaseInUse(file) from error
        if not lock.exists():  # whoever held it has just ended and deleted it, so this lock keeps nobody away
            raise DatabaseInUse(file)
        if not os.access(lock, os.W_OK, effective_ids=os.access in os.supports_effective_ids):
            raise LockNotWritable(lock)  # SQLite has opened it to read, so it has locked nothing
        try:
            yield
        finally:
            with suppress(OSError):
                lock.unlink()


async def _lock_alone(database: Database) -> Sequence[str] | None:
    """Take PostgreSQL's lock until the database is closed. If others have it, return the names of their hosts."""
    with errors_in_words():
        return await database.read(_try_lock, database.schema)


async def _try_lock(tx: Transaction, schema: str) -> Sequence[str] | None:
    from bot.db.postgresql import lock_alone, lock_holders  # noqa: PLC0415  # it loads SQLAlchemy's ORM: 6 MiB

    await tx.connection.run_sync(refuse_pooler)
    if (await tx.execute(lock_alone(schema))).scalar_one():
        return None
    return list(filter(None, (await tx.execute(lock_holders(schema))).scalars()))

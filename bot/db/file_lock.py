"""The lock of an SQLite database, which one process holds while it serves, replaces or finishes it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from sqlalchemy.engine import make_url

from bot.errors import BotError


class DatabaseInUse(BotError):
    """Another process holds the lock of a database."""

    def __init__(self, file: Path) -> None:
        super().__init__(f"A bot is running with {file}, or a command is changing it. Stop it first.")


@contextmanager
def lock_database(url: str) -> Iterator[None]:
    """Hold the lock of an SQLite database while the block is open; PostgreSQL serves several processes.

    Raises DatabaseInUse.
    """
    plain = make_url(url)
    if plain.get_backend_name() != "sqlite":
        yield
        return
    with lock_file(Path(plain.database or "")):
        yield


@contextmanager
def lock_file(file: Path) -> Iterator[None]:
    """Hold the lock of one file while the block is open. Raises DatabaseInUse.

    SQLite locks an empty file beside it. Such a lock ends with its process, however that ends, and works everywhere.
    """
    lock = Path(f"{file.resolve()}.lock")
    try:
        connection = sqlite3.connect(lock, timeout=0, isolation_level=None)
    except sqlite3.OperationalError:  # then the file itself cannot be written either, and its user is told why
        yield
        return
    with closing(connection):
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
                raise DatabaseInUse(file) from error
        if not lock.exists():  # whoever held it has just ended and deleted it, so this lock keeps nobody away
            raise DatabaseInUse(file)
        try:
            yield
        finally:
            with suppress(OSError):
                lock.unlink()

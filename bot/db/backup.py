"""Backups of an SQLite database: taken while the bot runs, put back when it does not."""

import asyncio
import os
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError

from bot.clock import Clock
from bot.db.database import Database, Transaction
from bot.db.migrations import migrate
from bot.db.sql import Moment
from bot.db.tables import DELIVERIES, NEWEST_NUMBER, RESTORED, REVISIONS, VERSIONS
from bot.errors import BotError


@dataclass(frozen=True, slots=True)
class DatabaseContents:
    """What is in a database, in short."""

    deliveries: int
    known_until: datetime  # when the last happened that it knows; machine time

    def __str__(self) -> str:
        return f"{self.deliveries:,} deliveries, last change {self.known_until:%Y-%m-%d %H:%M} UTC"


class NeverServed(BotError):
    """The bot has not run with this database yet, so there is nothing in it to keep."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


async def database_contents(tx: Transaction) -> DatabaseContents:
    """What is in this database. Raises NeverServed."""
    changes = (select(func.max(DELIVERIES.c.changed_at)), select(func.max(REVISIONS.c.published_at)))
    last = func.coalesce(*(change.scalar_subquery() for change in changes), type_=Moment)
    known_until: datetime | None = (await tx.execute(select(last))).scalar_one()
    if known_until is None:
        raise NeverServed
    count = select(func.count()).select_from(DELIVERIES)
    return DatabaseContents((await tx.execute(count)).scalar_one(), known_until)


async def mark_as_restored(tx: Transaction) -> DatabaseContents:
    """Note that this database is a copy, and may not know what was sent last; what is in it. Raises NeverServed."""
    there = await database_contents(tx)
    revision = (await tx.execute(select(NEWEST_NUMBER))).scalar_one()
    row = {"id": 1, "since": there.known_until, "revision": revision, "settled": None, "until": None}
    noted = tx.insert(RESTORED).values(row)
    await tx.execute(noted.on_conflict_do_update(index_elements=("id",), set_=row))
    return there


class BackupError(BotError):
    """A backup cannot be taken or put back; the sentence says why."""


def database_file(url: str) -> Path:
    """The file that a database is. Raises BackupError for PostgreSQL, which has tools of its own."""
    plain = make_url(url)
    if plain.get_backend_name() != "sqlite":
        raise BackupError(
            "QCON_DATABASE_URL is a PostgreSQL: pg_dump backs it up, pg_restore puts it back, and then "
            "`qcon-bot restore` without a file keeps anything from being sent twice. deploy/README.md has every step."
        )
    return Path(str(plain.database))


def back_up(database: Path, to: Path, *, replace: bool) -> DatabaseContents:
    """Copy a database that may be in use into a file that only its owner may read; what is in it.

    Raises BackupError; then no file has changed.
    """
    if to.exists() and not replace:
        raise BackupError(f"{to} is there already. Name another file, or say --replace.")
    with _copy(database, to) as (copy, contents):
        copy.replace(to)
    return contents


def restore(backup: Path, database: Path, keep_as: str, *, replace: bool) -> str:
    """Put a backup in a database's place, and tell what was done. What was there is kept, under its name and `keep_as`.

    Raises BackupError, and DatabaseTooNewError for what only a newer bot understands; then no file has changed.
    """
    with _copy(backup, database) as (copy, contents):
        kept = ""
        if database.exists():
            _require_unused(database, contents, replace=replace)
            for part in filter(Path.exists, _files_of(database)):
                part.chmod(0o600)
                part.replace(f"{database}{keep_as}{part.name.removeprefix(database.name)}")
            kept = f" What was there is kept as {database}{keep_as}."
        copy.replace(database)
    return f"Put back: {contents}.{kept}"


async def mark_restored(url: str) -> DatabaseContents:
    """Have a database, however it was put back, known to be a copy at the bot's next start; what is in it.

    Raises SettingsError where it cannot be reached.
    """
    async with _open(url) as database:
        await migrate(database)
        return await database.write(mark_as_restored)


@contextmanager
def _copy(source: Path, target: Path) -> Iterator[tuple[Path, DatabaseContents]]:
    """A checked copy beside the target, that is marked as one; gone afterwards unless it was moved."""
    if not source.is_file():
        raise BackupError(f"There is no database {source}.")
    with _sqlite_error_text(f"{target.parent} cannot be written to"):
        handle, name = tempfile.mkstemp(
            prefix=f"{target.name}.", suffix=".part", dir=target.parent
        )  # for its owner only
    os.close(handle)
    copy = Path(name)
    try:
        with _sqlite_error_text(f"{source} cannot be copied"):
            _vacuum_into(source, copy)
            _require_integrity(copy)
            contents = asyncio.run(mark_restored(_url(copy)))
            _finalise(copy)
        yield copy, contents
    finally:
        for part in _files_of(copy):
            part.unlink(missing_ok=True)


def _vacuum_into(source: Path, copy: Path) -> None:
    """As of one moment, however much is written meanwhile; what was deleted is left out (sqlite.org/lang_vacuum.html)."""
    with closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=rw", uri=True, isolation_level=None)) as reader:
        ours = reader.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (VERSIONS.name,)).fetchone()
        if ours is None:
            raise BackupError(f"{source} is no database of this bot.")
        reader.execute("VACUUM INTO ?", (str(copy),))


def _require_integrity(copy: Path) -> None:
    with closing(sqlite3.connect(copy)) as connection:
        [found] = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if found != "ok":
        raise BackupError(f"What was copied is damaged: {found}.")


def _finalise(copy: Path) -> None:
    """One file, and on the disk."""
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    with copy.open("rb+") as file:
        os.fsync(file.fileno())


def _require_unused(database: Path, by: DatabaseContents, *, replace: bool) -> None:
    """Raises BackupError where the database is in use, or nobody said that it may be replaced."""
    if _in_use(database):
        raise BackupError(f"A bot is running with {database}. Stop it first.")
    if not replace:
        raise BackupError(
            f"{database} ({_describe(database)}) would be replaced by this backup ({by}). "
            "Say --replace to do it: the old one is kept beside it."
        )


def _in_use(database: Path) -> bool:
    """Whether any process has it open, busy or not: in WAL mode each holds a lock that excludes an exclusive one."""
    with (
        _sqlite_error_text(f"{database} cannot be looked into"),
        closing(sqlite3.connect(database, timeout=0)) as connection,
    ):
        try:
            connection.execute("PRAGMA locking_mode=EXCLUSIVE")
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
                return True
            if isinstance(error, sqlite3.OperationalError):
                raise
        return False  # or damaged, which nobody can use


def _describe(database: Path) -> str:
    try:
        return str(asyncio.run(_inspect(_url(database))))
    except (DBAPIError, BotError):
        return "which cannot be read"


async def _inspect(url: str) -> DatabaseContents:
    async with _open(url) as database:
        return await database.read(database_contents)


@asynccontextmanager
async def _open(url: str) -> AsyncIterator[Database]:
    database = Database(url, Clock().real_now)
    try:
        yield database
    finally:
        await database.close()


def _files_of(database: Path) -> list[Path]:
    """The files that one database is."""
    return [database, *(database.with_name(f"{database.name}{part}") for part in ("-wal", "-shm"))]


def _url(file: Path) -> str:
    return URL.create("sqlite", database=str(file)).render_as_string()


@contextmanager
def _sqlite_error_text(what: str) -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        raise BackupError(f"{what}: {error.orig}.") from error
    except (sqlite3.Error, OSError) as error:
        raise BackupError(f"{what}: {error}.") from error

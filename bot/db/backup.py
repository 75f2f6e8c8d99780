"""Backups of an SQLite database: taken while the bot runs, restored while it is stopped."""

import asyncio
import os
import shutil
import sqlite3
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
from bot.db.engine import COMMAND_SECONDS
from bot.db.lock import DatabaseInUse, lock_file
from bot.db.migrations import migrate
from bot.db.sql import Moment
from bot.db.tables import DELIVERIES, NEWEST_NUMBER, RESTORED, REVISIONS, VERSIONS
from bot.errors import BotError, FixedTextError


@dataclass(frozen=True, slots=True)
class DatabaseContents:
    """A short summary of what a database contains."""

    deliveries: int
    known_until: datetime  # the time of the last change in it; real time

    def __str__(self) -> str:
        return f"{self.deliveries:,} deliveries, last change {self.known_until:%Y-%m-%d %H:%M} UTC"


_PLAIN_REASONS = {
    "database is locked": "another program has locked it",
    "disk I/O error": "the disk is full or failing",  # SQLite does not always tell which
}


class NeverServed(FixedTextError):
    """The bot has not run with this database yet, so there is nothing to back up or restore."""


async def database_contents(tx: Transaction) -> DatabaseContents:
    """Summarise the contents of this database. Raises NeverServed."""
    changes = (select(func.max(DELIVERIES.c.changed_at)), select(func.max(REVISIONS.c.published_at)))
    last = func.coalesce(*(change.scalar_subquery() for change in changes), type_=Moment)
    known_until: datetime | None = (await tx.execute(select(last))).scalar_one()
    if known_until is None:
        raise NeverServed
    count = select(func.count()).select_from(DELIVERIES)
    return DatabaseContents((await tx.execute(count)).scalar_one(), known_until)


async def mark_as_restored(tx: Transaction) -> DatabaseContents:
    """Mark this database as a copy that may not know the last messages sent.

    Return its contents. Raises NeverServed.
    """
    contents = await database_contents(tx)
    revision = (await tx.execute(select(NEWEST_NUMBER))).scalar_one()
    row = {"id": 1, "since": contents.known_until, "revision": revision, "settled": None, "until": None}
    insert = tx.insert(RESTORED).values(row)
    await tx.execute(insert.on_conflict_do_update(index_elements=("id",), set_=row))
    return contents


class BackupError(BotError):
    """A backup cannot be taken or restored; the message gives the reason."""


def database_file(url: str) -> Path:
    """The file of an SQLite database. Raises BackupError for PostgreSQL, which has its own tools."""
    plain = make_url(url)
    if plain.get_backend_name() != "sqlite":
        raise BackupError(
            "QCON_DATABASE_URL names a PostgreSQL database: pg_dump backs it up, pg_restore restores it, and then "
            "`qcon-bot restore` without a file keeps anything from being sent twice. deploy/README.md has every step."
        )
    return Path(str(plain.database))


def back_up(database: Path, to: Path, *, replace: bool) -> DatabaseContents:
    """Copy a database, which may be in use, to a file that only its owner may read. Return its contents.

    Raises BackupError, or DatabaseInUse if a bot runs with that file; in both cases, no file has changed.
    """
    if _belongs_to(database, to):
        raise BackupError(f"{to} is the database itself, or one of its files. Choose another file.")
    if to.exists() and not replace:
        raise BackupError(f"{to} already exists. Choose another file, or add --replace.")
    with _copy(database, to) as (copy, contents):
        copy.replace(to)
    return contents


def restore(backup: Path, database: Path, keep_as: str, *, replace: bool) -> str:
    """Replace a database by a backup, and describe what was done.

    The replaced database is kept under its name followed by `keep_as`. Raises BackupError, DatabaseInUse, and
    DatabaseTooNewError if the backup needs a newer bot; in these cases, no file has changed.
    """
    with _copy(backup, database) as (copy, contents):
        if database.exists():
            _require_unused(database, contents, replace=replace)
        with _sqlite_error_text(f"{database} cannot be replaced"):
            kept = _keep(database, keep_as)
            copy.replace(database)
    return f"Restored: {contents}.{f' The old database is kept as {database}{keep_as}.' if kept else ''}"


def _keep(database: Path, keep_as: str) -> bool:
    """Keep a database that is about to be replaced, and tell whether there was one.

    It stays in its place too: a process that is killed between two steps must not leave a bot without a database. Its
    other files are moved, because SQLite would take them for those of the restored one, also where they are all there
    is.
    """
    old = list(filter(Path.exists, _files_of(database)))
    for part in old:
        part.chmod(0o600)
        kept = Path(f"{database}{keep_as}{part.name.removeprefix(database.name)}")
        if part != database:
            part.replace(kept)
            continue
        try:
            kept.hardlink_to(part)
        except OSError:  # not every file system has links
            shutil.copy2(part, kept)
    return bool(old)


async def mark_restored(url: str) -> DatabaseContents:
    """Migrate a restored database and mark it as a copy, for the bot's next start. Return its contents.

    Raises SettingsError if the database cannot be reached, and NeverServed.
    """
    async with _open(url) as database:
        await migrate(database)
        return await database.write(mark_as_restored)


@contextmanager
def _copy(source: Path, target: Path) -> Iterator[tuple[Path, DatabaseContents]]:
    """Make a checked copy beside the target, marked as a copy. It is deleted at the end unless it was moved."""
    if target.exists() and not target.is_file():
        raise BackupError(f"{target} is a folder or a device. Name a file.")
    if not source.is_file():
        raise BackupError(f"There is no database {source.absolute()}.")
    copy = target.with_name(f"{target.name}.part")
    with lock_file(target):
        with _sqlite_error_text(f"{target.parent} cannot be written to"):
            _remove(copy)  # of a command that was killed
            copy.touch(0o600, exist_ok=False)
        try:
            with _sqlite_error_text(f"{source} cannot be copied to {target.absolute().parent}"):
                _vacuum_into(source, copy)
                _require_integrity(copy)
                contents = asyncio.run(mark_restored(_url(copy)))
                _finalise(copy)
            yield copy, contents
        finally:
            _remove(copy)


def _remove(database: Path) -> None:
    for part in _files_of(database):
        part.unlink(missing_ok=True)


def _vacuum_into(source: Path, copy: Path) -> None:
    """Copy one consistent state, without deleted rows, while others may write (sqlite.org/lang_vacuum.html)."""
    with closing(
        sqlite3.connect(f"{source.absolute().as_uri()}?mode=rw", COMMAND_SECONDS, uri=True, isolation_level=None)
    ) as reader:
        is_ours = reader.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (VERSIONS.name,)).fetchone()
        if is_ours is None:
            raise BackupError(f"{source} isn't a database of this bot.")
        reader.execute("VACUUM INTO ?", (str(copy),))


def _require_integrity(copy: Path) -> None:
    with closing(sqlite3.connect(copy)) as connection:
        [result] = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if result != "ok":
        raise BackupError(f"The copy is damaged: {result}.")


def _finalise(copy: Path) -> None:
    """Turn the copy into a single file and make sure that it is on the disk."""
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    with copy.open("rb+") as file:
        os.fsync(file.fileno())


def _require_unused(database: Path, by: DatabaseContents, *, replace: bool) -> None:
    """Check that the database may be replaced. Raises BackupError, or DatabaseInUse."""
    if _in_use(database):
        raise DatabaseInUse(database)
    if not replace:
        raise BackupError(
            f"{database} ({_describe(database)}) would be replaced by this backup ({by}). "
            "Add --replace to do it; the old one is kept next to it."
        )


def _in_use(database: Path) -> bool:
    """Tell whether a process has the database open.

    In WAL mode, each one holds a lock that excludes an exclusive one.
    """
    with (
        _sqlite_error_text(f"{database} cannot be checked"),
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
        return False  # unused, or too damaged to be used


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
    database = Database(url, Clock().real_now, for_command=True)
    try:
        yield database
    finally:
        await database.close()


def _files_of(database: Path) -> list[Path]:
    return [database, *(database.with_name(f"{database.name}{part}") for part in ("-wal", "-shm", "-journal"))]


def _belongs_to(database: Path, file: Path) -> bool:
    """Tell whether a file is the database or one of its files, also by a link or another spelling."""
    parts = _files_of(database.resolve())
    return file.resolve() in parts or (file.exists() and any(part.exists() and part.samefile(file) for part in parts))


def _url(file: Path) -> str:
    return URL.create("sqlite", database=str(file)).render_as_string()


@contextmanager
def _sqlite_error_text(what: str) -> Iterator[None]:
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        reason = str(getattr(error, "orig", error))
        raise BackupError(f"{what}: {_PLAIN_REASONS.get(reason, reason)}.") from error
    except OSError as error:
        raise BackupError(f"{what}: {error.strerror or error}.") from error

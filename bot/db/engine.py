"""The SQLite engine, and the two kinds of connections that a transaction may have.

SQLite runs each transaction as a whole in a thread: handing every single statement to a thread would cost more than
the statement itself.
"""

import asyncio
import contextvars
import os
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from sqlalchemy import create_engine, event
from sqlalchemy.engine import URL, Connection, Dialect, Engine
from sqlalchemy.util import LRUCache

from bot.errors import SettingsError

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

T = TypeVar("T")


BUSY_SECONDS = 5.0  # how long a statement waits for another process, such as a backup

COMMAND_SECONDS = 4.0  # the same for a command, whose user waits: for a connection, and for a lock

READERS = 3  # at once on one file, besides one who writes

STATEMENTS = 1_000  # that stay compiled; there are a few hundred

# The memory of the one connection to each of many files: a statement takes up to 10 KiB, and 0.1 ms to prepare again.
# Pages that it does not keep are still in the system's memory.
CACHED_STATEMENTS, CACHED_KIB = 16, 64

THREADS = 16  # for the transactions of all files of a process

# A transaction that reads first and writes later fails at once if another one wrote in between, without waiting.
_BEGIN_WRITE = "BEGIN IMMEDIATE"


class SyncConnection:
    """A connection whose coroutines never suspend, for a transaction that runs in one thread."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def dialect(self) -> Dialect:
        return self._connection.dialect

    async def run_sync(self, work: Callable[..., T], *args: Any) -> T:
        """Run `work(connection, …)` and return its result."""
        return work(self._connection, *args)


DatabaseConnection: TypeAlias = "AsyncConnection | SyncConnection"


class DatabaseFileGone(OSError):
    """The file of an open database was deleted, or another file has its name now."""


class DatabaseClaimed(OSError):
    """A command such as `qcon-bot finish` keeps bots away from the database."""


@dataclass(frozen=True, slots=True)
class SharedParts:
    """The parts that the engines of all files of a process share."""

    threads: ThreadPoolExecutor
    dialect: Dialect
    statements: LRUCache[Any, Any]  # compiled ones, which takes a millisecond and 15 KiB each

    @classmethod
    def new(cls) -> "SharedParts":
        engine = create_engine("sqlite://")
        with engine.connect():  # to memory; this has the dialect find out what this SQLite can do
            return cls(ThreadPoolExecutor(THREADS, "database"), engine.dialect, LRUCache(STATEMENTS))


class SqliteEngine:
    """An engine for an SQLite file: one writer and several readers at a time.

    Where a process has many files, each has a single connection, whose transactions take turns.
    """

    def __init__(self, url: URL, shared: SharedParts | None = None, *, busy_s: float = BUSY_SECONDS) -> None:
        """Open the file when it is first used. `shared` is of an engine for another file, which is closed last.

        A statement waits `busy_s` seconds for another process. Raises SettingsError if the folder of the file does not exist.
        """
        folder = Path(url.database or "").parent
        if not folder.is_dir():
            raise SettingsError(f"The database of QCON_DATABASE_URL cannot be opened: there is no folder {folder}.")
        self._url, self._file = url, Path(url.database or "")
        self._busy_s = busy_s
        self._opened: os.stat_result | None = None
        self._is_first = shared is None
        self._shared = shared or SharedParts.new()
        self._writing = asyncio.Semaphore()
        self._reading = self._writing if shared else asyncio.Semaphore(READERS)
        self._engine = create_engine(
            url,
            connect_args={"timeout": busy_s} | ({"cached_statements": CACHED_STATEMENTS} if shared else {}),
            pool_size=1 if shared else READERS + 1,
            max_overflow=0,
            hide_parameters=True,
            execution_options={"compiled_cache": self._shared.statements},
        )
        _listen(self._engine, *([f"cache_size=-{CACHED_KIB}"] if shared else []))
        self._engine.dialect = self._shared.dialect  # compiled statements are found by their dialect

    @cached_property
    def async_engine(self) -> "AsyncEngine":
        """An asynchronous engine on the same file, for a library with tables of its own that may write at any time."""
        from sqlalchemy.ext.asyncio import create_async_engine  # noqa: PLC0415  # it loads SQLAlchemy's ORM: 6 MiB

        engine = create_async_engine(
            self._url.set(drivername="sqlite+aiosqlite"),
            connect_args={"timeout": self._busy_s},
            hide_parameters=True,
        )
        _listen(engine.sync_engine)
        event.listen(engine.sync_engine, "begin", lambda connection: connection.exec_driver_sql(_BEGIN_WRITE))
        return engine

    async def transact(self, work: Callable[[DatabaseConnection], Awaitable[T]], *, writing: bool) -> T:
        """Run `work` in a transaction and return its result after the commit. It may await nothing but the connection.

        A caller that is cancelled during a write waits until the write has ended.
        """
        if not writing:
            async with self._reading:
                return await self._run_in_thread(work, writing)
        async with self._writing:
            writing_task = asyncio.ensure_future(self._run_in_thread(work, writing))
            try:
                return await asyncio.shield(writing_task)
            except asyncio.CancelledError:
                await asyncio.gather(writing_task, return_exceptions=True)
                raise

    def for_file(self, url: URL) -> "SqliteEngine":
        """Return an engine for another file that runs its transactions in this one's threads."""
        return SqliteEngine(url, self._shared)

    async def close(self) -> None:
        """Wait for running transactions, then close all connections."""
        if self._is_first:
            await asyncio.to_thread(self._shared.threads.shutdown)
        self._engine.dispose()
        if "async_engine" in vars(self):
            await self.async_engine.dispose()

    async def _run_in_thread(self, work: Callable[[DatabaseConnection], Awaitable[T]], writing: bool) -> T:
        run = partial(contextvars.copy_context().run, self._transact, work, writing)
        return await asyncio.get_running_loop().run_in_executor(self._shared.threads, run)

    def _transact(self, work: Callable[[DatabaseConnection], Awaitable[T]], writing: bool) -> T:
        self._require_same_file()
        with self._engine.connect() as connection, connection.begin():
            self._opened = self._opened or self._file.stat()
            connection.exec_driver_sql(_BEGIN_WRITE if writing else "BEGIN")
            return _run_to_completion(work(SyncConnection(connection)))

    def _require_same_file(self) -> None:
        """Check that the name still leads to the file that was opened. Raises DatabaseFileGone.

        SQLite would go on, and nobody would find what it writes after a restart; with another file it would even mix
        the two.
        """
        if self._opened is None:
            return
        try:
            is_same = os.path.samestat(self._file.stat(), self._opened)
        except FileNotFoundError:
            is_same = False
        if not is_same:
            raise DatabaseFileGone


def _run_to_completion(work: Awaitable[T]) -> T:
    """Run a coroutine that never suspends, and return its result. Raises RuntimeError if it does suspend."""
    steps = work.__await__()
    try:
        next(steps)
    except StopIteration as end:
        result: T = end.value
        return result
    steps.close()
    raise RuntimeError("within a transaction nothing is waited for but the database")


def ignore_outcome(task: "asyncio.Task[Any]") -> None:
    """Keep asyncio from reporting the error of a task that nobody waits for any more."""
    if not task.cancelled():
        task.exception()


def _listen(engine: Engine, *pragmas: str) -> None:
    file = Path(engine.url.database or "")
    event.listen(engine, "do_connect", partial(_create_private, file))
    event.listen(
        engine, "connect", partial(_set_pragmas, ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", *pragmas))
    )
    event.listen(engine, "connect", partial(_keep_private, file))


def _create_private(file: Path, *_: Any) -> None:
    """Create the file if it is missing, so that only its owner can read it, whatever the umask."""
    if not file.exists():
        file.touch(0o600)


def _keep_private(file: Path, *_: Any) -> None:
    """Let only the owner read an older file and its parts, once SQLite has read it: a wrong address may name any file."""
    for part in (file, Path(f"{file}-wal"), Path(f"{file}-shm")):
        with suppress(FileNotFoundError, PermissionError):  # another process may have removed the file, or own it
            part.chmod(0o600)


def _set_pragmas(pragmas: Sequence[str], connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # otherwise the driver begins transactions itself, and never with IMMEDIATE
    cursor = connection.cursor()
    for pragma in pragmas:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()

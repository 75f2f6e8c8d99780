"""Where each of many workspaces keeps its data: a PostgreSQL schema or an SQLite file of its own, which no other sees."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.engine import make_url

from bot.store.database import Database, Transaction


async def delete_tenant(url: str, machine: Callable[[], datetime]) -> None:
    """Delete a workspace's home and everything in it; `url` is the home's (bot.settings.home). It may be gone already."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        await asyncio.to_thread(_delete_file, str(address.database))
        return
    database = Database(address.difference_update_query(["schema"]).render_as_string(hide_password=False), machine)
    try:
        await database.write(_drop_schema, str(address.query["schema"]))
    finally:
        await database.close()


def _delete_file(file: str) -> None:
    for part in ("", "-wal", "-shm"):
        Path(f"{file}{part}").unlink(missing_ok=True)


async def _drop_schema(tx: Transaction, schema: str) -> None:
    await tx.execute(text(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE'))

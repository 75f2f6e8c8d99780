"""Workspaces that remove the bot: how Slack says so, and the deletion of what they leave."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import make_url

from bot.clock import Clock
from bot.db.database import Database, Transaction


def is_uninstall(body: Mapping[str, Any]) -> bool:
    """Tell whether Slack says that a workspace removed the bot or revoked its token. People's own tokens do not count."""
    type_ = event_type(body)
    tokens = body["event"].get("tokens") if type_ == "tokens_revoked" else None
    return type_ == "app_uninstalled" or (isinstance(tokens, dict) and bool(tokens.get("bot")))


def event_time(body: Mapping[str, Any]) -> datetime:
    """Return when an event happened, by Slack's clock. Slack, or somebody else, may send it again much later."""
    try:
        return datetime.fromtimestamp(body["event_time"], UTC)
    except (LookupError, TypeError, ValueError, OSError, OverflowError):
        return Clock().real_now()


def event_type(body: Mapping[str, Any]) -> str:
    """Return the type of an event, such as `app_uninstalled`; empty for a request that is no event."""
    event = body.get("event")
    return str(event.get("type", "")) if isinstance(event, dict) else ""


async def delete_tenant(url: str, real_now: Callable[[], datetime]) -> None:
    """Delete a workspace's schema or file at `url` (bot.settings.workspace_database_url), if it is there."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        await asyncio.to_thread(_delete_file, str(address.database))
        return
    database = Database(address.difference_update_query(["schema"]).render_as_string(hide_password=False), real_now)
    try:
        await database.write(_drop_schema, str(address.query["schema"]))
    finally:
        await database.close()


def _delete_file(file: str) -> None:
    for part in ("", "-wal", "-shm"):
        Path(f"{file}{part}").unlink(missing_ok=True)


async def _drop_schema(tx: Transaction, schema: str) -> None:
    await tx.execute(text(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE'))

"""Prepare many workspaces quickly: the bot prepares one for each schedule, and the others are copies of its data."""

from collections.abc import Mapping, Sequence
from typing import Any

from slack_sdk.oauth.installation_store import Installation
from sqlalchemy import Table, select

from bot.clock import Clock
from bot.db.database import Database, Transaction
from bot.db.migrations import migrate
from bot.db.sql import METADATA
from bot.db.tables import VERSIONS, WORKSPACES
from bot.fake_slack import FakeSlack
from bot.settings import workspace_database_url
from bot.web.installations import InstallationStore
from tests.end_to_end.several import APP_ID, CLIENT_ID

Rows = Mapping[Table, Sequence[Mapping[str, Any]]]


async def install(url: str, key: str, workspaces: Sequence[FakeSlack]) -> None:
    """Install the bot in these workspaces, as their people would in a browser."""
    database = Database(url, Clock().real_now)
    store = InstallationStore(CLIENT_ID, (key,), database)
    await store.prepare()
    for slack in workspaces:
        installation = Installation(
            app_id=APP_ID,
            team_id=slack.workspace.team_id,
            user_id="U0INSTALLER",
            bot_token=slack.bot_token,
            bot_id=slack.workspace.bot_id,
            bot_user_id=slack.workspace.bot.id,
        )
        await store.async_save(installation)
    await database.close()


async def copy(url: str, originals: Sequence[str], copies: Sequence[str]) -> None:
    """Give each of these workspaces the data that one of the originals has. No process may run meanwhile."""
    shared = Database(url, Clock().real_now)
    data = [await _rows_of(shared, url, original) for original in originals]
    for number, workspace in enumerate(copies):
        known, rows = data[number % len(originals)]
        database = shared.beside(workspace_database_url(url, workspace))
        await migrate(database)
        await database.write(_insert, rows, workspace)
        await database.close()
        await shared.write(_insert, {WORKSPACES: [known]}, workspace)
    await shared.close()


async def _rows_of(shared: Database, url: str, workspace: str) -> tuple[Mapping[str, Any], Rows]:
    """Read what is known of a workspace from outside, and all rows that it has."""
    known = await shared.read(_read, [WORKSPACES])
    database = shared.beside(workspace_database_url(url, workspace))
    tables = [table for table in METADATA.sorted_tables if table is not VERSIONS]
    rows = await database.read(_read, tables)
    await database.close()
    return next(row for row in known[WORKSPACES] if row["workspace"] == workspace), rows


async def _read(tx: Transaction, tables: Sequence[Table]) -> Rows:
    return {table: [dict(row) for row in (await tx.execute(select(table))).mappings()] for table in tables}


async def _insert(tx: Transaction, rows: Rows, workspace: str) -> None:
    for table, found in rows.items():
        if found:
            theirs = {"workspace": workspace} if "workspace" in table.c else {}
            await tx.execute(tx.insert(table).on_conflict_do_nothing(), [{**row, **theirs} for row in found])

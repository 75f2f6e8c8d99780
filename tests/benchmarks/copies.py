"""Prepare many workspaces quickly: the bot prepares one for each schedule, and the others are copies of its data."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from slack_sdk.oauth.installation_store import Installation
from sqlalchemy import Table, select

from bot.clock import Clock
from bot.db.database import Database, Transaction
from bot.db.migrations import migrate
from bot.db.sql import METADATA
from bot.db.tables import VERSIONS, WORKSPACES
from bot.fake_slack.arguments import SlackRefusal
from bot.fake_slack.workspace import ORGANISER
from bot.settings import workspace_database_url
from bot.web.installations import InstallationStore
from tests.end_to_end.processes import launch, wait_until_ready
from tests.end_to_end.several import APP_ID, CLIENT_ID, KEY, SlackWithWorkspaces
from tests.fake_slack.server import SlackForTests
from tests.steps import turn_on_reminders

Rows = Mapping[Table, Sequence[Mapping[str, Any]]]


async def prepare(
    slack: SlackWithWorkspaces, url: str, folder: Path, variables: dict[str, str], schedules: int = 1
) -> None:
    """Let the bot serve all these workspaces once, with reminders on in a channel of each, and stop it.

    It really serves the first, one for each of so many schedules; the others get copies of their data.
    """
    workspaces = list(slack.workspaces.values())
    originals, others = workspaces[:schedules], workspaces[schedules:]
    await install(url, originals)
    async with wait_until_ready(await launch("run", variables, folder), "serving on ") as running:
        slack.connect(running.url)
        await running.says("ready: ", within_s=600)
        for workspace in originals:
            await _until_reminders_are_on(workspace)
        await running.stop(within_s=300)
    await install(url, others)
    await _copy(url, [slack.workspace.team_id for slack in originals], [slack.workspace.team_id for slack in others])


async def _until_reminders_are_on(workspace: SlackForTests) -> None:
    """Turn on reminders in a channel. One that takes long to open answers late, so this tries again."""
    async with asyncio.timeout(300):
        while True:
            try:
                await turn_on_reminders(workspace.person(ORGANISER.name))
            except (SlackRefusal, TimeoutError):
                await asyncio.sleep(1)
            else:
                return


async def install(url: str, workspaces: Sequence[SlackForTests]) -> None:
    """Install the bot in these workspaces, as their people would in a browser."""
    database = Database(url, Clock().real_now)
    store = InstallationStore(CLIENT_ID, (KEY,), database)
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


async def _copy(url: str, originals: Sequence[str], copies: Sequence[str]) -> None:
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

"""The list of workspaces that installed the bot, for operators who serve many."""

import asyncio
import json
from argparse import Namespace as Arguments
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime

from bot import settings
from bot.app.workspace_repository import WorkspaceStatus, statuses
from bot.clock import Clock
from bot.db.database import Database
from bot.errors import SettingsError
from bot.web.installations import InstallationStore


def run_workspaces(arguments: Arguments) -> int:
    """List the workspaces that installed the bot, with the reason where it is not running."""
    found = asyncio.run(_statuses(settings.read_settings()))
    print(json.dumps([_as_json(status) for status in found], indent=2) if arguments.json else workspaces_report(found))
    return 0


def workspaces_report(found: Sequence[WorkspaceStatus]) -> str:
    """A line for each workspace, and the reason below it where the bot is not at work."""
    if not found:
        return "No workspace has installed the bot."
    lines = []
    for status in found:
        used = f"last used {_minute(status.active_at)}" if status.active_at else "not used yet"
        name = f"{status.conference}, revision {status.revision}" if status.conference else "no conference yet"
        lines.append(f"{status.workspace}  {status.state:6}  {name}, {used}, next look by {_minute(status.due_at)}")
        if status.problem:
            lines.append(f"  {status.problem}")
    return "\n".join(lines)


def _minute(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _as_json(status: WorkspaceStatus) -> dict[str, object]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in asdict(status).items()}


async def _statuses(read: settings.Settings) -> Sequence[WorkspaceStatus]:
    if not read.multi_workspace:
        raise SettingsError("These settings are for one workspace. Set SLACK_CLIENT_ID to serve many.")
    database = Database(read.database_url, Clock().real_now)
    try:
        await InstallationStore(read.client_id, read.token_keys, database).prepare()
        return await database.read(statuses)
    finally:
        await database.close()

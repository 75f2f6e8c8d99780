"""Commands for operators: backups, rehearsals, workspaces."""

import asyncio
import json
from argparse import Namespace as Arguments
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime

from bot import settings, telemetry
from bot.app.workspace_repository import WorkspaceStatus, statuses
from bot.cli.session import keep_bots_away, open_database, require_closed, require_database
from bot.clock import Clock
from bot.db import backup
from bot.errors import SettingsError
from bot.rehearsal.report import simulation_report
from bot.rehearsal.run import AttendeeModel
from bot.web.installations import InstallationStore


def run_backup(arguments: Arguments) -> int:
    """Copy the SQLite database to a file; the bot may be running."""
    url = settings.read_settings().database_url
    database = backup.database_file(url)
    require_database(url)
    print(f"Backed up to {arguments.file}: {backup.back_up(database, arguments.file, replace=arguments.replace)}.")
    return 0


def run_restore(arguments: Arguments) -> int:
    """Replace the SQLite database with a backup, while the bot is stopped."""
    read, aside = settings.read_settings(), f".replaced-{Clock().system_now():%Y%m%dT%H%M%SZ}"
    if arguments.file is None:
        with keep_bots_away(read):
            print(f"Marked as restored: {asyncio.run(backup.mark_restored(read.database_url))}.")
    else:
        database = backup.database_file(read.database_url)
        require_closed(read)
        print(backup.restore(arguments.file, database, aside, replace=arguments.replace))
    print(
        "When the bot starts, it first looks in Slack for what it may have sent since, so that nothing is sent twice."
    )
    return 0


def run_rehearse(arguments: Arguments) -> int:
    """Run the whole conference in advance, on this machine alone, and show who gets what and when."""
    telemetry.start_logging("WARNING")
    attendees = AttendeeModel(arguments.attendees, arguments.saves, arguments.seed, arguments.track_channels)
    text, succeeded = simulation_report(settings.read_settings(), arguments.schedule, attendees, as_json=arguments.json)
    print(text)
    return 0 if succeeded else 1


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
    async with open_database(read.database_url) as database:
        await InstallationStore(read.client_id, read.token_keys, database).prepare()
        return await database.read(statuses)

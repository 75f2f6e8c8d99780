"""Commands for operators: deliveries, reminders, the report, the end of the conference, backups, rehearsals, workspaces."""

import asyncio
import json
from argparse import Namespace as Arguments
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial

from bot import settings, telemetry
from bot.app.workspace_repository import WorkspaceStatus, statuses
from bot.cli import deliveries_report
from bot.cli.report_files import finish, write_report
from bot.cli.session import OperatorSession, open_session
from bot.clock import Clock
from bot.db import backup
from bot.db.database import Database
from bot.delivery.monitoring import DeliveryFilter
from bot.errors import BotError, SettingsError
from bot.rehearsal.report import simulation_report
from bot.rehearsal.run import AttendeeModel
from bot.web.installations import InstallationStore


def run_deliveries(arguments: Arguments) -> int:
    """List what was sent and what was not, explain one delivery, try it again or cancel it."""
    wanted = DeliveryFilter("", arguments.state, arguments.to, arguments.talk, arguments.kind)
    if (arguments.retry or arguments.cancel) and not arguments.id:
        raise BotError("Give the delivery's id, or the start of it: `qcon-bot deliveries` lists them.")

    async def report(session: OperatorSession) -> str:
        if arguments.retry:
            return await deliveries_report.retry(session, arguments.id)
        if arguments.cancel:
            return await deliveries_report.cancel(session, arguments.id)
        if arguments.id:
            return await deliveries_report.explain_report(session, arguments.id, as_json=arguments.json)
        return await deliveries_report.list_report(session, wanted, arguments.limit, as_json=arguments.json)

    return _print_report(report)


def run_reminders(arguments: Arguments) -> int:
    """Show in advance what will be sent on a day."""
    report = partial(deliveries_report.forecast_report, day=arguments.day, as_json=arguments.json)
    return _print_report(report)


def run_report(arguments: Arguments) -> int:
    """Write a report of the conference: a page with charts, and the figures as CSV, without names."""
    return _print_report(partial(write_report, folder=arguments.output))


def _print_report(report: Callable[[OperatorSession], Awaitable[str]]) -> int:
    """Print what `report` returns of a session, which is open only that long."""

    async def in_session() -> str:
        async with open_session(settings.read_settings()) as session:
            return await report(session)

    print(asyncio.run(in_session()))
    return 0


def run_finish(arguments: Arguments) -> int:
    """Write the report and the schedule, then delete what the database holds about people; it asks first."""

    def agree(question: str) -> bool:
        print(question)
        return arguments.yes or _read_line("Type yes to delete it: ").strip().lower() == "yes"

    finish(settings.read_settings(), arguments.output, agree, print)
    return 0


def _read_line(prompt: str) -> str:
    """A line that somebody types; raises BotError where nobody does."""
    try:
        return input(prompt)
    except (EOFError, KeyboardInterrupt):
        print()
        raise BotError("No answer, so nothing else was done.") from None


def run_backup(arguments: Arguments) -> int:
    """Copy the SQLite database to a file; the bot may be running."""
    database = backup.database_file(settings.read_settings().database_url)
    print(f"Backed up to {arguments.file}: {backup.back_up(database, arguments.file, replace=arguments.replace)}.")
    return 0


def run_restore(arguments: Arguments) -> int:
    """Replace the SQLite database with a backup, while the bot is stopped."""
    url, aside = settings.read_settings().database_url, f".replaced-{Clock().system_now():%Y%m%dT%H%M%SZ}"
    if arguments.file is None:
        print(f"Marked as restored: {asyncio.run(backup.mark_restored(url))}.")
    else:
        print(backup.restore(arguments.file, backup.database_file(url), aside, replace=arguments.replace))
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
    database = Database(read.database_url, Clock().real_now)
    try:
        await InstallationStore(read.client_id, read.token_keys, database).prepare()
        return await database.read(statuses)
    finally:
        await database.close()

"""A conference's report in a folder: the page with charts, and the figures as CSV."""

import asyncio
from pathlib import Path

from bot.conference import source
from bot.conference.office import OperatorSession
from bot.conference.report import collect_report
from bot.store import report
from bot.views.report.figures import ConferenceReport
from bot.views.report.message import summary_lines
from bot.views.report.page import report_page
from bot.views.report.tables import csv_files
from bot.views.spoken import strip_mrkdwn

PAGE_FILE = "report.html"


async def write_report(session: OperatorSession, folder: Path) -> str:
    """Write the report, each file for its owner only, into a folder that is made if need be: the report in short, and what was written.

    Where the database served several workspaces, each has a folder of its own in it. Raises BotError where it cannot be
    written.
    """
    workspaces = await session.database.read(report.workspaces_with_data) or ("",)
    told = []
    for workspace in workspaces:
        found = await collect_report(session.database, workspace, session.schedule, session.clock.conference_now())
        there = folder / workspace if len(workspaces) > 1 else folder
        await asyncio.to_thread(_write_files, found, there)
        told += [
            *map(strip_mrkdwn, summary_lines(found)),
            f"Written: {there / PAGE_FILE}, and beside it the figures as CSV.",
        ]
    return "\n".join(told)


def _write_files(figures: ConferenceReport, folder: Path) -> None:
    source.make_folder(folder)
    for name, data in {PAGE_FILE: report_page(figures).encode(), **csv_files(figures)}.items():
        source.write_file(str(folder / name), data, private=True)

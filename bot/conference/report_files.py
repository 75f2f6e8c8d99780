"""A conference's report in a folder: the page with charts, and the figures as CSV."""

import asyncio
from pathlib import Path

from bot.conference import source
from bot.conference.office import Office
from bot.conference.report import reported
from bot.store import report
from bot.views.report.figures import Report
from bot.views.report.message import in_short
from bot.views.report.page import page
from bot.views.report.tables import tables
from bot.views.spoken import unmarked

PAGE = "report.html"


async def written(office: Office, folder: Path) -> str:
    """Write the report, each file for its owner only, into a folder that is made if need be: the report in short, and what was written.

    Where the database served several workspaces, each has a folder of its own in it. Raises BotError where it cannot be
    written.
    """
    workspaces = await office.database.read(report.workspaces) or ("",)
    told = []
    for workspace in workspaces:
        found = await reported(office.database, workspace, office.schedule, office.clock.conference())
        there = folder / workspace if len(workspaces) > 1 else folder
        await asyncio.to_thread(_write, found, there)
        told += [*map(unmarked, in_short(found)), f"Written: {there / PAGE}, and beside it the figures as CSV."]
    return "\n".join(told)


def _write(found: Report, folder: Path) -> None:
    source.make(folder)
    for name, data in {PAGE: page(found).encode(), **tables(found)}.items():
        source.write(str(folder / name), data, private=True)

"""Write the conference's report, and finish the conference: keep report and schedule, delete the data about people."""

import asyncio
from argparse import Namespace as Arguments
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from types import MappingProxyType

from bot.blockkit import talk_text
from bot.cli import files
from bot.cli.session import OperatorSession, keep_bots_away, open_session, print_report
from bot.db import data_protection
from bot.errors import BotError, FixedTextError
from bot.handlers.ask.layout import strip_mrkdwn
from bot.handlers.report import repository
from bot.handlers.report.export import csv_files, summary_lines
from bot.handlers.report.figures import ConferenceReport
from bot.handlers.report.html import report_page
from bot.handlers.report.repository import collect_report
from bot.schedule.models import Schedule
from bot.schedule.yaml.dump import schedule_yaml
from bot.search.index import build
from bot.settings import Settings, read_settings

PAGE_FILE = "report.html"


def run_report(arguments: Arguments) -> int:
    """Write a report of the conference: a page with charts, and the figures as CSV, without names."""
    return print_report(partial(write_report, folder=arguments.output))


async def write_report(session: OperatorSession, folder: Path) -> str:
    """Write the report into a folder, which is made if need be. Return it in short, with the names of its files.

    Only their owner can read the files. Where the database served several workspaces, each has a folder of its own in
    it. Raises BotError where the report cannot be written.
    """
    workspaces = await session.database.read(repository.workspaces_with_data) or ("",)
    told = []
    index = await asyncio.to_thread(build, session.schedule)
    for workspace in workspaces:
        found = await collect_report(
            session.database, workspace, session.schedule, index, session.clock.conference_now()
        )
        there = folder / workspace if len(workspaces) > 1 else folder
        await asyncio.to_thread(_write_files, found, there)
        told += [
            *map(strip_mrkdwn, summary_lines(found)),
            f"Written: {there / PAGE_FILE}, and beside it the figures as CSV.",
        ]
    return "\n".join(told)


def _write_files(figures: ConferenceReport, folder: Path) -> None:
    files.make_folder(folder)
    for name, data in {PAGE_FILE: report_page(figures).encode(), **csv_files(figures)}.items():
        files.write_file(str(folder / name), data, private=True)


TABLE_LABELS = MappingProxyType(
    {
        "agenda": "saved talks",
        "feedback": "votes and comments",
        "people": "personal settings: reminders, digest, time zone",
        "feeds": "private calendar addresses",
        "interests": "topics of interest",
        "dismissals": "talks that people don't want suggested",
        "deliveries": "messages: recipients and times",
        "delivery_talks": "talks mentioned in those messages",
        "delivery_events": "log entries about those messages",
        "subscriptions": "channels' reminders, and who turned them on",
        "conversations": "recent questions, kept for follow-ups",
        "unanswered": "searches without results",
        "holds": "pauses in sending, and who made them",
        "pacing": "when to contact whom next",
    }
)

NOTHING_LEFT = "The database holds nothing about people any more, so there is nothing to finish. Nothing was written."

NOTHING_DELETED = "Nothing was deleted."


def confirm_question(counts: Mapping[str, int], schedule: Schedule, now: datetime) -> str:
    """The list of what will be deleted and what stays, before anything is deleted."""
    ends, conference = schedule.ends, schedule.conference
    lines = [
        f"This permanently deletes what the database holds about people:\n{_table_lines(counts)}",
        "The report, the schedule and the number of questions stay. Your backups are yours to delete.",
    ]
    if ends and now < ends:
        lines.append(
            f"The conference isn't over yet: it ends on {talk_text.day_name(ends, conference)} at {talk_text.clock_time(ends, conference)}."
        )
    return "\n".join(lines)


def deleted_text(counts: Mapping[str, int]) -> str:
    """The list of what was deleted."""
    return f"Deleted:\n{_table_lines(counts)}\nThe database holds nothing about people any more."


def _table_lines(counts: Mapping[str, int]) -> str:
    return "\n".join(f"  {TABLE_LABELS[name]}: {number:,}" for name, number in counts.items())


SCHEDULE_FILE = "schedule.yaml"

Confirm = Callable[[str], bool]  # gets what is about to happen, and returns whether it may


class ChangedMeanwhile(FixedTextError):
    """Something was written in the meantime, so nothing was deleted. Stop the bot everywhere, then run finish again."""


@dataclass(frozen=True, slots=True)
class FinishPlan:
    """The list of files that were written, and of what will be deleted."""

    counts: dict[str, int]
    files: str = ""
    question: str = ""


def run_finish(arguments: Arguments) -> int:
    """Write the report and the schedule, then delete what the database holds about people; it asks first."""

    def agree(question: str) -> bool:
        print(question)
        return arguments.yes or _read_line("Type yes to delete it: ").strip().lower() == "yes"

    settings = read_settings()
    with keep_bots_away(settings):
        finish(settings, arguments.output, agree, print)
    return 0


def _read_line(prompt: str) -> str:
    """Read a line that somebody types. Raises BotError where nobody does."""
    try:
        return input(prompt)
    except (EOFError, KeyboardInterrupt):
        print()
        raise BotError("No answer, so nothing else was done.") from None


def finish(settings: Settings, folder: Path, confirm: Confirm, say: Callable[[str], None]) -> None:
    """Write the report and the schedule into the folder, then delete what is about people, if `confirm` says so.

    Nothing is deleted where something could not be written (raises BotError), nor what came after the report
    (raises ChangedMeanwhile). Finishing twice does nothing the second time. It blocks: do not call it in an event loop.
    """
    prepared = asyncio.run(_prepare(settings, folder))
    if not prepared.counts:
        say(NOTHING_LEFT)
        return
    say(prepared.files)
    if not confirm(prepared.question):
        say(NOTHING_DELETED)
        return
    asyncio.run(_erase(settings, prepared.counts))
    say(deleted_text(prepared.counts))


async def _prepare(settings: Settings, folder: Path) -> FinishPlan:
    async with open_session(settings) as session:
        held = await session.database.read(data_protection.count_personal_rows)
        if not held:
            return FinishPlan(held)
        written = await write_report(session, folder)
        files.write_file(str(folder / SCHEDULE_FILE), schedule_yaml(session.schedule))
        written += f"\nWritten: {folder / SCHEDULE_FILE}, the schedule as it was served."
        return FinishPlan(held, written, confirm_question(held, session.schedule, session.clock.conference_now()))


async def _erase(settings: Settings, counts: dict[str, int]) -> None:
    async with open_session(settings) as session:
        if not await session.database.write(data_protection.erase_personal_rows, counts):
            raise ChangedMeanwhile

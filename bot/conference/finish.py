"""Finishing a conference: report and schedule to keep, then what is about people is deleted."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bot.conference import source
from bot.conference.office import open_session
from bot.conference.report_files import write_report
from bot.errors import BotError
from bot.schedule.write import schedule_yaml
from bot.settings import Settings
from bot.store import finish as store
from bot.views import finish as views

SCHEDULE_FILE = "schedule.yaml"

Confirm = Callable[[str], bool]  # told what is about to happen; whether it may


class ChangedMeanwhile(BotError):
    """Something was written in the meantime, so nothing was deleted. Stop the bot everywhere, then finish again."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


@dataclass(frozen=True, slots=True)
class FinishPlan:
    """What was written, and what is to be deleted."""

    counts: dict[str, int]
    files: str = ""
    question: str = ""


def finish(settings: Settings, folder: Path, confirm: Confirm, say: Callable[[str], None]) -> None:
    """Write the report and the schedule into the folder, then delete what is about people, if `confirm` says so.

    Nothing is deleted where something could not be written (raises BotError), nor what came after the report
    (raises ChangedMeanwhile). Finishing twice does nothing the second time. Not for the event loop: it waits.
    """
    prepared = asyncio.run(_prepare(settings, folder))
    if not prepared.counts:
        say(views.NOTHING_LEFT)
        return
    say(prepared.files)
    if not confirm(prepared.question):
        say(views.NOTHING_DELETED)
        return
    asyncio.run(_erase(settings, prepared.counts))
    say(views.deleted_text(prepared.counts))


async def _prepare(settings: Settings, folder: Path) -> FinishPlan:
    async with open_session(settings) as office:
        held = await office.database.read(store.count_personal_rows)
        if not held:
            return FinishPlan(held)
        told = await write_report(office, folder)
        source.write_file(str(folder / SCHEDULE_FILE), schedule_yaml(office.schedule))
        told += f"\nWritten: {folder / SCHEDULE_FILE}, the schedule as it was served."
        return FinishPlan(held, told, views.confirm_question(held, office.schedule, office.clock.conference_now()))


async def _erase(settings: Settings, counts: dict[str, int]) -> None:
    async with open_session(settings) as office:
        if not await office.database.write(store.erase_personal_rows, counts):
            raise ChangedMeanwhile

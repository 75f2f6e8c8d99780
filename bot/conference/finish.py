"""Finishing a conference: report and schedule to keep, then what is about people is deleted."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bot.conference import source
from bot.conference.office import opened
from bot.conference.report_files import written
from bot.errors import BotError
from bot.schedule.write import as_yaml
from bot.settings import Settings
from bot.store import finish as store
from bot.views import finish as views

SCHEDULE = "schedule.yaml"

Agree = Callable[[str], bool]  # told what is about to happen; whether it may


class ChangedMeanwhileError(BotError):
    """Something was written in the meantime, so nothing was deleted. Stop the bot everywhere, then finish again."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


@dataclass(frozen=True, slots=True)
class Prepared:
    """What was written, and what is to be deleted."""

    held: dict[str, int]
    written: str = ""
    question: str = ""


def finish(settings: Settings, folder: Path, agree: Agree, say: Callable[[str], None]) -> None:
    """Write the report and the schedule into the folder, then delete what is about people, if `agree` says so.

    Nothing is deleted where something could not be written (raises BotError), nor what came after the report
    (raises ChangedMeanwhileError). Finishing twice does nothing the second time. Not for the event loop: it waits.
    """
    prepared = asyncio.run(_prepared(settings, folder))
    if not prepared.held:
        say(views.NOTHING_LEFT)
        return
    say(prepared.written)
    if not agree(prepared.question):
        say(views.NOTHING_DELETED)
        return
    asyncio.run(_erased(settings, prepared.held))
    say(views.done(prepared.held))


async def _prepared(settings: Settings, folder: Path) -> Prepared:
    async with opened(settings) as office:
        held = await office.database.read(store.held)
        if not held:
            return Prepared(held)
        told = await written(office, folder)
        source.write(str(folder / SCHEDULE), as_yaml(office.schedule))
        told += f"\nWritten: {folder / SCHEDULE}, the schedule as it was served."
        return Prepared(held, told, views.question(held, office.schedule, office.clock.conference()))


async def _erased(settings: Settings, held: dict[str, int]) -> None:
    async with opened(settings) as office:
        if not await office.database.write(store.erase, held):
            raise ChangedMeanwhileError

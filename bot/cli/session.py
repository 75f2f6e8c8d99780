"""The session of an operator's command: the database, the schedule that is served, and the conference's clock.

Commands that only read what the bot did need no more, so they start without the bot.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.engine import make_url

from bot.app.workspace_repository import is_open
from bot.clock import Clock
from bot.db.database import Database
from bot.db.lock import lock_database
from bot.db.migrations import errors_in_words, migrate
from bot.errors import BotError
from bot.live_schedule import clock_repository, repository
from bot.live_schedule.versions import load_stored
from bot.redaction import redacted
from bot.schedule.models import Schedule
from bot.settings import Settings, read_settings


class NotFound(BotError):
    """The thing that the operator named does not exist; the sentence says which."""


class WorkspaceInUse(BotError):
    """A process has the workspace open that a command is about to change."""

    def __init__(self, workspace: str) -> None:
        super().__init__(
            f"A bot is at work in {workspace}. It closes a workspace ten minutes after the last request, unless something is "
            "due. Try again then, or stop the bot; if it was killed, wait a minute."
        )


@dataclass(frozen=True, slots=True)
class OperatorSession:
    """The database with the schedule that is served and the conference's clock."""

    database: Database
    schedule: Schedule
    clock: Clock

    def format_moment(self, moment: datetime) -> str:
        """`Tue 5 March 10:25:03`, on the venue's clock."""
        local = self.schedule.conference.local(moment)
        return f"{local:%a} {local.day} {local:%B %H:%M:%S}"


def require_database(url: str) -> None:
    """Check that an SQLite database exists, which would be created otherwise. Raises NotFound."""
    plain = make_url(url)
    if plain.get_backend_name() == "sqlite" and not (file := Path(plain.database or "").absolute()).exists():
        raise NotFound(f"There is no database {file}. Run this in the bot's folder, or set QCON_DATABASE_URL.")


@asynccontextmanager
async def open_database(url: str) -> AsyncIterator[Database]:
    """Open a database for a command, and tell its errors in words. Raises SettingsError, or NotFound if it is missing."""
    require_database(url)
    database = Database(url, Clock().real_now, for_command=True)
    try:
        with errors_in_words():
            yield database
    finally:
        await database.close()


@contextmanager
def keep_bots_away(settings: Settings) -> Iterator[None]:
    """Keep bots away from the database while the block is open.

    A process that serves many workspaces goes on with the others. Raises DatabaseInUse, WorkspaceInUse or another
    BotError.
    """
    require_database(settings.database_url)
    require_closed(settings)
    with lock_database(settings.database_url):
        yield


def require_closed(settings: Settings) -> None:
    """Check that no process has one of many workspaces open. Raises WorkspaceInUse."""
    if settings.workspace and asyncio.run(_is_open(settings)):
        raise WorkspaceInUse(settings.workspace)


async def _is_open(settings: Settings) -> bool:
    with suppress(NotFound):
        async with open_database(settings.process_database_url) as database:
            return await database.read(is_open, settings.workspace)
    return False


@asynccontextmanager
async def open_session(settings: Settings) -> AsyncIterator[OperatorSession]:
    """Open a session; the database is closed at the end.

    Raises NotFound before the bot has ever run with this database.
    """
    clock = Clock()
    async with open_database(settings.database_url) as database:
        await migrate(database)
        newest = await database.read(repository.newest_version)
        if newest is None:
            name = redacted(settings.database_url)
            raise NotFound(
                f"The bot has not run with the database {name} yet. Start it once, or set QCON_DATABASE_URL."
            )
        if anchors := await database.read(clock_repository.clock_anchors):
            clock.follow(*anchors)
        yield OperatorSession(database, load_stored(newest), clock)


def print_report(report: Callable[[OperatorSession], Awaitable[str]]) -> int:
    """Print what `report` returns of a session, which is open only that long."""

    async def in_session() -> str:
        async with open_session(read_settings()) as session:
            return await report(session)

    print(asyncio.run(in_session()))
    return 0

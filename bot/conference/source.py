"""Where the schedule comes from: the operator's file or address, in our format or in one that conferences publish."""

import asyncio
import re
from pathlib import Path

from bot.conference.fetch import NOTHING_SEEN, FetchError
from bot.errors import BotError, SettingsError
from bot.schedule.importers.imported import Imported
from bot.schedule.importers.programme import NO_HINTS, Hints
from bot.schedule.load import load
from bot.schedule.model import Schedule
from bot.schedule.nodes import MOST_BYTES

# How files begin that are not YAML: XML, JSON, a calendar. A byte order mark may come first.
FOREIGN = re.compile(rb"[\xef\xbb\xbf\xff\xfe\0\s]*(?:[<{\[]|BEGIN:VCALENDAR)", re.IGNORECASE)


class Source:
    """A file or an address, and which version of it was seen last."""

    def __init__(self, name: str, hints: Hints = NO_HINTS) -> None:
        self.name = name
        self._hints = hints
        self._seen = NOTHING_SEEN
        self._stamp: tuple[int, ...] | None = None

    @property
    def is_address(self) -> bool:
        return is_address(self.name)

    async def look(self) -> Schedule | None:
        """The schedule, if it is another version than at the last look; nothing if not.

        Raises as `read` does. A version that could not be read is not looked at again until it changes.
        """
        if self.is_address:
            return await self._fetched()
        stamp = await asyncio.to_thread(_stamp, self.name)
        if stamp == self._stamp:
            return None
        self._stamp = stamp
        return await asyncio.to_thread(read, self.name, self._hints)

    async def _fetched(self) -> Schedule | None:
        from bot.conference.published import published  # noqa: PLC0415 - see `imported`

        found = await published(self.name, self._hints, self._seen)
        if found is None:
            return None
        self._seen = found.seen
        return _to_serve(found.imported, self.name)


def _stamp(path: str) -> tuple[int, ...]:
    """What changes when a file does; empty where there is none, and then reading it tells why."""
    try:
        found = Path(path).stat()
    except OSError:
        return ()
    return found.st_mtime_ns, found.st_size, found.st_ino


def read(source: str, hints: Hints = NO_HINTS) -> Schedule:
    """The schedule of this source; raises as `imported` does, and SettingsError where it cannot be served.

    A file in our own format says everything itself: there, `hints` count for nothing.
    """
    if not is_address(source) and not FOREIGN.match(data := content(source)):
        return load(data, source)
    return _to_serve(imported(source, hints), source)


def _to_serve(found: Imported, source: str) -> Schedule:
    if not found.zone_is_told:
        told = f"The schedule {source} tells no time zone, so reminders would come at wrong times."
        raise SettingsError(f"{told} Name the venue's in QCON_TIMEZONE, like Europe/London.")
    return found.schedule


def is_address(source: str) -> bool:
    """Whether a source is on the web, rather than a file."""
    return source.lower().startswith(("https://", "http://"))


def imported(source: str, hints: Hints, *, private: bool = False) -> Imported:
    """The schedule in this file, or at this address, and what was made of it. Not for the event loop: it waits.

    `private` allows addresses within one's own network. Raises ScheduleError with all errors; SettingsError where there
    is no such file; FetchError where the address gives none.
    """
    # What reads other formats takes megabytes that a bot which serves a file of its own never needs.
    from bot.conference.published import published  # noqa: PLC0415
    from bot.schedule.importers.formats import import_schedule  # noqa: PLC0415

    if not is_address(source):
        return import_schedule(content(source), source, hints)
    found = asyncio.run(published(source, hints, private=private))
    if found is None:
        raise FetchError(f"{source} says that nothing has changed, but nothing was known of it. Try again.")
    return found.imported


def content(path: str) -> bytes:
    """What is in this file, at most a little more than a schedule may be; raises SettingsError where it cannot be read."""
    try:
        with Path(path).open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        raise SettingsError(f"The schedule {path} cannot be read: {error.strerror or error}.") from error


def make(folder: Path) -> None:
    """Have this folder. Raises BotError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BotError(f"{folder} cannot be made: {error.strerror or error}.") from error


def write(path: str, data: bytes, *, private: bool = False) -> None:
    """Put a file in place whole: who reads it meanwhile sees the old or the new one. Raises BotError.

    `private` keeps it from everybody else on this machine.
    """
    target = Path(path)
    try:
        if target.exists() and not target.is_file():  # /dev/stdout is written to, never replaced
            target.write_bytes(data)
            return
        beside = target.with_name(f"{target.name}.part")
        beside.unlink(missing_ok=True)
        beside.touch(0o600 if private else 0o666)
        if private:
            beside.chmod(0o600)  # whatever the umask
        beside.write_bytes(data)
        beside.replace(target)
    except OSError as error:
        raise BotError(f"{path} cannot be written: {error.strerror or error}.") from error

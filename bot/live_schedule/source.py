"""Where the schedule comes from: the operator's file or address, in our format or in one that conferences publish."""

import asyncio
import re
from pathlib import Path

from bot.errors import SettingsError
from bot.live_schedule.fetch import NO_VALIDATORS, FetchError
from bot.schedule.importers.models import NO_HINTS, ImportHints, ImportResult
from bot.schedule.models import Schedule
from bot.schedule.yaml.load import load
from bot.schedule.yaml.nodes import MAX_BYTES

# How files begin that are not YAML: XML, JSON, a calendar. A byte order mark may come first.
FOREIGN_FORMAT = re.compile(rb"[\xef\xbb\xbf\xff\xfe\0\s]*(?:[<{\[]|BEGIN:VCALENDAR)", re.IGNORECASE)


class ScheduleSource:
    """A file or an address, and which version of it was seen last."""

    def __init__(self, name: str, hints: ImportHints = NO_HINTS) -> None:
        self.name = name
        self._hints = hints
        self._validators = NO_VALIDATORS
        self._file_stamp: tuple[int, ...] | None = None

    @property
    def is_address(self) -> bool:
        return is_address(self.name)

    async def read_if_changed(self) -> Schedule | None:
        """The schedule, if it is another version than at the last look; nothing if not.

        Raises as `read_source` does. A version that could not be read is not looked at again until it changes.
        """
        if self.is_address:
            return await self._download_if_changed()
        stamp = await asyncio.to_thread(_file_stamp, self.name)
        if stamp == self._file_stamp:
            return None
        self._file_stamp = stamp
        return await asyncio.to_thread(read_source, self.name, self._hints)

    async def _download_if_changed(self) -> Schedule | None:
        from bot.live_schedule.download import download  # noqa: PLC0415 - see `import_source`

        found = await download(self.name, self._hints, self._validators)
        if found is None:
            return None
        self._validators = found.validators
        return _checked(found.imported, self.name)


def _file_stamp(path: str) -> tuple[int, ...]:
    """What changes when a file does; empty where there is none, and then reading it tells why."""
    try:
        found = Path(path).stat()
    except OSError:
        return ()
    return found.st_mtime_ns, found.st_size, found.st_ino


def read_source(source: str, hints: ImportHints = NO_HINTS) -> Schedule:
    """The schedule of this source; raises as `import_source` does, and SettingsError where it cannot be served.

    A file in our own format says everything itself: there, `hints` count for nothing.
    """
    if not is_address(source) and not FOREIGN_FORMAT.match(data := read_file(source)):
        return load(data, source)
    return _checked(import_source(source, hints), source)


def _checked(imported: ImportResult, source: str) -> Schedule:
    if not imported.zone_is_known:
        told = f"The schedule {source} tells no time zone, so reminders would come at wrong times."
        raise SettingsError(f"{told} Name the venue's in QCON_TIMEZONE, like Europe/London.")
    return imported.schedule


def is_address(source: str) -> bool:
    """Whether a source is on the web, rather than a file."""
    return source.lower().startswith(("https://", "http://"))


def import_source(source: str, hints: ImportHints, *, private: bool = False) -> ImportResult:
    """The schedule in this file, or at this address, and what was made of it. Not for the event loop: it waits.

    `private` allows addresses within one's own network. Raises ScheduleError with all errors; SettingsError where there
    is no such file; FetchError where the address gives none.
    """
    # What reads other formats takes megabytes that a bot which serves a file of its own never needs.
    from bot.live_schedule.download import download  # noqa: PLC0415
    from bot.schedule.importers.formats import import_schedule  # noqa: PLC0415

    if not is_address(source):
        return import_schedule(read_file(source), source, hints)
    found = asyncio.run(download(source, hints, private=private))
    if found is None:
        raise FetchError(f"{source} says that nothing has changed, but nothing was known of it. Try again.")
    return found.imported


def read_file(path: str) -> bytes:
    """What is in this file, at most a little more than a schedule may be; raises SettingsError where it cannot be read."""
    try:
        with Path(path).open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise SettingsError(f"The schedule {path} cannot be read: {error.strerror or error}.") from error

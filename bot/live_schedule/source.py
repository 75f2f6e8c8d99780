"""The source of the schedule: the operator's file or web address, in our own format or a foreign one."""

import asyncio
import re
from pathlib import Path

from bot.errors import SettingsError
from bot.live_schedule.fetch import NO_VALIDATORS, FetchError
from bot.live_schedule.import_turns import import_in_turn
from bot.schedule.importers.models import NO_HINTS, OWN_FORMAT, ImportHints, ImportResult
from bot.schedule.models import Schedule
from bot.schedule.yaml.load import load
from bot.schedule.yaml.nodes import MAX_BYTES

# The start of files that are not YAML but XML, JSON or iCalendar, possibly after a byte order mark.
FOREIGN_FORMAT = re.compile(rb"[\xef\xbb\xbf\xff\xfe\0\s]*(?:[<{\[]|BEGIN:VCALENDAR)", re.IGNORECASE)


FILE_POLL_S = 2.0

URL_POLL_S = 60.0


class ScheduleSource:
    """A file or a web address, with the version of it that was read last."""

    digest = ""  # nobody else reads it, so nobody has to recognise a version

    def __init__(self, name: str, hints: ImportHints = NO_HINTS) -> None:
        self.name = name
        self._hints = hints
        self._validators = NO_VALIDATORS
        self._file_stamp: tuple[int, ...] | None = None

    @property
    def interval_s(self) -> float:
        """Seconds to wait between two looks."""
        return URL_POLL_S if is_address(self.name) else FILE_POLL_S

    async def read_if_changed(self, _max_age_s: float = 0) -> ImportResult | None:
        """Read and import the schedule; `None` if it has not changed since the last call. It is never an older one.

        Raises the same errors as `read_source`, and FetchError for an address. A file that cannot be used is not read
        again until it changes.
        """
        if is_address(self.name):
            return await self._download_if_changed()
        stamp = await asyncio.to_thread(_file_stamp, self.name)
        if stamp == self._file_stamp:
            return None
        self._file_stamp = stamp
        return await import_in_turn(_read_file_source, self.name, self._hints)

    async def _download_if_changed(self) -> ImportResult | None:
        from bot.live_schedule.download import download  # noqa: PLC0415 - see `import_source`

        downloaded = await download(self.name, self._hints, self._validators)
        if downloaded is None:
            return None
        self._validators = downloaded.validators
        return _checked(downloaded.imported, self.name)


def _file_stamp(path: str) -> tuple[int, ...]:
    """A value that changes when the file changes; empty without a file, so that reading it gives the error."""
    try:
        stat = Path(path).stat()
    except OSError:
        return ()
    return stat.st_mtime_ns, stat.st_size, stat.st_ino


def read_source(source: str, hints: ImportHints = NO_HINTS) -> Schedule:
    """Read the schedule of a source. A file in our own format needs no `hints` and ignores them.

    Raises the same errors as `import_source`, and SettingsError if the schedule has no time zone.
    """
    if is_address(source):
        return _checked(import_source(source, hints), source).schedule
    return _read_file_source(source, hints).schedule


def _read_file_source(path: str, hints: ImportHints) -> ImportResult:
    data = read_file(path)
    if FOREIGN_FORMAT.match(data):
        from bot.schedule.importers.formats import import_schedule  # noqa: PLC0415 - see `import_source`

        return _checked(import_schedule(data, path, hints), path)
    schedule = load(data, path)
    return ImportResult(schedule, OWN_FORMAT, entries=len(schedule.talks))


def _checked(imported: ImportResult, source: str) -> ImportResult:
    if not imported.zone_is_known:
        text = f"The schedule {source} names no time zone, so reminders would come at the wrong times."
        raise SettingsError(f"{text} Name the venue's in QCON_TIMEZONE, like Europe/London.")
    return imported


def is_address(source: str) -> bool:
    """Tell whether a source is a web address, not a file."""
    return source.lower().startswith(("https://", "http://"))


def import_source(source: str, hints: ImportHints, *, private: bool = False) -> ImportResult:
    """Import the schedule of a file or a web address. This call blocks, so it is not for the event loop.

    `private` allows addresses of the local network. Raises ScheduleError with all errors of the schedule, SettingsError
    if there is no such file, and FetchError if the address gives none.
    """
    # The importers take megabytes of memory that a bot with a file in our own format never needs.
    from bot.live_schedule.download import download  # noqa: PLC0415
    from bot.schedule.importers.formats import import_schedule  # noqa: PLC0415

    if not is_address(source):
        return import_schedule(read_file(source), source, hints)
    downloaded = asyncio.run(download(source, hints, private=private))
    if downloaded is None:
        raise FetchError(f"{source} says that nothing has changed, but I have no earlier version. Try again.")
    return downloaded.imported


def read_file(path: str) -> bytes:
    """Read a file, at most one byte more than a schedule may have. Raises SettingsError if it cannot be read."""
    try:
        with Path(path).open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise SettingsError(f"The schedule {path} cannot be read: {error.strerror or error}.") from error

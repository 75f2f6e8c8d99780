"""The source of the schedule: the operator's file or web address, in our own format or a foreign one.

Many workspaces of a process may follow the same source, which is then read once for all of them.
"""

import asyncio
import operator
import re
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from bot.clock import monotonic
from bot.errors import BotError, SettingsError
from bot.live_schedule.fetch import Conditions, FetchError, NoSuchFileError, fetch
from bot.schedule.identity.settle import settle
from bot.schedule.importers.models import NO_HINTS, OWN_FORMAT, ImportHints, ImportResult
from bot.schedule.models import Schedule
from bot.schedule.yaml.dump import dump
from bot.schedule.yaml.load import load
from bot.schedule.yaml.nodes import MAX_BYTES

# The importers take megabytes of memory that a bot with a file in our own format never needs, so functions import them.

# The start of files that are not YAML but XML, JSON or iCalendar, possibly after a byte order mark.
FOREIGN_FORMAT = re.compile(rb"[\xef\xbb\xbf\xff\xfe\0\s]*(?:[<{\[]|BEGIN:VCALENDAR)", re.IGNORECASE)

EXPORT_PATH, WIDGET_PATH = "/schedule/export/schedule.json", "/schedule/widgets/schedule.json"

# The pages of a pretalx event; people may give the address of any of them.
EVENT_PAGES = re.compile(r"/(?:schedule|talk|speaker|featured|sneak|cfp)(?:/.*)?$")

FILE_POLL_S = 2.0

URL_POLL_S = 60.0


Found = ImportResult | BotError  # at a source: its schedule, or the reason why that cannot be used


class ScheduleSource:
    """A file or a web address, with what was found there last. It is read once for all who follow it."""

    def __init__(
        self,
        name: str,
        hints: ImportHints = NO_HINTS,
        remember: Callable[[bytes, Schedule], Schedule] = lambda _, schedule: schedule,
        imports: Executor | None = None,
    ) -> None:
        """`remember(digest, schedule)` returns the copy of a schedule that is in memory already, if there is one.

        `imports` is the thread in which sources are imported one by one, so that answers are hardly slowed down.
        """
        self.name = name
        self.interval_s = URL_POLL_S if is_address(name) else FILE_POLL_S  # between two looks
        self.number = 0  # of versions and errors that were found
        self.edition = 0  # the same, but a version with other keys counts too
        self.digest = ""  # of the present version; empty for one that cannot be used
        self._hints = hints
        self._remember = remember
        self._imports = imports
        self._conditions: Conditions = {}  # of the version that was downloaded last
        self._file_stamp: tuple[int, ...] | None = None
        self._found: Found | None = None
        self._unreachable: FetchError | None = None
        self._read_at = float("-inf")
        self._reading: asyncio.Task[None] | None = None

    async def read(self, max_age_s: float) -> Found:
        """Return what the source has, as of `max_age_s` seconds ago or later. Raises FetchError if it does not answer.

        All wait for a read under way. It goes on if its first reader leaves: what it finds is found only once.
        """
        if self._reading is None and monotonic() - self._read_at >= max_age_s:
            self._reading = asyncio.create_task(self._read())
            self._reading.add_done_callback(self._forget)
        if self._reading is not None:
            await asyncio.shield(self._reading)
        if self._found is None or self._unreachable:
            raise self._unreachable or FetchError(f"{self.name} sent no schedule. Is the address right?")
        return self._found

    def share(self, found: ImportResult, served: Schedule) -> None:
        """Keep the schedule that is served in place of the equal one that was found, so that memory holds it once."""
        if self._found is found:  # and nothing newer meanwhile
            self._found = replace(found, schedule=served)

    def _forget(self, _: object) -> None:
        self._reading = None

    async def _read(self) -> None:
        self._read_at = monotonic()
        found: Found | None
        try:
            found = await self.read_if_changed()
        except FetchError as error:
            self._unreachable = error
            return
        except BotError as error:
            found = error
        self._unreachable = None
        if found is not None:
            await self._note(found)

    async def _note(self, found: Found) -> None:
        digest = ""
        if isinstance(found, ImportResult):
            run = asyncio.get_running_loop().run_in_executor
            digest, found = await run(self._imports, self._remembered, found)
        if not await asyncio.to_thread(operator.eq, self._found, found):
            self.number += not await asyncio.to_thread(is_same, self._found, found)
            self._found, self.digest, self.edition = found, digest, self.edition + 1

    def _remembered(self, found: ImportResult) -> tuple[str, ImportResult]:
        """The digest of what was found, with a schedule that is shared with those who serve this version."""
        digest = sha256(dump(found.schedule))
        return digest.hexdigest(), replace(found, schedule=self._remember(digest.digest(), found.schedule))

    async def read_if_changed(self) -> ImportResult | None:
        """Read and import the schedule; `None` if it has not changed since the last call. It is never an older one.

        Raises the same errors as `read_source`, and FetchError for an address. A file that cannot be used is not read
        again until it changes.
        """
        if is_address(self.name):
            downloaded = await download(self.name, self._hints, self._conditions, imports=self._imports)
            if downloaded is None:
                return None
            self._conditions, imported = downloaded.next_time, downloaded.imported
        else:
            stamp = await asyncio.to_thread(_file_stamp, self.name)
            if stamp == self._file_stamp:
                return None
            self._file_stamp = stamp
            run = asyncio.get_running_loop().run_in_executor
            imported = await run(self._imports, _import_file, self.name, self._hints)
        return _checked(imported, self.name)


def is_same(known: Found | None, found: Found) -> bool:
    """Tell whether two looks found the same. Only the keys may differ: some sources make new ones at every download."""
    if isinstance(known, BotError) or isinstance(found, BotError):
        return type(known) is type(found) and str(known) == str(found)
    if known is None or known.schedule == found.schedule:
        return known is not None
    return settle(known.schedule, found.schedule).schedule == known.schedule


def _file_stamp(path: str) -> tuple[int, ...]:
    """A value that changes when the file changes; empty without a file, so that reading it gives the error."""
    try:
        stat = Path(path).stat()
    except OSError:
        return ()
    return stat.st_mtime_ns, stat.st_size, stat.st_ino


def read_source(source: str, hints: ImportHints = NO_HINTS) -> Schedule:
    """Read the schedule of a source.

    Raises the same errors as `import_source`, and SettingsError if the schedule has no time zone.
    """
    return _checked(import_source(source, hints), source).schedule


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

    A file in our own format needs no `hints` and ignores them. `private` allows addresses of the local network. Raises
    ScheduleError with all errors of the schedule, SettingsError if there is no such file, and FetchError if the address
    gives none.
    """
    if not is_address(source):
        return _import_file(source, hints)
    downloaded = asyncio.run(download(source, hints, private=private))
    if downloaded is None:
        raise FetchError(f"{source} says that nothing has changed, but I have no earlier version. Try again.")
    return downloaded.imported


def _import_file(path: str, hints: ImportHints) -> ImportResult:
    data = read_file(path)
    if FOREIGN_FORMAT.match(data):
        from bot.schedule.importers.formats import import_schedule  # noqa: PLC0415

        return import_schedule(data, path, hints)
    schedule = load(data, path)
    return ImportResult(schedule, OWN_FORMAT, entries=len(schedule.talks))


def read_file(path: str) -> bytes:
    """Read a file, at most one byte more than a schedule may have. Raises SettingsError if it cannot be read."""
    try:
        with Path(path).open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise SettingsError(f"The schedule {path} cannot be read: {error.strerror or error}.") from error


@dataclass(frozen=True, slots=True)
class DownloadedSchedule:
    """A downloaded schedule, and the conditions with which to ask for another version only."""

    imported: ImportResult
    next_time: Conditions


async def download(
    url: str,
    hints: ImportHints = NO_HINTS,
    conditions: Conditions | None = None,
    *,
    private: bool = False,
    imports: Executor | None = None,
) -> DownloadedSchedule | None:
    """Download and import the schedule at an address; `None` if it has not changed, by `conditions`.

    It may be a file of any known format, or the page of a pretalx event. The import of a large schedule takes half a
    second, so it runs in a thread, that of `imports` if there is one. Raises FetchError or ScheduleError.
    """
    from bot.schedule.importers import formats  # noqa: PLC0415

    fetched = await fetch(url, conditions, private=private)
    if fetched is None:
        return None
    run = asyncio.get_running_loop().run_in_executor
    if not formats.is_html(fetched.data):
        imported = await run(imports, formats.import_schedule, fetched.data, url, hints)
        return DownloadedSchedule(imported, fetched.next_time)

    event = _event_url(fetched.url)
    export = await _fetch_file(event + EXPORT_PATH, private=private)
    if export is None:
        raise FetchError(f"{url} is a web page, but not a pretalx event's. Give the address of the schedule's export.")
    widget = await _fetch_file(event + WIDGET_PATH, private=private)
    imported = await run(imports, formats.import_event, export, widget, event, hints)
    return DownloadedSchedule(imported, {})


def _event_url(page: str) -> str:
    """The address of the event to which a page belongs."""
    parts = urlsplit(page)
    return urlunsplit((parts.scheme, parts.netloc, EVENT_PAGES.sub("", parts.path.rstrip("/")), "", ""))


async def _fetch_file(url: str, *, private: bool) -> bytes | None:
    """Fetch a file; `None` if the address has none, or has a web page instead.

    Raises FetchError if that is not known: without the file the schedule would look complete, and lack its breaks.
    """
    from bot.schedule.importers.formats import is_html  # noqa: PLC0415

    try:
        fetched = await fetch(url, private=private)
    except NoSuchFileError:
        return None
    return fetched.data if fetched and not is_html(fetched.data) else None

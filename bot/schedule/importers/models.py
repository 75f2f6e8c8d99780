"""What an import gives: the schedule, and an account of everything that was in the file.

A programme as it was published, entry by entry, before it is made a schedule: what each format's file gives."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from bot.schedule.models import Schedule
from bot.schedule.validation import contents_summary
from bot.schedule.yaml.problems import quote_value

MAX_NAMED = 8  # titles a reason


@dataclass(frozen=True, slots=True)
class SkippedEntry:
    """An entry of the file that is not in the schedule; `reason` goes on from its title: `has no time yet`."""

    title: str
    reason: str


@dataclass(frozen=True, slots=True)
class ImportResult:
    """A schedule and where it came from. Each entry of the file became a talk, was merged with one, or was left out."""

    schedule: Schedule
    format: str
    version: str = ""  # the published version, as the file calls it
    entries: int = 0
    merged: int = 0  # the same break in another room
    skipped: tuple[SkippedEntry, ...] = ()
    guessed: tuple[str, ...] = ()  # a sentence each
    zone_is_known: bool = True  # if not, times were read as UTC for want of better


def import_summary(imported: ImportResult) -> str:
    """What was read, guessed and left out, for the organiser: a line each."""
    return "\n".join(_summary_lines(imported))


def _summary_lines(imported: ImportResult) -> Iterator[str]:
    conference = imported.schedule.conference
    version = f", version {imported.version}" if imported.version else ""
    yield f"Format: {imported.format}{version}"
    days = f"{conference.days[0]} to {conference.days[-1]}"
    yield f"Conference: {conference.name}, {days}, {conference.timezone.key}"
    yield f"Read: {contents_summary(imported.schedule)} from {_entry_count(imported.entries)}"
    for guess in imported.guessed:
        yield f"Guessed: {guess}"
    if imported.merged:
        yield f"Merged: {_entry_count(imported.merged)}: the same break in several rooms is listed once."
    for why, titles in sorted(_skipped_by_reason(imported).items()):
        named = ", ".join(quote_value(title) if title else "one without a title" for title in titles[:MAX_NAMED])
        more = f" and {len(titles) - MAX_NAMED} more" if len(titles) > MAX_NAMED else ""
        yield f"Left out: {_entry_count(len(titles))}: {why}: {named}{more}"


def _skipped_by_reason(imported: ImportResult) -> dict[str, list[str]]:
    reasons: dict[str, list[str]] = defaultdict(list)
    for item in imported.skipped:
        reasons[item.reason].append(item.title)
    return reasons


def _entry_count(number: int) -> str:
    return "1 entry" if number == 1 else f"{number} entries"


@dataclass(frozen=True, slots=True)
class ProgrammePerson:
    """Somebody on stage. `key` is what the format knows them by; without it, their name is."""

    name: str
    key: str = ""
    role: str = ""
    affiliation: str = ""
    bio: str = ""


@dataclass(frozen=True, slots=True)
class ProgrammeEntry:
    """One thing on the programme. Its texts are as they came: HTML, Markdown, line ends and all."""

    title: str
    start: datetime | None = None  # aware, or without a zone: then it is what the venue's clocks show
    end: datetime | None = None  # likewise; without it, the entry is a moment
    shown: datetime | None = None  # what the venue's clocks show at the start, where the format says so beside `start`
    key: str = ""  # what the format knows it by, from one version to the next
    kind: str = ""
    subtitle: str = ""
    people: tuple[ProgrammePerson, ...] = ()
    rooms: tuple[str, ...] = ()
    floor: str = ""
    track: str = ""
    abstract: tuple[str, ...] = ()
    url: str = ""
    stream: str = ""
    cancelled: str = ""  # why the format itself says that this is nothing to go to: `is cancelled`


@dataclass(frozen=True, slots=True)
class Programme:
    """Everything a file says. What it does not say stays empty."""

    format: str
    entries: tuple[ProgrammeEntry, ...]
    name: str = ""
    zone: str = ""  # as the file calls it, which may be `Berlin`
    city: str = ""
    days: tuple[date, ...] = ()
    url: str = ""
    version: str = ""
    guessed: tuple[str, ...] = field(default=())  # what the reader had to guess, a sentence each


@dataclass(frozen=True, slots=True)
class ImportHints:
    """What the organiser says beside the file; it counts more than what the file says."""

    name: str = ""
    zone: str = ""  # an IANA time zone


NO_HINTS = ImportHints()

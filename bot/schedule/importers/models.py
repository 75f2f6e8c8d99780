"""The types of importing: the published programme, hints of the organiser, and the result with its summary."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from bot.schedule.models import Schedule
from bot.schedule.texts import counted, quote_value
from bot.schedule.validation import contents_summary

OWN_FORMAT = "a qcon-bot schedule file"

MAX_NAMED = 8  # titles listed for each reason


@dataclass(frozen=True, slots=True)
class SkippedEntry:
    """An entry of the file that is not in the schedule. `reason` follows “1 entry”: `without a time yet`."""

    title: str
    reason: str


@dataclass(frozen=True, slots=True)
class ImportResult:
    """An imported schedule. Each entry of the file became a talk, was merged with another one, or was skipped."""

    schedule: Schedule
    format: str
    version: str = ""  # the published version, as the file calls it
    entries: int = 0
    merged: int = 0  # entries that were the same break in another room
    skipped: tuple[SkippedEntry, ...] = ()
    guessed: tuple[str, ...] = ()  # what was guessed, one sentence each
    doubts: tuple[str, ...] = ()  # what an organiser has to decide, one question each
    zone_is_known: bool = True  # if not, times were read as UTC


def import_summary(imported: ImportResult) -> str:
    """Describe for the organiser what was read, guessed and left out, on several lines."""
    return "\n".join(_summary_lines(imported))


def _summary_lines(imported: ImportResult) -> Iterator[str]:
    conference = imported.schedule.conference
    version = f", version {imported.version}" if imported.version else ""
    yield f"Format: {imported.format}{version}"
    days = f"{conference.days[0]} to {conference.days[-1]}"
    yield f"Conference: {conference.name}, {days}, {conference.timezone.key}"
    yield f"Read: {contents_summary(imported.schedule)} from {counted(imported.entries, 'entry', 'entries')}"
    for guess in imported.guessed:
        yield f"Guessed: {guess}"
    for doubt in imported.doubts:
        yield f"To decide: {doubt}"
    if imported.merged:
        yield f"Merged: {counted(imported.merged, 'entry', 'entries')}: the same break in several rooms is listed once."
    for reason, titles in sorted(_skipped_by_reason(imported).items()):
        named = ", ".join(quote_value(title) if title else "one without a title" for title in titles[:MAX_NAMED])
        more = f" and {len(titles) - MAX_NAMED} more" if len(titles) > MAX_NAMED else ""
        yield f"Left out: {counted(len(titles), 'entry', 'entries')} {reason}: {named}{more}"


def _skipped_by_reason(imported: ImportResult) -> dict[str, list[str]]:
    reasons: dict[str, list[str]] = defaultdict(list)
    for item in imported.skipped:
        reasons[item.reason].append(item.title)
    return reasons


@dataclass(frozen=True, slots=True)
class ProgrammePerson:
    """A speaker. `key` identifies them in the format; without it, their name does."""

    name: str
    key: str = ""
    role: str = ""
    affiliation: str = ""
    bio: str = ""


@dataclass(frozen=True, slots=True)
class ProgrammeEntry:
    """One entry of a programme. Its texts are as in the file: HTML, Markdown or plain text."""

    title: str
    start: datetime | None = None  # aware, or naive in the venue's local time
    end: datetime | None = None  # likewise; without it, the entry ends when it starts
    shown: datetime | None = None  # the venue's local time at `start`, if the format gives both
    key: str = ""  # identifies the entry in every version of the file
    kind: str = ""
    level: str = ""
    language: str = ""
    subtitle: str = ""
    people: tuple[ProgrammePerson, ...] = ()
    rooms: tuple[str, ...] = ()
    floor: str = ""
    track: str = ""
    abstract: tuple[str, ...] = ()
    url: str = ""
    stream: str = ""
    cancelled: str = ""  # why the file itself rules the entry out: `cancelled`


NamedKey = tuple[str, str]  # the name of a room or a track, and its key in the format


@dataclass(frozen=True, slots=True)
class Programme:
    """Everything that a file says, before it becomes a schedule. Fields that the file does not give are empty."""

    format: str
    entries: tuple[ProgrammeEntry, ...]
    name: str = ""
    zone: str = ""  # as in the file, which may be `Berlin`
    city: str = ""
    days: tuple[date, ...] = ()
    url: str = ""
    version: str = ""
    room_keys: tuple[NamedKey, ...] = ()  # if the format has keys; empty and repeated ones do no harm
    track_keys: tuple[NamedKey, ...] = ()
    guessed: tuple[str, ...] = field(default=())  # what the importer guessed, one sentence each


@dataclass(frozen=True, slots=True)
class ImportHints:
    """Values from the organiser, which take precedence over the file's."""

    name: str = ""
    zone: str = ""  # an IANA time zone


NO_HINTS = ImportHints()

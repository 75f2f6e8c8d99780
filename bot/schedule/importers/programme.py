"""A programme as it was published, entry by entry, before it is made a schedule: what each format's file gives."""

from dataclasses import dataclass, field
from datetime import date, datetime


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

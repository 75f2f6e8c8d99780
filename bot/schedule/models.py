"""Short names for ids: where the options of a menu have no room for the 128 characters an id may have.

The words of the house: conference, room, speaker, track, talk, schedule."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from hashlib import blake2s
from types import MappingProxyType
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

ItemT = TypeVar("ItemT")


def short_id(id: str) -> str:
    """16 characters that stand for this id, today and after any change of the schedule."""
    return blake2s(id.encode(), digest_size=8).hexdigest()


def find_by_short_id(wanted_id: str, things: Mapping[str, ItemT]) -> ItemT | None:
    """The thing whose id this handle stands for, out of things by id; under 10 ms for 10,000 of them."""
    return next((thing for id, thing in things.items() if short_id(id) == wanted_id), None)


BREAK_KINDS = frozenset({"break", "lunch", "coffee", "registration", "social"})


@dataclass(frozen=True, slots=True)
class Conference:
    name: str
    timezone: ZoneInfo
    days: tuple[date, ...]  # in order, in the venue's calendar; never empty
    url: str = ""

    def local(self, moment: datetime) -> datetime:
        """The venue's wall clock at an aware moment."""
        return moment.astimezone(self.timezone)

    def day_of(self, moment: datetime) -> date:
        """The venue's calendar day at an aware moment."""
        return self.local(moment).date()


@dataclass(frozen=True, slots=True)
class Room:
    id: str
    name: str
    floor: str = ""

    @property
    def place(self) -> str:
        """Where to go, as a person says it: `Fleming, 3rd floor`."""
        return f"{self.name}, {self.floor}" if self.floor else self.name


@dataclass(frozen=True, slots=True)
class Speaker:
    id: str
    name: str
    role: str = ""
    affiliation: str = ""
    bio: str = ""


@dataclass(frozen=True, slots=True)
class Track:
    id: str
    title: str
    day: date | None = None
    room: Room | None = None
    host: tuple[Speaker, ...] = ()
    description: str = ""


@dataclass(frozen=True, slots=True)
class Talk:
    """One session: a talk, a keynote, a workshop, or a break (`kind` says which)."""

    id: str
    title: str
    start: datetime  # aware, in UTC; `Conference.local` gives the venue's wall clock
    end: datetime  # aware, in UTC, never before the start
    kind: str = "talk"
    subtitle: str = ""
    speakers: tuple[Speaker, ...] = ()
    track: Track | None = None
    room: Room | None = None
    abstract: str = ""
    url: str = ""
    stream: str = ""
    recording: str = ""
    note: str = ""  # what the organisers want everyone to know who asks for it
    full: bool = False  # its room is: nobody else gets in
    cancelled: bool = False  # it will not be given, and stays listed so that people see that

    @property
    def is_break(self) -> bool:
        """Whether people rest here rather than listen."""
        return self.kind in BREAK_KINDS

    @property
    def length(self) -> timedelta:
        return self.end - self.start

    def is_on(self, now: datetime) -> bool:
        """Whether it runs at an aware moment; its end no longer counts."""
        return self.start <= now < self.end


@dataclass(frozen=True, slots=True)
class Info:
    """The answer to a practical question: `ask` are the words people use for it."""

    ask: tuple[str, ...]
    answer: str


class _Named(Protocol):
    @property
    def id(self) -> str: ...


T = TypeVar("T", bound=_Named)


def _by_id(things: Iterable[T]) -> Mapping[str, T]:
    return MappingProxyType({thing.id: thing for thing in things})


def in_order(talks: Iterable[Talk]) -> tuple[Talk, ...]:
    """Talks as every schedule lists them: by start, then by the room's name, then by id."""
    return tuple(sorted(talks, key=lambda talk: (talk.start, talk.room.name if talk.room else "", talk.id)))


@dataclass(frozen=True)
class Schedule:
    """A whole conference; its talks are `in_order`."""

    conference: Conference
    rooms: tuple[Room, ...] = ()
    tracks: tuple[Track, ...] = ()
    speakers: tuple[Speaker, ...] = ()
    talks: tuple[Talk, ...] = ()
    info: tuple[Info, ...] = ()

    @cached_property
    def given(self) -> tuple[Talk, ...]:
        """The talks that are not cancelled, in the same order."""
        return tuple(talk for talk in self.talks if not talk.cancelled)

    @cached_property
    def breaks(self) -> tuple[Talk, ...]:
        """Those of them that are breaks."""
        return tuple(talk for talk in self.given if talk.is_break)

    @cached_property
    def talk_by_id(self) -> Mapping[str, Talk]:
        return _by_id(self.talks)

    @cached_property
    def room_by_id(self) -> Mapping[str, Room]:
        return _by_id(self.rooms)

    @cached_property
    def track_by_id(self) -> Mapping[str, Track]:
        return _by_id(self.tracks)

    @cached_property
    def speaker_by_id(self) -> Mapping[str, Speaker]:
        return _by_id(self.speakers)

    @cached_property
    def starts(self) -> datetime | None:
        """When the first talk starts, in UTC; nothing without talks."""
        return min((talk.start for talk in self.talks), default=None)

    @cached_property
    def ends(self) -> datetime | None:
        """When the last talk ends, in UTC; nothing without talks."""
        return max((talk.end for talk in self.talks), default=None)

    def talks_by(self, speaker: Speaker) -> tuple[Talk, ...]:
        """What this speaker gives, in order of start."""
        return tuple(talk for talk in self.talks if speaker in talk.speakers)

    def talks_on(self, day: date) -> tuple[Talk, ...]:
        """What starts on this day of the venue's calendar, in order of start."""
        return self._by_day.get(day, ())

    @cached_property
    def _by_day(self) -> Mapping[date, tuple[Talk, ...]]:
        days: dict[date, list[Talk]] = {}
        for talk in self.talks:
            days.setdefault(self.conference.day_of(talk.start), []).append(talk)
        return {day: tuple(talks) for day, talks in days.items()}

"""The model of a conference: rooms, speakers, tracks and talks, together in a schedule."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from hashlib import blake2s
from types import MappingProxyType
from typing import TypeVar
from zoneinfo import ZoneInfo

from bot.schedule.local_time import day_at, night_ends, span_of, wall_clock

ItemT = TypeVar("ItemT")


BREAK_KINDS = frozenset({"break", "lunch", "coffee", "registration", "social"})


class Listed:
    """Something that a schedule lists under an id.

    The source's own key may be another, which does not count as a difference.
    """

    __slots__ = ()

    id: str
    key: str

    @property
    def source_key(self) -> str:
        """The key by which the schedule's source knows it."""
        return self.key or self.id


@dataclass(frozen=True, slots=True)
class Conference:
    name: str
    timezone: ZoneInfo
    days: tuple[date, ...]  # in order, in the venue's calendar; never empty
    url: str = ""

    def local(self, moment: datetime) -> datetime:
        """Convert an aware moment to the venue's local time."""
        return moment.astimezone(self.timezone)

    def at_minute(self, day: date, minutes: int) -> datetime:
        """A time of the day at the venue as UTC; 24 hours and more is the next day."""
        return wall_clock(day, timedelta(minutes=minutes), self.timezone)

    def date_of(self, moment: datetime) -> date:
        """The date at the venue at an aware moment. For the day of the conference, see `Schedule.day_of`."""
        return self.local(moment).date()


@dataclass(frozen=True, slots=True)
class Room(Listed):
    id: str
    name: str
    floor: str = ""
    key: str = field(default="", compare=False)  # the source's own key, where the id is another
    seats: int = 0  # 0 where that is not known

    @property
    def place(self) -> str:
        """The room and its floor, as a person says it: `Fleming, 3rd floor`."""
        return f"{self.name}, {self.floor}" if self.floor else self.name


@dataclass(frozen=True, slots=True)
class Walk:
    """The time that it takes from one room to another, and back."""

    start: Room
    end: Room
    minutes: int


WalkingTimes = Mapping[frozenset[str], timedelta]  # by the ids of two rooms


@dataclass(frozen=True, slots=True)
class Speaker(Listed):
    id: str
    name: str
    role: str = ""
    affiliation: str = ""
    bio: str = ""
    key: str = field(default="", compare=False)  # the source's own key, where the id is another


@dataclass(frozen=True, slots=True)
class Track(Listed):
    id: str
    title: str
    day: date | None = None
    room: Room | None = None
    host: tuple[Speaker, ...] = ()
    description: str = ""
    key: str = field(default="", compare=False)  # the source's own key, where the id is another


@dataclass(frozen=True, slots=True)
class Talk(Listed):
    """One session: a talk, a keynote, a workshop, or a break (`kind` says which)."""

    id: str
    title: str
    start: datetime  # aware, in UTC; `Conference.local` gives the venue's time
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
    note: str = ""  # a message from the organisers, shown with the talk
    reason: str = ""  # why the organisers moved or cancelled it, shown with the talk
    full: bool = False  # the room is full: nobody else gets in
    cancelled: bool = False  # does not take place, but stays listed so that people see that
    level: str = ""  # for whom it is, in the schedule's words: Beginner, Advanced
    language: str = ""  # the code of the language it is given in: en, de
    key: str = field(default="", compare=False)  # the source's own key, where the id is another

    @property
    def is_break(self) -> bool:
        """True for lunch, coffee and the like."""
        return self.kind in BREAK_KINDS

    @property
    def is_event(self) -> bool:
        """True for what people go to: a talk, or a social event such as a party."""
        return self.kind not in BREAK_KINDS or self.kind == "social"

    @property
    def length(self) -> timedelta:
        return self.end - self.start

    def is_on(self, now: datetime) -> bool:
        """Tell whether the talk is running at an aware moment. The moment at which it ends is not part of it."""
        return self.start <= now < self.end


@dataclass(frozen=True, slots=True)
class Info:
    """The answer to a practical question.

    `ask` lists the words people use to ask it, at least one; the first names it.
    """

    ask: tuple[str, ...]
    answer: str


T = TypeVar("T", bound=Listed)


def _by_id(things: Iterable[T]) -> Mapping[str, T]:
    return MappingProxyType({thing.id: thing for thing in things})


def in_order(talks: Iterable[Talk]) -> tuple[Talk, ...]:
    """Sort talks by start, then by the name of the room, then by id."""
    return tuple(sorted(talks, key=lambda talk: (talk.start, talk.room.name if talk.room else "", talk.id)))


@dataclass(frozen=True)
class Schedule:
    """A whole conference. Its talks are sorted as `in_order` sorts them."""

    conference: Conference
    rooms: tuple[Room, ...] = ()
    tracks: tuple[Track, ...] = ()
    speakers: tuple[Speaker, ...] = ()
    talks: tuple[Talk, ...] = ()
    info: tuple[Info, ...] = ()
    walks: tuple[Walk, ...] = ()
    # Rooms and tracks that the source does not have any more, so that they are the same when they come back.
    former_rooms: tuple[Room, ...] = field(default=(), compare=False)
    former_tracks: tuple[Track, ...] = field(default=(), compare=False)

    @cached_property
    def walking_times(self) -> WalkingTimes:
        """How long it takes between rooms, as far as the schedule says so."""
        return {frozenset((walk.start.id, walk.end.id)): timedelta(minutes=walk.minutes) for walk in self.walks}

    @cached_property
    def given(self) -> tuple[Talk, ...]:
        """The talks that are not cancelled, in the same order."""
        return tuple(talk for talk in self.talks if not talk.cancelled)

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
        """The start of the first talk, in UTC; `None` without talks."""
        return min((talk.start for talk in self.talks), default=None)

    @cached_property
    def ends(self) -> datetime | None:
        """The end of the last talk, in UTC; `None` without talks."""
        return max((talk.end for talk in self.talks), default=None)

    def talks_by(self, speaker: Speaker) -> tuple[Talk, ...]:
        """The talks of this speaker, in order of start."""
        return tuple(talk for talk in self.talks if speaker in talk.speakers)

    def day_of(self, moment: datetime) -> date:
        """The day of the conference at an aware moment: after midnight, until its last talk ends, the day before."""
        return day_at(moment, self.conference.timezone, self._night_ends)

    def span_of(self, day: date) -> tuple[datetime, datetime]:
        """The beginning and the end of a day of the conference, in UTC."""
        return span_of(day, self.conference.timezone, self._night_ends)

    def talks_on(self, day: date) -> tuple[Talk, ...]:
        """The talks that start on this day of the conference, in order of start."""
        return self._by_day.get(day, ())

    def talks_during(self, day: date) -> tuple[Talk, ...]:
        """The talks that start on this day of the conference or run over into it, in order of start."""
        start, end = self.span_of(day)
        return tuple(talk for talk in self.talks if talk.start < end and (talk.start >= start or talk.end > start))

    @cached_property
    def _by_day(self) -> Mapping[date, tuple[Talk, ...]]:
        days: dict[date, list[Talk]] = {}
        for talk in self.talks:
            days.setdefault(self.day_of(talk.start), []).append(talk)
        return {day: tuple(talks) for day, talks in days.items()}

    @cached_property
    def _night_ends(self) -> Mapping[date, datetime]:
        times = ((talk.start, talk.end) for talk in self.talks)
        return night_ends(times, self.conference.timezone, self.conference.days)


def short_id(id: str) -> str:
    """Shorten an id to 16 characters, always the same ones. Slack's menus have no room for the 128 an id may have."""
    return blake2s(id.encode(), digest_size=8).hexdigest()


def find_by_short_id(wanted_id: str, things: Mapping[str, ItemT]) -> ItemT | None:
    """Find the item whose id has this short id. `things` is keyed by full id; a search takes under 10 ms for 10,000."""
    return next((thing for id, thing in things.items() if short_id(id) == wanted_id), None)

"""A person's own way through the days: what they saved, what clashes, and the time between.

What is due when: the reminders that a schedule implies, and what one subscriber would get.

What is on at a moment, what comes next, and where else one could go."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from bot.schedule.models import Conference, Schedule, Talk


@dataclass(frozen=True, slots=True)
class AgendaEntry:
    """One saved talk, seen from the stop before it."""

    talk: Talk
    clashes: tuple[Talk, ...] = ()  # other saved talks that run at the same time
    free_before: timedelta = timedelta()  # since the last saved talk of the day ended; zero for the first
    other_floor: bool = False  # the way here leads over the stairs


@dataclass(frozen=True, slots=True)
class AgendaDay:
    date: date  # in the venue's calendar
    entries: tuple[AgendaEntry, ...]


def agenda_days(saved: Iterable[Talk], conference: Conference) -> tuple[AgendaDay, ...]:
    """The saved talks by day, in order of start."""
    talks = sorted(saved, key=lambda talk: (talk.start, talk.end, talk.id))
    days = groupby(talks, key=lambda talk: conference.day_of(talk.start))
    return tuple(AgendaDay(day, _entries_of_day(tuple(group))) for day, group in days)


def overlaps(talk: Talk, other: Talk) -> bool:
    """Whether two talks run at the same time, if only for a while; one that starts as the other ends does not."""
    return talk.start < other.end and other.start < talk.end


def overlapping(talk: Talk, among: Iterable[Talk]) -> tuple[Talk, ...]:
    """Which of these run while this one does; not one that begins as the other ends, nor what is cancelled."""
    others = [other for other in among if other.id != talk.id and not (other.cancelled or talk.cancelled)]
    return tuple(other for other in others if overlaps(talk, other))


def _entries_of_day(talks: tuple[Talk, ...]) -> tuple[AgendaEntry, ...]:
    stops = []
    for number, talk in enumerate(talks):
        earlier = [one for one in talks[:number] if not (one.cancelled or talk.cancelled)]
        before = max(earlier, key=lambda one: one.end, default=None)
        free = max(talk.start - before.end, timedelta()) if before else timedelta()
        stops.append(AgendaEntry(talk, overlapping(talk, talks), free, _floor_if_other(before, talk)))
    return tuple(stops)


def _floor_if_other(before: Talk | None, talk: Talk) -> bool:
    if before is None or before.room is None or talk.room is None:
        return False
    return bool(before.room.floor and talk.room.floor) and before.room.floor != talk.room.floor


@dataclass(frozen=True, slots=True)
class UpcomingPost:
    """One message: all the sessions that start then."""

    at: datetime  # aware, in UTC
    talks: tuple[Talk, ...]

    @property
    def start(self) -> datetime:
        return self.talks[0].start


def announced_talks(schedule: Schedule, track: str = "", room: str = "") -> tuple[Talk, ...]:
    """What channels are told of: everything but breaks and what is cancelled, narrowed to the track and room of these ids where given."""
    return tuple(talk for talk in schedule.given if not talk.is_break and _in_scope(talk, track, room))


def upcoming_posts(talks: Iterable[Talk], lead: timedelta, now: datetime) -> Iterator[UpcomingPost]:
    """The messages still to come, so long before each start; those of sessions that start soon come at once."""
    ahead = sorted((talk for talk in talks if talk.start > now), key=lambda talk: talk.start)
    for start, together in groupby(ahead, key=lambda talk: talk.start):
        yield UpcomingPost(max(start - lead, now), tuple(together))


def _in_scope(talk: Talk, track: str, room: str) -> bool:
    return (not track or (talk.track is not None and talk.track.id == track)) and (
        not room or (talk.room is not None and talk.room.id == room)
    )


def running_and_next(schedule: Schedule, now: datetime) -> tuple[tuple[Talk, ...], tuple[Talk, ...]]:
    """What runs at an aware `now`, breaks included, and the talks that start together next."""
    on = tuple(talk for talk in schedule.given if talk.is_on(now))
    start = min((talk.start for talk in schedule.given if talk.start > now and not talk.is_break), default=None)
    return on, tuple(talk for talk in schedule.given if talk.start == start and not talk.is_break)


def alternatives_to(talk: Talk, schedule: Schedule) -> tuple[Talk, ...]:
    """What one can still get into while this talk runs, those that start with it first."""
    beside = [other for other in schedule.given if overlaps(talk, other)]
    found = [other for other in beside if other.id != talk.id and not other.is_break and not other.full]
    return tuple(sorted(found, key=lambda other: other.start != talk.start))

"""Questions to a schedule: what is on and next, what overlaps, a personal agenda by day, and reminders to come."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from bot.schedule.models import Room, Schedule, Talk


def running_and_next(schedule: Schedule, now: datetime) -> tuple[tuple[Talk, ...], tuple[Talk, ...]]:
    """List the talks and breaks that run at an aware `now`, and the talks of the next start (without breaks)."""
    on = tuple(talk for talk in schedule.given if talk.is_on(now))
    start = min((talk.start for talk in schedule.given if talk.start > now and not talk.is_break), default=None)
    return on, tuple(talk for talk in schedule.given if talk.start == start and not talk.is_break)


def shared_room(talks: Iterable[Talk]) -> Room | None:
    """The room that all these talks are in, so that a list says it once. Breaks may be nowhere."""
    rooms = {talk.room for talk in talks if talk.room or not talk.is_break}
    return rooms.pop() if len(rooms) == 1 else None


def overlaps(talk: Talk, other: Talk) -> bool:
    """Tell whether two talks run at the same time, even for a minute. A talk may start when another ends."""
    return talk.start < other.end and other.start < talk.end


def overlapping(talk: Talk, among: Iterable[Talk]) -> tuple[Talk, ...]:
    """List the talks in `among` that overlap this one. Cancelled talks overlap nothing."""
    others = [other for other in among if other.id != talk.id and not (other.cancelled or talk.cancelled)]
    return tuple(other for other in others if overlaps(talk, other))


def alternatives_to(talk: Talk, schedule: Schedule) -> tuple[Talk, ...]:
    """List the talks that overlap this one and have seats, first those that start with it."""
    others = [other for other in schedule.given if overlaps(talk, other)]
    free = [other for other in others if other.id != talk.id and not other.is_break and not other.full]
    return tuple(sorted(free, key=lambda other: other.start != talk.start))


def free_talks(talks: Iterable[Talk], now: datetime, saved: Iterable[Talk]) -> tuple[Talk, ...]:
    """List those of these talks after an aware `now` that overlap no saved talk and are none themselves."""
    taken = [talk for talk in saved if not talk.cancelled]
    ids = {talk.id for talk in taken}
    ahead = (talk for talk in talks if talk.start > now and not talk.is_break and talk.id not in ids)
    return tuple(talk for talk in ahead if not any(overlaps(talk, other) for other in taken))


@dataclass(frozen=True, slots=True)
class AgendaEntry:
    """One saved talk in an agenda, with what matters on the way to it."""

    talk: Talk
    clashes: tuple[Talk, ...] = ()  # other saved talks that run at the same time
    free_before: timedelta = timedelta()  # since the last saved talk of the day ended; zero for the first
    other_floor: bool = False  # the previous saved talk is on another floor


@dataclass(frozen=True, slots=True)
class AgendaDay:
    date: date  # of the conference's day, which may go on after midnight
    entries: tuple[AgendaEntry, ...]


def agenda_days(saved: Iterable[Talk], schedule: Schedule) -> tuple[AgendaDay, ...]:
    """Group saved talks by day of the conference, in order of start."""
    talks = sorted(saved, key=lambda talk: (talk.start, talk.end, talk.id))
    days = groupby(talks, key=lambda talk: schedule.day_of(talk.start))
    return tuple(AgendaDay(day, _entries_of_day(tuple(group))) for day, group in days)


def _entries_of_day(talks: tuple[Talk, ...]) -> tuple[AgendaEntry, ...]:
    entries = []
    for number, talk in enumerate(talks):
        earlier = [other for other in talks[:number] if not (other.cancelled or talk.cancelled)]
        previous = max(earlier, key=lambda other: other.end, default=None)
        free = max(talk.start - previous.end, timedelta()) if previous else timedelta()
        entries.append(AgendaEntry(talk, overlapping(talk, talks), free, _on_other_floor(previous, talk)))
    return tuple(entries)


def _on_other_floor(previous: Talk | None, talk: Talk) -> bool:
    if previous is None or previous.room is None or talk.room is None:
        return False
    return bool(previous.room.floor and talk.room.floor) and previous.room.floor != talk.room.floor


@dataclass(frozen=True, slots=True)
class UpcomingPost:
    """One message that is still to come: all the talks of one start."""

    at: datetime  # when it is posted; aware, in UTC
    talks: tuple[Talk, ...]


def announced_talks(schedule: Schedule, track: str = "", room: str = "") -> tuple[Talk, ...]:
    """List the talks that channels are reminded of: no breaks, none cancelled; only of a track or room id if given."""
    return tuple(talk for talk in schedule.given if not talk.is_break and in_scope(talk, track, room))


def upcoming_posts(talks: Iterable[Talk], lead: timedelta, now: datetime) -> Iterator[UpcomingPost]:
    """Group talks that have not started into messages, each due `lead` before the start, or now if that is past."""
    ahead = sorted((talk for talk in talks if talk.start > now), key=lambda talk: talk.start)
    for start, together in groupby(ahead, key=lambda talk: talk.start):
        yield UpcomingPost(max(start - lead, now), tuple(together))


def has_lost_talks(schedule: Schedule, track: str = "", room: str = "") -> bool:
    """Tell whether a track or a room is gone: the schedule does not list it, or only with talks that are cancelled.

    One that is listed and has no talks yet is not gone.
    """
    if (track and track not in schedule.track_by_id) or (room and room not in schedule.room_by_id):
        return True
    talks = [talk for talk in schedule.talks if in_scope(talk, track, room)]
    return bool(talks) and all(talk.cancelled for talk in talks)


def in_scope(talk: Talk, track: str, room: str) -> bool:
    """Tell whether a talk is of this track and in this room, both ids; an empty one does not narrow."""
    return (not track or (talk.track is not None and talk.track.id == track)) and (
        not room or (talk.room is not None and talk.room.id == room)
    )

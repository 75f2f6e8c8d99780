"""A person's own way through the days: what they saved, what clashes, and the time between."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from bot.schedule.model import Conference, Talk


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


def overlapping(talk: Talk, among: Iterable[Talk]) -> tuple[Talk, ...]:
    """Which of these run while this one does; not one that begins as the other ends, nor what is cancelled."""
    others = [other for other in among if other.id != talk.id and not (other.cancelled or talk.cancelled)]
    return tuple(other for other in others if other.start < talk.end and talk.start < other.end)


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

"""What is due when: the reminders that a schedule implies, and what one subscriber would get."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from bot.schedule.model import Schedule, Talk


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

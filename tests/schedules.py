"""Small schedules for tests: give what matters to the test, and the rest has sensible defaults."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from bot.schedule.models import Conference, Info, Room, Schedule, Speaker, Talk, Track, in_order

T = TypeVar("T")

LONDON = ZoneInfo("Europe/London")

DAYS = (date(2019, 3, 4), date(2019, 3, 5), date(2019, 3, 6))


def london(clock: str, day: str = "2019-03-05") -> datetime:
    """`10:35` in London, as a datetime in UTC; on the Tuesday of QCon London 2019 by default."""
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=LONDON).astimezone(UTC)


def a_conference(
    name: str = "QCon London 2019",
    timezone: ZoneInfo = LONDON,
    days: tuple[date, ...] = DAYS,
    url: str = "",
) -> Conference:
    return Conference(name, timezone, days, url)


def a_room(name: str = "Fleming", floor: str = "3rd floor") -> Room:
    return Room(_id(name), name, floor)


def a_speaker(name: str = "Bernd Ruecker", role: str = "", affiliation: str = "", bio: str = "") -> Speaker:
    return Speaker(_id(name), name, role, affiliation, bio)


def a_track(title: str = "Microservices", room: Room | None = None, host: tuple[Speaker, ...] = ()) -> Track:
    return Track(_id(title), title, None, room, host)


def a_talk(
    title: str = "Complex Event Flows",
    start: datetime | str = "10:35",
    *,
    id: str = "",
    minutes: int = 50,
    kind: str = "talk",
    speakers: tuple[Speaker, ...] = (),
    room: Room | None = None,
    track: Track | None = None,
    abstract: str = "",
    subtitle: str = "",
    url: str = "",
    stream: str = "",
    level: str = "",
) -> Talk:
    """A talk of 50 minutes; its start is a datetime, or a time in London on the Tuesday."""
    begins = london(start) if isinstance(start, str) else start
    ends = begins + timedelta(minutes=minutes)
    told = Talk(id or _id(title), title, begins, ends, kind, subtitle, speakers, track, room, abstract, url, stream)
    return replace(told, level=level)


def a_schedule(*talks: Talk, conference: Conference | None = None, info: Iterable[Info] = ()) -> Schedule:
    """A schedule with these talks and their rooms, tracks and speakers."""
    tracks = _unique(talk.track for talk in talks)
    return Schedule(
        conference=conference or a_conference(),
        rooms=_unique([*(talk.room for talk in talks), *(track.room for track in tracks)]),
        tracks=tracks,
        speakers=_unique(
            [
                *(speaker for talk in talks for speaker in talk.speakers),
                *(host for track in tracks for host in track.host),
            ]
        ),
        talks=in_order(talks),
        info=tuple(info),
    )


def _unique(values: Iterable[T | None]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(value for value in values if value is not None))


def _id(name: str) -> str:
    return "-".join("".join(letter if letter.isalnum() else " " for letter in name.lower()).split())

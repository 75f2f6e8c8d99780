"""Generated schedules for property tests."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import TypeVar
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from bot.schedule.models import Conference, Info, Room, Schedule, Speaker, Talk, Track, Walk, in_order
from bot.schedule.texts import REASON_END, paragraphs, single_line

T = TypeVar("T")

ZONES = ["Europe/London", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Chatham", "UTC"]

LETTERS = st.characters(exclude_categories=["Cs"], exclude_characters=REASON_END)

texts = st.text(LETTERS, max_size=60).map(paragraphs)

lines = st.text(LETTERS, max_size=30).map(single_line)

names = st.one_of(lines, st.sampled_from(["null", "~", "- a", "a: b", "#", "*x", "[", "2019-03-05", "Zoë"])).filter(
    bool
)

ids = st.from_regex(r"[\w][\w.:@/+~-]{0,12}", fullmatch=True)

links = st.sampled_from(["", "https://example.org/?a=1&b=2#c", "http://localhost:3000/é"])

# The last Sundays of March and October 2019, on which the clocks of Europe change.
days = st.sampled_from([date(2019, 3, 5), date(2019, 3, 31), date(2019, 10, 27), date(2020, 2, 29)])


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    """Generate a valid schedule: all references are listed, and ids are unique within a section."""
    rooms = [Room(id, draw(names), draw(lines), seats=draw(st.integers(0, 9_000))) for id in draw(_id_lists)]
    speakers = [Speaker(id, draw(names), draw(lines), draw(lines), draw(texts)) for id in draw(_id_lists)]
    tracks = [
        Track(id, draw(names), draw(st.none() | days), draw(_one(rooms)), draw(_some(speakers)), draw(texts))
        for id in draw(_id_lists)
    ]
    talks = [draw(_talk(id, rooms, speakers, tracks)) for id in draw(_id_lists)]
    conference = Conference(
        name=draw(names),
        timezone=ZoneInfo(draw(st.sampled_from(ZONES))),
        days=tuple(sorted(draw(st.sets(days, min_size=1)))),
        url=draw(links),
    )
    info = draw(st.lists(st.builds(Info, st.lists(names, min_size=1).map(tuple), texts.filter(bool)), max_size=2))
    walks = [Walk(start, end, draw(st.integers(1, 60))) for start, end in pairwise(rooms)]
    former_rooms = [
        Room(id, draw(names), draw(lines)) for id in draw(_id_lists) if id not in {room.id for room in rooms}
    ]
    former_tracks = [Track(id, draw(names)) for id in draw(_id_lists) if id not in {track.id for track in tracks}]
    return Schedule(
        conference,
        tuple(rooms),
        tuple(tracks),
        tuple(speakers),
        in_order(talks),
        tuple(info),
        tuple(walks),
        former_rooms=tuple(former_rooms),
        former_tracks=tuple(former_tracks),
    )


_id_lists = st.lists(ids, max_size=4, unique=True)


@st.composite
def _talk(
    draw: st.DrawFn, id: str, rooms: Sequence[Room], speakers: Sequence[Speaker], tracks: Sequence[Track]
) -> Talk:
    day = draw(days)
    start = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=draw(st.integers(-120, 24 * 60)))
    return Talk(
        id=id,
        title=draw(names),
        start=start,
        end=start + timedelta(seconds=draw(st.sampled_from([0, 90, 25 * 60, 50 * 60, 30 * 3600]))),
        kind=draw(st.sampled_from(["talk", "lunch", "lightning talk"])),
        subtitle=draw(lines),
        speakers=draw(_some(speakers)),
        track=draw(_one(tracks)),
        room=draw(_one(rooms)),
        abstract=draw(texts),
        url=draw(links),
        stream=draw(links),
        recording=draw(links),
        note=draw(texts),
        full=draw(st.booleans()),
        cancelled=draw(st.booleans()),
        level=draw(lines),
        language=draw(st.sampled_from(["", "en", "de"])),
    )


def _one(things: Sequence[T]) -> st.SearchStrategy[T | None]:
    return st.none() | st.sampled_from(things) if things else st.none()


def _some(things: Sequence[T]) -> st.SearchStrategy[tuple[T, ...]]:
    if not things:
        return st.just(())
    return st.lists(st.sampled_from(things), max_size=3, unique=True).map(tuple)

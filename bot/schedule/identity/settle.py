"""Settling the identity of a new version: what is known already gets the id that it is known by.

Saves, votes, reminders, subscriptions and the organisers' overrides refer to ids. Once these are settled, nothing that
follows needs to know that the source has other ones.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import is_
from typing import Any, TypeVar

from bot.schedule.identity.names import NamedT, known_rooms, known_speakers, known_tracks, name_of, words_of
from bot.schedule.identity.talks import known_additions, known_talks
from bot.schedule.models import Room, Schedule, Speaker, Talk, Track, in_order
from bot.schedule.texts import UniqueIds

ItemT = TypeVar("ItemT", Room, Track, Speaker, Talk)

PlacedT = TypeVar("PlacedT", Track, Talk)


@dataclass(frozen=True, slots=True)
class Renaming:
    """Another name of a room, a track or a speaker that was known before."""

    kind: str  # `room`, `track` or `speaker`
    before: str
    now: str


@dataclass(frozen=True, slots=True)
class SettledVersion:
    """A new version with the known ids, and the names that changed."""

    schedule: Schedule
    renamings: tuple[Renaming, ...] = ()


def settle(known: Schedule, version: Schedule, added: Sequence[Talk] = ()) -> SettledVersion:
    """Give the entries of a new version the ids of the known ones that they are. `known` includes removed talks.

    `added` are sessions that only the organisers have so far. Entries that are new get ids that nobody had before.
    Settling a settled version again changes nothing.
    """
    all_rooms = {room.id: room for room in (*known.former_rooms, *known.rooms)}
    all_tracks = {track.id: track for track in (*known.former_tracks, *known.tracks)}
    rooms = _settled(version.rooms, known_rooms(known, version), all_rooms)
    tracks = _settled(version.tracks, known_tracks(known, version), all_tracks)
    speakers = _settled(version.speakers, known_speakers(known, version), known.speaker_by_id)
    referring = with_references(version, rooms, tracks, speakers)
    known_by_new = {**known_talks(known, referring)}
    new = [talk for talk in referring.talks if talk.id not in known_by_new]
    if added and new:
        known_by_new |= known_additions(replace(known, talks=in_order(added)), replace(referring, talks=in_order(new)))
    talks = _settled(referring.talks, known_by_new, known.talk_by_id)
    renamings = (
        *_renamings("room", all_rooms, rooms.values()),
        *_renamings("track", all_tracks, tracks.values()),
        *_renamings("speaker", known.speaker_by_id, speakers.values()),
    )
    return SettledVersion(replace(referring, talks=in_order(talks.values())), renamings)


def same_conference(known: Schedule, version: Schedule) -> bool:
    """Tell whether a settled version is of the same conference: both have a day, or half of the talks by id and title.

    So a conference stays the same when its source has the wrong year for an hour.
    """
    if not set(known.conference.days).isdisjoint(version.conference.days):
        return True
    talks = [talk for talk in version.talks if not talk.is_break]
    least = min(len(talks), sum(not talk.is_break for talk in known.talks))
    return 0 < least <= 2 * sum(_is_known(talk, known) for talk in talks)


def _is_known(talk: Talk, schedule: Schedule) -> bool:
    known = schedule.talk_by_id.get(talk.id)
    return known is not None and words_of(known.title) == words_of(talk.title)


def _settled(
    entries: Sequence[ItemT], known_by_new: Mapping[str, ItemT], known_by_id: Mapping[str, ItemT]
) -> dict[str, ItemT]:
    """The entries with their settled ids, by the ids that the version gives them."""
    ids: dict[str, str] = {entry.id: known_by_new[entry.id].id for entry in entries if entry.id in known_by_new}
    free = UniqueIds((*known_by_id, *ids.values()))
    for entry in entries:
        if entry.id not in ids:
            ids[entry.id] = free.take_id(entry.id, numbered_from=_unnumbered(entry))
    return {entry.id: _with_id(entry, ids[entry.id]) for entry in entries}


def _unnumbered(entry: ItemT) -> str:
    """The entry's id without the number that the importer gave it as one of several slots with one key."""
    return entry.key if entry.key and entry.id.startswith(f"{entry.key}-") else entry.id


def _with_id(entry: ItemT, id: str) -> ItemT:
    key = "" if entry.source_key == id else entry.source_key
    return entry if (entry.id, entry.key) == (id, key) else replace(entry, id=id, key=key)


def _with_parts(entry: PlacedT, **parts: Any) -> PlacedT:
    """The entry with these parts. One that has them already stays: a version and what it is settled to share it."""
    return (
        entry if all(_is_same(getattr(entry, name), part) for name, part in parts.items()) else replace(entry, **parts)
    )


def _is_same(part: object, other: object) -> bool:
    """Tell whether this is the same object, or holds the same ones."""
    if isinstance(part, tuple) and isinstance(other, tuple):
        return len(part) == len(other) and all(map(is_, part, other))
    return part is other


def with_references(
    version: Schedule, rooms: Mapping[str, Room], tracks: Mapping[str, Track], speakers: Mapping[str, Speaker]
) -> Schedule:
    """The version with these rooms, tracks and speakers, by the ids that it gives them."""
    placed = {
        id: _with_parts(
            track, room=track.room and rooms[track.room.id], host=tuple(speakers[host.id] for host in track.host)
        )
        for id, track in tracks.items()
    }
    talks = (
        _with_parts(
            talk,
            room=talk.room and rooms[talk.room.id],
            track=talk.track and placed[talk.track.id],
            speakers=tuple(speakers[speaker.id] for speaker in talk.speakers),
        )
        for talk in version.talks
    )
    return replace(
        version,
        rooms=tuple(rooms.values()),
        tracks=tuple(placed.values()),
        speakers=tuple(speakers.values()),
        talks=in_order(talks),
        walks=tuple(replace(walk, start=rooms[walk.start.id], end=rooms[walk.end.id]) for walk in version.walks),
    )


def _renamings(kind: str, known: Mapping[str, NamedT], entries: Iterable[NamedT]) -> Iterable[Renaming]:
    for entry in entries:
        before, now = known.get(entry.id), name_of(entry)
        if before and name_of(before) != now:
            yield Renaming(kind, name_of(before), now)

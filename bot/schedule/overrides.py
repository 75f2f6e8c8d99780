"""What organisers change on top of the source: held against every new version of it, and laid over it.

Talks that the source no longer has: they stay listed as cancelled, for those who still count on them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from bot.schedule.models import Room, Schedule, Speaker, T, Talk, Track, in_order, short_id

ADDED_PREFIX = "added:"  # how the ids of what organisers add begin

MOMENT_FIELDS = frozenset({"start", "end"})


@dataclass(frozen=True, slots=True)
class Fields:
    """The parts of a talk that organisers change; nothing where one is left as it is."""

    title: str | None = None
    start: datetime | None = None  # aware, in UTC
    end: datetime | None = None  # aware, in UTC
    room: str | None = None  # its name, which need not be in the source; empty for none
    speakers: tuple[str, ...] | None = None  # their names, likewise
    recording: str | None = None
    stream: str | None = None
    note: str | None = None
    full: bool | None = None
    cancelled: bool | None = None

    @property
    def present(self) -> Mapping[str, Any]:
        """Those that are not left, by name."""
        each = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in each.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Override:
    """One talk's parts as the organiser saw them, and as they are to be; of a talk that is added, nothing was."""

    talk: str
    before: Fields
    after: Fields

    @property
    def is_addition(self) -> bool:
        """Whether it brings its talk along."""
        return self.talk.startswith(ADDED_PREFIX) and not self.before.present


@dataclass(frozen=True, slots=True)
class Conflict:
    """The source has changed what an organiser had changed too; theirs stays. Gone, if the source lacks the talk."""

    talk: str
    fields: tuple[str, ...] = ()  # names; empty when the talk is gone

    @property
    def gone(self) -> bool:
        return not self.fields


@dataclass(frozen=True, slots=True)
class MergedSchedule:
    """A version of the source with the organisers' changes laid over it, and where both changed the same."""

    schedule: Schedule
    conflicts: tuple[Conflict, ...] = ()


def merge_overrides(source: Schedule, overrides: Iterable[Override]) -> MergedSchedule:
    """Lay the edits over a version of the source, in the order in which they were made."""
    working = _Editor(source)
    conflicts = [conflict for edit in overrides if (conflict := working.apply(edit))]
    return MergedSchedule(working.schedule(), tuple(dict.fromkeys(conflicts)))


def override_of(talk: Talk, **now: Any) -> Override:
    """What makes these parts of a talk so; `now` as in Fields."""
    was = _fields_of(talk)
    return Override(talk.id, Fields(**{name: getattr(was, name) for name in now}), Fields(**now))


def addition(
    number: int | str, title: str, start: datetime, end: datetime, room: str, speakers: Sequence[str]
) -> Override:
    """What puts a session of the organisers' own into the schedule; `number` is what tells it from others."""
    return Override(f"{ADDED_PREFIX}{number}", Fields(), Fields(title, start, end, room, tuple(speakers)))


def cancelled_additions(overrides: Iterable[Override]) -> tuple[Override, ...]:
    """What stays of edits that were undone: the sessions they had added, as cancelled, for those who count on them."""
    return tuple(replace(edit, after=replace(edit.after, cancelled=True)) for edit in overrides if edit.is_addition)


def override_to_json(override: Override) -> dict[str, Any]:
    """An edit as it is kept; `override_from_json` gives it back."""
    return {"talk": override.talk, "was": _fields_to_json(override.before), "now": _fields_to_json(override.after)}


def override_from_json(stored: Mapping[str, Any]) -> Override:
    """What `override_to_json` was given."""
    return Override(stored["talk"], _fields_from_json(stored["was"]), _fields_from_json(stored["now"]))


class _Editor:
    """A schedule while edits are laid over it."""

    def __init__(self, source: Schedule) -> None:
        self._source = source
        self._talks = dict(source.talk_by_id)
        self._rooms = {room.name: room for room in reversed(source.rooms)}  # of two with one name, the first
        self._speakers = {speaker.name: speaker for speaker in reversed(source.speakers)}
        self._new_rooms: list[Room] = []
        self._new_speakers: list[Speaker] = []

    def schedule(self) -> Schedule:
        """As it is now."""
        return replace(
            self._source,
            rooms=(*self._source.rooms, *self._new_rooms),
            speakers=(*self._source.speakers, *self._new_speakers),
            talks=in_order(self._talks.values()),
        )

    def apply(self, override: Override) -> Conflict | None:
        """Lay one over what there is, and tell where the source has come to say something third."""
        talk = _blank_talk(override) if override.is_addition else self._talks.get(override.talk)
        if talk is None:
            return Conflict(override.talk)
        found, was = _fields_of(talk).present, override.before.present
        self._talks[override.talk] = self._set(talk, override.after.present)
        third = [
            name
            for name, value in override.after.present.items()
            if name in was and found[name] not in (was[name], value)
        ]
        return Conflict(override.talk, tuple(third)) if third else None

    def _set(self, talk: Talk, parts: Mapping[str, Any]) -> Talk:
        changed = dict(parts)
        if "room" in parts:
            changed["room"] = self._room(parts["room"])
        if "speakers" in parts:
            changed["speakers"] = tuple(map(self._speaker, parts["speakers"]))
        return replace(talk, **changed)

    def _room(self, name: str) -> Room | None:
        if name and name not in self._rooms:
            self._rooms[name] = Room(f"{ADDED_PREFIX}{short_id(name)}", name)
            self._new_rooms.append(self._rooms[name])
        return self._rooms[name] if name else None

    def _speaker(self, name: str) -> Speaker:
        if name not in self._speakers:
            self._speakers[name] = Speaker(f"{ADDED_PREFIX}{short_id(name)}", name)
            self._new_speakers.append(self._speakers[name])
        return self._speakers[name]


def _blank_talk(addition: Override) -> Talk:
    """What an addition's parts are laid over."""
    parts = addition.after
    if parts.title is None or parts.start is None or parts.end is None:
        raise ValueError("what is added needs a title, a start and an end")
    return Talk(addition.talk, parts.title, parts.start, parts.end)


def _fields_of(talk: Talk) -> Fields:
    """All of them, as they are."""
    return Fields(
        title=talk.title,
        start=talk.start,
        end=talk.end,
        room=talk.room.name if talk.room else "",
        speakers=tuple(speaker.name for speaker in talk.speakers),
        recording=talk.recording,
        stream=talk.stream,
        note=talk.note,
        full=talk.full,
        cancelled=talk.cancelled,
    )


def _fields_to_json(parts: Fields) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in parts.present.items()}


def _fields_from_json(kept: Mapping[str, Any]) -> Fields:
    told = dict(kept)
    for name in MOMENT_FIELDS & told.keys():
        told[name] = datetime.fromisoformat(told[name])
    if "speakers" in told:
        told["speakers"] = tuple(told["speakers"])
    return Fields(**told)


def keep_removed_talks(before: Schedule, after: Schedule) -> Schedule:
    """`after`, with the talks that only `before` has listed as cancelled.

    Where the two share no day, `after` is another conference, and nothing of the old one stays.
    """
    gone = [talk for talk in before.talks if talk.id not in after.talk_by_id]
    if not gone or not same_conference(before, after):
        return after
    tracks = _with_missing(after.tracks, before.tracks, [talk.track for talk in gone])
    placed: Sequence[Talk | Track] = [*gone, *tracks]
    rooms = _with_missing(after.rooms, before.rooms, [one.room for one in placed])
    people = [person for talk in gone for person in talk.speakers] + [host for track in tracks for host in track.host]
    speakers = _with_missing(after.speakers, before.speakers, people)
    whole = replace(after, rooms=rooms, speakers=speakers)
    whole = replace(whole, tracks=tuple(_track_in(whole, track) for track in tracks))
    return replace(whole, talks=in_order([*after.talks, *(_cancelled_in(whole, talk) for talk in gone)]))


def same_conference(one: Schedule, other: Schedule) -> bool:
    """Whether these are versions of one schedule, rather than two conferences."""
    return not set(one.conference.days).isdisjoint(other.conference.days)


def _with_missing(there: Sequence[T], known: Iterable[T], wanted: Collection[T | None]) -> tuple[T, ...]:
    """What is there, and what is wanted besides; whatever has the same id is the same thing."""
    ids = {one.id for one in wanted if one} - {one.id for one in there}
    return (*there, *(one for one in known if one.id in ids))


def _track_in(schedule: Schedule, track: Track) -> Track:
    """The track with the room and the hosts of that id, as this schedule has them."""
    hosts = tuple(schedule.speaker_by_id[one.id] for one in track.host)
    return replace(track, room=track.room and schedule.room_by_id[track.room.id], host=hosts)


def _cancelled_in(schedule: Schedule, talk: Talk) -> Talk:
    return replace(
        talk,
        room=talk.room and schedule.room_by_id[talk.room.id],
        track=talk.track and schedule.track_by_id[talk.track.id],
        speakers=tuple(schedule.speaker_by_id[one.id] for one in talk.speakers),
        cancelled=True,
    )

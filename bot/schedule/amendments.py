"""What organisers change on top of the source: held against every new version of it, and laid over it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from bot.schedule.handles import handle
from bot.schedule.model import Room, Schedule, Speaker, Talk, in_order

ADDED = "added:"  # how the ids of what organisers add begin
MOMENTS = frozenset({"start", "end"})


@dataclass(frozen=True, slots=True)
class Parts:
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
    def set(self) -> Mapping[str, Any]:
        """Those that are not left, by name."""
        each = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in each.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Edit:
    """One talk's parts as the organiser saw them, and as they are to be; of a talk that is added, nothing was."""

    talk: str
    was: Parts
    now: Parts

    @property
    def adds(self) -> bool:
        """Whether it brings its talk along."""
        return self.talk.startswith(ADDED) and not self.was.set


@dataclass(frozen=True, slots=True)
class Conflict:
    """The source has changed what an organiser had changed too; theirs stays. Gone, if the source lacks the talk."""

    talk: str
    parts: tuple[str, ...] = ()  # names; empty when the talk is gone

    @property
    def gone(self) -> bool:
        return not self.parts


@dataclass(frozen=True, slots=True)
class Amended:
    """A version of the source with the organisers' changes laid over it, and where both changed the same."""

    schedule: Schedule
    conflicts: tuple[Conflict, ...] = ()


def amend(source: Schedule, edits: Iterable[Edit]) -> Amended:
    """Lay the edits over a version of the source, in the order in which they were made."""
    working = _Working(source)
    conflicts = [conflict for edit in edits if (conflict := working.apply(edit))]
    return Amended(working.schedule(), tuple(dict.fromkeys(conflicts)))


def edit(talk: Talk, **now: Any) -> Edit:
    """What makes these parts of a talk so; `now` as in Parts."""
    was = _parts(talk)
    return Edit(talk.id, Parts(**{name: getattr(was, name) for name in now}), Parts(**now))


def addition(number: int | str, title: str, start: datetime, end: datetime, room: str, speakers: Sequence[str]) -> Edit:
    """What puts a session of the organisers' own into the schedule; `number` is what tells it from others."""
    return Edit(f"{ADDED}{number}", Parts(), Parts(title, start, end, room, tuple(speakers)))


def withdrawn(edits: Iterable[Edit]) -> tuple[Edit, ...]:
    """What stays of edits that were undone: the sessions they had added, as cancelled, for those who count on them."""
    return tuple(replace(edit, now=replace(edit.now, cancelled=True)) for edit in edits if edit.adds)


def to_json(edit: Edit) -> dict[str, Any]:
    """An edit as it is kept; `from_json` gives it back."""
    return {"talk": edit.talk, "was": _written(edit.was), "now": _written(edit.now)}


def from_json(kept: Mapping[str, Any]) -> Edit:
    """What `to_json` was given."""
    return Edit(kept["talk"], _read(kept["was"]), _read(kept["now"]))


class _Working:
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

    def apply(self, edit: Edit) -> Conflict | None:
        """Lay one over what there is, and tell where the source has come to say something third."""
        talk = _blank(edit) if edit.adds else self._talks.get(edit.talk)
        if talk is None:
            return Conflict(edit.talk)
        found, was = _parts(talk).set, edit.was.set
        self._talks[edit.talk] = self._set(talk, edit.now.set)
        third = [name for name, value in edit.now.set.items() if name in was and found[name] not in (was[name], value)]
        return Conflict(edit.talk, tuple(third)) if third else None

    def _set(self, talk: Talk, parts: Mapping[str, Any]) -> Talk:
        changed = dict(parts)
        if "room" in parts:
            changed["room"] = self._room(parts["room"])
        if "speakers" in parts:
            changed["speakers"] = tuple(map(self._speaker, parts["speakers"]))
        return replace(talk, **changed)

    def _room(self, name: str) -> Room | None:
        if name and name not in self._rooms:
            self._rooms[name] = Room(f"{ADDED}{handle(name)}", name)
            self._new_rooms.append(self._rooms[name])
        return self._rooms[name] if name else None

    def _speaker(self, name: str) -> Speaker:
        if name not in self._speakers:
            self._speakers[name] = Speaker(f"{ADDED}{handle(name)}", name)
            self._new_speakers.append(self._speakers[name])
        return self._speakers[name]


def _blank(addition: Edit) -> Talk:
    """What an addition's parts are laid over."""
    parts = addition.now
    if parts.title is None or parts.start is None or parts.end is None:
        raise ValueError("what is added needs a title, a start and an end")
    return Talk(addition.talk, parts.title, parts.start, parts.end)


def _parts(talk: Talk) -> Parts:
    """All of them, as they are."""
    return Parts(
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


def _written(parts: Parts) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in parts.set.items()}


def _read(kept: Mapping[str, Any]) -> Parts:
    told = dict(kept)
    for name in MOMENTS & told.keys():
        told[name] = datetime.fromisoformat(told[name])
    if "speakers" in told:
        told["speakers"] = tuple(told["speakers"])
    return Parts(**told)

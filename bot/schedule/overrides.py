"""Overrides: changes that organisers make on top of the schedule's source, applied to every new version of it.

Fields are merged one by one, and of a talk's time these are the start and the length. So a session that was extended
is as long wherever the source moves it, and no merged session ends before it starts. A change ends once the source has
the same: what the source changes later counts again. The reason for a change ends with it, or with the next change
that can have one.

Talks that the source no longer has stay listed for people who saved them: as cancelled, or as they were if they are
over. Answers to practical questions are changed in the same way.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from itertools import chain
from typing import Any

from bot.schedule.identity.names import words_of
from bot.schedule.identity.settle import with_references
from bot.schedule.models import Info, Room, Schedule, Speaker, T, Talk, in_order, short_id

ADDED_PREFIX = "added:"  # the ids of everything that organisers add start with it

ANSWER_PREFIX = "?"  # the ids of practical questions: it, and their words, a line each; no id in a schedule starts so

TIME_FIELDS = frozenset({"start", "end"})

REASONED_FIELDS = frozenset({"start", "end", "length", "room", "cancelled"})  # those whose change can have a reason


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of a talk that organisers can change. `None` leaves a field as it is.

    Start and end come together; only overrides of version 1.0.0 may have one of them alone.
    """

    title: str | None = None
    start: datetime | None = None  # aware, in UTC
    end: datetime | None = None  # aware, in UTC
    room: str | None = None  # a name, which may be new to the source; empty for no room
    speakers: tuple[str, ...] | None = None  # names, which may be new to the source
    recording: str | None = None
    stream: str | None = None
    note: str | None = None
    reason: str | None = None  # for the other changes
    full: bool | None = None
    cancelled: bool | None = None

    @property
    def present(self) -> Mapping[str, Any]:
        """The fields that are set, by name."""
        each = {part.name: getattr(self, part.name) for part in fields(self)}
        return {name: value for name, value in each.items() if value is not None}

    @property
    def merged(self) -> dict[str, Any]:
        """The fields that are merged one by one: with the length in place of the end, and without the reason."""
        values = dict(self.present)
        values.pop("reason", None)
        if self.start and self.end:
            values["length"] = values.pop("end") - self.start
        return values

    @classmethod
    def from_merged(cls, values: Mapping[str, Any]) -> "Fields":
        """The fields of which these are the `merged` ones."""
        parts = dict(values)
        if "length" in parts:
            parts["end"] = parts["start"] + parts.pop("length")
        return cls(**parts)


@dataclass(frozen=True, slots=True)
class Override:
    """A change of one talk: some fields as the organiser saw them, and their new values. An added talk has no `before`.

    A field with the same value before and after is not changed, or not any more: the source has caught up. An override
    can also change the answer to a practical question: `talk` is then the question's id, and the answer is the `note`.
    """

    talk: str
    before: Fields
    after: Fields

    @property
    def is_addition(self) -> bool:
        """Tell whether the override adds its talk."""
        return self.talk.startswith(ADDED_PREFIX) and not self.before.present

    @property
    def asked(self) -> tuple[str, ...]:
        """The words of the practical question that the override answers; empty if it changes a talk."""
        return _asked(self.talk)

    @property
    def changes(self) -> dict[str, Any]:
        """The new values of the fields that are changed, by the names of `Fields.merged`."""
        before = self.before.merged
        return {name: value for name, value in self.after.merged.items() if before.get(name) != value}

    def of_whole_time(self, talk: Talk) -> "Override":
        """The same override, with both the start and the end of this talk if it has one of them.

        Version 1.0.0 stored only the one that was changed. The other is the talk's; or, if the source has moved the
        talk since, it follows from the talk's length.
        """
        was, now, start, end = self.before, self.after, talk.start, talk.end
        if was.end and now.end and not now.start:
            start = start if end in (was.end, now.end) else was.end - talk.length
        elif was.start and now.start and not now.end:
            end = end if start in (was.start, now.start) else was.start + talk.length
        else:
            return self
        before = replace(was, start=was.start or start, end=was.end or end)
        start, end = now.start or start, now.end or end
        return replace(self, before=before, after=replace(now, start=start, end=max(start, end)))

    def without_ended(self, source: Schedule, merged: Schedule, served: Schedule) -> "Override":
        """The same override, where what a version of the source has already is no change any more.

        `merged` is that version with all overrides applied, and `served` what was served before it. A talk that was
        full is not full any more in another room.
        """
        if self.asked:
            has_it = answer_to(self.asked, source.info) == answer_to(self.asked, merged.info)
            return replace(self, before=self.after) if has_it else self
        if self.is_addition or self.talk not in source.talk_by_id:
            return self
        there, wanted = (_fields_of(version.talk_by_id[self.talk]).merged for version in (source, merged))
        ended = {name: value for name, value in self.changes.items() if there[name] == wanted[name]}
        if self.changes.get("full") and _room_id(merged, self.talk) != _room_id(served, self.talk):
            ended["full"] = True
        return replace(self, before=Fields.from_merged(self.before.merged | ended))

    def with_names(self, rooms: Mapping[str, str], speakers: Mapping[str, str]) -> "Override":
        """The same override, with the new names of rooms and speakers that were renamed."""
        return replace(
            self, before=_with_names(self.before, rooms, speakers), after=_with_names(self.after, rooms, speakers)
        )


@dataclass(frozen=True, slots=True)
class Conflict:
    """A change of the source in fields that an organiser changed as well, or a talk that it no longer has.

    The organiser's value stays.
    """

    talk: str
    fields: tuple[str, ...] = ()  # the names of `Fields.merged`; empty if the source no longer has the talk

    @property
    def gone(self) -> bool:
        return not self.fields

    @property
    def asked(self) -> tuple[str, ...]:
        """The words of the practical question whose answer is in conflict; empty for a talk."""
        return _asked(self.talk)


@dataclass(frozen=True, slots=True)
class MergedSchedule:
    """A version of the source with the overrides applied, and the conflicts between the two."""

    schedule: Schedule
    conflicts: tuple[Conflict, ...] = ()
    applied: tuple[Override, ...] = field(default=(), compare=False)  # the overrides, each with the whole time


def merge_overrides(source: Schedule, overrides: Iterable[Override]) -> MergedSchedule:
    """Apply overrides to a version of the source, in the order in which they were made."""
    editor = _Editor(source)
    conflicts = [conflict for override in overrides if (conflict := editor.apply(override))]
    return MergedSchedule(editor.schedule(), tuple(dict.fromkeys(conflicts)), tuple(editor.applied))


def override_of(talk: Talk, reason: str = "", **now: Any) -> Override:
    """Make an override that sets these fields of a talk; the keywords are those of Fields."""
    before = _fields_of(talk)
    if TIME_FIELDS & now.keys():
        now = {"start": talk.start, "end": talk.end} | now
    return Override(
        talk.id, Fields(**{name: getattr(before, name) for name in now}), Fields(**now, reason=reason or None)
    )


def addition(
    number: int | str, title: str, start: datetime, end: datetime, room: str, speakers: Sequence[str]
) -> Override:
    """Make an override that adds a session. `number` becomes part of its id and must be unique."""
    return Override(f"{ADDED_PREFIX}{number}", Fields(), Fields(title, start, end, room, tuple(speakers)))


def answer_override(ask: Sequence[str], before: str, after: str) -> Override:
    """Make an override that answers a practical question, known by the words that people use to ask it."""
    return Override(ANSWER_PREFIX + "\n".join(ask), Fields(note=before), Fields(note=after))


def answer_to(ask: Sequence[str], info: Iterable[Info]) -> str:
    """The answer to a practical question, which its first word names; empty without one."""
    return next((entry.answer for entry in info if entry.ask[0] == ask[0]), "")


def _asked(id: str) -> tuple[str, ...]:
    words = id.removeprefix(ANSWER_PREFIX)
    return tuple(words.split("\n")) if words != id else ()


def cancelled_additions(overrides: Iterable[Override]) -> tuple[Override, ...]:
    """Return what remains of undone overrides: the sessions they added, as cancelled, for people who saved them."""
    return tuple(
        replace(override, after=replace(override.after, cancelled=True))
        for override in overrides
        if override.is_addition
    )


def override_to_json(override: Override) -> dict[str, Any]:
    """Convert an override to JSON for the database; `override_from_json` reads it back.

    A reason is stored as the note, as version 1.0.0 did, which may read it.
    """
    return {"talk": override.talk, "was": _fields_to_json(override.before), "now": _fields_to_json(override.after)}


def override_from_json(stored: Mapping[str, Any]) -> Override:
    """Read an override that `override_to_json` wrote."""
    was, now = dict(stored["was"]), dict(stored["now"])
    if REASONED_FIELDS & now.keys() and "note" in now:
        now["reason"] = now.pop("note")
        was.pop("note", None)
    return Override(stored["talk"], _fields_from_json(was), _fields_from_json(now))


class _Editor:
    """A schedule to which overrides are applied one by one."""

    def __init__(self, source: Schedule) -> None:
        self._source = source
        self._talks = dict(source.talk_by_id)
        rooms = (*source.former_rooms[::-1], *source.rooms[::-1])  # if two have the same name, the first counts
        self._rooms = {words_of(room.name): room for room in rooms} | {room.name: room for room in rooms}
        self._speakers = {speaker.name: speaker for speaker in reversed(source.speakers)}
        self._info = list(source.info)
        self._new_rooms: list[Room] = []
        self._new_speakers: list[Speaker] = []
        self.applied: list[Override] = []

    def schedule(self) -> Schedule:
        """The schedule with all overrides that were applied so far."""
        return replace(
            self._source,
            rooms=(*self._source.rooms, *self._new_rooms),
            former_rooms=tuple(room for room in self._source.former_rooms if room not in self._new_rooms),
            speakers=(*self._source.speakers, *self._new_speakers),
            talks=in_order(self._talks.values()),
            info=tuple(self._info),
        )

    def apply(self, override: Override) -> Conflict | None:
        """Apply an override. Return a conflict if the source has neither the old value nor the new one."""
        talk = self._talks.get(override.talk)
        override = override.of_whole_time(talk) if talk else override
        self.applied.append(override)
        if override.asked:
            return self._answer(override)
        if override.is_addition:
            if talk is None:  # otherwise the source has it now, and what that says counts
                self._talks[override.talk] = self._set(_blank_talk(override), override.changes)
            return None
        if talk is None:
            return Conflict(override.talk)
        current, before, changes = _fields_of(talk).merged, override.before.merged, override.changes
        reason = {"reason": override.after.reason or ""} if REASONED_FIELDS & changes.keys() else {}
        self._talks[override.talk] = self._set(talk, changes | reason)
        disputed = tuple(name for name, value in changes.items() if current[name] not in (before[name], value))
        return Conflict(override.talk, disputed) if disputed else None

    def _answer(self, override: Override) -> Conflict | None:
        """Answer a practical question. Its first word tells which one it is, and organisers' answers come first."""
        ask, before, after = override.asked, override.before.note, override.after.note
        if before == after:
            return None
        current = answer_to(ask, self._info)
        others = [info for info in self._info if info.ask[0] != ask[0]]
        self._info = [Info(ask, after), *others] if after else others
        return None if current in (before, after) else Conflict(override.talk, ("note",))

    def _set(self, talk: Talk, parts: Mapping[str, Any]) -> Talk:
        changed = dict(parts)
        if "room" in parts:
            changed["room"] = self._room(parts["room"])
        if "speakers" in parts:
            own = {speaker.name: speaker for speaker in talk.speakers}  # rather than a namesake
            changed["speakers"] = tuple(own.get(name) or self._speaker(name) for name in parts["speakers"])
        changed["end"] = changed.get("start", talk.start) + changed.pop("length", talk.length)
        return replace(talk, **changed)

    def _room(self, name: str) -> Room | None:
        """The room of this name; one that is new, or that the source does not have any more, is added."""
        if not name:
            return None
        room = self._rooms.get(name) or self._rooms.get(words_of(name)) or Room(f"{ADDED_PREFIX}{short_id(name)}", name)
        self._rooms[name] = self._rooms[words_of(name)] = room
        if room.id not in self._source.room_by_id and room not in self._new_rooms:
            self._new_rooms.append(room)
        return room

    def _speaker(self, name: str) -> Speaker:
        if name not in self._speakers:
            self._speakers[name] = Speaker(f"{ADDED_PREFIX}{short_id(name)}", name)
            self._new_speakers.append(self._speakers[name])
        return self._speakers[name]


def _blank_talk(addition: Override) -> Talk:
    """Make the talk that an addition starts from."""
    parts = addition.after
    if parts.title is None or parts.start is None or parts.end is None:
        raise ValueError("what is added needs a title, a start and an end")
    return Talk(addition.talk, parts.title, parts.start, parts.end)


def _fields_of(talk: Talk) -> Fields:
    """The current values of all fields."""
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


def _room_id(schedule: Schedule, id: str) -> str:
    talk = schedule.talk_by_id.get(id)
    return talk.room.id if talk and talk.room else ""


def _with_names(parts: Fields, rooms: Mapping[str, str], speakers: Mapping[str, str]) -> Fields:
    people = parts.speakers and tuple(speakers.get(name, name) for name in parts.speakers)
    return replace(parts, room=parts.room and rooms.get(parts.room, parts.room), speakers=people)


def _fields_to_json(parts: Fields) -> dict[str, Any]:
    return {
        "note" if name == "reason" else name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in parts.present.items()
    }


def _fields_from_json(stored: Mapping[str, Any]) -> Fields:
    parts = dict(stored)
    for name in TIME_FIELDS & parts.keys():
        parts[name] = datetime.fromisoformat(parts[name])
    if "speakers" in parts:
        parts["speakers"] = tuple(parts["speakers"])
    return Fields(**parts)


def keep_removed(before: Schedule, after: Schedule, now: datetime) -> Schedule:
    """Return `after`, plus what only `before` has: talks as cancelled, and rooms and tracks as former ones.

    Talks that are over at `now` stay as they were, with their days: many sources list only what is still to come.
    """
    whole = _with_removed_talks(before, after, now)
    rooms = {room.id: room for room in (*before.former_rooms, *before.rooms)}
    tracks = {track.id: replace(track, room=None, host=()) for track in (*before.former_tracks, *before.tracks)}
    return replace(
        whole,
        former_rooms=tuple(room for id, room in rooms.items() if id not in whole.room_by_id),
        former_tracks=tuple(track for id, track in tracks.items() if id not in whole.track_by_id),
    )


def with_override_names(source: Schedule, merged: Schedule) -> Schedule:
    """The source with the rooms and speakers that only overrides name, so that they are known if it has them later.

    `merged` is the source with all overrides applied.
    """
    added = [room for room in merged.rooms if room.id not in source.room_by_id]
    rooms = {room.id: room for room in (*source.former_rooms, *added)}
    return replace(source, former_rooms=tuple(rooms.values()), speakers=merged.speakers)


def _with_removed_talks(before: Schedule, after: Schedule, now: datetime) -> Schedule:
    removed = [talk for talk in before.talks if talk.id not in after.talk_by_id]
    if not removed:
        return after
    tracks = _with_missing(after.tracks, before.tracks, [talk.track for talk in removed])
    rooms = [talk.room for talk in removed] + [track.room for track in tracks.values()]
    people = [talk.speakers for talk in removed] + [track.host for track in tracks.values()]
    past = {before.day_of(talk.start) for talk in removed if talk.end <= now}
    days = {*after.conference.days, *past.intersection(before.conference.days)}
    kept = [replace(talk, cancelled=talk.cancelled or now < talk.end) for talk in removed]
    return with_references(
        replace(after, conference=replace(after.conference, days=tuple(sorted(days))), talks=(*after.talks, *kept)),
        _with_missing(after.rooms, before.rooms, rooms),
        tracks,
        _with_missing(after.speakers, before.speakers, chain.from_iterable(people)),
    )


def _with_missing(present: Iterable[T], known: Iterable[T], wanted: Iterable[T | None]) -> dict[str, T]:
    """The items by id, with the wanted ones that are missing, taken from `known`."""
    items = {item.id: item for item in present}
    missing = {item.id for item in wanted if item} - items.keys()
    return items | {item.id: item for item in known if item.id in missing}

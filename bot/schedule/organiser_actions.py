"""Actions of organisers on the schedule: each gives the overrides to apply and a description for the log."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from bot.schedule.models import Conference, Info, Schedule, Talk
from bot.schedule.overrides import Override, addition, answer_override, override_of
from bot.schedule.queries import in_scope, overlapping


@dataclass(frozen=True, slots=True)
class OrganiserAction:
    """The overrides of one action and its description. Without overrides, the schedule is already as wanted."""

    overrides: tuple[Override, ...]
    description: str  # follows a name, in the past tense: `moved “Event Flows” to 15:10, Whittle`; not escaped


@dataclass(frozen=True, slots=True)
class Clash:
    """Two talks at the same time that share a room or a speaker."""

    talk: Talk
    other: Talk
    what: str  # the name of the room or of the speaker


def upcoming_talks(schedule: Schedule, now: datetime, day: date, room: str = "", track: str = "") -> tuple[Talk, ...]:
    """List the talks and breaks of a day that have not started: all of them, or those of one room or track (by id)."""
    return tuple(
        talk
        for talk in schedule.talks_on(day)
        if not talk.cancelled and talk.start > now and in_scope(talk, track, room)
    )


def delay_talks(talks: Sequence[Talk], minutes: int, of: str = "", reason: str = "") -> OrganiserAction:
    """Delay each of the talks. `of` describes a group of talks: `in Fleming`."""
    by = timedelta(minutes=minutes)
    edits = tuple(override_of(talk, reason, start=talk.start + by, end=talk.end + by) for talk in talks)
    which = _quoted_title(talks[0]) if len(talks) == 1 else " ".join(filter(None, (f"{len(talks)} sessions", of)))
    return OrganiserAction(edits, f"delayed {which} by {minutes} minutes")


def move_talk(
    talk: Talk, conference: Conference, start: datetime, end: datetime, room: str, reason: str = ""
) -> OrganiserAction:
    """Move a talk to this time and to the room of this name; an empty name means no room.

    In another room, it is not full any more.
    """
    local = conference.local(start)
    day = f"{local:%a} {local.day} {local:%B} " if conference.date_of(talk.start) != local.date() else ""
    until = f"–{conference.local(end):%H:%M}" if end - start != talk.length else ""
    where = ", ".join(filter(None, (f"{day}{local:%H:%M}{until}", room)))
    full = talk.full and room == (talk.room.name if talk.room else "")
    return OrganiserAction(
        _override_if_changed(talk, reason, start=start, end=end, room=room, full=full),
        f"moved {_quoted_title(talk)} to {where}",
    )


def cancel_talk(talk: Talk, reason: str = "") -> OrganiserAction:
    """Cancel a talk. It stays listed."""
    return OrganiserAction(_override_if_changed(talk, reason, cancelled=True), f"cancelled {_quoted_title(talk)}")


def reinstate_talk(talk: Talk) -> OrganiserAction:
    """Take back the cancellation of a talk."""
    return OrganiserAction(_override_if_changed(talk, cancelled=False), f"reinstated {_quoted_title(talk)}")


def mark_full(talk: Talk) -> OrganiserAction:
    """Mark a talk as full: nobody else gets in."""
    return OrganiserAction(_override_if_changed(talk, full=True), f"marked {_quoted_title(talk)} as full")


def mark_not_full(talk: Talk) -> OrganiserAction:
    """Mark a talk as having seats again."""
    return OrganiserAction(_override_if_changed(talk, full=False), f"marked {_quoted_title(talk)} as no longer full")


def change_speakers(talk: Talk, speakers: Sequence[str]) -> OrganiserAction:
    """Replace the speakers of a talk by people with these names."""
    return OrganiserAction(
        _override_if_changed(talk, speakers=tuple(speakers)),
        f"changed who gives {_quoted_title(talk)} to {', '.join(speakers)}",
    )


def set_note(talk: Talk, text: str) -> OrganiserAction:
    """Set the note that everyone sees with the talk; an empty text removes it."""
    description = f"put a note on {_quoted_title(talk)}" if text else f"took the note off {_quoted_title(talk)}"
    return OrganiserAction(_override_if_changed(talk, note=text), description)


def set_links(talk: Talk, stream: str, recording: str) -> OrganiserAction:
    """Set the links to the stream and to the recording; an empty text removes one."""
    return OrganiserAction(
        _override_if_changed(talk, stream=stream, recording=recording), f"changed the links of {_quoted_title(talk)}"
    )


def add_session(
    schedule: Schedule, number: str, title: str, start: datetime, end: datetime, room: str, speakers: Sequence[str]
) -> OrganiserAction:
    """Add a session. A session that was already added under the same `number` is not added again."""
    added = addition(number, title, start, end, room, speakers)
    where = ", ".join(filter(None, (f"{schedule.conference.local(start):%H:%M}", room)))
    return OrganiserAction(() if added.talk in schedule.talk_by_id else (added,), f"added “{title}”, {where}")


def set_answers(answers: Sequence[tuple[Info, str]]) -> OrganiserAction:
    """Set the answers to practical questions, each given with the one so far; an empty answer removes the question."""
    edits = tuple(answer_override(info.ask, info.answer, text) for info, text in answers if text != info.answer)
    asked = ", ".join(f"“{edit.asked[0]}”" for edit in edits)
    return OrganiserAction(edits, f"changed the practical answers about {asked}")


def new_clashes(before: Schedule, after: Schedule, talks: Iterable[str]) -> tuple[Clash, ...]:
    """List the clashes of these talks (by id) that a change causes; each pair of talks is listed once."""
    known = {(clash.talk.id, clash.other.id, clash.what) for clash in _clashes(before, talks)}
    new: dict[tuple[frozenset[str], str], Clash] = {}
    for clash in _clashes(after, talks):
        if (clash.talk.id, clash.other.id, clash.what) not in known:
            new.setdefault((frozenset({clash.talk.id, clash.other.id}), clash.what), clash)
    return tuple(new.values())


def _clashes(schedule: Schedule, talks: Iterable[str]) -> Iterator[Clash]:
    users = defaultdict(list)
    for talk in schedule.given:
        if not talk.is_break:
            for _, key in _resources(talk):
                users[key].append(talk)
    for talk in (schedule.talk_by_id[id] for id in talks if id in schedule.talk_by_id):
        if not talk.cancelled and not talk.is_break:
            for what, key in _resources(talk):
                yield from (Clash(talk, other, what) for other in overlapping(talk, users[key]))


def _resources(talk: Talk) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield the room and the speakers that the talk needs for itself, each as `(name, key)`."""
    if talk.room:
        yield talk.room.name, ("room", talk.room.id)
    yield from ((speaker.name, ("speaker", speaker.id)) for speaker in talk.speakers)


def _override_if_changed(talk: Talk, reason: str = "", **wanted: Any) -> tuple[Override, ...]:
    """Override only the fields that differ. The others keep following the source."""
    whole = override_of(talk, **wanted)
    differing = {name: value for name, value in whole.after.present.items() if whole.before.present[name] != value}
    return (override_of(talk, reason, **differing),) if differing else ()


def _quoted_title(talk: Talk) -> str:
    return f"“{talk.title}”"

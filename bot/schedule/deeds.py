"""What an organiser does to the schedule: the edits it comes to, and the words to remember it by."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from bot.schedule.agenda import clashes
from bot.schedule.amendments import Edit, addition, edit
from bot.schedule.model import Conference, Schedule, Talk


@dataclass(frozen=True, slots=True)
class Deed:
    """What is done; nothing is, where the schedule is as wanted already."""

    edits: tuple[Edit, ...]
    words: str  # as said after a name, in the past: `moved “Event Flows” to 15:10, Whittle`; not escaped


@dataclass(frozen=True, slots=True)
class Clash:
    """Two talks that cannot both be given as planned: the room is taken, or somebody is in two places."""

    talk: Talk
    other: Talk
    what: str  # the room's name, or the speaker's


def still_to_come(schedule: Schedule, now: datetime, day: date, room: str = "", track: str = "") -> tuple[Talk, ...]:
    """What is given on this day and has not begun, breaks too; of this room's or track's id, where one is named."""
    return tuple(
        talk
        for talk in schedule.talks_on(day)
        if not talk.cancelled
        and talk.start > now
        and (not room or (talk.room is not None and talk.room.id == room))
        and (not track or (talk.track is not None and talk.track.id == track))
    )


def delay(talks: Sequence[Talk], minutes: int, of: str = "") -> Deed:
    """Each of them so much later; `of` says where several are: `in Fleming`."""
    by = timedelta(minutes=minutes)
    edits = tuple(edit(talk, start=talk.start + by, end=talk.end + by) for talk in talks)
    which = _quoted(talks[0]) if len(talks) == 1 else " ".join(filter(None, (f"{len(talks)} sessions", of)))
    return Deed(edits, f"delayed {which} by {minutes} minutes")


def move(talk: Talk, conference: Conference, start: datetime, end: datetime, room: str) -> Deed:
    """To this time and the room of this name; an empty name is no room."""
    local = conference.local(start)
    day = f"{local:%a} {local.day} {local:%B} " if conference.day_of(talk.start) != local.date() else ""
    where = ", ".join(filter(None, (f"{day}{local:%H:%M}", room)))
    return Deed(_edits(talk, start=start, end=end, room=room), f"moved {_quoted(talk)} to {where}")


def cancel(talk: Talk, note: str = "") -> Deed:
    """It is not given, and stays listed; the note may say why."""
    return Deed(_edits(talk, cancelled=True, note=note or talk.note), f"cancelled {_quoted(talk)}")


def reinstate(talk: Talk) -> Deed:
    """It is given after all."""
    return Deed(_edits(talk, cancelled=False), f"reinstated {_quoted(talk)}")


def full(talk: Talk) -> Deed:
    """Nobody else gets in."""
    return Deed(_edits(talk, full=True), f"marked {_quoted(talk)} as full")


def not_full(talk: Talk) -> Deed:
    """There are seats again."""
    return Deed(_edits(talk, full=False), f"marked {_quoted(talk)} as no longer full")


def given_by(talk: Talk, speakers: Sequence[str]) -> Deed:
    """By the people of these names."""
    return Deed(_edits(talk, speakers=tuple(speakers)), f"changed who gives {_quoted(talk)} to {', '.join(speakers)}")


def note(talk: Talk, text: str) -> Deed:
    """What everyone reads who asks for it; empty takes the note off."""
    said = f"put a note on {_quoted(talk)}" if text else f"took the note off {_quoted(talk)}"
    return Deed(_edits(talk, note=text), said)


def links(talk: Talk, stream: str, recording: str) -> Deed:
    """Where it is seen from afar, and where afterwards; empty for nowhere."""
    return Deed(_edits(talk, stream=stream, recording=recording), f"changed the links of {_quoted(talk)}")


def add(
    schedule: Schedule, number: str, title: str, start: datetime, end: datetime, room: str, speakers: Sequence[str]
) -> Deed:
    """A session of the organisers' own; with the same `number` it is the same one, and added once."""
    added = addition(number, title, start, end, room, speakers)
    where = ", ".join(filter(None, (f"{schedule.conference.local(start):%H:%M}", room)))
    return Deed(() if added.talk in schedule.talk_by_id else (added,), f"added “{title}”, {where}")


def new_clashes(before: Schedule, after: Schedule, talks: Iterable[str]) -> tuple[Clash, ...]:
    """What these talks, by id, clash with after a change and did not before; each pair once."""
    known = {(clash.talk.id, clash.other.id, clash.what) for clash in _clashes(before, talks)}
    found: dict[tuple[frozenset[str], str], Clash] = {}
    for clash in _clashes(after, talks):
        if (clash.talk.id, clash.other.id, clash.what) not in known:
            found.setdefault((frozenset({clash.talk.id, clash.other.id}), clash.what), clash)
    return tuple(found.values())


def _clashes(schedule: Schedule, talks: Iterable[str]) -> Iterator[Clash]:
    held = defaultdict(list)
    for talk in schedule.given:
        if not talk.is_break:
            for _, key in _needs(talk):
                held[key].append(talk)
    for talk in (schedule.talk_by_id[id] for id in talks if id in schedule.talk_by_id):
        if not talk.cancelled and not talk.is_break:
            for what, key in _needs(talk):
                yield from (Clash(talk, other, what) for other in clashes(talk, held[key]))


def _needs(talk: Talk) -> Iterator[tuple[str, tuple[str, str]]]:
    """What it has to itself: `(name, key)` of its room and its speakers."""
    if talk.room:
        yield talk.room.name, ("room", talk.room.id)
    yield from ((speaker.name, ("speaker", speaker.id)) for speaker in talk.speakers)


def _edits(talk: Talk, **wanted: Any) -> tuple[Edit, ...]:
    """One edit of what differs, or none: what an organiser leaves alone goes on following the source."""
    whole = edit(talk, **wanted)
    differing = {name: value for name, value in whole.now.set.items() if whole.was.set[name] != value}
    return (edit(talk, **differing),) if differing else ()


def _quoted(talk: Talk) -> str:
    return f"“{talk.title}”"

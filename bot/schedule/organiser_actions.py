"""What an organiser does to the schedule: the edits it comes to, and the words to remember it by."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from bot.schedule.models import Conference, Schedule, Talk
from bot.schedule.overrides import Override, addition, override_of
from bot.schedule.queries import overlapping


@dataclass(frozen=True, slots=True)
class OrganiserAction:
    """What is done; nothing is, where the schedule is as wanted already."""

    overrides: tuple[Override, ...]
    description: str  # as said after a name, in the past: `moved “Event Flows” to 15:10, Whittle`; not escaped


@dataclass(frozen=True, slots=True)
class Clash:
    """Two talks that cannot both be given as planned: the room is taken, or somebody is in two places."""

    talk: Talk
    other: Talk
    what: str  # the room's name, or the speaker's


def upcoming_talks(schedule: Schedule, now: datetime, day: date, room: str = "", track: str = "") -> tuple[Talk, ...]:
    """What is given on this day and has not begun, breaks too; of this room's or track's id, where one is named."""
    return tuple(
        talk
        for talk in schedule.talks_on(day)
        if not talk.cancelled
        and talk.start > now
        and (not room or (talk.room is not None and talk.room.id == room))
        and (not track or (talk.track is not None and talk.track.id == track))
    )


def delay_talks(talks: Sequence[Talk], minutes: int, of: str = "") -> OrganiserAction:
    """Each of them so much later; `of` says where several are: `in Fleming`."""
    by = timedelta(minutes=minutes)
    edits = tuple(override_of(talk, start=talk.start + by, end=talk.end + by) for talk in talks)
    which = _quoted_title(talks[0]) if len(talks) == 1 else " ".join(filter(None, (f"{len(talks)} sessions", of)))
    return OrganiserAction(edits, f"delayed {which} by {minutes} minutes")


def move_talk(talk: Talk, conference: Conference, start: datetime, end: datetime, room: str) -> OrganiserAction:
    """To this time and the room of this name; an empty name is no room."""
    local = conference.local(start)
    day = f"{local:%a} {local.day} {local:%B} " if conference.day_of(talk.start) != local.date() else ""
    where = ", ".join(filter(None, (f"{day}{local:%H:%M}", room)))
    return OrganiserAction(
        _override_if_changed(talk, start=start, end=end, room=room), f"moved {_quoted_title(talk)} to {where}"
    )


def cancel_talk(talk: Talk, note: str = "") -> OrganiserAction:
    """It is not given, and stays listed; the note may say why."""
    return OrganiserAction(
        _override_if_changed(talk, cancelled=True, note=note or talk.note), f"cancelled {_quoted_title(talk)}"
    )


def reinstate_talk(talk: Talk) -> OrganiserAction:
    """It is given after all."""
    return OrganiserAction(_override_if_changed(talk, cancelled=False), f"reinstated {_quoted_title(talk)}")


def mark_full(talk: Talk) -> OrganiserAction:
    """Nobody else gets in."""
    return OrganiserAction(_override_if_changed(talk, full=True), f"marked {_quoted_title(talk)} as full")


def mark_not_full(talk: Talk) -> OrganiserAction:
    """There are seats again."""
    return OrganiserAction(_override_if_changed(talk, full=False), f"marked {_quoted_title(talk)} as no longer full")


def change_speakers(talk: Talk, speakers: Sequence[str]) -> OrganiserAction:
    """By the people of these names."""
    return OrganiserAction(
        _override_if_changed(talk, speakers=tuple(speakers)),
        f"changed who gives {_quoted_title(talk)} to {', '.join(speakers)}",
    )


def set_note(talk: Talk, text: str) -> OrganiserAction:
    """What everyone reads who asks for it; empty takes the note off."""
    said = f"put a note on {_quoted_title(talk)}" if text else f"took the note off {_quoted_title(talk)}"
    return OrganiserAction(_override_if_changed(talk, note=text), said)


def set_links(talk: Talk, stream: str, recording: str) -> OrganiserAction:
    """Where it is seen from afar, and where afterwards; empty for nowhere."""
    return OrganiserAction(
        _override_if_changed(talk, stream=stream, recording=recording), f"changed the links of {_quoted_title(talk)}"
    )


def add_session(
    schedule: Schedule, number: str, title: str, start: datetime, end: datetime, room: str, speakers: Sequence[str]
) -> OrganiserAction:
    """A session of the organisers' own; with the same `number` it is the same one, and added once."""
    added = addition(number, title, start, end, room, speakers)
    where = ", ".join(filter(None, (f"{schedule.conference.local(start):%H:%M}", room)))
    return OrganiserAction(() if added.talk in schedule.talk_by_id else (added,), f"added “{title}”, {where}")


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
            for _, key in _resources(talk):
                held[key].append(talk)
    for talk in (schedule.talk_by_id[id] for id in talks if id in schedule.talk_by_id):
        if not talk.cancelled and not talk.is_break:
            for what, key in _resources(talk):
                yield from (Clash(talk, other, what) for other in overlapping(talk, held[key]))


def _resources(talk: Talk) -> Iterator[tuple[str, tuple[str, str]]]:
    """What it has to itself: `(name, key)` of its room and its speakers."""
    if talk.room:
        yield talk.room.name, ("room", talk.room.id)
    yield from ((speaker.name, ("speaker", speaker.id)) for speaker in talk.speakers)


def _override_if_changed(talk: Talk, **wanted: Any) -> tuple[Override, ...]:
    """One edit of what differs, or none: what an organiser leaves alone goes on following the source."""
    whole = override_of(talk, **wanted)
    differing = {name: value for name, value in whole.after.present.items() if whole.before.present[name] != value}
    return (override_of(talk, **differing),) if differing else ()


def _quoted_title(talk: Talk) -> str:
    return f"“{talk.title}”"

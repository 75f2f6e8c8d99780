"""The form of each deed: what an organiser fills in, begun with what holds now."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any

from bot.questions import organising as of
from bot.questions.organising import Form
from bot.schedule.handles import handle
from bot.schedule.model import Conference, Room, Schedule, Talk
from bot.views import ids, inputs, pickers, times
from bot.views.blocks import OPTION_CHARACTERS, OPTIONS, option, section
from bot.views.message import Block
from bot.views.organise import LABELS, heading

DELAY, LENGTH = 15, 45  # minutes, to begin with
FIVE = timedelta(minutes=5)
AROUND = timedelta(days=OPTIONS // 2 - 1)  # so that no menu of days is too long

ROOM_HINT = "Type to find one, or to name a new one."


def form(deed: str, talk: Talk | None, schedule: Schedule, now: datetime, number: str) -> dict[str, Any] | None:
    """The modal to fill in; nothing for what can be confirmed at once."""
    title = LABELS[deed].rstrip("…")
    kept = Form(deed, talk.id if talk else "", number).to_json()
    if talk is None:
        blocks = OF_NONE[deed](schedule, now)
    elif deed in OF_A_TALK:
        blocks = [section(heading(talk, schedule.conference)), *OF_A_TALK[deed](talk, schedule)]
    else:
        return None
    return inputs.modal(ids.DEED_FORM, title, blocks, submit="Next", close="Back", kept=kept)


def room_options(rooms: Sequence[Room], typed: str) -> list[dict[str, Any]]:
    """The rooms found, and what was typed as a new one where it is none of theirs."""
    found = pickers.named_options((room.id, room.place) for room in rooms)
    name = " ".join(typed.split())[: of.ROOM_CHARACTERS]
    if not name or any(room.name.casefold() == name.casefold() for room in rooms):
        return found
    return [*found[: OPTIONS - 1], option(f"New room: {name}"[:OPTION_CHARACTERS], f"{of.NEW_ROOM}{name}")]


def _delay(talk: Talk, schedule: Schedule) -> list[Block]:
    return [inputs.number(of.MINUTES, "Minutes later", DELAY, most=of.LONGEST_DELAY)]


def _move(talk: Talk, schedule: Schedule) -> list[Block]:
    conference = schedule.conference
    minutes = min(max(1, round(talk.length / timedelta(minutes=1))), of.LONGEST)
    return [
        _day(conference, conference.day_of(talk.start)),
        _time(conference, times.at(talk.start, conference)),
        inputs.number(of.MINUTES, "Length in minutes", minutes, most=of.LONGEST),
        _room(talk.room),
    ]


def _cancel(talk: Talk, schedule: Schedule) -> list[Block]:
    return [_words("Why, for those who ask", talk.note)]


def _speakers(talk: Talk, schedule: Schedule) -> list[Block]:
    return [_names("\n".join(speaker.name for speaker in talk.speakers), optional=False)]


def _note(talk: Talk, schedule: Schedule) -> list[Block]:
    return [_words("Note", talk.note, hint="Everyone reads it who asks for the session. Empty takes it off.")]


def _links(talk: Talk, schedule: Schedule) -> list[Block]:
    return [
        inputs.address(of.STREAM, "Stream", talk.stream, optional=True),
        inputs.address(of.RECORDING, "Recording", talk.recording, optional=True, hint="Empty takes a link off."),
    ]


def _delay_several(schedule: Schedule, now: datetime) -> list[Block]:
    return [
        inputs.found(of.WHERE, "What", ids.WHERE_FOUND, "Everything, a room or a track…", hint=_STILL_TO_COME),
        _day(schedule.conference, _today(schedule.conference, now)),
        inputs.number(of.MINUTES, "Minutes later", DELAY, most=of.LONGEST_DELAY),
    ]


def _add(schedule: Schedule, now: datetime) -> list[Block]:
    conference = schedule.conference
    today = _today(conference, now)
    soon = conference.local(now + (-now.replace(tzinfo=None).minute % 5) * timedelta(minutes=1))
    return [
        inputs.text(of.TITLE, "Title", most=of.TITLE_CHARACTERS),
        _day(conference, today),
        _time(conference, f"{soon:%H:%M}" if conference.day_of(now) == today else ""),
        inputs.number(of.MINUTES, "Length in minutes", LENGTH, most=of.LONGEST),
        _room(None),
        _names("", optional=True),
    ]


def where_options(rooms: Sequence[tuple[str, str]], tracks: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
    """Groups of what can be delayed together: everything, a room of `(id, name)`, a track."""
    groups = [("Everything", [option("All rooms", of.EVERYWHERE)])]
    for label, kind, named in (("A room", "room", rooms), ("A track", "track", tracks)):
        groups.append((label, [option(name, f"{kind} {handle(id)}") for id, name in named[:OPTIONS]]))
    return pickers.groups(groups)


def _day(conference: Conference, chosen: date) -> Block:
    near = {day for day in conference.days if abs(day - chosen) <= AROUND} | {chosen}
    choices = [(times.day(day, conference), day.isoformat()) for day in sorted(near)]
    return inputs.choice(of.DAY, "Day", choices, chosen.isoformat())


def _time(conference: Conference, initial: str) -> Block:
    zone = conference.timezone.key.split("/")[-1].replace("_", " ")
    return inputs.time(of.TIME, f"Starts at ({zone} time)", initial)


def _room(room: Room | None) -> Block:
    chosen = (room.place, handle(room.id)) if room else None
    return inputs.found(of.ROOM, "Room", ids.ROOM_FOUND, "Choose a room…", chosen, optional=True, hint=ROOM_HINT)


def _names(initial: str, *, optional: bool) -> Block:
    return inputs.text(
        of.NAMES, "Speakers, a line each", initial, most=of.NAMES_CHARACTERS, lines=True, optional=optional
    )


def _words(label: str, initial: str, hint: str = "") -> Block:
    return inputs.text(of.WORDS, label, initial, most=of.WORDS_CHARACTERS, lines=True, optional=True, hint=hint)


def _today(conference: Conference, now: datetime) -> date:
    """The conference's day of now, or the next, or the last."""
    today = conference.day_of(now)
    return next((day for day in conference.days if day >= today), conference.days[-1])


_STILL_TO_COME = "What has not begun, breaks too."

OF_A_TALK: Mapping[str, Callable[[Talk, Schedule], list[Block]]] = MappingProxyType(
    {
        of.DELAY: _delay,
        of.MOVE: _move,
        of.CANCEL: _cancel,
        of.SPEAKERS: _speakers,
        of.NOTE: _note,
        of.LINKS: _links,
    }
)
OF_NONE: Mapping[str, Callable[[Schedule, datetime], list[Block]]] = MappingProxyType(
    {of.DELAY_SEVERAL: _delay_several, of.ADD: _add}
)

"""Build the form of each organiser action, filled in with the present values."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from bot.blockkit import action_ids, inputs, talk_text
from bot.blockkit.blocks import OPTION_CHARACTERS, OPTIONS, Block, option, section
from bot.handlers.organise import form
from bot.handlers.organise.form import Action, OrganiserForm
from bot.handlers.organise.messages import ACTION_WORDS, talk_heading
from bot.schedule.models import Conference, Room, Schedule, Talk, Track, short_id

DEFAULT_DELAY, DEFAULT_LENGTH = 15, 45  # minutes that a form begins with

DAYS_AROUND = timedelta(days=OPTIONS // 2 - 1)  # so that no menu of days is too long

ROOM_HINT = "Type to find a room, or enter a new name."


def action_form(
    action: Action, talk: Talk | None, schedule: Schedule, now: datetime, number: str
) -> dict[str, Any] | None:
    """The modal to fill in; None for an action that needs no form."""
    fields = _talk_fields(action, talk, schedule.conference) if talk else _conference_fields(action, schedule, now)
    if not fields:
        return None
    kept = OrganiserForm(action, talk.id if talk else "", number).to_json()
    blocks = [section(talk_heading(talk, schedule.conference)), *fields] if talk else fields
    title = ACTION_WORDS[action].button.rstrip("…")
    return inputs.modal(action_ids.ACTION_FORM, title, blocks, submit="Next", close="Back", metadata=kept)


def room_options(rooms: Sequence[Room], typed: str) -> list[dict[str, Any]]:
    """The rooms that were found, and the typed name as a new room where it is none of theirs."""
    options = inputs.named_options((room.id, room.place) for room in rooms)
    name = " ".join(typed.split())[: form.ROOM_CHARACTERS]
    if not name or any(room.name.casefold() == name.casefold() for room in rooms):
        return options
    return [*options[: OPTIONS - 1], option(f"New room: {name}"[:OPTION_CHARACTERS], f"{form.NEW_ROOM}{name}")]


def _talk_fields(action: Action, talk: Talk, conference: Conference) -> list[Block]:
    minutes = min(max(1, round(talk.length / timedelta(minutes=1))), form.MAX_LENGTH)
    to_remove = "Leave empty to remove a link."
    fields = {
        Action.DELAY: [_delay_field(), _reason_field()],
        Action.MOVE: [
            _day_field(conference, conference.date_of(talk.start)),
            _time_field(conference, talk_text.clock_time(talk.start, conference)),
            _length_field(minutes),
            _room_field(talk.room),
            _reason_field(),
        ],
        Action.CANCEL: [_reason_field()],
        Action.SPEAKERS: [_names_field("\n".join(speaker.name for speaker in talk.speakers), optional=False)],
        Action.NOTE: [_text_field("Note", talk.note, hint="Shown with the session. Leave empty to remove it.")],
        Action.LINKS: [
            inputs.url_field(form.STREAM, "Stream", talk.stream, optional=True),
            inputs.url_field(form.RECORDING, "Recording", talk.recording, optional=True, hint=to_remove),
        ],
    }
    return fields.get(action, [])


def _conference_fields(action: Action, schedule: Schedule, now: datetime) -> list[Block]:
    conference, day = schedule.conference, _default_day(schedule, now)
    if action is Action.DELAY_SEVERAL:
        what, to_come = "Everything, a room or a track…", "Sessions and breaks that haven't started"
        return [
            inputs.search_field(form.TARGET, "What", action_ids.TARGET_FOUND, what, hint=to_come),
            _day_field(conference, day),
            _delay_field(),
            _reason_field(),
        ]
    soon = conference.local(now + (-now.replace(tzinfo=None).minute % 5) * timedelta(minutes=1))
    return [
        inputs.text_field(form.TITLE, "Title", most=form.TITLE_CHARACTERS),
        _day_field(conference, day),
        _time_field(conference, f"{soon:%H:%M}" if conference.date_of(now) == day else ""),
        _length_field(DEFAULT_LENGTH),
        _room_field(None),
        _names_field("", optional=True),
    ]


def target_options(rooms: Sequence[Room], tracks: Sequence[Track]) -> list[dict[str, Any]]:
    """The options of what can be delayed together: everything, a room, a track."""
    groups = [
        ("Everything", [option("All rooms", form.EVERYTHING)]),
        ("A room", [option(room.place, f"room {short_id(room.id)}") for room in rooms[:OPTIONS]]),
        ("A track", [option(track.title, f"track {short_id(track.id)}") for track in tracks[:OPTIONS]]),
    ]
    return inputs.option_groups(groups)


def _day_field(conference: Conference, chosen: date) -> Block:
    near = {day for day in conference.days if abs(day - chosen) <= DAYS_AROUND} | {chosen}
    choices = [(talk_text.day_name(day, conference), day.isoformat()) for day in sorted(near)]
    return inputs.choice_field(form.DAY, "Day", choices, chosen.isoformat())


def _delay_field() -> Block:
    return inputs.number_field(form.MINUTES, "Minutes later", DEFAULT_DELAY, most=form.MAX_DELAY)


def _length_field(minutes: int) -> Block:
    return inputs.number_field(form.MINUTES, "Length in minutes", minutes, most=form.MAX_LENGTH)


def _time_field(conference: Conference, initial: str) -> Block:
    return inputs.time_field(form.TIME, f"Starts at ({talk_text.venue_time_name(conference)})", initial)


def _room_field(room: Room | None) -> Block:
    chosen = (room.place, short_id(room.id)) if room else None
    return inputs.search_field(
        form.ROOM, "Room", action_ids.ROOM_FOUND, "Choose a room…", chosen, optional=True, hint=ROOM_HINT
    )


def _names_field(initial: str, *, optional: bool) -> Block:
    return inputs.text_field(
        form.NAMES, "Speakers, one per line", initial, most=form.NAMES_CHARACTERS, lines=True, optional=optional
    )


def _reason_field() -> Block:
    return _text_field("Reason (shown to attendees)", "")


def _text_field(label: str, initial: str, hint: str = "") -> Block:
    return inputs.text_field(
        form.WORDS, label, initial, most=form.WORDS_CHARACTERS, lines=True, optional=True, hint=hint
    )


def _default_day(schedule: Schedule, now: datetime) -> date:
    """The conference's day of now, or the next, or the last."""
    today, days = schedule.day_of(now), schedule.conference.days
    return next((day for day in days if day >= today), days[-1])

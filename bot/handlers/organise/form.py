"""Read an organiser's form: the action that it asks for, or the problem of each field."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from bot.errors import FixedTextError, InvalidForm, TalkGone
from bot.schedule import local_time, organiser_actions
from bot.schedule.local_time import UnclearTime
from bot.schedule.models import Schedule, Talk, find_by_short_id
from bot.schedule.organiser_actions import OrganiserAction
from bot.schedule.texts import paragraphs, single_line


class Action(StrEnum):
    """The actions of organisers: those on one talk, and the last two on several talks or none."""

    DELAY = "delay"
    MOVE = "move"
    FULL = "full"
    NOT_FULL = "not-full"
    SPEAKERS = "speakers"
    NOTE = "note"
    LINKS = "links"
    CANCEL = "cancel"
    REINSTATE = "reinstate"
    DELAY_SEVERAL = "delay-several"
    ADD = "add"


# The fields of the forms. Menus give short ids; a room that is not in the schedule comes as `+` and its name.
MINUTES, DAY, TIME, ROOM, TARGET = "minutes", "day", "time", "room", "where"

TITLE, NAMES, WORDS, STREAM, RECORDING = "title", "names", "words", "stream", "recording"

NEW_ROOM = "+"

EVERYTHING = "everywhere"

MAX_DELAY, MAX_LENGTH = 600, 24 * 60  # minutes

TITLE_CHARACTERS, NAMES_CHARACTERS, WORDS_CHARACTERS, LINK_CHARACTERS, ROOM_CHARACTERS = 200, 1_000, 1_000, 500, 60

MAX_SPEAKERS = 20

_LINK = re.compile(r"https?://[^\s<>|]+")


@dataclass(frozen=True, slots=True)
class OrganiserForm:
    """A filled-in form, small enough to be kept in a view until it is confirmed."""

    action: Action
    talk: str = ""  # its id
    number: str = ""  # random, so that a form that is submitted twice adds one session
    fields: Mapping[str, str] = field(default_factory=dict)  # by name; empty ones may be missing

    def to_json(self) -> str:
        return json.dumps([self.action, self.talk, self.number, dict(self.fields)], ensure_ascii=False)

    @classmethod
    def from_json(cls, stored: str) -> "OrganiserForm":
        action, talk, number, fields = json.loads(stored)
        return cls(Action(action), talk, number, fields)


class NoChange(FixedTextError):
    """No changes to make. It's already like that."""


def parse_action(form: OrganiserForm, schedule: Schedule, now: datetime) -> OrganiserAction:
    """The action that the form asks for at an aware `now`, with at least one override.

    Raises InvalidForm with a problem per field, TalkGone, or NoChange.
    """
    reader = _FormReader(form, schedule, now)
    action = reader.parse()
    if reader.problems:
        raise InvalidForm(reader.problems)
    if action is None or not action.overrides:
        raise NoChange
    return action


class _FormReader:
    """Reads field by field and collects the problems, so that all are shown at once."""

    def __init__(self, form: OrganiserForm, schedule: Schedule, now: datetime) -> None:
        self.problems: dict[str, str] = {}
        self._form = form
        self._schedule = schedule
        self._now = now

    def parse(self) -> OrganiserAction | None:
        """The action; it may only be used where there are no problems."""
        if self._form.action is Action.DELAY_SEVERAL:
            return self._delay_several()
        if self._form.action is Action.ADD:
            return self._add()
        talk = self._schedule.talk_by_id.get(self._form.talk)
        if talk is None:
            raise TalkGone
        actions: Mapping[Action, Callable[[], OrganiserAction]] = {
            Action.DELAY: lambda: self._delay(talk),
            Action.MOVE: lambda: self._move(talk),
            Action.FULL: lambda: organiser_actions.mark_full(talk),
            Action.NOT_FULL: lambda: organiser_actions.mark_not_full(talk),
            Action.SPEAKERS: lambda: organiser_actions.change_speakers(talk, self._names(least=1)),
            Action.NOTE: lambda: organiser_actions.set_note(talk, self._text(WORDS, WORDS_CHARACTERS)),
            Action.LINKS: lambda: organiser_actions.set_links(talk, self._link(STREAM), self._link(RECORDING)),
            Action.CANCEL: lambda: organiser_actions.cancel_talk(talk, self._reason()),
            Action.REINSTATE: lambda: organiser_actions.reinstate_talk(talk),
        }
        return actions[self._form.action]()

    def _delay(self, talk: Talk) -> OrganiserAction:
        minutes = self._number(MINUTES, MAX_DELAY)
        if talk.end <= self._now:
            self.problems[MINUTES] = f"It's already over: it's {self._clock()} at the venue."
        return organiser_actions.delay_talks([talk], minutes, reason=self._reason())

    def _move(self, talk: Talk) -> OrganiserAction:
        start, end = self._span()
        return organiser_actions.move_talk(talk, self._schedule.conference, start, end, self._room(), self._reason())

    def _delay_several(self) -> OrganiserAction:
        minutes, day = self._number(MINUTES, MAX_DELAY), self._day()
        room, track, of = self._target()
        talks = organiser_actions.upcoming_talks(self._schedule, self._now, day, room, track)
        if not talks and not self.problems:
            self.problems[TARGET] = "There are no more sessions there on that day."
        reason = self._reason()
        return organiser_actions.delay_talks(talks, minutes, of, reason) if talks else OrganiserAction((), "")

    def _add(self) -> OrganiserAction:
        title = single_line(self._text(TITLE, TITLE_CHARACTERS))
        if not title:
            self.problems[TITLE] = "Enter a title."
        start, end = self._span()
        return organiser_actions.add_session(
            self._schedule, self._form.number, title, start, end, self._room(), self._names()
        )

    def _reason(self) -> str:
        """The reason for a change, which those concerned read; empty where none was given."""
        return self._text(WORDS, WORDS_CHARACTERS)

    def _text(self, name: str, most: int) -> str:
        text = paragraphs(self._form.fields.get(name, ""))
        if len(text) > most:
            self.problems[name] = f"Use at most {most:,} characters; this has {len(text):,}."
        return text

    def _number(self, name: str, most: int) -> int:
        text = self._form.fields.get(name, "").strip()
        number = int(text) if re.fullmatch(r"[0-9]{1,5}", text) else 0
        if not 1 <= number <= most:
            self.problems[name] = f"Enter a number of minutes from 1 to {most}."
        return number

    def _day(self) -> date:
        try:
            return date.fromisoformat(self._form.fields.get(DAY, ""))
        except ValueError:
            self.problems[DAY] = "Choose a day."
            return self._schedule.conference.days[0]

    def _span(self) -> tuple[datetime, datetime]:
        """Start and end in UTC; an end in the past is a problem."""
        day, minutes = self._day(), self._number(MINUTES, MAX_LENGTH)
        try:
            start = local_time.parse_local(
                f"{day} {self._form.fields.get(TIME, '')}", self._schedule.conference.timezone
            )
        except UnclearTime:
            self.problems[TIME] = "Enter a valid time at the venue, such as 15:10."
            return self._now, self._now
        end = start + timedelta(minutes=minutes)
        if end <= self._now and not self.problems:
            self.problems[TIME] = f"That's already in the past: it's {self._clock()} at the venue."
        return start, end

    def _room(self) -> str:
        """The room's name; empty where none is chosen."""
        chosen = self._form.fields.get(ROOM, "")
        if chosen.startswith(NEW_ROOM):
            return single_line(chosen.removeprefix(NEW_ROOM))[:ROOM_CHARACTERS]
        room = find_by_short_id(chosen, self._schedule.room_by_id)
        if chosen and not room:
            self.problems[ROOM] = "That room is no longer in the schedule. Choose another."
        return room.name if room else ""

    def _target(self) -> tuple[str, str, str]:
        """The ids of a room and a track, of which one at most is given, and the words for it."""
        kind, _, chosen = self._form.fields.get(TARGET, "").partition(" ")
        if kind == "room" and (room := find_by_short_id(chosen, self._schedule.room_by_id)):
            return room.id, "", f"in {room.name}"
        if kind == "track" and (track := find_by_short_id(chosen, self._schedule.track_by_id)):
            return "", track.id, f"of {track.title}"
        if kind != EVERYTHING:
            self.problems[TARGET] = "Choose what to delay."
        return "", "", ""

    def _names(self, least: int = 0) -> list[str]:
        lines = map(single_line, self._text(NAMES, NAMES_CHARACTERS).splitlines())
        names = list(dict.fromkeys(filter(None, lines)))
        if len(names) < least:
            self.problems[NAMES] = "Enter at least one name, one per line."
        if len(names) > MAX_SPEAKERS:
            self.problems[NAMES] = f"Enter at most {MAX_SPEAKERS} names."
        return names

    def _link(self, name: str) -> str:
        text = self._text(name, LINK_CHARACTERS)
        if text and not _LINK.fullmatch(text):
            self.problems[name] = "Enter an address such as https://example.org/live."
        return text

    def _clock(self) -> str:
        return f"{self._schedule.conference.local(self._now):%H:%M}"

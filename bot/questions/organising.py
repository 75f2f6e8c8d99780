"""What an organiser filled in, read: the deed it means, or what is wrong with it field by field."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from types import MappingProxyType

from bot.errors import BotError
from bot.schedule import deeds, wall
from bot.schedule.deeds import Deed
from bot.schedule.handles import behind
from bot.schedule.model import Schedule, Talk
from bot.schedule.texts import one_line, paragraphs
from bot.schedule.wall import UnclearTimeError

# What can be done to one talk, and to several or none.
DELAY, MOVE, CANCEL, REINSTATE, FULL, NOT_FULL = "delay", "move", "cancel", "reinstate", "full", "not-full"
SPEAKERS, NOTE, LINKS = "speakers", "note", "links"
DELAY_SEVERAL, ADD = "delay-several", "add"

# The fields of its form. What a menu gives is a handle; a room that is not in the schedule comes as `+` and its name.
MINUTES, DAY, TIME, ROOM, WHERE = "minutes", "day", "time", "room", "where"
TITLE, NAMES, WORDS, STREAM, RECORDING = "title", "names", "words", "stream", "recording"
NEW_ROOM = "+"
EVERYWHERE = "everywhere"

LONGEST_DELAY, LONGEST = 600, 24 * 60  # minutes
TITLE_CHARACTERS, NAMES_CHARACTERS, WORDS_CHARACTERS, LINK_CHARACTERS, ROOM_CHARACTERS = 200, 1_000, 1_000, 500, 60
MOST_SPEAKERS = 20

_LINK = re.compile(r"https?://[^\s<>|]+")


@dataclass(frozen=True, slots=True)
class Form:
    """A form as it was filled in, small enough to be kept in a view until it is confirmed."""

    deed: str
    talk: str = ""  # its id
    number: str = ""  # tells this form from others, so that what is sent off twice is done once
    fields: Mapping[str, str] = field(default_factory=dict)  # by name; what is left empty may be missing

    def to_json(self) -> str:
        return json.dumps([self.deed, self.talk, self.number, dict(self.fields)], ensure_ascii=False)

    @classmethod
    def from_json(cls, kept: str) -> "Form":
        """What `to_json` gave."""
        deed, talk, number, fields = json.loads(kept)
        return cls(deed, talk, number, fields)


class SessionGoneError(BotError):
    """That session is no longer in the schedule."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class UnfitError(BotError):
    """Something in the form cannot be done as it stands; `problems` says what, by field."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = dict(problems)


class AlreadySoError(BotError):
    """It is so already: nothing would change."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


def understood(form: Form, schedule: Schedule, now: datetime) -> Deed:
    """The deed that the form means at an aware `now`; at least one edit.

    Raises UnfitError, SessionGoneError, or AlreadySoError where there is no field to say it at.
    """
    reader = _Reader(form, schedule, now)
    deed = reader.deed()
    if reader.problems:
        raise UnfitError(reader.problems)
    if deed is None or not deed.edits:
        raise AlreadySoError
    return deed


def room_named(chosen: str, schedule: Schedule) -> str | None:
    """The name of the room that a menu's value stands for; nothing where the schedule has it no longer."""
    if chosen.startswith(NEW_ROOM):
        return one_line(chosen.removeprefix(NEW_ROOM))[:ROOM_CHARACTERS]
    room = behind(chosen, schedule.room_by_id)
    return room.name if room else None


class _Reader:
    """Reads field by field and keeps what is wrong, so that all of it is told at once."""

    def __init__(self, form: Form, schedule: Schedule, now: datetime) -> None:
        self.problems: dict[str, str] = {}
        self._form = form
        self._schedule = schedule
        self._now = now

    def deed(self) -> Deed | None:
        """What is meant; only worth something where there are no problems."""
        if self._form.deed == DELAY_SEVERAL:
            return self._delay_several()
        if self._form.deed == ADD:
            return self._add()
        talk = self._schedule.talk_by_id.get(self._form.talk)
        if talk is None:
            raise SessionGoneError
        return _TO_A_TALK[self._form.deed](self, talk)

    def delay(self, talk: Talk) -> Deed:
        minutes = self._number(MINUTES, LONGEST_DELAY)
        if talk.end <= self._now:
            self.problems[MINUTES] = f"It is over already: it is {self._clock()} at the venue."
        return deeds.delay([talk], minutes)

    def move(self, talk: Talk) -> Deed:
        start, end = self._span()
        return deeds.move(talk, self._schedule.conference, start, end, self._room())

    def cancel(self, talk: Talk) -> Deed:
        return deeds.cancel(talk, self._text(WORDS, WORDS_CHARACTERS))

    def given_by(self, talk: Talk) -> Deed:
        names = self._names()
        if not names:
            self.problems[NAMES] = "Name at least one, a line each."
        return deeds.given_by(talk, names)

    def note(self, talk: Talk) -> Deed:
        return deeds.note(talk, self._text(WORDS, WORDS_CHARACTERS))

    def links(self, talk: Talk) -> Deed:
        return deeds.links(talk, self._link(STREAM), self._link(RECORDING))

    def _delay_several(self) -> Deed:
        minutes, day = self._number(MINUTES, LONGEST_DELAY), self._day()
        room, track, of = self._where()
        talks = deeds.still_to_come(self._schedule, self._now, day, room, track)
        if not talks and not self.problems:
            self.problems[WHERE] = "Nothing is still to come there on that day."
        return deeds.delay(talks, minutes, of) if talks else Deed((), "")

    def _add(self) -> Deed:
        title = one_line(self._text(TITLE, TITLE_CHARACTERS))
        if not title:
            self.problems[TITLE] = "Say what it is called."
        start, end = self._span()
        return deeds.add(self._schedule, self._form.number, title, start, end, self._room(), self._names())

    def _text(self, name: str, most: int) -> str:
        text = paragraphs(self._form.fields.get(name, ""))
        if len(text) > most:
            self.problems[name] = f"At most {most:,} characters, please; these are {len(text):,}."
        return text

    def _number(self, name: str, most: int) -> int:
        text = self._form.fields.get(name, "").strip()
        number = int(text) if re.fullmatch(r"[0-9]{1,5}", text) else 0
        if not 1 <= number <= most:
            self.problems[name] = f"A number of minutes from 1 to {most}, please."
        return number

    def _day(self) -> date:
        try:
            return date.fromisoformat(self._form.fields.get(DAY, ""))
        except ValueError:
            self.problems[DAY] = "Choose a day."
            return self._schedule.conference.days[0]

    def _span(self) -> tuple[datetime, datetime]:
        """Start and end in UTC; what is over by then is no plan."""
        day, minutes = self._day(), self._number(MINUTES, LONGEST)
        try:
            start = wall.moment(f"{day} {self._form.fields.get(TIME, '')}", self._schedule.conference.timezone)
        except UnclearTimeError:
            self.problems[TIME] = "Choose a time, like 15:10, that the clocks at the venue show once on that day."
            return self._now, self._now
        end = start + timedelta(minutes=minutes)
        if end <= self._now and not self.problems:
            self.problems[TIME] = f"That would be over already: it is {self._clock()} at the venue."
        return start, end

    def _room(self) -> str:
        """The room's name; empty where none is chosen."""
        chosen = self._form.fields.get(ROOM, "")
        name = room_named(chosen, self._schedule) if chosen else ""
        if name is None:
            self.problems[ROOM] = "That room is no longer in the schedule. Choose another."
        return name or ""

    def _where(self) -> tuple[str, str, str]:
        """The ids of a room and a track, one of them at most, and how one says it."""
        kind, _, chosen = self._form.fields.get(WHERE, "").partition(" ")
        if kind == "room" and (room := behind(chosen, self._schedule.room_by_id)):
            return room.id, "", f"in {room.name}"
        if kind == "track" and (track := behind(chosen, self._schedule.track_by_id)):
            return "", track.id, f"of {track.title}"
        if kind != EVERYWHERE:
            self.problems[WHERE] = "Choose what is delayed."
        return "", "", ""

    def _names(self) -> list[str]:
        lines = map(one_line, self._text(NAMES, NAMES_CHARACTERS).splitlines())
        names = list(dict.fromkeys(filter(None, lines)))
        if len(names) > MOST_SPEAKERS:
            self.problems[NAMES] = f"At most {MOST_SPEAKERS} names, please."
        return names

    def _link(self, name: str) -> str:
        text = self._text(name, LINK_CHARACTERS)
        if text and not _LINK.fullmatch(text):
            self.problems[name] = "An address like https://example.org/live, please."
        return text

    def _clock(self) -> str:
        return f"{self._schedule.conference.local(self._now):%H:%M}"


_TO_A_TALK: Mapping[str, Callable[[_Reader, Talk], Deed]] = MappingProxyType(
    {
        DELAY: _Reader.delay,
        MOVE: _Reader.move,
        CANCEL: _Reader.cancel,
        REINSTATE: lambda _, talk: deeds.reinstate(talk),
        FULL: lambda _, talk: deeds.full(talk),
        NOT_FULL: lambda _, talk: deeds.not_full(talk),
        SPEAKERS: _Reader.given_by,
        NOTE: _Reader.note,
        LINKS: _Reader.links,
    }
)

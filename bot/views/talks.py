"""A talk in words: one line, a card, all its details."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from bot.questions.conversation import Reader
from bot.schedule.model import Schedule, Speaker, Talk
from bot.views import times
from bot.views.blocks import escape, shorten

LINE_TITLE = 90  # characters of a title in a line of a list
CARD_TITLE = 200  # the longest title met has 189
NOTE = 300  # characters
MOST_NAMES = 3
NEAR_DAYS = ("Yesterday", "Today", "Tomorrow")


def day_and_time(talk: Talk, schedule: Schedule, now: datetime, reader: Reader, *, span: bool = True) -> str:
    """`Today 14:55–15:45`, `Tue 5 March, 14:55`, on the venue's clock, the reader's beside it where it differs."""
    conference = schedule.conference
    clock = times.span(talk, conference) if span else times.at(talk.start, conference)
    return (
        f"{day_word(talk.start, schedule, now, reader)} {clock}{times.reader_time(talk.start, conference, reader.zone)}"
    )


def day_word(moment: datetime | date, schedule: Schedule, now: datetime, reader: Reader) -> str:
    """`Today`, `Tomorrow`, or `Tue 5 March,`; with the year when that is another one. What stays names the day."""
    conference = schedule.conference
    today = conference.day_of(now)
    day = conference.day_of(moment) if isinstance(moment, datetime) else moment
    near = () if reader.stays else NEAR_DAYS
    known = dict(zip((today + timedelta(days=off) for off in (-1, 0, 1)), near, strict=False))
    return known.get(day) or f"{times.day(day, conference)}{f' {day.year}' if day.year != today.year else ''},"


def day_in_a_sentence(moment: datetime | date, schedule: Schedule, now: datetime, reader: Reader) -> str:
    """`today`, `tomorrow`, or `on Tue 5 March`."""
    word = day_word(moment, schedule, now, reader).rstrip(",")
    return word.lower() if word in NEAR_DAYS else f"on {word}"


def names(speakers: Sequence[Speaker], most: int = MOST_NAMES) -> str:
    """`Jan Machacek, Matthew Squire`; of many, the first and how many more."""
    shown = ", ".join(escape(speaker.name) for speaker in speakers[:most])
    return shown if len(speakers) <= most else f"{shown} and {len(speakers) - most} more"


def surnames(speakers: Sequence[Speaker], most: int = 2) -> str:
    """`Ruecker`, for lists where each talk has one line."""
    shown = ", ".join(escape(speaker.name.split()[-1]) for speaker in speakers[:most])
    return shown if len(speakers) <= most else f"{shown} +{len(speakers) - most}"


def with_company(speakers: Sequence[Speaker]) -> str:
    """`Bernd Ruecker, Camunda`; several without their companies."""
    if len(speakers) == 1 and speakers[0].affiliation:
        return f"{escape(speakers[0].name)}, {escape(speakers[0].affiliation)}"
    return names(speakers)


def introduced(speaker: Speaker) -> str:
    """`*Yevgeniy Brikman*, co-founder, Gruntwork`."""
    role = speaker.role
    if role and sum(letter.isupper() for letter in role) == 1:
        role = role[0].lower() + role[1:]
    return ", ".join([f"*{escape(speaker.name)}*", *(escape(part) for part in (role, speaker.affiliation) if part)])


def title(talk: Talk, limit: int = CARD_TITLE) -> str:
    """The escaped title within `limit` characters."""
    return escape(shorten(talk.title, limit))


def place(talk: Talk) -> str:
    """`Fleming, 3rd floor`, escaped; nothing for a talk without a room."""
    return escape(talk.room.place) if talk.room else ""


def joined(*parts: str) -> str:
    """Parts with ` · ` between them, empty ones left out."""
    return " · ".join(part for part in parts if part)


def mark(talk: Talk, now: datetime) -> str:
    """`Cancelled`, or `Full` until it is over; nothing for a talk that one can go to."""
    if talk.cancelled:
        return "Cancelled"
    return "Full" if talk.full and now < talk.end else ""


def marked(talk: Talk, now: datetime, fact: str) -> str:
    """`Cancelled: *Today 14:55–15:45*`: the first line of what is told of one talk."""
    return ": ".join(filter(None, (mark(talk, now), fact)))


def note(talk: Talk, limit: int = NOTE) -> tuple[str, ...]:
    """What the organisers want everyone to know who asks for it, in a line; nothing where there is nothing."""
    return (f"Note: {escape(shorten(' '.join(talk.note.split()), limit))}",) if talk.note else ()


def line(talk: Talk, schedule: Schedule, now: datetime, reader: Reader, *, dated: bool = True) -> str:
    """`Today 14:55, Fleming · Lessons From… · Brikman`: one talk among several; undated where all are of one day.

    What one cannot go to begins with `Cancelled · ` or `Full · `.
    """
    conference = schedule.conference
    clock = times.at(talk.start, conference) + times.reader_time(talk.start, conference, reader.zone)
    when = day_and_time(talk, schedule, now, reader, span=False) if dated else clock
    room = f", {escape(talk.room.name)}" if talk.room else ""
    return joined(mark(talk, now), when + room, title(talk, LINE_TITLE), surnames(talk.speakers))


def card(talk: Talk, schedule: Schedule, reader: Reader) -> tuple[str, ...]:
    """Time and place, title, speakers: three lines for a talk of a known day."""
    clock = times.span(talk, schedule.conference) + times.reader_time(talk.start, schedule.conference, reader.zone)
    return tuple(filter(None, (joined(clock, place(talk)), title(talk), with_company(talk.speakers))))


def state(talk: Talk, schedule: Schedule, now: datetime) -> str:
    """`On now until 11:25`, `Over`; nothing for what is still to come, or never will."""
    if talk.cancelled:
        return ""
    if talk.is_on(now):
        return f"On now until {times.at(talk.end, schedule.conference)}"
    return "Over" if talk.end <= now else ""

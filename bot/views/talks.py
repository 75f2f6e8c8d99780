"""A talk in words: one line, a card, all its details."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from bot.questions.conversation import Reader
from bot.schedule.model import Schedule, Speaker, Talk
from bot.views import times
from bot.views.blocks import escape, shorten

LINE_TITLE_CHARACTERS = 90  # characters of a title in a line of a list
CARD_TITLE_CHARACTERS = 200  # the longest title met has 189
NOTE_CHARACTERS = 300  # characters
MAX_NAMES = 3
NEAR_DAYS = ("Yesterday", "Today", "Tomorrow")


def day_and_time(talk: Talk, schedule: Schedule, now: datetime, reader: Reader, *, span: bool = True) -> str:
    """`Today 14:55–15:45`, `Tue 5 March, 14:55`, on the venue's clock, the reader's beside it where it differs."""
    conference = schedule.conference
    clock = times.time_span(talk, conference) if span else times.clock_time(talk.start, conference)
    return f"{relative_day(talk.start, schedule, now, reader)} {clock}{times.reader_time(talk.start, conference, reader.zone)}"


def relative_day(moment: datetime | date, schedule: Schedule, now: datetime, reader: Reader) -> str:
    """`Today`, `Tomorrow`, or `Tue 5 March,`; with the year when that is another one. What stays names the day."""
    conference = schedule.conference
    today = conference.day_of(now)
    day = conference.day_of(moment) if isinstance(moment, datetime) else moment
    near = () if reader.stays else NEAR_DAYS
    known = dict(zip((today + timedelta(days=off) for off in (-1, 0, 1)), near, strict=False))
    return known.get(day) or f"{times.day_name(day, conference)}{f' {day.year}' if day.year != today.year else ''},"


def relative_day_in_sentence(moment: datetime | date, schedule: Schedule, now: datetime, reader: Reader) -> str:
    """`today`, `tomorrow`, or `on Tue 5 March`."""
    word = relative_day(moment, schedule, now, reader).rstrip(",")
    return word.lower() if word in NEAR_DAYS else f"on {word}"


def speaker_names(speakers: Sequence[Speaker], most: int = MAX_NAMES) -> str:
    """`Jan Machacek, Matthew Squire`; of many, the first and how many more."""
    shown = ", ".join(escape(speaker.name) for speaker in speakers[:most])
    return shown if len(speakers) <= most else f"{shown} and {len(speakers) - most} more"


def speaker_surnames(speakers: Sequence[Speaker], most: int = 2) -> str:
    """`Ruecker`, for lists where each talk has one line."""
    shown = ", ".join(escape(speaker.name.split()[-1]) for speaker in speakers[:most])
    return shown if len(speakers) <= most else f"{shown} +{len(speakers) - most}"


def speakers_with_company(speakers: Sequence[Speaker]) -> str:
    """`Bernd Ruecker, Camunda`; several without their companies."""
    if len(speakers) == 1 and speakers[0].affiliation:
        return f"{escape(speakers[0].name)}, {escape(speakers[0].affiliation)}"
    return speaker_names(speakers)


def speaker_introduction(speaker: Speaker) -> str:
    """`*Yevgeniy Brikman*, co-founder, Gruntwork`."""
    role = speaker.role
    if role and sum(letter.isupper() for letter in role) == 1:
        role = role[0].lower() + role[1:]
    return ", ".join([f"*{escape(speaker.name)}*", *(escape(part) for part in (role, speaker.affiliation) if part)])


def escaped_title(talk: Talk, limit: int = CARD_TITLE_CHARACTERS) -> str:
    """The escaped title within `limit` characters."""
    return escape(shorten(talk.title, limit))


def escaped_place(talk: Talk) -> str:
    """`Fleming, 3rd floor`, escaped; nothing for a talk without a room."""
    return escape(talk.room.place) if talk.room else ""


def join_parts(*parts: str) -> str:
    """Parts with ` · ` between them, empty ones left out."""
    return " · ".join(part for part in parts if part)


def status_mark(talk: Talk, now: datetime) -> str:
    """`Cancelled`, or `Full` until it is over; nothing for a talk that one can go to."""
    if talk.cancelled:
        return "Cancelled"
    return "Full" if talk.full and now < talk.end else ""


def marked_fact(talk: Talk, now: datetime, fact: str) -> str:
    """`Cancelled: *Today 14:55–15:45*`: the first line of what is told of one talk."""
    return ": ".join(filter(None, (status_mark(talk, now), fact)))


def organiser_note(talk: Talk, limit: int = NOTE_CHARACTERS) -> tuple[str, ...]:
    """What the organisers want everyone to know who asks for it, in a line; nothing where there is nothing."""
    return (f"Note: {escape(shorten(' '.join(talk.note.split()), limit))}",) if talk.note else ()


def talk_line(talk: Talk, schedule: Schedule, now: datetime, reader: Reader, *, dated: bool = True) -> str:
    """`Today 14:55, Fleming · Lessons From… · Brikman`: one talk among several; undated where all are of one day.

    What one cannot go to begins with `Cancelled · ` or `Full · `.
    """
    conference = schedule.conference
    clock = times.clock_time(talk.start, conference) + times.reader_time(talk.start, conference, reader.zone)
    when = day_and_time(talk, schedule, now, reader, span=False) if dated else clock
    room = f", {escape(talk.room.name)}" if talk.room else ""
    return join_parts(
        status_mark(talk, now), when + room, escaped_title(talk, LINE_TITLE_CHARACTERS), speaker_surnames(talk.speakers)
    )


def talk_lines(talk: Talk, schedule: Schedule, reader: Reader) -> tuple[str, ...]:
    """Time and place, title, speakers: three lines for a talk of a known day."""
    clock = times.time_span(talk, schedule.conference) + times.reader_time(talk.start, schedule.conference, reader.zone)
    return tuple(
        filter(
            None, (join_parts(clock, escaped_place(talk)), escaped_title(talk), speakers_with_company(talk.speakers))
        )
    )


def running_state(talk: Talk, schedule: Schedule, now: datetime) -> str:
    """`On now until 11:25`, `Over`; nothing for what is still to come, or never will."""
    if talk.cancelled:
        return ""
    if talk.is_on(now):
        return f"On now until {times.clock_time(talk.end, schedule.conference)}"
    return "Over" if talk.end <= now else ""

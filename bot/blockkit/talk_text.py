"""A talk in words: one line, a card, all its details.

Times as people at the venue read them; every moment that comes in is aware."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.blockkit.blocks import escape, shorten
from bot.questions.models import Reader
from bot.schedule.models import Conference, Schedule, Speaker, Talk
from bot.schedule.queries import AgendaDay, AgendaEntry


class RenderContext(NamedTuple):
    """The schedule, the time and the reader that every text about talks depends on.

    It unpacks into the parameters of the functions below: `talk_line(talk, *ctx)`.
    """

    schedule: Schedule
    now: datetime  # conference time, aware
    reader: Reader


def clock_time(moment: datetime, conference: Conference) -> str:
    """`10:35`, on the venue's clock."""
    return f"{conference.local(moment):%H:%M}"


def time_span(talk: Talk, conference: Conference) -> str:
    """`10:35–11:25`, on the venue's clock."""
    return f"{clock_time(talk.start, conference)}–{clock_time(talk.end, conference)}"


def day_name(moment: datetime | date, conference: Conference) -> str:
    """`Tue 5 March`, in the venue's calendar; a plain date is taken as it is."""
    when = conference.day_of(moment) if isinstance(moment, datetime) else moment
    return f"{when:%a} {when.day} {when:%B}"


def reader_time(moment: datetime, conference: Conference, reader: ZoneInfo | None) -> str:
    """What the reader's own clock shows, ` (11:35 for you)`; nothing where it is the venue's, or unknown."""
    if (
        reader is None
        or reader is conference.timezone
        or moment.astimezone(reader).replace(tzinfo=None) == conference.local(moment).replace(tzinfo=None)
    ):
        return ""
    theirs = moment.astimezone(reader)
    other_day = theirs.date() != conference.day_of(moment)
    return f" ({theirs:%a }{theirs:%H:%M} for you)" if other_day else f" ({theirs:%H:%M} for you)"


def duration_text(duration: timedelta) -> str:
    """`50 minutes`, `1 hour 20 minutes`, `2 days`: never more than two units, and never seconds."""
    minutes = max(0, round(duration.total_seconds() / 60))
    if minutes >= 48 * 60:
        return _unit_text(round(minutes / (24 * 60)), "day")
    hours, rest = divmod(minutes, 60)
    parts = [_unit_text(hours, "hour")] if hours else []
    return " ".join(parts + ([_unit_text(rest, "minute")] if rest or not hours else []))


def _unit_text(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


MIN_GAP = 20  # minutes

AGENDA_TITLE_CHARACTERS = 90  # characters of a talk's title in one line

CLASH_TITLE_CHARACTERS = 40

MAX_CLASHES = 3  # named in one line

AGENDA_CHARACTERS = 8_000  # of all lines of one agenda; menus and head need theirs


def agenda_lines(
    days: Sequence[AgendaDay], conference: Conference, characters: int = AGENDA_CHARACTERS
) -> tuple[list[str], int]:
    """Each day's name and its talks in lines, escaped, and how many talks do not fit into so many characters."""
    told: list[str] = []
    fitted = 0
    for day in days:
        for number, stop in enumerate(day.entries):
            name = [f"*{day_name(day.date, conference)}*"] if number == 0 else []
            line = "\n".join([*name, *_stop_line(stop, conference)])
            characters -= len(line) + 1
            if characters < 0:
                return told, sum(len(one.entries) for one in days) - fitted
            told.append(line)
            fitted += 1
    return told, 0


def _quoted_titles(talks: Sequence[Talk]) -> str:
    shown = ", ".join(f"_{escape(shorten(talk.title, CLASH_TITLE_CHARACTERS))}_" for talk in talks[:MAX_CLASHES])
    return shown if len(talks) <= MAX_CLASHES else f"{shown} and {len(talks) - MAX_CLASHES} more"


def _stop_line(stop: AgendaEntry, conference: Conference) -> list[str]:
    """The way here, where that is worth a word, and the talk."""
    talk = stop.talk
    place = f"{escape(shorten(talk.room.place, AGENDA_TITLE_CHARACTERS))} · " if talk.room else ""
    clash = f"\n    clashes with {_quoted_titles(stop.clashes)}" if stop.clashes else ""
    free = round(stop.free_before.total_seconds() / 60)
    way = [f"{duration_text(stop.free_before)} free"] if free >= MIN_GAP else []
    way += ["another floor"] if stop.other_floor else []
    told = [f"    _{', then '.join(way)}_"] if way else []
    off = "Cancelled · " if talk.cancelled else ""
    return [
        *told,
        f"{off}{time_span(talk, conference)} · {place}{escape(shorten(talk.title, AGENDA_TITLE_CHARACTERS))}{clash}",
    ]


LINE_TITLE_CHARACTERS = 90  # characters of a title in a line of a list

CARD_TITLE_CHARACTERS = 200  # the longest title met has 189

NOTE_CHARACTERS = 300  # characters

MAX_NAMES = 3

NEAR_DAYS = ("Yesterday", "Today", "Tomorrow")


def day_and_time(talk: Talk, schedule: Schedule, now: datetime, reader: Reader, *, span: bool = True) -> str:
    """`Today 14:55–15:45`, `Tue 5 March, 14:55`, on the venue's clock, the reader's beside it where it differs."""
    conference = schedule.conference
    clock = time_span(talk, conference) if span else clock_time(talk.start, conference)
    return (
        f"{relative_day(talk.start, schedule, now, reader)} {clock}{reader_time(talk.start, conference, reader.zone)}"
    )


def relative_day(moment: datetime | date, schedule: Schedule, now: datetime, reader: Reader) -> str:
    """`Today`, `Tomorrow`, or `Tue 5 March,`; with the year when that is another one. What stays names the day."""
    conference = schedule.conference
    today = conference.day_of(now)
    day = conference.day_of(moment) if isinstance(moment, datetime) else moment
    near = () if reader.stays else NEAR_DAYS
    known = dict(zip((today + timedelta(days=off) for off in (-1, 0, 1)), near, strict=False))
    return known.get(day) or f"{day_name(day, conference)}{f' {day.year}' if day.year != today.year else ''},"


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
    clock = clock_time(talk.start, conference) + reader_time(talk.start, conference, reader.zone)
    when = day_and_time(talk, schedule, now, reader, span=False) if dated else clock
    room = f", {escape(talk.room.name)}" if talk.room else ""
    return join_parts(
        status_mark(talk, now), when + room, escaped_title(talk, LINE_TITLE_CHARACTERS), speaker_surnames(talk.speakers)
    )


def talk_lines(talk: Talk, schedule: Schedule, reader: Reader) -> tuple[str, ...]:
    """Time and place, title, speakers: three lines for a talk of a known day."""
    clock = time_span(talk, schedule.conference) + reader_time(talk.start, schedule.conference, reader.zone)
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
        return f"On now until {clock_time(talk.end, schedule.conference)}"
    return "Over" if talk.end <= now else ""

"""Write talks and times as text: times on the venue's clock, and the reader's own beside them where that differs.

Every moment that comes in is aware. Text that comes out is escaped for mrkdwn.
"""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.blockkit.blocks import escape, escape_with_links, first_of, shorten
from bot.questions.models import Reader
from bot.schedule.local_time import ends_on_another_day
from bot.schedule.models import Conference, Schedule, Speaker, Talk
from bot.schedule.texts import counted


class RenderContext(NamedTuple):
    """The schedule, the time and the reader that every text about talks depends on."""

    schedule: Schedule
    now: datetime  # conference time, aware
    reader: Reader
    moved: frozenset[str] = frozenset()  # ids of the talks that have moved lately

    @property
    def conference(self) -> Conference:
        return self.schedule.conference

    @property
    def is_elsewhere(self) -> bool:
        """Tell whether the reader is known to be where clocks show another time than at the venue."""
        return is_elsewhere(self.reader.zone, self.conference, self.now)

    @property
    def elsewhere_hint(self) -> str:
        """` (London time)`, for readers who are known to be elsewhere."""
        return f" ({venue_time_name(self.conference)})" if self.is_elsewhere else ""

    def reader_hint(self, moment: datetime) -> str:
        """The city, and the reader's own time of a moment, where that differs from the venue's."""
        return venue_and_reader_time(moment, self.conference, self.reader.zone)


def clock_time(moment: datetime, conference: Conference) -> str:
    """`10:35`, on the venue's clock."""
    return f"{conference.local(moment):%H:%M}"


def time_span(talk: Talk, conference: Conference) -> str:
    """`10:35–11:25`, `10:00–Sun 3 August 10:00`, or `17:00` for a mere moment, on the venue's clock."""
    if talk.start == talk.end:
        return clock_time(talk.start, conference)
    return f"{clock_time(talk.start, conference)}–{end_time(talk.end, talk.start, conference)}"


def end_time(end: datetime, since: datetime, conference: Conference) -> str:
    """`11:25`, or `Sun 3 August 10:00` where the time from `since` goes on into another day."""
    clock = clock_time(end, conference)
    other_day = ends_on_another_day(since, end, conference.timezone)
    return f"{day_name(end, conference)} {clock}" if other_day else clock


def night_mark(start: datetime, day: date, conference: Conference) -> str:
    """` (Wed)` for what starts after midnight in a list of the conference's Tuesday; otherwise empty."""
    return "" if conference.date_of(start) == day else f" ({conference.local(start):%a})"


def day_name(moment: datetime | date, conference: Conference) -> str:
    """`Tue 5 March`, in the venue's calendar; a plain date is taken as it is."""
    when = conference.date_of(moment) if isinstance(moment, datetime) else moment
    return f"{when:%a} {when.day} {when:%B}"


def conference_days(conference: Conference) -> str:
    """`Mon 4 March to Wed 6 March 2019`, or its only day."""
    first, last = (day_name(conference.days[at], conference) for at in (0, -1))
    return f"{first if first == last else f'{first} to {last}'} {conference.days[-1].year}"


def day_and_clock(moment: datetime, conference: Conference) -> str:
    """`Tue 5 March 10:35`, in the venue's calendar and on its clock."""
    return f"{day_name(moment, conference)} {clock_time(moment, conference)}"


def reader_time(moment: datetime, conference: Conference, reader: ZoneInfo | None) -> str:
    """` (11:35 for you)`, on the reader's own clock; empty where that is the venue's or unknown."""
    if (
        reader is None
        or reader is conference.timezone
        or moment.astimezone(reader).replace(tzinfo=None) == conference.local(moment).replace(tzinfo=None)
    ):
        return ""
    theirs = moment.astimezone(reader)
    day = "" if theirs.date() == conference.date_of(moment) else f"{theirs:%a} "
    return f" ({day}{theirs:%H:%M} for you)"


def is_elsewhere(reader: ZoneInfo | None, conference: Conference, moment: datetime) -> bool:
    """Tell whether the reader's clock is known to show another time than the venue's."""
    return reader is not None and moment.astimezone(reader).utcoffset() != conference.local(moment).utcoffset()


def venue_time_name(conference: Conference) -> str:
    """`London time`, or `UTC+2 time` where only the offset is known; escaped."""
    key = conference.timezone.key
    if key.startswith("Etc/GMT") and key != "Etc/GMT":  # the sign in these names is reversed
        hours = -int(key.removeprefix("Etc/GMT"))
        return f"UTC{hours:+d} time" if hours else "UTC"
    return f"{escape(key.split('/')[-1].replace('_', ' '))} time"


def venue_and_reader_time(moment: datetime, conference: Conference, reader: ZoneInfo | None) -> str:
    """` London time (11:35 for you)`, to stand after a venue's time.

    It is empty for readers at the venue, and for those whose time zone is unknown.
    """
    if not is_elsewhere(reader, conference, moment):
        return ""
    return f" {venue_time_name(conference)}{reader_time(moment, conference, reader)}"


def nothing_found(words: str) -> str:
    """The line that says that some words find nothing."""
    return f"No sessions found for “{escape(shorten(words, 120))}”."


def similar_heading(talk: Talk, hint: str = "") -> str:
    """The line above talks that are like this one."""
    return f"Similar to “{escaped_title(talk)}”{hint}:"


def nothing_similar(talk: Talk) -> str:
    """The line that says that there are none that the reader can go to."""
    return f"Nothing still to come is similar to “{escaped_title(talk)}”."


def duration_text(duration: timedelta) -> str:
    """`50 minutes`, `1 hour 20 minutes`, `2 days`: at most two units, and no seconds."""
    minutes = max(0, round(duration.total_seconds() / 60))
    if minutes >= 48 * 60:
        return counted(round(minutes / (24 * 60)), "day")
    hours, rest = divmod(minutes, 60)
    parts = [counted(hours, "hour")] if hours else []
    return " ".join(parts + ([counted(rest, "minute")] if rest or not hours else []))


LINE_TITLE_CHARACTERS = 90  # in a line of a list

CARD_TITLE_CHARACTERS = 200  # the longest real title has 189

NOTE_CHARACTERS = 300

MAX_NAMES = 3

MAX_INTRODUCED = 12  # people of one talk

NEAR_DAYS = ("Yesterday", "Today", "Tomorrow")

ONE_MINUTE = timedelta(minutes=1)  # before its end, the last talk of a day is still of that day

NEAR_NIGHTS = ("Last night", "Tonight", "Tomorrow night")


def day_and_time(talk: Talk, ctx: RenderContext, *, span: bool = True, city: bool = True) -> str:
    """`Today 14:55–15:45`, or `Tue 5 March, 14:55`, with the reader's time beside it where it differs.

    Leave out the city, which is named to readers elsewhere, where the whole list has it.
    """
    conference = ctx.conference
    goes_on = ends_on_another_day(talk.start, talk.end, conference.timezone)
    clock = time_span(talk, conference) if span or goes_on else clock_time(talk.start, conference)
    theirs = (venue_and_reader_time if city else reader_time)(talk.start, conference, ctx.reader.zone)
    return f"{start_day(talk, ctx)} {clock}{theirs}"


def start_day(talk: Talk, ctx: RenderContext) -> str:
    """The day on which a talk starts, as `relative_day` does; by its name if the talk goes on into another day."""
    if ends_on_another_day(talk.start, talk.end, ctx.conference.timezone):
        return f"{day_name(talk.start, ctx.conference)},"
    return relative_day(talk.start, ctx)


def relative_day(moment: datetime | date, ctx: RenderContext) -> str:
    """`Today`, `Tomorrow`, or `Tue 5 March,`, with the year where it is another one.

    What starts after midnight, on a day that goes on, is `Tonight`, or `Wed 6 March (Tue night),`. The day is always
    named to those who ask in the night or from elsewhere, and in a text that stays to be read later. A plain date is a
    day of the conference.
    """
    schedule, conference = ctx.schedule, ctx.conference
    today = schedule.day_of(ctx.now)
    day = schedule.day_of(moment) if isinstance(moment, datetime) else moment
    date_ = conference.date_of(moment) if isinstance(moment, datetime) else moment
    at_night = date_ != day
    # Elsewhere it may be another day.
    near: tuple[str, ...] = () if ctx.reader.stays or ctx.is_elsewhere else NEAR_NIGHTS if at_night else NEAR_DAYS
    if conference.date_of(ctx.now) != today:  # “today” may then mean either day, but a night is “tonight”
        near = ("", near[1], "") if at_night and near else ()
    known = dict(zip((today + timedelta(days=offset) for offset in (-1, 0, 1)), near, strict=False))
    night = f" ({day:%a} night)" if at_night else ""
    year = f" {date_.year}" if date_.year != today.year else ""
    return known.get(day) or f"{day_name(date_, conference)}{year}{night},"


def relative_day_in_sentence(moment: datetime | date, ctx: RenderContext) -> str:
    """`today`, `tomorrow`, `tonight`, or `on Tue 5 March`."""
    word = relative_day(moment, ctx).rstrip(",")
    return word.lower() if word in NEAR_DAYS + NEAR_NIGHTS else f"on {word}"


def speaker_names(speakers: Sequence[Speaker], most: int = MAX_NAMES) -> str:
    """`Jan Machacek, Matthew Squire`; of many, the first ones and the number of the others."""
    return first_of([escape(speaker.name) for speaker in speakers], most)


# Words that belong to the surname after them: van Dooren, de la Cruz, von der Heide.
_PARTICLES = frozenset([
    "al", "af", "av", "bin", "d'", "da", "dal", "dalla", "de", "degli", "dei", "del", "della", "den",
    "der", "des", "di", "do", "dos", "du", "el", "la", "le", "ten", "ter", "van", "vom", "von", "y",
    "zu", "zum", "zur",
])  # fmt: skip

_NO_PERSON = re.compile(
    r"[&+/0-9]|\b(?:and|co|company|corp|foundation|gmbh|group|inc|labs|llc|ltd|project|team|und)\b\.?", re.IGNORECASE
)

_SUFFIXES = frozenset({"jr", "jr.", "sr", "sr.", "ii", "iii", "iv", "phd", "ph.d."})


def surname(name: str) -> str:
    """`van Dooren` of `Joost van Dooren`; the whole name where it may be a company's, a team's, or is one word."""
    words = name.split()
    if len(words) < 2 or _NO_PERSON.search(name):
        return name
    start = len(words) - (2 if len(words) > 2 and words[-1].casefold() in _SUFFIXES else 1)
    while start > 1 and words[start - 1].casefold() in _PARTICLES:
        start -= 1
    return " ".join(words[start:])


def speaker_surnames(speakers: Sequence[Speaker]) -> str:
    """`Ruecker`: short names, for lists with one line per talk."""
    shown = ", ".join(escape(surname(speaker.name)) for speaker in speakers[:2])
    return shown if len(speakers) <= 2 else f"{shown} +{len(speakers) - 2}"


def speakers_with_company(speakers: Sequence[Speaker]) -> str:
    """`Bernd Ruecker, Camunda`; several people without their companies."""
    if len(speakers) == 1 and speakers[0].affiliation:
        return f"{escape(speakers[0].name)}, {escape(speakers[0].affiliation)}"
    return speaker_names(speakers)


def speaker_introduction(speaker: Speaker) -> str:
    """`*Yevgeniy Brikman*, co-founder, Gruntwork`."""
    role = speaker.role
    if role and sum(letter.isupper() for letter in role) == 1:
        role = role[0].lower() + role[1:]
    return ", ".join([f"*{escape(speaker.name)}*", *(escape(part) for part in (role, speaker.affiliation) if part)])


def speaker_introductions(speakers: Sequence[Speaker]) -> tuple[str, ...]:
    """A line for each person, and one that counts those beyond the first twelve."""
    more = len(speakers) - MAX_INTRODUCED
    told = tuple(speaker_introduction(speaker) for speaker in speakers[:MAX_INTRODUCED])
    return (*told, f"and {more} more") if more > 0 else told


def escaped_title(talk: Talk, limit: int = CARD_TITLE_CHARACTERS) -> str:
    """The title, shortened to `limit` characters."""
    return escape(shorten(talk.title, limit))


def escaped_place(talk: Talk) -> str:
    """`Fleming, 3rd floor`; empty for a talk without a room."""
    return escape(talk.room.place) if talk.room else ""


def reason_line(reason: str) -> str:
    """The reason for a talk as a line of its own, escaped: `Matches rust`."""
    return escape(reason[:1].upper() + reason[1:])


def join_parts(*parts: str) -> str:
    """Join the parts that are not empty with ` · `."""
    return " · ".join(part for part in parts if part)


def status_mark(talk: Talk, ctx: RenderContext) -> str:
    """`Cancelled`; or `Full`, `Moved`, or both, until the talk is over; empty for a talk that is as people know it."""
    if talk.cancelled:
        return "Cancelled"
    if talk.end <= ctx.now:
        return ""
    return join_parts("Full" if talk.full else "", "Moved" if talk.id in ctx.moved else "")


def marked_fact(talk: Talk, ctx: RenderContext, fact: str) -> str:
    """`Cancelled: *Today 14:55–15:45*`: the first line about one talk."""
    return ": ".join(filter(None, (status_mark(talk, ctx), fact)))


def organiser_note(talk: Talk, limit: int = NOTE_CHARACTERS) -> tuple[str, ...]:
    """The organisers' note on the talk, after the reason for their last change of it, in one line; or nothing."""
    note = " ".join(join_parts(talk.reason, talk.note).split())
    return (f"Note: {escape_with_links(shorten(note, limit))}",) if note else ()


def talk_line(talk: Talk, ctx: RenderContext, *, dated: bool = True, room: bool = True) -> str:
    """`Today 14:55, Fleming · Lessons From… · Brikman`: one talk among several.

    Leave the day out with `dated=False` where all are of one day, and the room where all are in one. A talk that is not
    as people know it begins with `Cancelled · `, `Full · ` or `Moved · `.
    """
    clock = list_time(talk, ctx.schedule) + reader_time(talk.start, ctx.conference, ctx.reader.zone)
    when = day_and_time(talk, ctx, span=False, city=False) if dated else clock
    place = f", {escape(talk.room.name)}" if talk.room and room else ""
    return join_parts(
        status_mark(talk, ctx),
        when + place,
        escaped_title(talk, LINE_TITLE_CHARACTERS),
        speaker_surnames(talk.speakers),
    )


def list_time(talk: Talk, schedule: Schedule) -> str:
    """`14:55` in a list of one day; the whole span of a talk that goes on into another day: both days are named."""
    conference = schedule.conference
    if ends_on_another_day(talk.start, talk.end, conference.timezone):
        return f"{day_name(talk.start, conference)} {time_span(talk, conference)}"
    return clock_time(talk.start, conference) + night_mark(talk.start, schedule.day_of(talk.start), conference)


def talk_lines(talk: Talk, ctx: RenderContext) -> tuple[str, ...]:
    """Time and place, title, speakers: three lines for a talk whose day is known."""
    clock = time_span(talk, ctx.conference) + venue_and_reader_time(talk.start, ctx.conference, ctx.reader.zone)
    lines = join_parts(clock, escaped_place(talk)), escaped_title(talk), speakers_with_company(talk.speakers)
    return tuple(filter(None, lines))


def running_state(talk: Talk, ctx: RenderContext) -> str:
    """`On now until 11:25`, or `Over`; empty for a talk that is still to come or cancelled."""
    if talk.cancelled:
        return ""
    if talk.is_on(ctx.now):
        theirs = reader_time(talk.end, ctx.conference, ctx.reader.zone)
        return f"On now until {end_time(talk.end, ctx.now, ctx.conference)}{theirs}"
    return "Over" if talk.end <= ctx.now else ""

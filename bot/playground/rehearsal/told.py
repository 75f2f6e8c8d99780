"""A rehearsal as an organiser reads it on a terminal: who gets what when, how many, how late, and what to look at."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import groupby

from bot.playground.rehearsal.amounts import format_count, format_duration
from bot.playground.rehearsal.doubted import warnings_section
from bot.playground.rehearsal.outcome import (
    MinuteLoad,
    SimulationResult,
    TimelineRow,
    message_totals,
    minute_loads,
    timeline,
)
from bot.schedule.model import Conference, Schedule
from bot.store.deliveries import DIGEST, EVENING, REMINDER
from bot.views import times
from bot.views.blocks import shorten
from bot.views.spoken import strip_mrkdwn

BUSIEST_MINUTES = 5  # minutes
MAX_NAME = 24  # of a channel
ON_TIME = timedelta(seconds=10)  # what is no later than that

_KINDS = {REMINDER: "reminders", DIGEST: "morning digests", EVENING: "evening questions"}


def text_report(rehearsal: SimulationResult, width: int) -> str:
    """All of it, in lines of about so many characters."""
    parts = (
        _head_lines(rehearsal),
        _timeline_section(rehearsal, width),
        _totals_section(rehearsal),
        _limits_section(rehearsal),
        warnings_section(rehearsal, width),
        _verdict_line(rehearsal),
    )
    return "\n\n".join(filter(None, map("\n".join, parts)))


def _head_lines(rehearsal: SimulationResult) -> Iterator[str]:
    conference, supposed = rehearsal.schedule.conference, rehearsal.model
    first, last = conference.days[0], conference.days[-1]
    days = times.day_name(first, conference) + (f" to {times.day_name(last, conference)}" if last != first else "")
    yield f"{conference.name}: {days} {last.year}, {format_count(len(rehearsal.schedule.talks), 'session')}"
    people = format_count(supposed.attendees, "person", "people")
    channels = "#general and a channel for each track" if supposed.track_channels else "#general"
    yield f"Supposed: {people} who saved up to {format_count(supposed.saves, 'talk')} each, and {channels}."
    yield f"All are reminded {supposed.lead} minutes before; people get a digest in the morning, too."


def _timeline_section(rehearsal: SimulationResult, width: int) -> Iterator[str]:
    conference = rehearsal.schedule.conference
    rows = timeline(rehearsal.messages)
    digits = max((len(f"{row.messages:,}") for row in rows if not row.channel), default=1)
    column = max((len(_recipient_text(row, digits)) for row in rows), default=0)
    before: date | None = None
    for due, together in groupby(rows, key=lambda row: row.due):
        day, at = conference.day_of(due), times.clock_time(due, conference)
        if day != before:
            yield from ([""] if before else [])
            yield f"{day:%A} {day.day} {day:%B}"
        before = day
        for number, row in enumerate(together):
            begin = f"  {'' if number else at:5}  {_recipient_text(row, digits):{column}}  "
            yield begin + _content_text(row, rehearsal.schedule, width - len(begin))


def _recipient_text(row: TimelineRow, digits: int) -> str:
    if row.channel:
        return shorten(row.channel, MAX_NAME)
    return f"{row.messages:{digits},} {'person' if row.messages == 1 else 'people'}"


def _content_text(row: TimelineRow, schedule: Schedule, width: int) -> str:
    """The first line of what a channel gets; of what people get, which kind of message about how many talks."""
    talks = format_count(len(row.talks), "talk")
    if row.channel or row.kind not in _KINDS:
        more = f" (+{format_count(len(row.talks) - 1, 'talk')})" if len(row.talks) > 1 else ""
        return shorten(strip_mrkdwn(row.text.split("\n")[0]), width - len(more)) + more
    if row.kind == DIGEST:
        return f"the day’s digest, {talks}"
    if row.kind == EVENING:
        return f"the evening’s question, {talks}"
    one = schedule.talk_by_id.get(row.talks[0]) if len(row.talks) == 1 else None
    return shorten(one.title, width) if one else talks


def _totals_section(rehearsal: SimulationResult) -> Iterator[str]:
    counted = message_totals(rehearsal.messages)
    if not counted:
        return
    yield f"{'Sent':24}{'channels':>10}{'people':>10}"
    for kind, numbers in (*counted.items(), ("in all", _sum_text(counted.values()))):
        yield f"  {_KINDS.get(kind, kind):22}" + "".join(
            f"{number:10,}" if number else f"{'–':>10}" for number in numbers
        )


def _sum_text(numbers: Iterable[tuple[int, int]]) -> tuple[int, int]:
    channels, people = zip(*numbers, strict=True)
    return sum(channels), sum(people)


def _limits_section(rehearsal: SimulationResult) -> Iterator[str]:
    conference = rehearsal.schedule.conference
    if not rehearsal.messages:
        return
    yield f"The busiest minutes, at {rehearsal.rate_per_minute} messages a minute and one a second in a channel"
    for load in minute_loads(rehearsal.messages)[:BUSIEST_MINUTES]:
        yield f"  {_minute_line(load, conference)}  {load.messages:6,} due  {_send_time_text(load, conference)}"
    late = max(
        (one.send_at - one.due for one in rehearsal.messages if one.send_at and one.kind == REMINDER), default=ON_TIME
    )
    yield "No reminder comes late." if late <= ON_TIME else f"The latest reminder comes {format_duration(late)} late."
    if rehearsal.too_late:
        them = "it" if rehearsal.too_late == 1 else "them"
        yield f"{format_count(rehearsal.too_late, 'message')} would come too late to be of use, so nobody gets {them}."


def _minute_line(load: MinuteLoad, conference: Conference) -> str:
    local = conference.local(load.minute)
    return f"{local:%a} {local.day:2} {local:%b %H:%M}"


def _send_time_text(load: MinuteLoad, conference: Conference) -> str:
    if load.first is None or load.last is None:
        return "too late"
    span = f"{conference.local(load.first):%H:%M:%S}–{conference.local(load.last):%H:%M:%S}"
    return f"{span}  {'in time' if load.late <= ON_TIME else f'up to {format_duration(load.late)} late'}"


def _verdict_line(rehearsal: SimulationResult) -> Iterator[str]:
    missing = Counter((one.kind, one.because) for one in rehearsal.missing)
    yield from (
        f"{format_count(number, kind)} did not arrive: {because}" for (kind, because), number in missing.most_common()
    )
    if rehearsal.repeated:
        yield f"{format_count(rehearsal.repeated, 'message')} arrived again."
    each_once = "" if rehearsal.missing or rehearsal.repeated else ", each once"
    landed = (
        f"{format_count(len(rehearsal.messages), 'message')} arrived{each_once}"
        if rehearsal.messages
        else "Nobody gets anything"
    )
    yield f"{landed}, in {rehearsal.seconds:.0f} s. Nothing left this machine."

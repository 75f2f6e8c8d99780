"""A rehearsal as an organiser reads it on a terminal: who gets what when, how many, how late, and what to look at."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import groupby

from bot.playground.rehearsal.amounts import count, duration
from bot.playground.rehearsal.doubted import doubted
from bot.playground.rehearsal.outcome import Load, Rehearsal, Row, loads, timeline, totals
from bot.schedule.model import Conference, Schedule
from bot.store.deliveries import DIGEST, EVENING, REMINDER
from bot.views import times
from bot.views.blocks import shorten
from bot.views.spoken import unmarked

BUSIEST = 5  # minutes
LONGEST_NAME = 24  # of a channel
IN_TIME = timedelta(seconds=10)  # what is no later than that

_KINDS = {REMINDER: "reminders", DIGEST: "morning digests", EVENING: "evening questions"}


def told(rehearsal: Rehearsal, width: int) -> str:
    """All of it, in lines of about so many characters."""
    parts = (
        _head(rehearsal),
        _timeline(rehearsal, width),
        _totals(rehearsal),
        _limits(rehearsal),
        doubted(rehearsal, width),
        _verdict(rehearsal),
    )
    return "\n\n".join(filter(None, map("\n".join, parts)))


def _head(rehearsal: Rehearsal) -> Iterator[str]:
    conference, supposed = rehearsal.schedule.conference, rehearsal.supposed
    first, last = conference.days[0], conference.days[-1]
    days = times.day(first, conference) + (f" to {times.day(last, conference)}" if last != first else "")
    yield f"{conference.name}: {days} {last.year}, {count(len(rehearsal.schedule.talks), 'session')}"
    people = count(supposed.attendees, "person", "people")
    channels = "#general and a channel for each track" if supposed.track_channels else "#general"
    yield f"Supposed: {people} who saved up to {count(supposed.saves, 'talk')} each, and {channels}."
    yield f"All are reminded {supposed.lead} minutes before; people get a digest in the morning, too."


def _timeline(rehearsal: Rehearsal, width: int) -> Iterator[str]:
    conference = rehearsal.schedule.conference
    rows = timeline(rehearsal.arrivals)
    digits = max((len(f"{row.messages:,}") for row in rows if not row.channel), default=1)
    column = max((len(_whom(row, digits)) for row in rows), default=0)
    before: date | None = None
    for due, together in groupby(rows, key=lambda row: row.due):
        day, at = conference.day_of(due), times.at(due, conference)
        if day != before:
            yield from ([""] if before else [])
            yield f"{day:%A} {day.day} {day:%B}"
        before = day
        for number, row in enumerate(together):
            begin = f"  {'' if number else at:5}  {_whom(row, digits):{column}}  "
            yield begin + _what(row, rehearsal.schedule, width - len(begin))


def _whom(row: Row, digits: int) -> str:
    if row.channel:
        return shorten(row.channel, LONGEST_NAME)
    return f"{row.messages:{digits},} {'person' if row.messages == 1 else 'people'}"


def _what(row: Row, schedule: Schedule, width: int) -> str:
    """The first line of what a channel gets; of what people get, which kind of message about how many talks."""
    talks = count(len(row.talks), "talk")
    if row.channel or row.kind not in _KINDS:
        more = f" (+{count(len(row.talks) - 1, 'talk')})" if len(row.talks) > 1 else ""
        return shorten(unmarked(row.text.split("\n")[0]), width - len(more)) + more
    if row.kind == DIGEST:
        return f"the day’s digest, {talks}"
    if row.kind == EVENING:
        return f"the evening’s question, {talks}"
    one = schedule.talk_by_id.get(row.talks[0]) if len(row.talks) == 1 else None
    return shorten(one.title, width) if one else talks


def _totals(rehearsal: Rehearsal) -> Iterator[str]:
    counted = totals(rehearsal.arrivals)
    if not counted:
        return
    yield f"{'Sent':24}{'channels':>10}{'people':>10}"
    for kind, numbers in (*counted.items(), ("in all", _sum(counted.values()))):
        yield f"  {_KINDS.get(kind, kind):22}" + "".join(
            f"{number:10,}" if number else f"{'–':>10}" for number in numbers
        )


def _sum(numbers: Iterable[tuple[int, int]]) -> tuple[int, int]:
    channels, people = zip(*numbers, strict=True)
    return sum(channels), sum(people)


def _limits(rehearsal: Rehearsal) -> Iterator[str]:
    conference = rehearsal.schedule.conference
    if not rehearsal.arrivals:
        return
    yield f"The busiest minutes, at {rehearsal.rate_per_minute} messages a minute and one a second in a channel"
    for load in loads(rehearsal.arrivals)[:BUSIEST]:
        yield f"  {_minute(load, conference)}  {load.messages:6,} due  {_goes_out(load, conference)}"
    late = max((one.slot - one.due for one in rehearsal.arrivals if one.slot and one.kind == REMINDER), default=IN_TIME)
    yield "No reminder comes late." if late <= IN_TIME else f"The latest reminder comes {duration(late)} late."
    if rehearsal.too_late:
        them = "it" if rehearsal.too_late == 1 else "them"
        yield f"{count(rehearsal.too_late, 'message')} would come too late to be of use, so nobody gets {them}."


def _minute(load: Load, conference: Conference) -> str:
    local = conference.local(load.minute)
    return f"{local:%a} {local.day:2} {local:%b %H:%M}"


def _goes_out(load: Load, conference: Conference) -> str:
    if load.first is None or load.last is None:
        return "too late"
    span = f"{conference.local(load.first):%H:%M:%S}–{conference.local(load.last):%H:%M:%S}"
    return f"{span}  {'in time' if load.late <= IN_TIME else f'up to {duration(load.late)} late'}"


def _verdict(rehearsal: Rehearsal) -> Iterator[str]:
    missing = Counter((one.kind, one.because) for one in rehearsal.missing)
    yield from (f"{count(number, kind)} did not arrive: {because}" for (kind, because), number in missing.most_common())
    if rehearsal.repeated:
        yield f"{count(rehearsal.repeated, 'message')} arrived again."
    each_once = "" if rehearsal.missing or rehearsal.repeated else ", each once"
    landed = (
        f"{count(len(rehearsal.arrivals), 'message')} arrived{each_once}"
        if rehearsal.arrivals
        else "Nobody gets anything"
    )
    yield f"{landed}, in {rehearsal.seconds:.0f} s. Nothing left this machine."

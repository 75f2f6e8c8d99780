"""The report of a rehearsal, as text for organisers or as JSON for scripts.

The text shows who gets which messages when, how many there are, how late they come and what to check before the day.
Times are the venue's.
"""

import asyncio
import json
import shutil
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from bot.blockkit import talk_text
from bot.blockkit.blocks import shorten
from bot.delivery.messages import MAX_LINES, STARTS_AT
from bot.delivery.models import DIGEST, EVENING, REMINDER
from bot.handlers.ask.layout import strip_mrkdwn
from bot.live_schedule import source
from bot.rehearsal.results import MinuteLoad, TimelineRow, message_totals, minute_loads, timeline
from bot.rehearsal.run import AttendeeModel, SimulationResult, simulate
from bot.schedule.importers.models import ImportHints
from bot.schedule.models import Conference, Schedule, Talk
from bot.schedule.texts import counted
from bot.schedule.validation import find_warnings
from bot.settings import Settings


def format_duration(duration: timedelta) -> str:
    """Format a duration in whole seconds, such as `1 min 40 s`."""
    minutes, seconds = divmod(int(duration.total_seconds()), 60)
    return " ".join(part for part in (f"{minutes} min" if minutes else "", f"{seconds} s" if seconds else "") if part)


MAX_WARNINGS = 5  # listed of each kind


def warnings_section(rehearsal: SimulationResult, width: int) -> Iterator[str]:
    """Yield the warnings about the schedule and about messages to channels."""
    lines = [*_schedule_warnings(rehearsal), *_channel_warnings(rehearsal)]
    yield "To check" if lines else "Nothing looks amiss in the schedule."
    yield from (shorten(line, width) for line in lines)


def _schedule_warnings(rehearsal: SimulationResult) -> Iterator[str]:
    conference, warnings = rehearsal.schedule.conference, find_warnings(rehearsal.schedule)
    talk_warnings = (
        (warnings.without_room, "without a room"),
        (warnings.without_speaker, "without a speaker"),
        (warnings.at_night, "between midnight and six: is the time zone right?"),
        (warnings.on_no_day, "outside the days of the conference"),
    )
    for talks, problem in talk_warnings:
        yield from _warning_list(
            f"{counted(len(talks), 'talk')} {problem}", [(_talk_line(talk, conference),) for talk in talks]
        )
    rooms = [_clash_line("", *talks, conference) for talks in warnings.in_one_room]
    yield from _warning_list(f"{counted(len(rooms), 'talk')} in a room where another hasn't ended", rooms)
    speakers = [_clash_line(f"{name}: ", earlier, talk, conference) for name, earlier, talk in warnings.by_one_speaker]
    yield from _warning_list(f"{counted(len(speakers), 'speaker')} in two places at once", speakers)


def _channel_warnings(rehearsal: SimulationResult) -> Iterator[str]:
    full = sum(len(message.talks) > MAX_LINES for message in rehearsal.messages if message.channel)
    if full:
        yield f"  {counted(full, 'message')} to channels about more than {MAX_LINES} talks: the rest are behind a button"
    if full and not rehearsal.model.track_channels:
        yield "    with a channel for each track there may be fewer: --track-channels"


def _warning_list(head: str, items: Sequence[Sequence[str]]) -> Iterator[str]:
    if items:
        yield f"  {head}"
        yield from (f"    {line}" for item in items[:MAX_WARNINGS] for line in item)
        if len(items) > MAX_WARNINGS:
            yield f"    and {len(items) - MAX_WARNINGS:,} more"


def _clash_line(prefix: str, earlier: Talk, talk: Talk, conference: Conference) -> tuple[str, str]:
    return f"{prefix}{_talk_line(earlier, conference)}", f"  and {_talk_line(talk, conference)}"


def _talk_line(talk: Talk, conference: Conference) -> str:
    local = conference.local
    return f"{local(talk.start):%a %H:%M}–{local(talk.end):%H:%M} {talk.title}"


BUSIEST_MINUTES = 5

MAX_NAME = 24  # characters of a channel's name

ON_TIME = timedelta(seconds=10)  # messages that are no later count as in time

_KINDS = {REMINDER: "reminders", DIGEST: "morning digests", EVENING: "evening questions"}


def text_report(rehearsal: SimulationResult, width: int) -> str:
    """Write the report in lines of about `width` characters."""
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
    conference, model = rehearsal.schedule.conference, rehearsal.model
    first, last = conference.days[0], conference.days[-1]
    days = talk_text.day_name(first, conference) + (
        f" to {talk_text.day_name(last, conference)}" if last != first else ""
    )
    yield f"{conference.name}: {days} {last.year}, {counted(len(rehearsal.schedule.talks), 'session')}"
    people = counted(model.attendees, "person", "people")
    channels = "#general and a channel for each track" if model.track_channels else "#general"
    yield f"Assumed: {people} who saved up to {counted(model.saves, 'talk')} each, and {channels}."
    yield f"All are reminded {model.lead} minutes before; people get a digest in the morning, too."


def _timeline_section(rehearsal: SimulationResult, width: int) -> Iterator[str]:
    conference = rehearsal.schedule.conference
    rows = timeline(rehearsal.messages)
    digits = max((len(f"{row.messages:,}") for row in rows if not row.channel), default=1)
    column = max((len(_recipient_text(row, digits)) for row in rows), default=0)
    previous_day: date | None = None
    for due, group in groupby(rows, key=lambda row: row.due):
        day, at = conference.date_of(due), talk_text.clock_time(due, conference)
        if day != previous_day:
            yield from ([""] if previous_day else [])
            yield f"{day:%A} {day.day} {day:%B}"
        previous_day = day
        for number, row in enumerate(group):
            start = f"  {'' if number else at:5}  {_recipient_text(row, digits):{column}}  "
            yield start + _content_text(row, rehearsal.schedule, width - len(start))


def _recipient_text(row: TimelineRow, digits: int) -> str:
    if row.channel:
        return shorten(row.channel, MAX_NAME)
    return f"{row.messages:{digits},} {'person' if row.messages == 1 else 'people'}"


def _content_text(row: TimelineRow, schedule: Schedule, width: int) -> str:
    """Describe a row's messages: the first line for a channel; the kind and the number of talks for people."""
    talks = counted(len(row.talks), "talk")
    if row.channel or row.kind not in _KINDS:
        more = f" (+{counted(len(row.talks) - 1, 'talk')})" if len(row.talks) > 1 else ""
        return shorten(strip_mrkdwn(row.text.split("\n")[0].removeprefix(STARTS_AT)), width - len(more)) + more
    if row.kind == DIGEST:
        return f"the day's digest, {talks}"
    if row.kind == EVENING:
        return f"the evening's question, {talks}"
    talk = schedule.talk_by_id.get(row.talks[0]) if len(row.talks) == 1 else None
    return shorten(talk.title, width) if talk else talks


def _totals_section(rehearsal: SimulationResult) -> Iterator[str]:
    totals = message_totals(rehearsal.messages)
    if not totals:
        return
    yield f"{'Sent':24}{'channels':>10}{'people':>10}"
    for kind, numbers in (*totals.items(), ("in all", _sum_text(totals.values()))):
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
        (
            message.send_at - message.due
            for message in rehearsal.messages
            if message.send_at and message.kind == REMINDER
        ),
        default=ON_TIME,
    )
    yield "No reminder is late." if late <= ON_TIME else f"The latest reminder is {format_duration(late)} late."
    if rehearsal.too_late:
        them = "it" if rehearsal.too_late == 1 else "them"
        yield f"{counted(rehearsal.too_late, 'message')} would be too late to be useful, so nobody gets {them}."


def _minute_line(load: MinuteLoad, conference: Conference) -> str:
    local = conference.local(load.minute)
    return f"{local:%a} {local.day:2} {local:%b %H:%M}"


def _send_time_text(load: MinuteLoad, conference: Conference) -> str:
    if load.first is None or load.last is None:
        return "too late"
    span = f"{conference.local(load.first):%H:%M:%S}–{conference.local(load.last):%H:%M:%S}"
    return f"{span}  {'in time' if load.late <= ON_TIME else f'up to {format_duration(load.late)} late'}"


def _verdict_line(rehearsal: SimulationResult) -> Iterator[str]:
    missing = Counter((message.kind, message.because) for message in rehearsal.missing)
    yield from (
        f"{counted(number, kind)} did not arrive: {because}" for (kind, because), number in missing.most_common()
    )
    if rehearsal.repeated:
        yield f"{counted(rehearsal.repeated, 'message')} arrived again."
    each_once = "" if rehearsal.missing or rehearsal.repeated else ", each once"
    arrived = (
        f"{counted(len(rehearsal.messages), 'message')} arrived{each_once}"
        if rehearsal.messages
        else "Nobody gets anything"
    )
    yield f"{arrived}, in {rehearsal.seconds:.0f} s. Nothing left this machine."


Json = dict[str, Any]


def json_report(rehearsal: SimulationResult) -> Json:
    """Return the report as JSON.

    Its keys are conference, supposed, timeline, totals, limits, doubts, missing, repeated and seconds.
    """
    conference = rehearsal.schedule.conference
    return {
        "conference": conference.name,
        "supposed": asdict(rehearsal.model),
        "timeline": [_timeline_entry(row, conference) for row in timeline(rehearsal.messages)],
        "totals": {
            kind: {"channels": channels, "people": people}
            for kind, (channels, people) in message_totals(rehearsal.messages).items()
        },
        "limits": {
            "messages_a_minute": rehearsal.rate_per_minute,
            "minutes": [_load_entry(load, conference) for load in minute_loads(rehearsal.messages)],
            "too_late": rehearsal.too_late,
        },
        "doubts": _warnings_entry(rehearsal),
        "missing": [asdict(message) | {"due": _local_text(message.due, conference)} for message in rehearsal.missing],
        "repeated": rehearsal.repeated,
        "seconds": round(rehearsal.seconds, 1),
    }


def _timeline_entry(row: TimelineRow, conference: Conference) -> Json:
    """Describe a row. The texts to people differ, so only those to channels are included."""
    entry: Json = {"due": _local_text(row.due, conference), "kind": row.kind, "to": row.channel or "people"}
    text = {"text": row.text} if row.channel else {}
    return entry | {"messages": row.messages, "talks": row.talks} | text


def _load_entry(load: MinuteLoad, conference: Conference) -> Json:
    return {
        "due": _local_text(load.minute, conference),
        "messages": load.messages,
        "first": load.first and _local_text(load.first, conference),
        "last": load.last and _local_text(load.last, conference),
        "late_s": load.late.total_seconds(),
    }


def _warnings_entry(rehearsal: SimulationResult) -> Json:
    warnings = find_warnings(rehearsal.schedule)
    return {
        "without_room": _talk_ids(warnings.without_room),
        "without_speaker": _talk_ids(warnings.without_speaker),
        "at_night": _talk_ids(warnings.at_night),
        "on_no_day": _talk_ids(warnings.on_no_day),
        "in_one_room": [_talk_ids(talks) for talks in warnings.in_one_room],
        "by_one_speaker": [
            {"speaker": name, "talks": _talk_ids((earlier, talk))} for name, earlier, talk in warnings.by_one_speaker
        ],
    }


def _talk_ids(talks: Sequence[Talk]) -> list[str]:
    return [talk.id for talk in talks]


def _local_text(moment: datetime, conference: Conference) -> str:
    return conference.local(moment).isoformat(timespec="seconds")


MIN_WIDTH, DEFAULT_WIDTH = 60, 100  # columns of the terminal


def simulation_report(settings: Settings, schedule: str, model: AttendeeModel, *, as_json: bool) -> tuple[str, bool]:
    """Rehearse a schedule. Return the report, as text or JSON, and whether the rehearsal succeeded.

    Without a `schedule` the one in the settings is rehearsed.
    """
    conference_schedule = source.read_source(
        schedule or settings.schedule, ImportHints(settings.name, settings.timezone)
    )
    progress = _ProgressLine(conference_schedule.conference)
    try:
        rehearsal = asyncio.run(simulate(conference_schedule, model, settings.rate_per_minute, progress.show))
    finally:
        progress.end()
    if as_json:
        return json.dumps(json_report(rehearsal), ensure_ascii=False), rehearsal.succeeded
    width = max(shutil.get_terminal_size((DEFAULT_WIDTH, 0)).columns, MIN_WIDTH)
    return text_report(rehearsal, width), rehearsal.succeeded


class _ProgressLine:
    """A line that shows conference time and is overwritten at each step. It is shown on a terminal only."""

    def __init__(self, conference: Conference) -> None:
        self._conference = conference
        self._is_terminal = sys.stderr.isatty()

    def show(self, moment: datetime) -> None:
        self._write(f"\rRehearsing … {self._conference.local(moment):%a %d %b %H:%M}")

    def end(self) -> None:
        self._write("\r\x1b[K")  # clear the line

    def _write(self, text: str) -> None:
        if self._is_terminal:
            sys.stderr.write(text)
            sys.stderr.flush()

"""What an organiser may want to look at before the day, a line each."""

from collections.abc import Iterator, Sequence

from bot.playground.rehearsal.amounts import format_count
from bot.playground.rehearsal.outcome import SimulationResult
from bot.schedule.doubts import find_warnings
from bot.schedule.model import Conference, Talk
from bot.views.blocks import shorten
from bot.views.reminders import MAX_LINES

MAX_WARNINGS = 5  # of what there is the same doubt about


def warnings_section(rehearsal: SimulationResult, width: int) -> Iterator[str]:
    """What is doubtful of the schedule, and of how channels are told of it."""
    found = [*_schedule_warnings(rehearsal), *_channel_warnings(rehearsal)]
    yield "To look at" if found else "Nothing looks amiss in the schedule."
    yield from (shorten(line, width) for line in found)


def _schedule_warnings(rehearsal: SimulationResult) -> Iterator[str]:
    conference, found = rehearsal.schedule.conference, find_warnings(rehearsal.schedule)
    plain = (
        (found.without_room, "without a room"),
        (found.without_speaker, "without a speaker"),
        (found.at_night, "between midnight and six: is the time zone right?"),
        (found.on_no_day, "on no day of the conference"),
    )
    for talks, what in plain:
        yield from _warning_list(
            f"{format_count(len(talks), 'talk')} {what}", [(_talk_line(talk, conference),) for talk in talks]
        )
    rooms = [_clash_line("", *talks, conference) for talks in found.in_one_room]
    yield from _warning_list(f"{format_count(len(rooms), 'talk')} in a room where another is not over", rooms)
    speakers = [_clash_line(f"{name}: ", earlier, talk, conference) for name, earlier, talk in found.by_one_speaker]
    yield from _warning_list(f"{format_count(len(speakers), 'speaker')} in two places at once", speakers)


def _channel_warnings(rehearsal: SimulationResult) -> Iterator[str]:
    full = sum(len(one.talks) > MAX_LINES for one in rehearsal.messages if one.channel)
    if full:
        yield f"  {format_count(full, 'message')} to channels about more than {MAX_LINES} talks: a button tells those after {MAX_LINES}"
    if full and not rehearsal.model.track_channels:
        yield "    with a channel for each track they may be fewer: --track-channels"


def _warning_list(head: str, items: Sequence[Sequence[str]]) -> Iterator[str]:
    if items:
        yield f"  {head}"
        yield from (f"    {line}" for item in items[:MAX_WARNINGS] for line in item)
        if len(items) > MAX_WARNINGS:
            yield f"    and {len(items) - MAX_WARNINGS:,} more"


def _clash_line(who: str, earlier: Talk, talk: Talk, conference: Conference) -> tuple[str, str]:
    return f"{who}{_talk_line(earlier, conference)}", f"  and {_talk_line(talk, conference)}"


def _talk_line(talk: Talk, conference: Conference) -> str:
    local = conference.local
    return f"{local(talk.start):%a %H:%M}–{local(talk.end):%H:%M} {talk.title}"

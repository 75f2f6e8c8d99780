"""What an organiser may want to look at before the day, a line each."""

from collections.abc import Iterator, Sequence

from bot.playground.rehearsal.amounts import count
from bot.playground.rehearsal.outcome import Rehearsal
from bot.schedule.doubts import doubts
from bot.schedule.model import Conference, Talk
from bot.views.blocks import shorten
from bot.views.reminders import LINES

SHOWN = 5  # of what there is the same doubt about


def doubted(rehearsal: Rehearsal, width: int) -> Iterator[str]:
    """What is doubtful of the schedule, and of how channels are told of it."""
    found = [*_of_schedule(rehearsal), *_of_channels(rehearsal)]
    yield "To look at" if found else "Nothing looks amiss in the schedule."
    yield from (shorten(line, width) for line in found)


def _of_schedule(rehearsal: Rehearsal) -> Iterator[str]:
    conference, found = rehearsal.schedule.conference, doubts(rehearsal.schedule)
    plain = (
        (found.without_room, "without a room"),
        (found.without_speaker, "without a speaker"),
        (found.at_night, "between midnight and six: is the time zone right?"),
        (found.on_no_day, "on no day of the conference"),
    )
    for talks, what in plain:
        yield from _listed(f"{count(len(talks), 'talk')} {what}", [(_line(talk, conference),) for talk in talks])
    rooms = [_pair("", *talks, conference) for talks in found.in_one_room]
    yield from _listed(f"{count(len(rooms), 'talk')} in a room where another is not over", rooms)
    speakers = [_pair(f"{name}: ", earlier, talk, conference) for name, earlier, talk in found.by_one_speaker]
    yield from _listed(f"{count(len(speakers), 'speaker')} in two places at once", speakers)


def _of_channels(rehearsal: Rehearsal) -> Iterator[str]:
    full = sum(len(one.talks) > LINES for one in rehearsal.arrivals if one.channel)
    if full:
        yield f"  {count(full, 'message')} to channels about more than {LINES} talks: a button tells those after {LINES}"
    if full and not rehearsal.supposed.track_channels:
        yield "    with a channel for each track they may be fewer: --track-channels"


def _listed(head: str, items: Sequence[Sequence[str]]) -> Iterator[str]:
    if items:
        yield f"  {head}"
        yield from (f"    {line}" for item in items[:SHOWN] for line in item)
        if len(items) > SHOWN:
            yield f"    and {len(items) - SHOWN:,} more"


def _pair(who: str, earlier: Talk, talk: Talk, conference: Conference) -> tuple[str, str]:
    return f"{who}{_line(earlier, conference)}", f"  and {_line(talk, conference)}"


def _line(talk: Talk, conference: Conference) -> str:
    local = conference.local
    return f"{local(talk.start):%a %H:%M}–{local(talk.end):%H:%M} {talk.title}"

"""Warnings about a schedule that can be used but looks wrong, and one-line summaries of a checked file."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Sized
from dataclasses import dataclass
from datetime import date, timedelta

from bot.errors import Problem
from bot.schedule.local_time import LATE_HOUR
from bot.schedule.models import Conference, Schedule, Talk, Track
from bot.schedule.texts import counted, quote_value
from bot.schedule.yaml.nodes import START, ProblemCollector
from bot.schedule.yaml.record import Record

MAX_TALK_LENGTH = timedelta(hours=24)


def check_schedule(
    conference: Conference,
    tracks: Iterable[tuple[Track, Record]],
    talks: Sequence[tuple[Talk, Record]],
    problems: ProblemCollector,
) -> None:
    """Add warnings to `problems`. Each track and talk comes with the record it was read from, for its position."""
    for track, record in tracks:
        if track.day and conference.days and track.day not in conference.days:
            problems.warning(record.position("day"), f"{track.day} {_invalid_day_text(conference)}")
    for talk, record in talks:
        _check_times(talk, record, conference, problems)
    if not talks and not problems.errors:
        problems.warning(START, "There are no talks yet.")
    _check_clashes(
        [talk for talk, _ in talks if not talk.cancelled],
        {talk.id: record for talk, record in talks},
        conference,
        problems,
    )


def overlapping_talks(talks: Iterable[Talk]) -> Iterator[tuple[Talk, Talk]]:
    """Yield pairs of talks that run at the same time: each talk with the earlier one that ends last."""
    longest: Talk | None = None
    for talk in sorted(talks, key=lambda talk: (talk.start, talk.end, talk.id)):
        if longest and talk.start < longest.end:
            yield longest, talk
        if longest is None or talk.end > longest.end:
            longest = talk


def room_clashes(talks: Iterable[Talk]) -> Iterator[tuple[Talk, Talk]]:
    """Yield pairs of talks in the same room at the same time, the earlier first. Breaks do not count."""
    in_room = defaultdict(list)
    for talk in talks:
        if talk.room and not talk.is_break:
            in_room[talk.room.id].append(talk)
    for room_talks in in_room.values():
        yield from overlapping_talks(room_talks)


def speaker_clashes(talks: Iterable[Talk]) -> Iterator[tuple[str, Talk, Talk]]:
    """Yield speakers who would be in two rooms at once: the name and the two talks, the earlier first."""
    of_speaker = defaultdict(list)
    for talk in talks:
        for speaker in talk.speakers:
            of_speaker[speaker.id, speaker.name].append(talk)
    for (_, name), given in of_speaker.items():
        for earlier, talk in overlapping_talks(given):
            if earlier.room is None or earlier.room != talk.room:
                yield name, earlier, talk


def days_of(talk: Talk, conference: Conference) -> set[date]:
    """The days a talk may be listed under: its own, and the day before if it starts soon after midnight."""
    local = conference.local(talk.start)
    return {local.date(), (local.replace(tzinfo=None) - LATE_HOUR).date()}


def _check_times(talk: Talk, record: Record, conference: Conference, problems: ProblemCollector) -> None:
    days = days_of(talk, conference)
    if conference.days and days.isdisjoint(conference.days):
        problems.warning(record.position("start"), f"{max(days)} {_invalid_day_text(conference)}")
    elif talk.track and talk.track.day and talk.track.day not in days:
        text = f"The talk is on {max(days)}, but its track {quote_value(talk.track.title)} is on {talk.track.day}. Which is right?"
        problems.warning(record.position("start"), text)
    if talk.length > MAX_TALK_LENGTH:
        problems.warning(record.position("end"), "This is more than a day after the start. Are the dates right?")
    elif not talk.length:
        problems.warning(record.position("end"), "The talk ends when it starts. How long does it last?")


def _invalid_day_text(conference: Conference) -> str:
    first, last = conference.days[0], conference.days[-1]
    return f"isn't a day of the conference ({first}{f' to {last}' if last != first else ''}). Is the date right?"


def _check_clashes(
    talks: Sequence[Talk], records: Mapping[str, Record], conference: Conference, problems: ProblemCollector
) -> None:
    for earlier, talk in room_clashes(talks):
        text = f"{_talk_text(earlier, conference)} is in the same room then. Move one of them."
        problems.warning(records[talk.id].position("room"), text)
    for name, earlier, talk in speaker_clashes(talks):
        text = f"{name} also speaks in {_talk_text(earlier, conference)} then. Move one of them."
        problems.warning(records[talk.id].position("speakers"), text)


def _talk_text(talk: Talk, conference: Conference) -> str:
    return f"{quote_value(talk.title)} ({conference.local(talk.start):%H:%M}–{conference.local(talk.end):%H:%M})"


@dataclass(frozen=True, slots=True)
class ScheduleWarnings:
    """Talks that look wrong, by reason, each group in order of start. Breaks are not checked."""

    without_room: tuple[Talk, ...]
    without_speaker: tuple[Talk, ...]
    at_night: tuple[Talk, ...]  # start between midnight and six at the venue
    on_no_day: tuple[Talk, ...]  # on no day of the conference
    in_one_room: tuple[tuple[Talk, Talk], ...]  # at the same time
    by_one_speaker: tuple[tuple[str, Talk, Talk], ...]  # at the same time; the speaker's name first


def find_warnings(schedule: Schedule) -> ScheduleWarnings:
    """Collect everything in a schedule that looks wrong."""
    talks, conference = [talk for talk in schedule.talks if not talk.is_break], schedule.conference
    return ScheduleWarnings(
        without_room=tuple(talk for talk in talks if talk.room is None),
        without_speaker=tuple(talk for talk in talks if not talk.speakers),
        at_night=tuple(talk for talk in talks if _at_night(talk, conference)),
        on_no_day=tuple(talk for talk in talks if days_of(talk, conference).isdisjoint(conference.days)),
        in_one_room=tuple(sorted(room_clashes(talks), key=lambda pair: pair[1].start)),
        by_one_speaker=tuple(sorted(speaker_clashes(talks), key=lambda clash: clash[2].start)),
    )


def _at_night(talk: Talk, conference: Conference) -> bool:
    return conference.local(talk.start).hour < LATE_HOUR.total_seconds() / 3600


def file_verdict(file: str, schedule: Schedule | None, problems: Sequence[Problem]) -> str:
    """Summarise a check in one line, such as `x.yaml: 5 talks, 7 speakers, 1 room, 1 track: usable`.

    If `schedule` is `None`, the line counts the problems instead.
    """
    counts = _problem_counts(problems)
    if schedule is None:
        return f"{file}: {counts}: not usable"
    return f"{file}: {contents_summary(schedule)}: usable{f', {counts}' if counts else ''}"


def contents_summary(schedule: Schedule) -> str:
    """Count the contents: `5 talks, 7 speakers, 1 room, 1 track`."""
    sections: dict[str, Sized] = {
        "talk": schedule.talks,
        "speaker": schedule.speakers,
        "room": schedule.rooms,
        "track": schedule.tracks,
    }
    return ", ".join(counted(len(things), name) for name, things in sections.items())


def _problem_counts(problems: Sequence[Problem]) -> str:
    kinds = [problem.severity for problem in problems]
    return ", ".join(counted(kinds.count(kind), kind) for kind in ("error", "warning") if kind in kinds)

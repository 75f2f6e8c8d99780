"""What an organiser may want to look at before the day, although the schedule can be used as it is."""

from dataclasses import dataclass

from bot.schedule.check import LATE_HOUR, days_of, room_clashes, speaker_clashes
from bot.schedule.model import Conference, Schedule, Talk


@dataclass(frozen=True, slots=True)
class ScheduleWarnings:
    """Talks by what may be amiss with them, in order; breaks are left alone."""

    without_room: tuple[Talk, ...]
    without_speaker: tuple[Talk, ...]
    at_night: tuple[Talk, ...]  # start between midnight and six on the venue's clock
    on_no_day: tuple[Talk, ...]  # of the conference
    in_one_room: tuple[tuple[Talk, Talk], ...]  # at once
    by_one_speaker: tuple[tuple[str, Talk, Talk], ...]  # at once; the speaker's name


def find_warnings(schedule: Schedule) -> ScheduleWarnings:
    """Everything of a schedule that may be amiss."""
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

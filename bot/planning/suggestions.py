"""The few talks that somebody should look at next, or that they missed, by their interests."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import NamedTuple

from bot.planning.day_plan import Interest, fits
from bot.planning.interests import Profile
from bot.schedule.models import Schedule, Talk, WalkingTimes

MOST_SUGGESTIONS = 3
SOON = timedelta(hours=3)  # the best talk within so much time comes before a better one of later


class Suggestion(NamedTuple):
    """A talk, and why it is suggested."""

    talk: Talk
    reason: str  # as people read it; not escaped


def suggestions_of(
    talks: Iterable[Talk],
    interests: Mapping[str, Interest],
    now: datetime,
    walks: WalkingTimes,
    limit: int = MOST_SUGGESTIONS,
) -> tuple[Suggestion, ...]:
    """The best of these talks that are still to come and fit together, those of the next hours first; in order of start."""
    ahead = [talk for talk in talks if talk.id in interests and talk.start > now and not (talk.cancelled or talk.full)]
    if not ahead:
        return ()
    first = min(talk.start for talk in ahead)
    chosen: list[Talk] = []
    told: Counter[str] = Counter()

    def rank(talk: Talk) -> tuple[int, float, datetime, str]:
        """The next hours first, then the best; each talk with a reason that was told before counts half as much."""
        worth, reason = interests[talk.id]
        return (talk.start - first) // SOON, -worth / 2 ** told[reason], talk.start, talk.id

    while len(chosen) < limit and (open_talks := [t for t in ahead if all(fits(t, other, walks) for other in chosen)]):
        chosen.append(min(open_talks, key=rank))
        told[interests[chosen[-1].id].reason] += 1
    return tuple(Suggestion(talk, interests[talk.id].reason) for talk in sorted(chosen, key=lambda talk: talk.start))


def recorded_talks(schedule: Schedule, day: date) -> list[Talk]:
    """The talks of this day and the one before that have a recording."""
    days = (day, day - timedelta(days=1))
    return [t for t in schedule.given if t.recording and not t.is_break and schedule.day_of(t.start) in days]


def missed_talks(
    recorded: Iterable[Talk], interests: Mapping[str, Interest], profile: Profile, now: datetime
) -> tuple[Suggestion, ...]:
    """Of the recorded talks that are over, those that fit a person's interests, of the latest day first, then the best.

    Somebody who saved or liked a talk did not miss it.
    """
    known = profile.saved | profile.liked | profile.dismissed
    missed = [talk for talk in recorded if talk.end <= now and talk.id in interests and talk.id not in known]
    missed.sort(key=lambda talk: ((now - talk.end) // timedelta(days=1), -interests[talk.id].worth, talk.start))
    return tuple(Suggestion(talk, interests[talk.id].reason) for talk in missed[:MOST_SUGGESTIONS])

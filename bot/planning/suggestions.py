"""The few talks that somebody should look at next, or that they missed, by their interests."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import NamedTuple

from bot.planning.day_plan import NO_WALKS, Interest, fits
from bot.planning.interests import interests_of_person
from bot.planning.profile import Profile
from bot.schedule.models import Schedule, Talk, WalkingTimes
from bot.search.index import Index

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
    walks: WalkingTimes = NO_WALKS,
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


def missed_talks(
    index: Index, schedule: Schedule, profile: Profile, day: date, now: datetime, limit: int = MOST_SUGGESTIONS
) -> tuple[Suggestion, ...]:
    """The talks of this day and the one before that fit a person's interests, are over, and were recorded; best first.

    Somebody who saved or rated a talk did not miss it.
    """
    known = profile.saved | profile.liked | profile.dismissed
    days = (day, day - timedelta(days=1))
    over = [
        talk for talk in schedule.given if talk.recording and talk.end <= now and schedule.day_of(talk.start) in days
    ]
    missed = [talk for talk in over if not talk.is_break and talk.id not in known]
    interests = interests_of_person(index, missed, profile, schedule)
    wanted = sorted(
        (talk for talk in missed if talk.id in interests),
        key=lambda talk: (schedule.day_of(talk.start) != day, -interests[talk.id].worth, talk.start),
    )
    return tuple(Suggestion(talk, interests[talk.id].reason) for talk in wanted[:limit])

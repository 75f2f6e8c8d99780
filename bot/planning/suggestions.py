"""The few talks that somebody should look at next, by what interests them."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.planning.day_plan import NO_WALKS, Interest, fits
from bot.schedule.models import Talk, WalkingTimes

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
    for talk in sorted(ahead, key=lambda talk: ((talk.start - first) // SOON, -interests[talk.id].worth, talk.start)):
        if len(chosen) < limit and all(fits(talk, other, walks) for other in chosen):
            chosen.append(talk)
    return tuple(Suggestion(talk, interests[talk.id].reason) for talk in sorted(chosen, key=lambda talk: talk.start))

"""The attendees of a rehearsal and the talks they saved: drawn at random, and the same for the same seed."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from random import Random

from bot.schedule.models import Schedule, Talk
from bot.schedule.queries import overlaps

POPULARITY_SKEW = 1.5  # Pareto: of a hundred talks, a third of the people save the most popular

MAX_DRAWS = 4  # draws per talk to save, since many draws repeat or overlap


@dataclass(frozen=True, slots=True)
class AttendeeModel:
    """The assumed attendees. Everyone is reminded and gets the digest, which is the most that so many people can cause."""

    attendees: int = 500
    saves: int = 8  # talks that each of them saved, or fewer where talks overlap
    seed: int = 1
    track_channels: bool = False  # a channel for each track in addition to #general
    lead: int = 10  # minutes before the start, for people and channels


def generate_agendas(schedule: Schedule, model: AttendeeModel) -> list[tuple[str, ...]]:
    """Draw the talks of each attendee, by id: no breaks, and none that overlap."""
    chance = Random(model.seed)  # noqa: S311  # people, not a secret
    talks = [talk for talk in schedule.talks if not talk.is_break]
    if not talks:
        return [()] * model.attendees
    popularity = list(accumulate(chance.paretovariate(POPULARITY_SKEW) for _ in talks))
    draws = (chance.choices(talks, cum_weights=popularity, k=MAX_DRAWS * model.saves) for _ in range(model.attendees))
    return [_without_overlaps(drawn, model.saves) for drawn in draws]


def _without_overlaps(drawn: Sequence[Talk], most: int) -> tuple[str, ...]:
    chosen: list[Talk] = []
    for talk in drawn:
        if len(chosen) < most and not any(talk is earlier or overlaps(talk, earlier) for earlier in chosen):
            chosen.append(talk)
    return tuple(talk.id for talk in chosen)

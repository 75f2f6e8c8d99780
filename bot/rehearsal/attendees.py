"""The attendees that a rehearsal supposes, and what they saved: chosen by chance, and the same for the same seed."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from random import Random

from bot.schedule.models import Schedule, Talk
from bot.schedule.queries import overlaps

POPULARITY_SKEW = 1.5  # how unequal talks are (Pareto): the best-loved of a hundred is saved by a third of the people

MAX_DRAWS = 4  # so many times as often as needed somebody looks for one more talk; most draws are taken or overlap


@dataclass(frozen=True, slots=True)
class AttendeeModel:
    """Who would be there. Everyone is reminded, and wants the digest: the most that so many people bring about."""

    attendees: int = 500
    saves: int = 8  # talks that each of them saved, where so many can be heard one after the other
    seed: int = 1
    track_channels: bool = False  # one for each track, besides the one for all
    lead: int = 10  # minutes before the start, for people and channels


def generate_agendas(schedule: Schedule, model: AttendeeModel) -> list[tuple[str, ...]]:
    """What each attendee saved, by the talks' ids: no breaks, and nothing that overlaps."""
    chance = Random(model.seed)  # noqa: S311  # a crowd, not a secret
    talks = [talk for talk in schedule.talks if not talk.is_break]
    if not talks:
        return [()] * model.attendees
    loved = list(accumulate(chance.paretovariate(POPULARITY_SKEW) for _ in talks))
    draws = (chance.choices(talks, cum_weights=loved, k=MAX_DRAWS * model.saves) for _ in range(model.attendees))
    return [_without_overlaps(drawn, model.saves) for drawn in draws]


def _without_overlaps(drawn: Sequence[Talk], most: int) -> tuple[str, ...]:
    chosen: list[Talk] = []
    for talk in drawn:
        if len(chosen) < most and not any(talk is other or overlaps(talk, other) for other in chosen):
            chosen.append(talk)
    return tuple(talk.id for talk in chosen)

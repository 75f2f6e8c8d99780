"""`make bench-plan`: how good and how fast similar talks, suggestions and day plans are.

Similar talks are judged by `tests/search/similar/`, where ../shared has the schedules: the share of those shown that are right
and their number for each talk, then the share of three that are right, with the word vectors alone and the plain overlap of words
beside it. Times are CPU times of this machine.
"""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import islice

import numpy as np

from bot.planning.day_plan import Interest, plan_day
from bot.planning.interests import InterestFinder, Profile, Suggestion, suggestions_of
from bot.planning.wishes import read_wishes
from bot.schedule.models import Schedule, Talk
from bot.schedule.queries import free_talks
from bot.search.index import Index, build
from bot.search.lexicon import GRAMMAR
from bot.search.tokenizer import words
from tests.benchmarks.search import SIZES, base
from tests.search.datasets import schedule_of
from tests.search.similar_labels import SCHEDULES, similar_labels

Ranker = Callable[[Talk], list[str]]


def main() -> None:
    """Print the shares that are right by schedule, then the times by size."""
    print(f"{'similar talks':24}{'right':>8}{'shown':>8}{'of three':>10}{'vectors':>9}{'overlap':>9}")
    for name in SCHEDULES:
        schedule = schedule_of(name)
        if schedule is None:
            print(f"{name}: ../shared/schedules is not here")
        else:
            print(f"{name:24}" + _judged(name, schedule))
    for size in SIZES:
        _, schedule = base(size)
        print(f"{size:,} talks: " + ", ".join(_timed(schedule, build(schedule))))


def _judged(name: str, schedule: Schedule) -> str:
    index, labels = build(schedule), similar_labels(name, schedule)

    def ours(talk: Talk) -> list[str]:
        return [row.talk.id for row in index.similarity.similar_talks(talk, schedule.talks)]

    rankers: tuple[Ranker, ...] = (ours, _by_vectors(index), _by_overlap(schedule))
    found = [[(labels[id], ranker(schedule.talk_by_id[id])) for id in labels] for ranker in rankers]
    right = [sum(id in wanted for wanted, ids in rows for id in ids) for rows in found]
    shown = sum(len(ids) for _, ids in found[0])
    at_three = [count / (3 * len(labels)) for count in right]
    rates = "".join(f"{share:>9.1%}" for share in at_three)
    return f"{right[0] / shown:>8.1%}{shown / len(labels):>8.1f} {rates}"


def _by_vectors(index: Index) -> Ranker:
    def ranked(talk: Talk) -> list[str]:
        near = index.meaning.of_session(index.numbers[talk.id])
        order = [index.talks[at] for at in np.argsort(-near, kind="stable").tolist() if at < len(index.talks)]
        return list(islice(_others(talk, order), 3))

    return ranked


def _by_overlap(schedule: Schedule) -> Ranker:
    english = build(schedule).lexicon.english
    said = {
        talk.id: {word for word in words(f"{talk.title} {talk.abstract}") if english.get(word, 0) < GRAMMAR}
        for talk in schedule.talks
    }

    def overlap(talk: Talk, other: Talk) -> float:
        both = said[talk.id] & said[other.id]
        return len(both) / max(len(said[talk.id] | said[other.id]), 1)

    def ranked(talk: Talk) -> list[str]:
        order = sorted(schedule.talks, key=lambda other: -overlap(talk, other))
        return list(islice(_others(talk, order), 3))

    return ranked


def _others(talk: Talk, order: list[Talk]) -> Iterator[str]:
    return (other.id for other in order if other.id != talk.id and not other.is_break)


def _timed(schedule: Schedule, index: Index) -> Iterator[str]:
    yield f"index {_best(lambda: build(schedule), 2):.0f} ms"
    talk = next(talk for talk in schedule.talks if not talk.is_break)
    yield from _planned(schedule, index)
    profile = Profile(
        ("python", "databases", "security"), by_saved=True, saved=frozenset(t.id for t in schedule.given[::99][:10])
    )
    yield f"for you {_best(lambda: _for_you(schedule, index, profile)):.1f} ms"
    yield f"similar {_best(lambda: index.similarity.similar_talks(talk, schedule.talks)):.1f} ms"


def _for_you(schedule: Schedule, index: Index, profile: Profile) -> tuple[Suggestion, ...]:
    """The suggestions before the first day, by three topics and ten saved talks."""
    now, saved = schedule.talks[0].start - timedelta(hours=1), [schedule.talk_by_id[id] for id in profile.saved]
    talks = free_talks(schedule.given, now, saved)
    return suggestions_of(talks, InterestFinder(index, talks).of_person(profile, schedule), now, schedule.walking_times)


def _planned(schedule: Schedule, index: Index) -> Iterator[str]:
    """Plan the first day by two topics, step by step; then by everything, which interests more talks than anybody has."""
    now = schedule.talks[0].start - timedelta(hours=1)
    text = "python and databases, no keynotes, lunch at 12:30"
    wishes = read_wishes(text, schedule, now)
    talks = [talk for talk in schedule.given if wishes.allows(talk)]
    interests = InterestFinder(index, talks).of(wishes.topics, {})
    everything = {talk.id: Interest(1 + number % 7, "matches all") for number, talk in enumerate(talks)}
    yield f"reading wishes {_best(lambda: read_wishes(text, schedule, now)):.1f} ms"
    yield f"interests {_best(lambda: InterestFinder(index, talks).of(wishes.topics, {})):.1f} ms"
    yield f"plan of {len(interests)} talks {_best(lambda: plan_day(talks, interests, meal=wishes.lunch)):.1f} ms"
    yield f"plan of all {len(talks)} of the day {_best(lambda: plan_day(talks, everything, meal=wishes.lunch)):.1f} ms"


def _best(work: Callable[[], object], rounds: int = 5) -> float:
    """The least CPU time of some rounds, in milliseconds."""
    times = []
    for _ in range(rounds):
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return min(times) * 1e3


if __name__ == "__main__":
    main()

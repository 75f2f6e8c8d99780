"""The talks of a schedule that are about the same things as one of them."""

from collections.abc import Iterable
from typing import NamedTuple

from bot.schedule.models import Talk
from bot.search.index import Index

MOST_SIMILAR = 3
MANY_SIMILAR = 50  # candidates for these, of which some clash with what a reader saved
LEAST = 0.167  # of the likeness: talks below it are less often right than wrong
SAME_MEANING = 0.2  # added to what talks share in words if they are about the same
SAME_TRACK = 0.05  # and if they are in one track: somebody chose them to go together


class SimilarTalk(NamedTuple):
    """A talk that is like another one, and what they have in common."""

    talk: Talk
    likeness: float  # 0 to 1
    words: tuple[str, ...]  # that both have, the most telling first


def similar_talks(
    index: Index, talk: Talk, among: Iterable[Talk], limit: int = MOST_SIMILAR
) -> tuple[SimilarTalk, ...]:
    """The talks in `among` that are like this one, best first; breaks and cancelled talks are left out."""
    number = index.numbers.get(talk.id)
    if number is None:
        return ()
    shared = index.similarity.to(number)
    likeness = shared + SAME_MEANING * index.meaning.of_session(number)
    found: list[tuple[float, Talk, int]] = []
    for other in among:
        at = index.numbers.get(other.id)
        if at is None or at == number or other.is_break or other.cancelled or not shared[at]:
            continue
        share = float(likeness[at]) + SAME_TRACK * (other.track is not None and other.track == talk.track)
        if share >= LEAST:
            found.append((share, other, at))
    best = sorted(found, key=lambda row: (-row[0], row[1].start, row[1].id))[:limit]
    return tuple(SimilarTalk(other, share, index.similarity.shared_words(number, at)) for share, other, at in best)

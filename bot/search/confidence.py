"""How much of a question one session explains, between 0 and 1 whatever the size of the schedule."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from bot.search import fields
from bot.search.index import Index
from bot.search.terms import Term

DOUBT = 0.6  # added to what is left unexplained, since a few common words may meet anywhere

CENTRES = 16  # words of a very long question around which others may gather

SCATTERED = 0.65  # what a word is worth that stands away from the others

LENIENCE = (1.0, 1.0, 0.95, 0.8, 0.65)  # how much what is missing counts, by the number of words that stand together

OTHER_WORDS = 0.9  # how much plain English counts that this schedule never uses: people have their own words

ANOTHER_THING = 1.5  # and how much typed right beside a word that stands: penguin breeding is no Penguin Dinner

ANOTHER_KIND = 1.3  # or right before one, though used elsewhere: satellite tv is not about any tv

ASIDE = 0.58  # but how much right after the name of the very thing: Terraform modules are Terraform

OTHERS_NAME = 1.25  # how much the other half of a name counts, beside the half that is there

TITLED = 0.1  # what it adds to the rank to have the whole title said

PROMINENT = 0.5  # and to have the words stand in prominent fields

TRACK_AFTER = 0.1  # by how much a track comes after a talk that explains as much


class Stand(NamedTuple):
    """One term in one session."""

    at: int  # the term's place in the question
    quality: float  # how sure it is meant, times how much its field says
    mark: int


class Measure(NamedTuple):
    """One session against a question."""

    confidence: float  # 0 to 1
    rank: float  # orders sessions; it weighs where the words stand
    evidence: float  # what is explained in all, so that parts of a message compare
    fields: int  # where the words stand


def measure(index: Index, terms: Sequence[Term], number: int, stands: list[Stand]) -> Measure:
    """How well one session explains the terms that stand in it, in the order of the question."""
    if len(stands) > 1:
        stands = _one_person(index, terms, number, stands)
    worths: list[float] = []
    total, prominence, everywhere, titled = 0.0, 0.0, 0, 0
    for at, quality, mark in stands:
        worth = terms[at].weight * quality
        worths.append(worth)
        total += terms[at].weight
        prominence += worth * fields.prominence(mark)
        everywhere |= mark
        titled += mark & fields.TITLE
    explained, together = _gathered(stands, worths)
    if len(stands) < len(terms):
        total += _missing(terms, stands) * LENIENCE[min(together, 4)] + DOUBT
    if titled and (half := halves_of_titles(index, terms, number, stands)):
        explained, total = explained + half, total + half
    rank = (explained + PROMINENT * prominence) / total + TITLED * min(1.0, titled / index.title_words[number])
    if number >= len(index.talks):
        rank -= TRACK_AFTER
    return Measure(explained / total, rank, explained, everywhere & fields.FIELDS)


def halves_of_titles(index: Index, terms: Sequence[Term], number: int, stands: Sequence[Stand]) -> float:
    """What common words weigh that were typed beside asked ones and stand with them in the title: `Event` Sourcing."""
    around = {word for stand in stands if stand.mark & fields.TITLE for word in terms[stand.at].around}
    return sum(index.weight(word) for word in around if index.mark(word, number) & fields.TITLE)


def _one_person(index: Index, terms: Sequence[Term], number: int, stands: list[Stand]) -> list[Stand]:
    """Leaves out a name's half that is another speaker's: Michael One and Ann Jackson are no Michael Jackson."""
    people = index.people[number]
    if len(people) < 2:
        return stands
    named = [stand for stand in stands if stand.mark & fields.FIELDS == fields.SPEAKER]
    apart = {
        other
        for one, other in pairwise(named)
        if one.at + 1 == other.at and terms[other.at].beside and not _share(people, terms[one.at], terms[other.at])
    }
    return [stand for stand in stands if stand not in apart]


def _share(people: Sequence[frozenset[int]], one: Term, other: Term) -> bool:
    return any(not name.isdisjoint(one.words) and not name.isdisjoint(other.words) for name in people)


def _gathered(stands: Sequence[Stand], worths: Sequence[float]) -> tuple[float, int]:
    """What the terms explain when those that stand apart count less, and how many stand together."""
    if len(stands) == 1:
        return worths[0], 1
    marks = [stand.mark for stand in stands]
    best, most = 0.0, 0
    for one in marks[:CENTRES]:
        reach = fields.reach(one)
        near = [worth for other, worth in zip(marks, worths, strict=True) if reach & other or one == other]
        if (gathered := sum(near)) > best:
            best, most = gathered, len(near)
        if most == len(stands):
            break
    return best + SCATTERED * (sum(worths) - best), most


def _missing(terms: Sequence[Term], stands: Sequence[Stand]) -> float:
    """What a session leaves unexplained; a word beside a lone name is most likely the rest of another's name."""
    standing = {at: mark for at, _, mark in stands}
    names = [at for at, mark in standing.items() if terms[at].given or mark & fields.SPEAKER]
    missing = 0.0
    for at, term in enumerate(terms):
        if at in standing:
            continue
        against = term.against * _other_words(terms, at, standing) if term.ordinary else term.against
        if len(names) == 1 and _beside(terms, at, names[0]):
            against = max(against, OTHERS_NAME * terms[names[0]].weight, 2 * term.weight)
        missing += against
    return missing


def _other_words(terms: Sequence[Term], at: int, standing: Mapping[int, int]) -> float:
    """How much a missing word of plain English counts, by what it was typed next to and the marks of what stands."""
    is_kind = at + 1 in standing and terms[at + 1].beside
    if terms[at].is_known:
        return ANOTHER_KIND if is_kind else 1.0
    follows = terms[at].beside and at - 1 in standing
    if follows and not terms[at - 1].ordinary and standing[at - 1] & fields.ABOUT:
        return ASIDE
    return ANOTHER_THING if is_kind or follows else OTHER_WORDS


def _beside(terms: Sequence[Term], one: int, other: int) -> bool:
    """Whether two words were typed right next to each other, either way round."""
    return abs(one - other) == 1 and terms[max(one, other)].beside

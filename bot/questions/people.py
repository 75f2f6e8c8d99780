"""Whom a question names, and whether it is about them alone."""

from collections.abc import Sequence

from bot.schedule.models import Speaker, Talk
from bot.search import fields
from bot.search.find import Found, search
from bot.search.index import Index
from bot.search.terms import Asked
from bot.search.words import words

LOOKED_AT = 5  # of the best hits

MOST_HALVES = 4  # words of names that are looked up; whoever types more means no person

RARE = 50  # sessions: what stands in more is a common word rather than a name

FEW = 2  # people of one name, of whom one may be meant


def people_named(index: Index, about: Sequence[Asked], found: Found) -> tuple[Speaker, ...]:
    """The speakers and hosts of the best hits whose names were said, or what they were taken for."""
    said = {asked.word for asked in about} | {index.words[number] for number in found.words}
    named: dict[str, Speaker] = {}
    for hit in found.hits[:LOOKED_AT]:
        if hit.fields & (fields.SPEAKER | fields.AFFILIATION):
            people = hit.session.speakers if isinstance(hit.session, Talk) else hit.session.host
            named |= {person.id: person for person in people if not said.isdisjoint(words(person.name))}
    return tuple(named.values())


def people_half_named(index: Index, found: Found) -> tuple[Speaker, ...]:
    """Those who may have been meant where a search found nothing: a word of their name was said, and of few others'."""
    people: dict[str, Speaker] = {}
    halves = [word for word in sorted(found.words & index.names) if index.spread(word) <= RARE]
    for word in halves[:MOST_HALVES]:
        named = people_named(index, asked := (Asked(index.words[word]),), search(index, asked))
        people |= {person.id: person for person in named if len(named) <= FEW}
    return tuple(people.values())


def is_about(person: Speaker, about: Sequence[Asked], found: Found) -> bool:
    """Whether nothing but a person was named."""
    name = set(words(person.name))
    guessed = {typed for typed, known in found.guessed if known in name}
    return all(asked.word in name or asked.word in guessed or not name.isdisjoint(asked.also) for asked in about)

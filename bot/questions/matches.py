"""From what a search found to the answer that the question wants."""

from collections.abc import Collection, Sequence

from bot.questions.answers import About, Listing, Matches, Nothing, OfTrack, Reply, Scope
from bot.questions.asking import Asking
from bot.questions.scope import Narrowed
from bot.schedule.model import Schedule, Speaker, Talk, Track
from bot.search import fields
from bot.search.find import Found, search
from bot.search.terms import Asked
from bot.search.words import words

MOST_CLAUSES = 8  # of one message are searched


def titled(asking: Asking) -> Reply | None:
    """The talk whose whole title was typed, whatever its words would mean otherwise."""
    index = asking.index
    whole = index.titles.get(" ".join(asked.word for asked in asking.question.words), ())
    talks = tuple(index.talks[number] for number in whole if number < len(index.talks))
    return asking.reply(Matches(asking.question.ask, talks), talks, talks[0].speakers) if talks else None


def find(asking: Asking, about: Sequence[Asked], within: Collection[int] | None = None) -> Found:
    """The whole question at once, or else the clause that tells most."""
    index = asking.index
    found = search(index, about, within)
    if not found.hits:
        others = [search(index, clause, within) for clause in asking.question.clauses[:MOST_CLAUSES]]
        told = [other for other in others if other.hits]
        found = max(told, key=lambda other: other.hits[0].evidence, default=found)
    return found


def answer(asking: Asking, narrowed: Narrowed, found: Found, *, otherwise: bool = False) -> Reply:
    """Persons, tracks or talks: whatever the best hit is."""
    best = found.hits[0]
    question = asking.question
    talks = tuple(hit.session for hit in found.hits if isinstance(hit.session, Talk))
    people = _people(asking, found)
    asked = " ".join(asked.word for asked in narrowed.about)
    if isinstance(best.session, Track):
        return _of_track(asking, best.session, people)
    if len(people) == 1 and not question.missed and _is_person(narrowed.about, people[0], found):
        given = tuple(talk for talk in talks if people[0] in talk.speakers)
        hosted = tuple(track for track in asking.schedule.tracks if people[0] in track.host)
        return asking.reply(About(question.ask, people[0], given, hosted, truncated=question.truncated), given, people)
    shape = Matches(question.ask, talks, asked, people, found.guessed, question.missed, otherwise, question.truncated)
    return asking.reply(shape, talks, people or talks[0].speakers)


def _of_track(asking: Asking, track: Track, people: Sequence[Speaker]) -> Reply:
    talks = tuple(talk for talk in asking.schedule.talks if talk.track == track)
    if len(people) == 1:
        given = asking.schedule.talks_by(people[0])
        hosted = tuple(other for other in asking.schedule.tracks if people[0] in other.host)
        return asking.reply(About(asking.question.ask, people[0], given, hosted), given, people, track)
    return asking.reply(OfTrack(asking.question.ask, track, talks, hosted=True), talks, track.host, track)


def nothing(asking: Asking, about: Sequence[Asked], found: Found, scope: Scope) -> Reply:
    """Say so, with what comes closest."""
    closest = tuple(hit.session for hit in found.closest if isinstance(hit.session, Talk))[:2]
    said = " ".join(asked.word for asked in about)
    shape = Nothing(said, closest, found.unknown, scope=scope, truncated=asking.question.truncated)
    return asking.reply(shape)


def listing(asking: Asking, talks: Sequence[Talk], scope: Scope, pick: str = "") -> Reply:
    """Talks in order of start, with what they were narrowed to."""
    real = tuple(talk for talk in talks if not talk.is_break)
    return asking.reply(Listing(tuple(talks), scope, asking.question.ask, pick), real, track=scope.track)


def _people(asking: Asking, found: Found) -> tuple[Speaker, ...]:
    """The speakers or hosts whom the question names."""
    said = _said(asking, found)
    named: dict[str, Speaker] = {}
    for hit in found.hits[:5]:
        if not hit.fields & (fields.SPEAKER | fields.AFFILIATION):
            continue
        people = hit.session.speakers if isinstance(hit.session, Talk) else hit.session.host
        for person in people:
            if not said.isdisjoint(words(person.name)):
                named[person.id] = person
    return tuple(named.values())


def _said(asking: Asking, found: Found) -> set[str]:
    """The question's words and all that they were taken for."""
    said = {asked.word for asked in asking.question.about}
    return said | {asking.index.words[number] for number in found.words}


def _is_person(about: Sequence[Asked], person: Speaker, found: Found) -> bool:
    """Whether a question is about nothing but a person."""
    name = set(words(person.name))
    guessed = {typed for typed, known in found.guessed if known in name}
    return all(asked.word in name or asked.word in guessed or not name.isdisjoint(asked.also) for asked in about)


def talks_of(schedule: Schedule, speakers: Collection[str]) -> tuple[Talk, ...]:
    """What people with these ids give."""
    return tuple(talk for talk in schedule.talks if any(speaker.id in speakers for speaker in talk.speakers))

"""From what a search found to the answer that the question wants."""

from collections.abc import Collection, Sequence

from bot.questions.answers import About, Listing, Matches, Nothing, OfTrack, Reply, Scope
from bot.questions.asking import Asking
from bot.questions.people import is_about, people_half_named, people_named
from bot.questions.scope import Narrowed
from bot.schedule.models import Speaker, Talk, Track
from bot.search.find import Found, search
from bot.search.terms import Asked

MOST_CLAUSES = 8  # of one message are searched

MOST_CLOSEST = 2

LIKELY = 0.35  # the confidence from which "did you mean" is asked


def titled(asking: Asking) -> Reply | None:
    """The talk whose whole title was typed, whatever its words would mean otherwise."""
    index = asking.index
    whole = index.titles.get(" ".join(asked.word for asked in asking.question.words), ())
    talks = tuple(index.talks[number] for number in whole if number < len(index.talks))
    talks = tuple(talk for talk in talks if not talk.is_break)
    return asking.reply(Matches(asking.question.ask, talks), talks, talks[0].speakers) if talks else None


def find(asking: Asking, about: Sequence[Asked], within: Collection[int] | None = None) -> Found:
    """What the whole question finds, or else the clause that tells most."""
    found = search(asking.index, about, within)
    if not found.hits:
        others = [search(asking.index, clause, within) for clause in asking.question.clauses[:MOST_CLAUSES]]
        told = [other for other in others if other.hits]
        found = max(told, key=lambda other: other.hits[0].evidence, default=found)
    return found


def answer(asking: Asking, narrowed: Narrowed, found: Found) -> Reply:
    """A person, a track or talks: whatever the best hit is."""
    best = found.hits[0]
    question = asking.question
    people = people_named(asking.index, narrowed.about, found)
    if isinstance(best.session, Track):
        return _of_track(asking, best.session, people)
    talks = _talks(asking, found)
    if len(people) == 1 and not question.status and is_about(people[0], narrowed.about, found):
        given = tuple(talk for talk in talks if people[0] in talk.speakers) or talks
        hosted = tuple(track for track in asking.schedule.tracks if people[0] in track.host)
        return asking.reply(About(question.ask, people[0], given, hosted), given, people)
    tracks = tuple(hit.session for hit in found.hits if isinstance(hit.session, Track))
    shape = Matches(
        question.ask, talks, question.subject, tracks, found.guessed, status=question.status, until=question.until
    )
    return asking.reply(shape, talks, people or talks[0].speakers)


def nothing(asking: Asking, narrowed: Narrowed, found: Found) -> Reply:
    """Say so, with what comes closest, and what may have been meant."""
    closest = tuple(hit.session for hit in found.closest if isinstance(hit.session, Talk))[:MOST_CLOSEST]
    people = [person.name for person in people_half_named(asking.index, found)]
    titles = [hit.session.title for hit in found.closest if hit.confidence >= LIKELY]
    meant = tuple(dict.fromkeys(people or titles))[:MOST_CLOSEST]
    shape = Nothing(asking.question.typed(narrowed.about), closest, found.unknown, meant, narrowed.scope)
    return asking.reply(shape)


def listing(asking: Asking, talks: Sequence[Talk], scope: Scope, pick: str = "") -> Reply:
    """Talks in order of start, with what they were narrowed to."""
    real = tuple(talk for talk in talks if not talk.is_break)
    shape = Listing(tuple(talks), scope, asking.question.ask, pick)
    return asking.reply(shape, real, track=scope.track, room=scope.room, day=scope.day)


def _talks(asking: Asking, found: Found) -> tuple[Talk, ...]:
    """The talks found, best first; asked for with "now" or "next", those first that are not over."""
    talks = [hit.session for hit in found.hits if isinstance(hit.session, Talk)]
    if asking.question.soon:
        talks.sort(key=lambda talk: talk.end <= asking.now)
    return tuple(talks)


def _of_track(asking: Asking, track: Track, people: Sequence[Speaker]) -> Reply:
    ask = asking.question.ask
    if len(people) == 1:
        given = asking.schedule.talks_by(people[0])
        hosted = tuple(other for other in asking.schedule.tracks if people[0] in other.host)
        return asking.reply(About(ask, people[0], given, hosted), given, people, track)
    talks = tuple(talk for talk in asking.schedule.talks if talk.track == track)
    return asking.reply(OfTrack(ask, track, talks, hosted=True), talks, track.host, track)

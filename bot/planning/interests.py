"""The interests of a person: topics to choose from, how much each talk is worth to them, and which talks to suggest."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, reduce
from operator import or_
from typing import NamedTuple

import numpy as np

from bot.planning.day_plan import Interest, fits
from bot.questions.language import languages
from bot.questions.parse import parse
from bot.schedule.models import Schedule, Talk, WalkingTimes
from bot.search import fields
from bot.search.engine import Hit, search
from bot.search.fields import Floats
from bot.search.index import Index
from bot.search.lexicon import stem
from bot.search.tokenizer import words

# The worth of a talk for a topic depends on where the talk names it. "Deviations" are standard deviations: how much
# nearer in meaning the talk is to the topic than the mean of all talks is.
HEADLINE = 1000  # in the title, for the best talk; the next ones get STEP less each, but at least LEAST_WORTH
STEP = 5
LEAST_WORTH = 150
IN_TRACK = 500  # in the name of its track, or a part of the topic in the title
MENTION = 100  # in the abstract, for each of its parts that names the topic, up to MOST_MENTIONS
MOST_MENTIONS = 3
PASSING_MENTION = 50  # in a single part of the abstract, by a talk that is nearer by less than PASSING deviations
PASSING = 2.0
CLOSE = 200  # not at all, by a talk that is nearer by FAR_OUT deviations and has a likeness of NEAR
FAR_OUT, NEAR = 3.0, 0.4
NEARER = 100  # added for each deviation where the talk names the topic

LIKE = 500  # the worth of a talk exactly like a saved one
LEAST_LIKE = 0.06  # two talks with less likeness only happen to share a word
REASONS = 2  # that people read for one talk, at most
_TITLE = fields.TITLE | fields.SUBTITLE

TOPIC_CHARACTERS = 60
MOST_TOPICS = 30
LEAST_TITLES = 2  # that have a word, to make it a topic
COMMON_IN_TITLES = 43  # ten times a Zipf value; English words that are more frequent are no topics: using, building
_SURFACE = re.compile(r"[^\W_][\w+#./-]*[\w+#]|[^\W\d_]")

MOST_SUGGESTIONS = 3
SOON = timedelta(hours=3)  # talks that start within so much time are suggested before better ones that start later


@dataclass(frozen=True, slots=True)
class Profile:
    """The interests of one person: topics, and the ids of talks. Nobody else sees them."""

    topics: tuple[str, ...] = ()  # in lower case
    by_saved: bool = False  # talks like those that they saved or liked count, too
    catch_up: bool = False  # in the evening, they are told about recordings of talks that they missed
    saved: frozenset[str] = frozenset()
    liked: frozenset[str] = frozenset()
    dismissed: frozenset[str] = frozenset()

    @property
    def tells(self) -> bool:
        """Tell whether there are topics or talks to judge other talks by."""
        return bool(self.topics or (self.by_saved and (self.saved or self.liked)))

    def examples(self, schedule: Schedule) -> Mapping[str, str]:
        """The ids of the talks that they saved or liked, each with the reason to show for a talk that is like it."""
        verbs = dict.fromkeys(self.saved, "saved") | dict.fromkeys(self.liked, "liked")
        known = schedule.talk_by_id
        return {id: f"because you {verb} “{known[id].title}”" for id, verb in sorted(verbs.items()) if id in known}


class InterestFinder:
    """Judges how much some talks are worth to people, by their topics and by the talks that they like.

    The results for a topic or a talk are kept, since many people share them.
    """

    def __init__(self, index: Index, talks: Iterable[Talk]) -> None:
        self._index = index
        self._numbers = [index.numbers[talk.id] for talk in talks if talk.id in index.numbers]
        self._in_topic = cache(lambda topic: _interests_in(index, topic, self._numbers) if self._numbers else {})
        self._like = cache(self._find_like)

    def of(self, topics: Sequence[str], liked: Mapping[str, str]) -> Mapping[str, Interest]:
        """The talks that match a topic or are like a liked talk: their ids, each with its worth and the reasons.

        `liked` holds ids of talks, each with the reason to show: `because you saved “…”`.
        """
        worths: dict[str, int] = defaultdict(int)
        reasons: dict[str, list[str]] = defaultdict(list)
        for topic in topics:
            for talk_id, (worth, reason) in self._in_topic(topic).items():
                worths[talk_id] += worth
                reasons[talk_id].append(reason)
        for liked_id, reason in liked.items():
            for talk_id, worth in self._like(liked_id).items():
                if talk_id not in liked:
                    worths[talk_id] += worth
                    reasons[talk_id].append(reason)
        return {id: Interest(worth, " · ".join(reasons[id][:REASONS])) for id, worth in worths.items() if worth > 0}

    def of_person(self, profile: Profile, schedule: Schedule) -> Mapping[str, Interest]:
        """The interest of one person in the talks. Those that they saved or liked count only if they want that."""
        return self.of(profile.topics, profile.examples(schedule) if profile.by_saved else {})

    def _find_like(self, liked_id: str) -> Mapping[str, int]:
        """The ids of the talks that are like this one, each with its worth."""
        if liked_id not in self._index.numbers:
            return {}
        likeness = self._index.similarity.to(self._index.numbers[liked_id])[self._numbers]
        near = np.flatnonzero(likeness >= LEAST_LIKE).tolist()
        return {self._index.talks[self._numbers[place]].id: int(LIKE * likeness[place]) for place in near}


def _interests_in(index: Index, topic: str, numbers: Sequence[int]) -> Mapping[str, Interest]:
    """Those of these talks that are about a topic: their ids, each with its worth and the reason.

    Talks that mention it only in passing count if there is nothing better.
    """
    spreads, likeness = _nearness(index, topic)
    hits = search(index, parse(topic).about, numbers).hits
    worths = {hit.session.id: _worth(index, topic, hit, place, spreads) for place, hit in enumerate(hits)}
    least = MENTION if any(worth >= MENTION for worth in worths.values()) else PASSING_MENTION
    found = {
        hit.session.id: Interest(
            worths[hit.session.id] + int(NEARER * max(float(spreads[hit.number]), 0)), f"matches {topic}"
        )
        for hit in hits
        if worths[hit.session.id] >= least
    }
    for at in numbers:
        talk = index.talks[at]
        if talk.track and topic_key(talk.track.title) == topic_key(topic):
            known = found.get(talk.id, Interest(0, ""))
            found[talk.id] = Interest(known.worth + IN_TRACK, f"in {talk.track.title}")
        elif talk.id not in found and spreads[at] >= FAR_OUT and likeness[at] >= NEAR:
            found[talk.id] = Interest(CLOSE, f"close to {topic}")
    return found


def _worth(index: Index, topic: str, hit: Hit, place: int, spreads: Floats) -> int:
    """The worth of a talk that a search found, by where the words of the topic stand in it."""
    marks = _marks(index, topic, hit.number)
    if len(marks) == 1:
        marks[0] |= hit.fields  # the search also found the topic in other words
    if all(mark & (_TITLE | fields.TRACK) for mark in marks):
        return max(HEADLINE - STEP * place, LEAST_WORTH) if any(mark & _TITLE for mark in marks) else IN_TRACK
    if all(marks) and any(mark & _TITLE for mark in marks):
        return IN_TRACK  # a part of the topic is in the title
    mentions = min((mark >> fields.FIELD_BITS).bit_count() for mark in marks)
    if mentions > 1 or spreads[hit.number] >= PASSING:
        return MENTION * min(max(mentions, 1), MOST_MENTIONS)
    return PASSING_MENTION


def _nearness(index: Index, topic: str) -> tuple[Floats, Floats]:
    """Measure how near each talk is to a topic in meaning: in standard deviations from the mean of all, and -1 to 1."""
    said = words(topic)
    weights = np.array([index.rarity(word, _spread(index, word)) for word in said], np.float32)
    likeness = index.meaning.of_topics(said, weights)[: len(index.talks)]
    return (likeness - likeness.mean()) / max(float(likeness.std()), 1e-6), likeness


def _spread(index: Index, word: str) -> int:
    number = index.form(word)
    return 1 if number is None else index.spread(number)


def _marks(index: Index, topic: str, number: int) -> list[int]:
    """For each word of a topic, the places in a talk that have any form of it, as bits (`bot.search.fields`)."""
    marks = []
    for word in words(topic):
        family = index.family(stem(word)) or tuple(filter(None, [index.form(word)]))
        marks.append(reduce(or_, (index.mark(form, number) for form in family), 0))
    return marks or [0]


def topic_key(text: str) -> str:
    """A topic as it is stored and compared: in lower case, without needless spaces."""
    return " ".join(text.casefold().split())[:TOPIC_CHARACTERS]


def frequent_topics(index: Index) -> tuple[str, ...]:
    """The most telling topics of a conference, the best first, spelled as in the titles.

    A topic is a word that is in at least two titles, and in the abstracts of most of these talks: `Kubernetes` is one,
    but not `introducing`.
    """
    untold = {word for talk in index.talks for word in words(talk.kind)}
    untold.update(*(language.grammar for language in languages()))
    titles: dict[str, dict[str, Talk]] = defaultdict(dict)  # stem of a word -> titles that have it
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    for talk in index.talks:
        for word, spelling in _title_words(index, talk):
            if word not in untold:
                titles[stem(word)][talk.title] = talk
                spellings[stem(word)][spelling] += 1
    worth = {
        key: _topic_worth(index, key, list(talks.values()))
        for key, talks in titles.items()
        if len(talks) >= LEAST_TITLES
    }
    best = sorted((key for key in worth if worth[key]), key=lambda key: (-worth[key], key))
    return tuple(spellings[key].most_common(1)[0][0] for key in best[:MOST_TOPICS])


def _title_words(index: Index, talk: Talk) -> Iterator[tuple[str, str]]:
    """The words of a talk's title that may be topics, each with its spelling there. Numbers and names are left out."""
    for spelling in () if talk.is_break else _SURFACE.findall(talk.title):
        word = "".join(words(spelling)[:1])
        if len(word) > 1 and not word.isdigit() and index.vocabulary.get(word) not in index.names:
            yield word, spelling


def _topic_worth(index: Index, key: str, talks: list[Talk]) -> float:
    """How good a topic a word is: the number of these talks that also have it in their abstract, times its rarity.

    It is 0 if most of the talks do not have it there, or if it is an everyday word.
    """
    family, english = index.family(key), index.lexicon.english
    if not family or max(english.get(index.words[word], 0) for word in family) >= COMMON_IN_TITLES:
        return 0.0
    both = sum(any(index.mark(word, index.numbers[talk.id]) & fields.ABSTRACT for word in family) for talk in talks)
    return both * min(map(index.weight, family)) if both >= max(LEAST_TITLES, len(talks) / 2) else 0.0


class Suggestion(NamedTuple):
    """A talk, and why it is suggested."""

    talk: Talk
    reason: str  # as people read it; not escaped


def suggestions_of(
    talks: Iterable[Talk],
    interests: Mapping[str, Interest],
    now: datetime,
    walks: WalkingTimes,
    limit: int = MOST_SUGGESTIONS,
) -> tuple[Suggestion, ...]:
    """The best of these talks that are still to come and do not clash, in order of start.

    Talks of the next hours are chosen before later ones.
    """
    ahead = [talk for talk in talks if talk.id in interests and talk.start > now and not (talk.cancelled or talk.full)]
    if not ahead:
        return ()
    first = min(talk.start for talk in ahead)
    chosen: list[Talk] = []
    told: Counter[str] = Counter()

    def rank(talk: Talk) -> tuple[int, float, datetime, str]:
        """The earlier hours first, then the greater worth; it is halved for each chosen talk with the same reason."""
        worth, reason = interests[talk.id]
        return (talk.start - first) // SOON, -worth / 2 ** told[reason], talk.start, talk.id

    while len(chosen) < limit and (open_talks := [t for t in ahead if all(fits(t, other, walks) for other in chosen)]):
        chosen.append(min(open_talks, key=rank))
        told[interests[chosen[-1].id].reason] += 1
    return tuple(Suggestion(talk, interests[talk.id].reason) for talk in sorted(chosen, key=lambda talk: talk.start))


def recorded_talks(schedule: Schedule, day: date) -> list[Talk]:
    """The talks of this day and the one before that have a recording."""
    days = (day, day - timedelta(days=1))
    return [t for t in schedule.given if t.recording and not t.is_break and schedule.day_of(t.start) in days]


def missed_talks(
    recorded: Iterable[Talk], interests: Mapping[str, Interest], profile: Profile, now: datetime
) -> tuple[Suggestion, ...]:
    """The recorded talks that fit a person's interests and are over: the latest day first, then the best.

    Talks that they saved, liked or dismissed are left out.
    """
    known = profile.saved | profile.liked | profile.dismissed
    missed = [talk for talk in recorded if talk.end <= now and talk.id in interests and talk.id not in known]
    missed.sort(key=lambda talk: ((now - talk.end) // timedelta(days=1), -interests[talk.id].worth, talk.start))
    return tuple(Suggestion(talk, interests[talk.id].reason) for talk in missed[:MOST_SUGGESTIONS])

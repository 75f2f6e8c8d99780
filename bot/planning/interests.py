"""The interests of a person: the topics to choose them from, how much each talk matters by them, and what they suggest."""

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

HEADLINE = 1000  # the worth of the best talk that has the topic in its title; each next one is worth less by STEP
IN_TRACK = 500  # of one in a track that has the topic in its name
MENTION = 100  # of one that only mentions it, for each part of the abstract that does, of MOST_MENTIONS at most
CLOSE = 200  # of one that is about the topic in other words
NEARER = 100  # for each standard deviation by which a talk is nearer to the topic in meaning than most are
STEP = 5
LEAST_WORTH = 150
PASSING_MENTION = 50
MOST_MENTIONS = 3
PASSING = 2.0  # standard deviations; a talk with a single mention that is not so near only speaks of it in passing
FAR_OUT, NEAR = 3.0, 0.4  # standard deviations and likeness of meaning from which other words will do
LIKE = 500  # the worth of a talk exactly like a saved one
LEAST_LIKE = 0.06  # of likeness: below that two talks only happen to share a word
REASONS = 2  # that are told of one talk
_TITLE = fields.TITLE | fields.SUBTITLE

TOPIC_CHARACTERS = 60
MOST_TOPICS = 30
LEAST_TITLES = 2  # with a word, to make it a topic
COMMON_IN_TITLES = 43  # ten times the Zipf value from which English words are in any title: using, building
_SURFACE = re.compile(r"[^\W_][\w+#./-]*[\w+#]|[^\W\d_]")

MOST_SUGGESTIONS = 3
SOON = timedelta(hours=3)  # the best talk within so much time comes before a better one of later


@dataclass(frozen=True, slots=True)
class Profile:
    """The interests of one person, by ids of talks. Nobody else sees it."""

    topics: tuple[str, ...] = ()  # in lower case
    by_saved: bool = False  # what they saved and liked counts, too
    catch_up: bool = False  # in the evening they learn of recordings of what they missed
    saved: frozenset[str] = frozenset()
    liked: frozenset[str] = frozenset()
    dismissed: frozenset[str] = frozenset()

    @property
    def tells(self) -> bool:
        """Tell whether it tells anything that the person wants to count."""
        return bool(self.topics or (self.by_saved and (self.saved or self.liked)))

    def examples(self, schedule: Schedule) -> Mapping[str, str]:
        """The talks that they saved or liked, each with the reason that is told where another one is like it."""
        verbs = dict.fromkeys(self.saved, "saved") | dict.fromkeys(self.liked, "liked")
        known = schedule.talk_by_id
        return {id: f"because you {verb} “{known[id].title}”" for id, verb in sorted(verbs.items()) if id in known}


class InterestFinder:
    """Finds the interest that people have in some talks. Each topic and each liked talk is looked up once, for everybody."""

    def __init__(self, index: Index, talks: Iterable[Talk]) -> None:
        self._index = index
        self._numbers = [index.numbers[talk.id] for talk in talks if talk.id in index.numbers]
        self._in_topic = cache(self._find_in_topic)
        self._like = cache(self._find_like)

    def of(self, topics: Sequence[str], liked: Mapping[str, str]) -> Mapping[str, Interest]:
        """The interest in each of the talks that matches a topic, or is like a liked talk; by id.

        `liked` has the ids of talks, each with the reason that is told: `because you saved “…”`.
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
        """The interest of one person, by what they let count."""
        return self.of(profile.topics, profile.examples(schedule) if profile.by_saved else {})

    def _find_in_topic(self, topic: str) -> Mapping[str, Interest]:
        return _interests_in(self._index, topic, self._numbers) if self._numbers else {}

    def _find_like(self, liked_id: str) -> Mapping[str, int]:
        """The worth of each of the talks that is like this one, by id."""
        if liked_id not in self._index.numbers:
            return {}
        likeness = self._index.similarity.to(self._index.numbers[liked_id])[self._numbers]
        near = np.flatnonzero(likeness >= LEAST_LIKE).tolist()
        return {self._index.talks[self._numbers[place]].id: int(LIKE * likeness[place]) for place in near}


def _interests_in(index: Index, topic: str, numbers: Sequence[int]) -> Mapping[str, Interest]:
    """The interest of one topic in each of these talks that is about it, by id.

    Talks that only speak of it in passing count where no other is about it.
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
    """The worth of a hit by where the words of the topic stand in it."""
    marks = _marks(index, topic, hit.number)
    if len(marks) == 1:
        marks[0] |= hit.fields  # also where it is said in other words
    if all(mark & (_TITLE | fields.TRACK) for mark in marks):
        return max(HEADLINE - STEP * place, LEAST_WORTH) if any(mark & _TITLE for mark in marks) else IN_TRACK
    if all(marks) and any(mark & _TITLE for mark in marks):
        return IN_TRACK  # part of it in the title
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
    """For each word of a topic, where it stands in a talk in any form, as in bot.search.fields."""
    marks = []
    for word in words(topic):
        family = index.family(stem(word)) or tuple(filter(None, [index.form(word)]))
        marks.append(reduce(or_, (index.mark(form, number) for form in family), 0))
    return marks or [0]


def topic_key(text: str) -> str:
    """A topic as it is stored and compared, in lower case."""
    return " ".join(text.casefold().split())[:TOPIC_CHARACTERS]


def frequent_topics(index: Index) -> tuple[str, ...]:
    """The topics that most titles name, the most telling first, as the titles spell them.

    A topic is a word of two titles at least that the abstracts of most of these talks have, too: `Kubernetes` is one,
    `introducing` is not.
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
    """The words of a talk's title that may be a topic, each with its spelling there; neither numbers nor names."""
    for spelling in () if talk.is_break else _SURFACE.findall(talk.title):
        word = "".join(words(spelling)[:1])
        if len(word) > 1 and not word.isdigit() and index.vocabulary.get(word) not in index.names:
            yield word, spelling


def _topic_worth(index: Index, key: str, talks: list[Talk]) -> float:
    """How many of these titles have the word in their abstract, too, times how much it tells; 0 unless they are most."""
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
    """The best of these talks that are still to come and fit together, those of the next hours first; in order of start."""
    ahead = [talk for talk in talks if talk.id in interests and talk.start > now and not (talk.cancelled or talk.full)]
    if not ahead:
        return ()
    first = min(talk.start for talk in ahead)
    chosen: list[Talk] = []
    told: Counter[str] = Counter()

    def rank(talk: Talk) -> tuple[int, float, datetime, str]:
        """The next hours first, then the best; each talk with a reason that was told before counts half as much."""
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
    """Of the recorded talks that are over, those that fit a person's interests, of the latest day first, then the best.

    Somebody who saved or liked a talk did not miss it.
    """
    known = profile.saved | profile.liked | profile.dismissed
    missed = [talk for talk in recorded if talk.end <= now and talk.id in interests and talk.id not in known]
    missed.sort(key=lambda talk: ((now - talk.end) // timedelta(days=1), -interests[talk.id].worth, talk.start))
    return tuple(Suggestion(talk, interests[talk.id].reason) for talk in missed[:MOST_SUGGESTIONS])

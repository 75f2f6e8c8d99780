"""Topics that the talks of a schedule have in common, for people to choose from."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator

from bot.questions.language import languages
from bot.schedule.models import Talk
from bot.search import fields
from bot.search.index import Index
from bot.search.lexicon import stem
from bot.search.tokenizer import words

MOST_TOPICS = 30
LEAST_TITLES = 2  # with a word, to make it a topic
COMMON_IN_TITLES = 43  # ten times the Zipf value from which English words are in any title: using, building
_SURFACE = re.compile(r"[^\W_][\w+#./-]*[\w+#]|[^\W\d_]")


TOPIC_CHARACTERS = 60


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
        key: _worth(index, key, list(talks.values())) for key, talks in titles.items() if len(talks) >= LEAST_TITLES
    }
    best = sorted((key for key in worth if worth[key]), key=lambda key: (-worth[key], key))
    return tuple(spellings[key].most_common(1)[0][0] for key in best[:MOST_TOPICS])


def _title_words(index: Index, talk: Talk) -> Iterator[tuple[str, str]]:
    """The words of a talk's title that may be a topic, each with its spelling there; neither numbers nor names."""
    for spelling in () if talk.is_break else _SURFACE.findall(talk.title):
        word = "".join(words(spelling)[:1])
        if len(word) > 1 and not word.isdigit() and index.vocabulary.get(word) not in index.names:
            yield word, spelling


def _worth(index: Index, key: str, talks: list[Talk]) -> float:
    """How many of these titles have the word in their abstract, too, times how much it tells; 0 unless they are most."""
    family, english = index.family(key), index.lexicon.english
    if not family or max(english.get(index.words[word], 0) for word in family) >= COMMON_IN_TITLES:
        return 0.0
    both = sum(any(index.mark(word, index.numbers[talk.id]) & fields.ABSTRACT for word in family) for talk in talks)
    return both * min(map(index.weight, family)) if both >= max(LEAST_TITLES, len(talks) / 2) else 0.0

"""The track that a question names: by its title, by what is in it, or by its host."""

from collections.abc import Sequence

from bot.questions import cues
from bot.questions.question import Question
from bot.schedule.models import Track
from bot.search import fields
from bot.search.find import search
from bot.search.index import Index
from bot.search.terms import Asked

LONGEST_TITLE = 8  # words of a track's title, as they are typed out whole


def named_track(question: Question, index: Index, about: Sequence[Asked]) -> tuple[Track | None, bool]:
    """The track that is meant, and whether it was named by its host; none where the question asks for no track."""
    words = [asked.word for asked in question.rest]
    if not index.tracks or (question.command != "track" and cues.TRACK_NOUNS.isdisjoint(words)):
        return None, False
    if track := _titled(words, index) or _only(index, about):
        return track, False
    first = len(index.talks)
    found = search(index, about, within=range(first, len(index))) if about else None
    if not found or not found.hits:
        return None, False
    return index.tracks[found.hits[0].number - first], not found.hits[0].fields & fields.TITLE


def _only(index: Index, about: Sequence[Asked]) -> Track | None:
    """`the track`, where there is but one."""
    return index.tracks[0] if len(index.tracks) == 1 and not about else None


def _titled(words: Sequence[str], index: Index) -> Track | None:
    """The track whose whole title stands before or after the word track, `the Go devroom`."""
    first = len(index.talks)
    for at, word in enumerate(words):
        if word not in cues.TRACK_NOUNS:
            continue
        before = [words[start:at] for start in range(max(0, at - LONGEST_TITLE), at)]
        after = [words[at + 1 : end] for end in range(min(len(words), at + 1 + LONGEST_TITLE), at + 1, -1)]
        for title in before + after:
            for number in index.titles.get(" ".join(title), ()):
                if number >= first:
                    return index.tracks[number - first]
    return None

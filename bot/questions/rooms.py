"""The room that a question names, or asks for although there is none."""

from collections.abc import Sequence

from bot.questions import cues
from bot.questions.question import Question
from bot.schedule.models import Room
from bot.search.index import Index
from bot.search.venue import LONGEST_NAME

_BEFORE = cues.ROOM_NOUNS | {"in", "at", "inside", "to", "near", "on"}

_PUNCTUATION = "?!.,;:()\"'"


def named_room(question: Question, index: Index) -> tuple[tuple[Room, ...], frozenset[str]]:
    """The rooms of the longest name in a question, and the words of that name."""
    words = [asked.word for asked in question.rest]
    for length in range(min(LONGEST_NAME, len(words)), 0, -1):
        for at in range(len(words) - length + 1):
            name = words[at : at + length]
            rooms = index.venue.room(name)
            if rooms and _is_meant(question, index, words, at, length):
                return rooms, frozenset(name)
    return (), frozenset()


def _is_meant(question: Question, index: Index, words: Sequence[str], at: int, length: int) -> bool:
    """A code always means the room; a word does where the sentence says so, or where it is all there is."""
    name = "".join(words[at : at + length])
    before = words[at - 1] if at else question.command
    after = words[at + length] if at + length < len(words) else ""
    if name.isdigit():
        return before in cues.ROOM_NOUNS
    if any(letter.isdigit() for letter in name) or before in _BEFORE or after in cues.ROOM_NOUNS:
        return True
    others = {asked.word for asked in question.about} - set(words[at : at + length])
    return not others and index.vocabulary.get(name) not in index.names


def unknown_room(question: Question, index: Index) -> str:
    """The name, as typed, of a room that the venue does not have; nothing where none is asked for."""
    typed = [word.strip(_PUNCTUATION) for word in question.text.split()]
    for at, word in enumerate(typed):
        before = typed[at - 1].lower() if at else question.command
        if _looks_like_a_room(word.lower(), before, index) and not question.time.words.startswith(word.lower()):
            return word
    return ""


def _looks_like_a_room(word: str, before: str, index: Index) -> bool:
    """`room Churchill`, and `in Z.999` where rooms have codes like that."""
    if before in ("room", "hall") and word:
        return word not in cues.STOP | cues.NOUNS | cues.ROOM_NOUNS
    if index.venue.is_numbered(before, word):
        return word not in cues.STOP
    coded = before in ("in", "at") and any(letter.isdigit() for letter in word) and index.venue.is_code(word)
    return coded and word not in index.vocabulary

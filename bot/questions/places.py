"""The rooms and tracks that a question names: by code, number, nickname or some of their words, even with a typo."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from bot.questions.question import ASKING, Question
from bot.schedule.models import Room, Track
from bot.search import fields
from bot.search.engine import search
from bot.search.index import Index
from bot.search.lexicon import stem, stems
from bot.search.tokenizer import name_words
from bot.search.venue_names import LONGEST_NAME

CODE = 3  # digits of a room's number that is hardly anything else: `what's in 424`
LONGEST_JOINED = 3  # words of a track before an "or"
_NUMBERED = re.compile(r"^(\d+)er$")  # im 12er: room 12


@dataclass(frozen=True, slots=True)
class _Row:
    """The words of a question that may name a place, each with its token."""

    question: Question
    parts: tuple[tuple[int, str], ...]

    def name(self, start: int, end: int) -> list[str]:
        return [part for _, part in self.parts[start:end]]

    def tokens(self, start: int, end: int) -> set[int]:
        return {place for place, _ in self.parts[start:end]}

    def word(self, at: int) -> str:
        """The word at a place; before the first one the command, after the last one nothing."""
        if at < 0:
            return self.question.command
        return self.parts[at][1] if at < len(self.parts) else ""

    def follows_a_place_word(self, at: int) -> bool:
        """Tell whether a place comes after `in the`, or after `room`."""
        language = self.question.language
        return self._before(at) in language.in_room | language.rooms

    def follows_a_number_word(self, at: int) -> bool:
        """Tell whether a number there is a room's: after `in`, `room` or `auf der`, but not in `talks on 3 topics`."""
        language, before, following = self.question.language, self._before(at), self.word(at + 1)
        led = before in language.inside or (before in language.in_room and self.word(at - 1) != before)
        asks = at + 1 < len(self.parts) and self.parts[at + 1][0] in self.question.starts(*ASKING)  # in 5 now
        free = asks or not following.isalpha() or following in language.known
        return before in language.rooms or (led and free)

    def _before(self, at: int) -> str:
        """The word before a place, besides `the`."""
        before = at - 1
        while before >= 0 and (self.word(before),) in self.question.language.time.phrases["determiners"]:
            before -= 1
        return self.word(before)

    def spans(self) -> Iterator[tuple[int, int]]:
        """The beginnings and ends that a name may have, the longest first."""
        for length in range(min(LONGEST_NAME, len(self.parts)), 0, -1):
            for start in range(len(self.parts) - length + 1):
                yield start, start + length


def named_rooms(question: Question, index: Index) -> tuple[dict[Room, None], set[int]]:
    """The rooms that a question names, and the tokens of their names."""
    parts = question.parts(question.free_places)
    row = _Row(question, tuple((place, _NUMBERED.sub(r"\1", part)) for place, part in parts))
    rooms, used = dict[Room, None](), set[int]()
    for start, end in row.spans():
        name = row.name(start, end)
        found = index.venue.room(name)
        if not found and len(name) == 1 and (row.follows_a_place_word(start) or len(question.content) == 1):
            found = index.venue.misspelt_room(name[0])
        places = row.tokens(start, end) if found else set()
        if not found or used & places:
            continue
        first = min(places)
        beside_another = first - 2 in used and question.is_listed_on(first - 1)
        if beside_another or _names_a_room(row, index, start, end):
            rooms |= dict.fromkeys(found)
            used |= places
    return (rooms, used) if rooms else _buildings(row, index)


def _buildings(row: _Row, index: Index) -> tuple[dict[Room, None], set[int]]:
    """The rooms of a building that is named, `K building` or `in AW1`, and the tokens of its name."""
    known, language = index.venue.buildings, row.question.language
    for at, (_, part) in enumerate(row.parts):
        beside = ((row.word(at - 1), at - 1), (row.word(at + 1), at)) if part in language.buildings else ()
        for name, start in beside:
            if name in known:
                return dict.fromkeys(known[name]), row.tokens(max(start, 0), start + 2)
        if part in known and part[-1].isdigit() and not index.venue.rooms.get(part):
            return dict.fromkeys(known[part]), row.tokens(at, at + 1)
    return {}, set()


def _names_a_room(row: _Row, index: Index, start: int, end: int) -> bool:
    """Tell whether a room is meant: always by a code, by a word only if the sentence says so or has no other word."""
    question, language, name = row.question, row.question.language, row.name(start, end)
    joined = "".join(name)
    if joined.isdigit():
        return len(joined) == CODE or row.follows_a_number_word(start)
    telling = [word for word in name if word not in language.known]
    if any(letter.isdigit() for letter in joined) or not language.rooms.isdisjoint((*name, row.word(end))):
        return bool(telling)
    if len(telling) > 1 or row.follows_a_place_word(start):
        return bool(telling)
    if not telling or not language.sessions.isdisjoint(name):
        return False  # the keynote is no room
    others = set(question.content) - row.tokens(start, end)
    alone = all(word in language.weak for word in question.words_at(others))
    alone = alone and question.ends("about").isdisjoint(row.tokens(start, end))
    plain = index.lexicon.is_ordinary(joined) or joined in index.vocabulary
    return not plain or (alone and index.vocabulary.get(joined) not in index.names)


def unknown_room(question: Question, index: Index) -> str:
    """The name, as typed, of a room that the venue does not have; nothing where none is asked for."""
    cued = {cue.start for cue in question.cues}  # which room next
    for at in question.free_places:
        before = question.words[at - 1] if at else question.command
        if at not in cued and _looks_like_a_room(question, question.words[at], before, index):
            return question.tokens[at].typed
    return ""


def _looks_like_a_room(question: Question, word: str, before: str, index: Index) -> bool:
    """`room Churchill`, and `in Z.999` where rooms have codes like that."""
    language = question.language
    plain = word in language.known or word in language.weak or word in language.rooms or not word[:1].isalnum()
    unheard = word not in index.vocabulary
    if before in language.halls:
        return not plain and (unheard or question.command == "room")
    if index.venue.is_numbered(before, word):
        return not plain
    coded = any(letter.isdigit() for letter in word) and index.venue.is_code(word)
    return before in language.inside and coded and unheard


def named_tracks(question: Question, index: Index, used: Collection[int]) -> tuple[dict[Track, set[int]], bool]:
    """The tracks that stand beside a word for a track or a room, with their tokens; and whether by the host's name."""
    if not index.tracks:
        return {}, False
    row = _Row(question, tuple(question.parts(place for place in question.free_places if place not in used)))
    language = question.language
    tracks: dict[Track, set[int]] = {}
    for at, (_, part) in enumerate(row.parts):
        if part in language.tracks or part in language.rooms:  # the Rust room
            tracks |= _track_next_to(row, index, at)
    if not tracks and not question.excluded:
        tracks = _track_by_whole_title(question, index)
    asked = question.command == "track" or any(part in language.tracks for _, part in row.parts)
    if tracks or not asked:
        return tracks, False
    if len(index.tracks) == 1 and not question.content:
        return {index.tracks[0]: set()}, False
    if question.detail == "track":  # which track is her talk in
        whole = index.venue.tracks.get("".join(question.words_at(question.content)), ())
        return {track: set(question.content) for track in whole[:1]}, False
    first = len(index.talks)
    hits = search(index, question.about, within=range(first, len(index))).hits if question.about else ()
    if not hits:
        return {}, False
    return {index.tracks[hits[0].number - first]: set(question.content)}, not hits[0].fields & fields.TITLE


def _track_next_to(row: _Row, index: Index, at: int) -> dict[Track, set[int]]:
    """The best track named right before or after a noun, and one that "or" joins to it, with their tokens."""
    for length in range(LONGEST_NAME, 0, -1):
        for start, end in ((at - length, at), (at + 1, at + 1 + length)):
            within = start >= 0 and end <= len(row.parts)
            found = index.venue.track(row.name(start, end)) if within else ()
            if found:
                return {found[0]: row.tokens(start, end) | row.tokens(at, at + 1)} | _joined_before(row, index, start)
    return {}


def _joined_before(row: _Row, index: Index, at: int) -> dict[Track, set[int]]:
    """The track before an "or": `the rust or go room`."""
    join = at - 1
    if join < 1 or not row.question.is_joined(row.parts[join][0]):
        return {}
    for start in range(max(0, join - LONGEST_JOINED), join):
        if found := index.venue.track(row.name(start, join)):
            return {found[0]: row.tokens(start, at)}
    return {}


def _track_by_whole_title(question: Question, index: Index) -> dict[Track, set[int]]:
    """The track whose title is all that is left, where a list is asked for: `how many signings today`."""
    if not (question.soon or question.time or question.count or question.has("happening")):
        return {}
    parts = [
        (place, stem(part)) for place, part in question.parts(question.content) if part not in question.language.weak
    ]
    said = [stemmed for _, stemmed in parts]
    for track in index.tracks:
        title = stems(name_words(track.title))
        for at in range(len(said) - len(title) + 1):
            if said[at : at + len(title)] == title and (len(title) > 1 or len(said) == 1):
                return {track: {place for place, _ in parts[at : at + len(title)]}}
    return {}

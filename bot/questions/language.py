"""The meanings of the words in questions, one file per language, loaded once and compiled to look-ups."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib import resources
from itertools import chain, product
from typing import Any, NamedTuple, TypeVar

import yaml
from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from bot.search.lexicon import deletions, lexicon
from bot.search.tokenizer import fold, spellings

CODES = ("en", "de", "fr", "es")  # the first one helps out in all the others
SHORTEST_SLIP = 5  # letters of a word that is known with one of them wrong
LONG = 9  # letters of a word that is known with two of them wrong
SHORTEST_TELLING = 2  # letters
_PIECE = re.compile(r"<[^<>]*>|\([^()]*\)|[^\s<>()]+")
_PARTS = re.compile(r"[^\W_]+(?:['’.@-][^\W_]+)*|\d\S*|[@]")
_LABEL = re.compile(r"\{(\w+)\}")

T = TypeVar("T")

Words = tuple[str, ...]

Phrase = tuple[Words, str, str]  # with its role and value
Meanings = tuple[tuple[str, str], ...]  # the roles that a phrase may have, each with its value
Raw = dict[str, Any]  # a language as it is in its file


class Cue(NamedTuple):
    """The meaning of a phrase, such as `ask` `when`; the phrase is at the tokens from `start` to before `end`."""

    role: str
    value: str
    start: int
    end: int


@dataclass(frozen=True)
class TimeWords:
    """How a language speaks of time; all words are folded."""

    days: Mapping[Words, int]  # today and the like -> days from today
    near: Mapping[Words, tuple[int, int]]  # tonight: today, between these minutes
    parts: Mapping[Words, tuple[int, int]]  # morning -> minutes since midnight
    weekdays: Mapping[str, int]
    short_weekdays: Mapping[str, int]
    months: Mapping[str, int]
    clocks: Mapping[Words, int]  # noon -> minutes since midnight
    half: Mapping[Words, int]  # before an hour: half past adds 30, halb takes 30 away
    past: Mapping[str, int]
    meals: Mapping[Words, str]
    phrases: Mapping[str, frozenset[Words]]  # at, before, in, minutes …
    first: frozenset[str]  # words that an expression may begin with, unless it begins with a digit


@dataclass(frozen=True)
class Language:
    """One language; what it does not know it takes from the first one, unless it is that."""

    code: str
    spelled_out: Mapping[Words, Words]
    ambiguous: frozenset[str]
    before_is: frozenset[str]  # words after which 's is short for is
    elided: frozenset[str]  # words that have lost their vowel before an apostrophe: l'atelier
    kinds: Mapping[str, frozenset[str]]  # a name of a kind of session, run together -> all its names, in any language
    grammar: frozenset[str]
    grammar_or_topic: frozenset[str]
    weak: frozenset[str]
    session: frozenset[str]
    rooms: frozenset[str]
    halls: frozenset[str]  # words for a room that its name follows
    in_room: frozenset[str]
    inside: frozenset[str]  # those before a room's code or number
    tracks: frozenset[str]
    sessions: frozenset[str]
    conference: frozenset[str]  # names for all of it
    levels: Mapping[str, frozenset[Words]]  # the words of talks of a level, and phrases in titles, in any language
    pointers: frozenset[Words]  # that point at the talk spoken of before, in any language
    leads: Mapping[str, frozenset[str]]  # before a date, day, month, weekday or part of the day, in any language
    wishes: Mapping[str, frozenset[str]]  # for a plan: without, joined, apart, fillers, ends, fits, none
    numbers: Mapping[str, int]
    ordinals: Mapping[str, int]
    time: TimeWords
    phrases: Mapping[str, Mapping[Words, Meanings]]  # first word -> phrases
    longest: int  # words of a phrase
    small_talk: tuple[tuple[str, re.Pattern[str]], ...]
    patterns: Mapping[str, re.Pattern[str]]
    practical: frozenset[str]
    usual: Mapping[str, frozenset[Words]]  # a usual practical question -> the phrases it is asked by
    telling: Mapping[str, float]  # words by which a message in it is known, and how much each of them counts
    own: frozenset[str]  # those of its grammar that no other language has: by them a text in it is known
    slips: Mapping[str, str] = field(repr=False)  # a word with any letter left out -> the word
    long: tuple[str, ...] = field(repr=False)  # those of them that may have two letters wrong

    @cached_property
    def known(self) -> frozenset[str]:
        """The words that only hold a question together, or say what is true of every session."""
        return self.grammar | self.session

    def cues(self, words: Sequence[str]) -> list[Cue]:
        """Every phrase that stands in a question; of one role and place the longest."""
        found: list[Cue] = []
        covered: dict[str, int] = {}  # where the last phrase of a role ends: in `qu'est-ce qui` nobody is asked for
        for start, word in enumerate(words):
            if (phrases := self.phrases.get(word)) is None:
                continue
            for end in range(min(start + self.longest, len(words)), start, -1):
                for role, value in phrases.get(tuple(words[start:end]), ()):
                    if covered.get(role, 0) < end:
                        covered[role] = end
                        found.append(Cue(role, value, start, end))
        return found

    def same_number(self, word: str) -> tuple[str, ...]:
        """A number in its other spelling: `3` as three, `three` as 3; nothing for any other word."""
        value = int(word) if word.isdecimal() and len(word) < 3 else self.numbers.get(word)
        names = {str(value), *(name for name, number in self.numbers.items() if number == value)}
        return tuple(sorted(names - {word})) if value is not None else ()

    def meant(self, word: str) -> str:
        """A word that has one letter wrong as it is meant; any other as it is."""
        plain = (self.telling, self.known, self.kinds, lexicon().english)
        if len(word) < SHORTEST_SLIP or any(word in words for words in plain):
            return word
        for typed in (word, *sorted(deletions(word))):
            known = self.slips.get(typed)
            if known and known[0] == word[0] and DamerauLevenshtein.distance(known, word, score_cutoff=1) == 1:
                return known
        long = [known for known in self.long if known[0] == word[0]] if len(word) >= LONG else ()
        near = process.extractOne(word, long, scorer=DamerauLevenshtein.distance, score_cutoff=2)
        return near[0] if near else word


@cache
def languages() -> tuple[Language, ...]:
    """All languages, the first one first."""
    raw = [_load(code) for code in CODES]
    return tuple(_compiled(own, raw) for own in raw)


@cache
def wish_words(name: str) -> frozenset[str]:
    """The words of one kind in wishes for a plan, of all languages: few words do not tell which one it is."""
    return frozenset[str]().union(*(language.wishes[name] for language in languages()))


def language_of(words: Sequence[str]) -> Language:
    """The language most words of a message belong to; in doubt the first."""
    first, *others = languages()
    best, most = first, _telling_words(words, first)
    for other in others:
        known = _telling_words(words, other)
        if known > most and (known >= 1 or not most):
            best, most = other, known
    return best


def _telling_words(words: Sequence[str], language: Language) -> float:
    """How much the words of a message tell of a language."""
    return sum([language.telling.get(word, 0.0) for word in words])


def phrase_words(text: str) -> Words:
    """The folded words of a phrase."""
    return tuple(fold(part) for part in _PARTS.findall(text))


def _load(code: str) -> Raw:
    """A language's file, with its lists of words apart, its cues written out and the labels in its small talk filled."""
    text = resources.files("bot.questions").joinpath("languages", f"{code}.yaml").read_text(encoding="utf-8")
    own: Raw = yaml.load(text, getattr(yaml, "CBaseLoader", yaml.BaseLoader))  # noqa: S506
    parts = own["small_talk"].pop("parts")
    filled = [
        (topic, _LABEL.sub(lambda label: parts.get(label[1], label[0]), pattern))
        for topic, patterns in own["small_talk"].items()
        for pattern in patterns
    ]
    lists = {name: own[name].split() for name in _WORD_LISTS if name in own}
    patterns = {name: [pattern] for name, pattern in own["patterns"].items()}
    phrases = list(_phrases(own["cues"]))
    return own | lists | {"code": code, "small_talk": filled, "patterns": patterns, "phrases": phrases}


_WORD_LISTS = (
    "ambiguous", "before_is", "elided", "grammar", "grammar_or_topic", "weak", "session", "rooms", "halls", "in_room", "inside", "tracks", "sessions",
    "conference", "practical",
)  # fmt: skip


def _compiled(own: Raw, all_languages: Sequence[Raw]) -> Language:
    first = all_languages[0]
    merged = own if own is first else _merged(own, first)
    words = {name: _words(merged[name]) for name in _WORD_LISTS}
    kinds = _of_all(all_languages, "kinds", _phrase_set)
    phrases, slips = _by_first_word(merged["phrases"]), _slips(own)
    return Language(
        code=own["code"],
        spelled_out=_spelled_out(own, first),
        kinds={"".join(name): frozenset(map("".join, names)) for names in kinds.values() for name in names},
        pointers=_phrase_set(phrase for other in all_languages for phrase in other["pointers"]),
        leads=_of_all(all_languages, "leads", lambda words: _words(words.split())),
        levels=_of_all(all_languages, "levels", _phrase_set),
        usual=_of_all(all_languages, "usual_questions", _phrase_set),
        wishes={name: _words(words.split()) for name, words in own["wishes"].items()},
        numbers=_numbers(merged["numbers"]),
        ordinals=_numbers(merged["ordinals"]),
        time=_time(own, all_languages, merged),
        phrases=phrases,
        longest=max(len(phrase) for same_start in phrases.values() for phrase in same_start),
        small_talk=tuple((topic, re.compile(pattern)) for topic, pattern in merged["small_talk"]),
        patterns={
            name: re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)
            for name, patterns in merged["patterns"].items()
        },
        telling=_telling(own, words),
        own=_words(own["grammar"])
        - _words(word for other in all_languages if other is not own for word in other["grammar"]),
        slips=slips,
        long=tuple(sorted({word for word in slips.values() if len(word) >= LONG})),
        **words,
    )


def _merged(own: Any, first: Any) -> Any:
    """A language with all that the first one has besides: of two tables or lists of phrases both, of two values its own."""
    if isinstance(own, dict):
        return own | {name: _merged(own[name], said) if name in own else said for name, said in first.items()}
    of_phrases = isinstance(own, list) and not all(str(item).isdecimal() for item in own)
    return [*own, *first] if of_phrases else own


def _of_all(all_languages: Sequence[Raw], name: str, read: Callable[[Any], Iterable[T]]) -> dict[str, frozenset[T]]:
    """A table of all languages, since `am 5.3.` and `wlan?` do not tell their own."""
    keys = dict.fromkeys(key for language in all_languages for key in language[name])
    return {
        key: frozenset(item for language in all_languages for item in read(language[name].get(key, ""))) for key in keys
    }


def _words(words: Iterable[str]) -> frozenset[str]:
    return frozenset(spelling for word in words for spelling in spellings(word))


def _phrase_set(phrases: Iterable[str]) -> frozenset[Words]:
    return frozenset(map(phrase_words, phrases))


def _by_phrase(table: Mapping[str, str], value: Callable[[Any], T]) -> dict[Words, T]:
    return {phrase_words(phrase): value(said) for phrase, said in table.items()}


def _numbers(table: Mapping[str, str]) -> dict[str, int]:
    return {fold(word): int(value) for word, value in table.items()}


def _spelled_out(own: Raw, first: Raw) -> dict[Words, Words]:
    """Shorthand, but none of English that is a plain word of the language itself: `wen`."""
    plain = _words(own["grammar"])
    english, others = (_by_phrase(language["spelled_out"], phrase_words) for language in (first, own))
    return {short: long for short, long in english.items() if not plain.issuperset(short)} | others


def _expanded(pattern: str) -> Iterator[Words]:
    """`<the> (first|last) one` as every row of words it stands for."""
    choices = []
    for piece in _PIECE.findall(pattern):
        options = [phrase_words(option) for option in piece.strip("<>()").split("|")]
        choices.append([*options, ()] if piece[0] == "<" else options)
    for chosen in product(*choices):
        if words := tuple(chain.from_iterable(chosen)):
            yield words


def _phrases(cues: Mapping[str, Any]) -> Iterator[Phrase]:
    for role, meanings in cues.items():
        for value, patterns in meanings.items() if isinstance(meanings, dict) else (("", meanings),):
            yield from ((words, role, value) for pattern in patterns for words in _expanded(pattern))


def _by_first_word(phrases: Iterable[Phrase]) -> dict[str, dict[Words, Meanings]]:
    """The meanings of the phrases that begin with a word; of one role the first counts."""
    first: dict[str, dict[Words, dict[str, str]]] = {}
    for words, role, value in phrases:
        first.setdefault(words[0], {}).setdefault(words, {}).setdefault(role, value)
    return {
        word: {words: tuple(meanings.items()) for words, meanings in phrases.items()} for word, phrases in first.items()
    }


def _time(own: Raw, all_languages: Sequence[Raw], merged: Raw) -> TimeWords:
    """Times are said as in the language or the first one; days and parts of the day as in any that has no other word like it."""
    time, main = merged["time"], (all_languages[0], own)
    phrases = {name: _phrase_set(said) for name, said in time.items() if isinstance(said, list) and name not in _NAMES}
    weekdays, short_weekdays = _named("weekdays", all_languages, slice(1)), _named("weekdays", main, slice(1, None))
    months = _named("months", all_languages, slice(1)) | _named("months", main, slice(None))
    days, parts = (_foreign_times(name, all_languages) | time[name] for name in ("days", "parts"))
    near, clocks, half = (time[name] for name in ("near", "clocks", "half"))
    begin = {phrase[0] for name in _BEGINNINGS for phrase in phrases[name]}
    begin |= {phrase_words(phrase)[0] for table in (days, parts, near, clocks, half) for phrase in table}
    begin |= {fold(word) for table in (merged["numbers"], merged["ordinals"]) for word in table}
    begin |= {spelling for day in (*weekdays, *short_weekdays) for spelling in (day, f"{day}s")}
    return TimeWords(
        days=_by_phrase(days, int),
        near=_by_phrase(near, _from_to),
        parts=_by_phrase(parts, _from_to),
        weekdays=weekdays,
        short_weekdays=short_weekdays,
        months={name: number + 1 for name, number in months.items()},
        clocks=_by_phrase(clocks, int),
        half=_by_phrase(half, int),
        past=_numbers(time["past"]),
        meals={phrase_words(name): meal for meal, names in time["meals"].items() for name in names},
        phrases=phrases,
        first=frozenset(begin | set(months)),
    )


_BEGINNINGS = (
    "this", "day", "at", "around", "before", "after", "between", "in", "within", "during", "quarter",
    "three_quarters",
)  # fmt: skip
_NAMES = ("weekdays", "months")


def _from_to(minutes: Sequence[str]) -> tuple[int, int]:
    start, end = map(int, minutes)
    return start, end


def _foreign_times(table: str, all_languages: Sequence[Raw]) -> dict[str, Any]:
    """The days or parts of the day of all languages, without those that are another word elsewhere: hier."""
    return {
        name: value
        for language in all_languages
        for name, value in language["time"][table].items()
        if not any(name in other["grammar"] for other in all_languages if other is not language)
    }


def _named(table: str, some: Sequence[Raw], which: slice) -> dict[str, int]:
    """The numbers of the weekdays or months, from 0, by some of their names."""
    return {
        fold(name): number
        for language in some
        for number, names in enumerate(language["time"][table])
        for name in names[which]
    }


def _telling(own: Raw, lists: Mapping[str, frozenset[str]]) -> dict[str, float]:
    """How much each word tells of its language: short ones, which are initials as well, and no grammar count half.

    Of days and months only the full names count: `so` and `mar` are words in other languages.
    """
    time, sure = own["time"], lists["grammar"] | lists["rooms"] | lists["sessions"]
    tables = (
        time[name] for name in ("days", "parts", "near", "clocks", "half", "quarter", "three_quarters", "hour_words")
    )
    names = (names[0] for names in (*time["weekdays"], *time["months"]))
    phrases = chain(*tables, own["numbers"], own["ordinals"], names, own["spelled_out"])
    words = {word for phrase in phrases for word in phrase_words(phrase)}
    words |= {word for phrase, _, _ in own["phrases"] for word in phrase}
    words |= _words(chain(own["grammar"], own["weak"], own["session"], own["rooms"], own["wishes"]["ends"].split()))
    return {word: 1.0 if len(word) > SHORTEST_TELLING and word in sure else 0.5 for word in words}


def _slips(own: Raw) -> dict[str, str]:
    """The longer words of its cues and times, each also with any one letter left out."""
    time = own["time"]
    phrases = chain(time["days"], *time["meals"].values())
    known = _words(own["session"]) | {word for phrase in phrases for word in phrase_words(phrase)}
    known |= {fold(name) for names in time["weekdays"] for name in names}
    known |= {word for phrase, _, _ in own["phrases"] for word in phrase}
    slips: dict[str, str] = {}
    for word in sorted(known):
        if len(word) >= SHORTEST_SLIP and word.isalpha():
            for slip in deletions(word) | {word}:
                slips.setdefault(slip, word)
    return slips

"""The meanings of the words in questions, one file per language, loaded once and compiled to look-ups."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from itertools import chain, product
from types import MappingProxyType
from typing import Any, NamedTuple

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

Words = tuple[str, ...]

Phrase = tuple[Words, str, str]  # with its role and value
Meanings = tuple[tuple[str, str], ...]  # the roles that a phrase may have, each with its value


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
    grammar: frozenset[str]
    grammar_or_topic: frozenset[str]
    weak: frozenset[str]
    session: frozenset[str]
    rooms: frozenset[str]
    in_room: frozenset[str]
    tracks: frozenset[str]
    sessions: frozenset[str]
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

    @property
    def known(self) -> frozenset[str]:
        """The words that only hold a question together, or say what is true of every session."""
        return self.grammar | self.session

    def cues(self, words: Sequence[str]) -> list[Cue]:
        """Every phrase that stands in a question; of one role and place the longest."""
        found: list[Cue] = []
        for start, word in enumerate(words):
            if (phrases := self.phrases.get(word)) is None:
                continue
            seen: set[str] = set()
            for end in range(min(start + self.longest, len(words)), start, -1):
                for role, value in phrases.get(tuple(words[start:end]), ()):
                    if role not in seen:
                        seen.add(role)
                        found.append(Cue(role, value, start, end))
        return found

    def same_number(self, word: str) -> tuple[str, ...]:
        """A number in its other spelling: `3` as three, `three` as 3; nothing for any other word."""
        value = int(word) if word.isdecimal() and len(word) < 3 else self.numbers.get(word)
        names = {str(value), *(name for name, number in self.numbers.items() if number == value)}
        return tuple(sorted(names - {word})) if value is not None else ()

    def meant(self, word: str) -> str:
        """A word that has one letter wrong as it is meant; any other as it is."""
        if len(word) < SHORTEST_SLIP or word in self.telling or word in self.known or word in lexicon().english:
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
    raw = {code: _load(code) for code in CODES}
    return tuple(_compiled(code, raw) for code in CODES)


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
    """How many words of a message a language knows."""
    return sum([language.telling.get(word, 0.0) for word in words])


def phrase_words(text: str) -> Words:
    """The folded words of a phrase."""
    return tuple(fold(part) for part in _PARTS.findall(text))


def _load(code: str) -> dict[str, Any]:
    text = resources.files("bot.questions").joinpath("languages", f"{code}.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.load(text, getattr(yaml, "CBaseLoader", yaml.BaseLoader))  # noqa: S506
    loaded["phrases"] = tuple(_phrases(loaded["cues"]))  # once, as all languages share those of the first
    return loaded


def _compiled(code: str, raw: Mapping[str, dict[str, Any]]) -> Language:
    own, first = raw[code], raw[CODES[0]]
    both = [own] if own is first else [own, first]
    words = {name: _words(*(language.get(name, "") for language in both)) for name in _WORD_LISTS}
    own_words = _words(*(own[name] for name in ("grammar", "weak", "session", "rooms")), own["wishes"]["ends"]) | {
        word for phrase in (*_own_phrases(own), *_time_phrases(own)) for word in phrase
    }
    slips = _slips(own)
    return Language(
        code=code,
        spelled_out=_spelled_out(both),
        ambiguous=_words(*(language.get("ambiguous", "") for language in both)),
        pointers=frozenset(phrase_words(phrase) for language in raw.values() for phrase in language["pointers"]),
        leads=_leads(raw.values()),
        wishes=MappingProxyType({name: _words(words) for name, words in own["wishes"].items()}),
        numbers=_merged(both, "numbers"),
        ordinals=_merged(both, "ordinals"),
        time=_time(both),
        phrases=(phrases := _by_first_word(both)),
        longest=max(len(phrase) for same_start in phrases.values() for phrase in same_start),
        small_talk=tuple(topic for language in both for topic in _small_talk(language["small_talk"])),
        patterns=_patterns(both),
        telling=_telling(own_words | {word for phrase in _spelled_out([own]) for word in phrase}, words),
        own=_words(own["grammar"]) - _words(*(other["grammar"] for other in raw.values() if other is not own)),
        usual=_usual(raw.values()),
        levels={
            name: frozenset(phrase_words(phrase) for other in raw.values() for phrase in other["levels"].get(name, ()))
            for name in first["levels"]
        },
        slips=slips,
        long=tuple(sorted({word for word in slips.values() if len(word) >= LONG})),
        **words,
    )


_WORD_LISTS = (
    "grammar", "grammar_or_topic", "weak", "session", "rooms", "in_room", "tracks", "sessions", "practical",
)  # fmt: skip


def _words(*texts: str) -> frozenset[str]:
    return frozenset(spelling for text in texts for word in text.split() for spelling in spellings(word))


def _telling(own_words: Iterable[str], lists: Mapping[str, frozenset[str]]) -> Mapping[str, float]:
    """How much each word tells of its language: short ones, which are initials as well, and no grammar count half."""
    sure = lists["grammar"] | lists["rooms"] | lists["sessions"]
    return {word: 1.0 if len(word) > SHORTEST_TELLING and word in sure else 0.5 for word in own_words}


def _leads(languages: Collection[Mapping[str, Any]]) -> Mapping[str, frozenset[str]]:
    """Of all languages, since `am 5.3.` does not tell its own."""
    kinds = {kind for language in languages for kind in language["leads"]}
    return {kind: _words(*(language["leads"].get(kind, "") for language in languages)) for kind in kinds}


def _merged(both: Iterable[Mapping[str, Any]], name: str) -> Mapping[str, int]:
    merged: dict[str, int] = {}
    for language in both:
        for word, value in language[name].items():
            merged.setdefault(fold(word), int(value))
    return MappingProxyType(merged)


def _spelled_out(both: Sequence[Mapping[str, Any]]) -> Mapping[Words, Words]:
    """Shorthand, but none of English that is a plain word of the language itself: `wen`."""
    spelled: dict[Words, Words] = {}
    plain = _words(both[0]["grammar"])
    for language in both:
        for short, long in language["spelled_out"].items():
            words = phrase_words(short)
            if language is both[0] or not plain.issuperset(words):
                spelled.setdefault(words, phrase_words(long))
    return MappingProxyType(spelled)


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


def _own_phrases(language: Mapping[str, Any]) -> Iterator[Words]:
    return (words for words, _, _ in language["phrases"])


def _time_phrases(own: Mapping[str, Any]) -> Iterator[Words]:
    """Days, parts of the day and the like, but not the letters that short ones are."""
    time = own["time"]
    for table in ("days", "parts", "near", "clocks"):
        yield from (phrase_words(phrase) for phrase in time[table])
    for table in ("half", "quarter", "three_quarters"):
        yield from (phrase_words(phrase) for phrase in time.get(table, ()))
    yield from (phrase_words(word) for word in own["numbers"])
    for names in (*time["weekdays"], *time["months"]):
        yield phrase_words(names[0])


def _by_first_word(both: Iterable[Mapping[str, Any]]) -> Mapping[str, Mapping[Words, Meanings]]:
    first: dict[str, dict[Words, dict[str, str]]] = {}
    for language in both:
        for words, role, value in language["phrases"]:
            first.setdefault(words[0], {}).setdefault(words, {}).setdefault(role, value)
    return MappingProxyType(
        {
            word: {words: tuple(meanings.items()) for words, meanings in phrases.items()}
            for word, phrases in first.items()
        }
    )


def _usual(languages: Iterable[Mapping[str, Any]]) -> Mapping[str, frozenset[Words]]:
    """The phrases by which the usual practical questions are asked, of all languages: `wlan?` does not tell its own."""
    asked: dict[str, set[Words]] = {}
    for language in languages:
        for question, phrases in language["usual_questions"].items():
            asked.setdefault(question, set()).update(map(phrase_words, phrases))
    return MappingProxyType({question: frozenset(phrases) for question, phrases in asked.items()})


def _time(both: Sequence[Mapping[str, Any]]) -> TimeWords:
    times = [language["time"] for language in both]

    def by_phrase(name: str) -> Mapping[Words, Any]:
        merged: dict[Words, Any] = {}
        for time in times:
            for phrase, value in time.get(name, {}).items():
                merged.setdefault(
                    phrase_words(phrase), tuple(map(int, value)) if isinstance(value, list) else int(value)
                )
        return MappingProxyType(merged)

    def numbered(name: str, *, short: bool) -> Mapping[str, int]:
        return MappingProxyType(
            {
                fold(word): number
                for time in reversed(times)
                for number, names in enumerate(time[name])
                for word in (names[1:] if short else names[:1])
            }
        )

    meals: dict[Words, str] = {}
    for time in times:
        for meal, names in time["meals"].items():
            for name in names:
                meals.setdefault(phrase_words(name), meal)
    names = {name for time in times for name, value in time.items() if isinstance(value, list) and name not in _TABLES}
    phrases = {
        name: frozenset(phrase_words(phrase) for time in times for phrase in time.get(name, ())) for name in names
    }
    months = {**numbered("months", short=False), **numbered("months", short=True)}
    weekdays = {**numbered("weekdays", short=False), **numbered("weekdays", short=True)}
    begin = {phrase[0] for name in _BEGINNINGS for phrase in phrases.get(name, ())}
    begin |= {phrase[0] for name in ("days", "near", "parts", "clocks", "half") for phrase in by_phrase(name)}
    words = {fold(word) for language in both for word in (*language["numbers"], *language["ordinals"])}
    return TimeWords(
        days=by_phrase("days"),
        near=by_phrase("near"),
        parts=by_phrase("parts"),
        weekdays=numbered("weekdays", short=False),
        short_weekdays=numbered("weekdays", short=True),
        months=MappingProxyType({name: number + 1 for name, number in months.items()}),
        clocks=by_phrase("clocks"),
        half=by_phrase("half"),
        past=MappingProxyType({" ".join(words): sign for words, sign in by_phrase("past").items()}),
        meals=MappingProxyType(meals),
        phrases=MappingProxyType(phrases),
        first=frozenset(begin | words | set(months) | set(weekdays) | {f"{day}s" for day in weekdays}),
    )


_BEGINNINGS = (
    "this", "day", "at", "around", "before", "after", "between", "in", "within", "during", "quarter",
    "three_quarters",
)  # fmt: skip


_TABLES = ("weekdays", "months")


def _small_talk(table: Mapping[str, Any]) -> Iterator[tuple[str, re.Pattern[str]]]:
    for topic, patterns in table.items():
        if isinstance(patterns, list):
            for pattern in patterns:
                yield topic, re.compile(_filled(pattern, table["parts"]))


def _patterns(both: Iterable[Mapping[str, Any]]) -> Mapping[str, re.Pattern[str]]:
    """The single patterns, those of both languages in one."""
    found: dict[str, list[str]] = {}
    for language in both:
        for name, pattern in language["small_talk"].items():
            if isinstance(pattern, str):
                found.setdefault(name, []).append(_filled(pattern, language["small_talk"]["parts"]))
    joined = {name: "|".join(f"(?:{pattern})" for pattern in patterns) for name, patterns in found.items()}
    return MappingProxyType({name: re.compile(pattern, re.IGNORECASE) for name, pattern in joined.items()})


def _filled(pattern: str, parts: Mapping[str, str]) -> str:
    return _LABEL.sub(lambda label: parts.get(label[1], label[0]), pattern)


def _slips(own: Mapping[str, Any]) -> Mapping[str, str]:
    """The longer words of its cues and times, each also with any one letter left out."""
    known = {word for phrase in _own_phrases(own) for word in phrase} | _words(own["session"])
    known |= {fold(name) for names in own["time"]["weekdays"] for name in names}
    meals = (name for names in own["time"]["meals"].values() for name in names)
    known |= {word for phrase in (*own["time"]["days"], *meals) for word in phrase_words(phrase)}
    slips: dict[str, str] = {}
    for word in sorted(known):
        if len(word) >= SHORTEST_SLIP and word.isalpha():
            for slip in deletions(word) | {word}:
                slips.setdefault(slip, word)
    return MappingProxyType(slips)

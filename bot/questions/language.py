"""The meanings of the words in questions: one file per language, read once and compiled to look-ups."""

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

CODES = ("en", "de", "fr", "es")  # the others also know the words of the first one, the main one: people mix them in
SHORTEST_SLIP = 5  # letters of a known word that is recognised with one wrong letter
LONG = 9  # letters of a known word that is recognised with two wrong letters
SHORTEST_CONSONANTS = 3  # letters of a word without its vowels
SHORTEST_TELLING = 2  # letters; words that are no longer tell less about the language of a message
LETTERS = frozenset("bcdfghjklmnpqrstvwxz")  # that are no word by themselves, but may be a topic: C, R
_PIECE = re.compile(r"<[^<>]*>|\([^()]*\)|[^\s<>()]+")
_PARTS = re.compile(r"[^\W_]+(?:['’.@/-][^\W_]+)*|\d\S*|[@]")
_VOWELS = re.compile(r"[aeiou]|c(?=k)")  # with a letter that is not heard
_LABEL = re.compile(r"\{(\w+)\}")

T = TypeVar("T")

Words = tuple[str, ...]

Phrase = tuple[Words, str, str]  # its words, its role and its value
Meanings = tuple[tuple[str, str], ...]  # of one phrase: its roles, each with its value
Raw = dict[str, Any]  # the content of a language's file


class Cue(NamedTuple):
    """A phrase found in a question, and its meaning: `what time` has the role `ask` and the value `when`.

    The phrase takes the tokens from `start` up to, but without, `end`.
    """

    role: str
    value: str
    start: int
    end: int


@dataclass(frozen=True)
class TimeWords:
    """The words for times in a language, all folded. Minutes count from midnight."""

    days: Mapping[Words, int]  # today, tomorrow -> days from today
    near: Mapping[Words, tuple[int, int]]  # tonight -> from which to which minute of today
    parts: Mapping[Words, tuple[int, int]]  # morning -> from which to which minute of a day
    weekdays: Mapping[str, int]
    short_weekdays: Mapping[str, int]
    months: Mapping[str, int]
    clocks: Mapping[Words, int]  # noon -> minutes
    half: Mapping[Words, int]  # said before an hour -> minutes to add: `half past` adds 30, German `halb` takes 30 away
    past: Mapping[str, int]  # after or before, as in `ten past three` -> 1 or -1
    meals: Mapping[Words, str]
    drinks: Mapping[Words, str]  # what else asks for a meal, but may be a topic: `espresso` asks for coffee
    phrases: Mapping[str, frozenset[Words]]  # the lists of words in the file, by name: at, before, in, minutes …
    first: frozenset[str]  # words that can begin the expression of a time; digits can, too


@dataclass(frozen=True)
class Language:
    """The words of one language.

    Most lists also have the words of the main language. `kinds`, `levels`, `pointers`, `leads`, `usual`,
    `services` and `hours` have those of all languages, since a short message often does not tell its language.
    """

    code: str
    spelled_out: Mapping[Words, Words]  # shorthand and frequent slips -> plain words: `tmrw` -> tomorrow
    ambiguous: frozenset[str]  # shorthand that is left alone in capitals or next to a number: `R`, `5 min`
    before_is: frozenset[str]  # words after which `'s` means is: `what's`
    elided: frozenset[str]  # words that lose their vowel before an apostrophe: the `l` of `l'atelier`
    kinds: Mapping[str, frozenset[str]]  # a name of a kind of session -> all names of that kind, without their spaces
    grammar: frozenset[str]  # words that hold sentences together; they are never searched for
    grammar_or_topic: frozenset[str]  # words of the grammar that are also topics: `go`
    in_topics: frozenset[str]  # words of the grammar that also stand inside topics: state of the art
    weak: frozenset[str]  # words that nobody asks for by themselves; a search may do without them
    session: frozenset[str]  # words that are true of every session: talk, speaker
    rooms: frozenset[str]  # words for a room: hall, stage
    buildings: frozenset[str]  # words for a building
    halls: frozenset[str]  # those of them that are always followed by a room's name
    in_room: frozenset[str]  # words that may stand before a room's name
    inside: frozenset[str]  # those of them that may stand before a room's code or number
    tracks: frozenset[str]  # words for a track
    sessions: frozenset[str]  # words for sessions after `first`, `last` or `opening`
    conference: frozenset[str]  # words for the conference as a whole
    levels: Mapping[str, frozenset[Words]]  # a level -> its words, and phrases in the titles of such talks
    pointers: frozenset[Words]  # phrases for the talk that was spoken of before: `that one`
    leads: Mapping[str, frozenset[str]]  # date, day, month, weekday, part (of the day) -> words that stand before one
    wishes: Mapping[str, frozenset[str]]  # the words of wishes for a plan, by the names that the file explains
    numbers: Mapping[str, int]
    ordinals: Mapping[str, int]
    time: TimeWords
    phrases: Mapping[str, Mapping[Words, Meanings]]  # first word -> the phrases that begin with it
    longest: int  # the number of words of the longest phrase
    small_talk: tuple[tuple[str, re.Pattern[str]], ...]  # topics, each with a pattern of messages
    patterns: Mapping[str, re.Pattern[str]]
    practical: frozenset[str]  # words for what the registration desk knows about: wifi, toilets
    usual: Mapping[str, frozenset[Words]]  # a frequent practical question -> the phrases that ask it
    asides: frozenset[str]  # words that are hardly ever a topic: verbs, adverbs, everyday adjectives
    services: Mapping[Words, str]  # those phrases that ask for a service which may be in the schedule -> its name
    hours: Mapping[str, str]  # a word that says that a service opens or closes -> opens or closes
    telling: Mapping[str, float]  # words that show that a message is in this language -> how much each counts
    own: frozenset[str]  # words of its grammar that no other language has; they tell the language of a longer text
    slips: Mapping[str, str] = field(repr=False)  # a known word, also without one of its letters -> the word
    long: tuple[str, ...] = field(repr=False)  # the known words that are recognised with two wrong letters

    @cached_property
    def known(self) -> frozenset[str]:
        """The words that tell nothing about which session is meant."""
        return self.grammar | self.session

    def cues(self, words: Sequence[str]) -> list[Cue]:
        """The phrases that a question contains. Where phrases of one role overlap, only the longest counts.

        So the `qui` in `qu'est-ce qui` does not ask for a person.
        """
        found: list[Cue] = []
        covered: dict[str, int] = {}  # a role -> where its last phrase ends
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
        """The other spellings of a number: `three` for `3`, and `3` for `three`. Other words have none."""
        value = int(word) if word.isdecimal() and len(word) < 3 else self.numbers.get(word)
        if value is None:
            return ()
        names = {str(value), *(name for name, number in self.numbers.items() if number == value)}
        return tuple(sorted(names - {word}))

    def meant(self, word: str) -> str:
        """The known word that was probably meant, where this one looks misspelt; otherwise the word itself."""
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
    """All languages, the main one first."""
    raw = [_load(code) for code in CODES]
    return tuple(_compiled(own, raw) for own in raw)


@cache
def wish_words(name: str) -> frozenset[str]:
    """The words of one kind in wishes for a plan, of all languages: a wish is too short to tell its language."""
    return frozenset[str]().union(*(language.wishes[name] for language in languages()))


def language_of(words: Sequence[str]) -> Language:
    """The language that most words of a message belong to; in doubt the main one."""
    first, *others = languages()
    best, most = first, _telling_words(words, first)
    for other in others:
        known = _telling_words(words, other)
        if known > most and (known >= 1 or not most):
            best, most = other, known
    return best


def _telling_words(words: Sequence[str], language: Language) -> float:
    """How strongly the words of a message speak for a language."""
    return sum([language.telling.get(word, 0.0) for word in words])


def phrase_words(text: str) -> Words:
    """The folded words of a phrase."""
    return tuple(fold(part) for part in _PARTS.findall(text))


def _load(code: str) -> Raw:
    """Read a language's file. Split its lists into words, expand its cues, and fill the labels in its small talk."""
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
    "ambiguous", "before_is", "elided", "grammar", "grammar_or_topic", "in_topics", "weak", "session", "rooms", "buildings", "halls", "in_room", "inside", "tracks", "sessions",
    "conference", "practical",
)  # fmt: skip


def _compiled(own: Raw, all_languages: Sequence[Raw]) -> Language:
    first = all_languages[0]
    merged = own if own is first else _merged(own, first)
    words = {name: _words(merged[name]) for name in _WORD_LISTS}
    kinds = _of_all(all_languages, "kinds", _phrase_set)
    services = _of_all(all_languages, "services", _phrase_set)
    hours = _of_all(all_languages, "hours", lambda words: _words(words.split()))
    phrases, slips = _by_first_word(merged["phrases"]), _slips(own)
    return Language(
        code=own["code"],
        spelled_out=_spelled_out(own, first),
        kinds={"".join(name): frozenset(map("".join, names)) for names in kinds.values() for name in names},
        pointers=_phrase_set(phrase for other in all_languages for phrase in other["pointers"]),
        leads=_of_all(all_languages, "leads", lambda words: _words(words.split())),
        levels=_of_all(all_languages, "levels", _phrase_set),
        usual=_of_all(all_languages, "usual_questions", _phrase_set) | services,
        services={phrase: name for name, phrases in services.items() for phrase in phrases},
        hours={word: name for name, said in hours.items() for word in said},
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
        asides=_asides(own["code"]),
        telling=_telling(own, words),
        own=_words(own["grammar"])
        - _words(word for other in all_languages if other is not own for word in other["grammar"]),
        slips=slips,
        long=tuple(sorted({word for word in slips.values() if len(word) >= LONG})),
        **words,
    )


def _asides(code: str) -> frozenset[str]:
    """The words in a language's file that training/make_asides.py writes; none if it has no such file."""
    file = resources.files("bot.questions").joinpath("languages", "asides", f"{code}.txt")
    return frozenset(file.read_text(encoding="ascii").split()) if file.is_file() else frozenset()


def _merged(own: Any, first: Any) -> Any:
    """A part of a language's file with that of the main language: both, or its own of values and pairs of numbers."""
    if isinstance(own, dict):
        return own | {name: _merged(own[name], said) if name in own else said for name, said in first.items()}
    of_phrases = isinstance(own, list) and not all(str(item).isdecimal() for item in own)
    return [*own, *first] if of_phrases else own


def _of_all(all_languages: Sequence[Raw], name: str, read: Callable[[Any], Iterable[T]]) -> dict[str, frozenset[T]]:
    """A table of all languages in one. Messages such as `am 5.3.` and `wlan?` do not tell their language."""
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
    """Shorthand of the language and of English, without what is a plain word of the language: German `wen`."""
    plain = _words(own["grammar"])
    english, others = (_by_phrase(language["spelled_out"], phrase_words) for language in (first, own))
    places = [*first["rooms"], *first["buildings"], *first["tracks"], *first["sessions"], "floor"]
    consonants = ((_consonants(word), word) for word in reversed(places))
    told = (pair for pair in consonants if len(pair[0]) >= SHORTEST_CONSONANTS + pair[1].endswith("s"))  # rms is a name
    english = {(short,): (word,) for short, word in told} | english
    return {short: long for short, long in english.items() if not plain.issuperset(short)} | others


def _consonants(word: str) -> str:
    """A word as one may shorten it: `trk` for track, `tlks` for talks."""
    return word[0] + _VOWELS.sub("", word[1:])


def _expanded(pattern: str) -> Iterator[Words]:
    """All phrases that a pattern stands for: `<the> (first|last) one` has four."""
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
    """The phrases with their meanings, by first word. If a phrase has a role twice, the first value counts."""
    first: dict[str, dict[Words, dict[str, str]]] = {}
    for words, role, value in phrases:
        first.setdefault(words[0], {}).setdefault(words, {}).setdefault(role, value)
    return {
        word: {words: tuple(meanings.items()) for words, meanings in phrases.items()} for word, phrases in first.items()
    }


def _time(own: Raw, all_languages: Sequence[Raw], merged: Raw) -> TimeWords:
    """The words for times: those of the language and of the main one.

    Days, parts of the day, and the full names of weekdays and months are understood in every language.
    """
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
        meals=_by_name(time["meals"]),
        drinks=_by_name(time["drinks"]),
        phrases=phrases,
        first=frozenset(begin | set(months)),
    )


def _by_name(meals: Mapping[str, Sequence[str]]) -> dict[Words, str]:
    return {
        phrase: meal
        for meal, names in meals.items()
        for words in map(phrase_words, names)
        for phrase in (words, ("".join(words),))  # also lunchbreak
    }


_BEGINNINGS = (
    "this", "day", "at", "around", "before", "after", "between", "in", "within", "during", "quarter",
    "three_quarters",
)  # fmt: skip
_NAMES = ("weekdays", "months")


def _from_to(minutes: Sequence[str]) -> tuple[int, int]:
    start, end = map(int, minutes)
    return start, end


def _foreign_times(table: str, all_languages: Sequence[Raw]) -> dict[str, Any]:
    """The days or parts of the day in all languages, without words that are grammar in another one: `hier`."""
    return {
        name: value
        for language in all_languages
        for name, value in language["time"][table].items()
        if not any(name in other["grammar"] for other in all_languages if other is not language)
    }


def _named(table: str, some: Sequence[Raw], which: slice) -> dict[str, int]:
    """Names of weekdays or months, with their numbers from 0. `which` chooses among the names of each one."""
    return {
        fold(name): number
        for language in some
        for number, names in enumerate(language["time"][table])
        for name in names[which]
    }


def _telling(own: Raw, lists: Mapping[str, frozenset[str]]) -> dict[str, float]:
    """How strongly each word speaks for its language.

    A word of the grammar, or for a room or session, counts fully. Others count half, and so do very short words, which
    may be initials. Of days and months only the full names count: `so` and `mar` are words of other languages.
    """
    time, sure = own["time"], lists["grammar"] | lists["rooms"] | lists["sessions"]
    tables = (
        time[name] for name in ("days", "parts", "near", "clocks", "half", "quarter", "three_quarters", "hour_words")
    )
    names = (names[0] for names in (*time["weekdays"], *time["months"]))
    phrases = chain(*tables, own["numbers"], own["ordinals"], names, own["spelled_out"], *_meal_names(time))
    words = {word for phrase in phrases for word in phrase_words(phrase)}
    words |= {word for phrase, _, _ in own["phrases"] for word in phrase}
    words |= _words(chain(own["grammar"], own["weak"], own["session"], own["rooms"], own["wishes"]["ends"].split()))
    return {word: 1.0 if len(word) > SHORTEST_TELLING and word in sure else 0.5 for word in words}


def _meal_names(time: Raw) -> list[Sequence[str]]:
    return [names for table in ("meals", "drinks") for names in time.get(table, {}).values()]


def _slips(own: Raw) -> dict[str, str]:
    """The longer words of its cues and times, by themselves and by every spelling with one letter left out."""
    time = own["time"]
    phrases = chain(time["days"], time["between"], *_meal_names(time), *own["services"].values())
    known = _words(own["session"]) | {word for phrase in phrases for word in phrase_words(phrase)}
    known |= {fold(name) for names in time["weekdays"] for name in names}
    known |= {word for phrase, _, _ in own["phrases"] for word in phrase}
    slips: dict[str, str] = {}
    for word in sorted(known):
        if len(word) >= SHORTEST_SLIP and word.isalpha():
            for slip in deletions(word) | {word}:
                slips.setdefault(slip, word)
    return slips

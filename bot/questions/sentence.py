"""The structure of a message: its phrases, clauses, exceptions, and the time it asks about."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

from bot.questions.dates_and_times import Scanner, duration_at
from bot.questions.language import Cue, Language
from bot.questions.time_expressions import NO_TIME, TimeExpression, extract
from bot.questions.tokens import STOPS, MessageToken

LONGEST_EXCEPTION = 5  # words after "but not"
DAY = 24 * 60  # minutes
ASKING = frozenset(["ask", "soon", "happening", "status", "relation"])
_NEGATIONS = frozenset(["negation", "nothing", "negation_after_comma"])


@dataclass(frozen=True)
class Sentence:
    """A message in one language; places are those of its tokens."""

    tokens: tuple[MessageToken, ...]
    language: Language
    cues: tuple[Cue, ...]
    excluded: tuple[tuple[int, ...], ...] = ()  # what follows each "but not" …
    left_out: frozenset[int] = frozenset()  # … and that with the "but not"
    time: TimeExpression = NO_TIME
    timed: frozenset[int] = frozenset()  # what says something about time
    told_aside: bool = False  # whether the time is told in a clause that asks nothing
    minutes: tuple[int, int] = (0, 0)  # the least and the most that a talk should take

    @cached_property
    def words(self) -> tuple[str, ...]:
        return tuple(token.word for token in self.tokens)

    def has(self, *roles: str) -> bool:
        """Tell whether there is a phrase of one of these roles."""
        return any(cue.role in roles for cue in self.cues)

    def said(self, role: str, *values: str) -> str:
        """The first value that a role has, of some or of any; its own name where its values have none."""
        found = (cue.value or role for cue in self.cues if cue.role == role and (not values or cue.value in values))
        return next(found, "")

    def places(self, *roles: str) -> set[int]:
        """The places of all phrases of some roles."""
        return {at for cue in self.cues if cue.role in roles for at in range(cue.start, cue.end)}

    def starts(self, *roles: str) -> set[int]:
        """The places at which phrases of some roles begin."""
        return {cue.start for cue in self.cues if cue.role in roles}

    def ends(self, role: str, value: str = "") -> set[int]:
        """The places after the phrases of a role, with this value or any."""
        return {cue.end for cue in self.cues if cue.role == role and value in ("", cue.value)}

    @cached_property
    def asks(self) -> tuple[int, ...]:
        """The places at which something is asked."""
        return tuple(sorted(self.starts(*ASKING)))

    @cached_property
    def signs(self) -> frozenset[int]:
        """The places of commas and of signs that end a clause."""
        return frozenset(at for at, word in enumerate(self.words) if word in STOPS or word == ",")

    @cached_property
    def breaks(self) -> tuple[int, ...]:
        """The places of the signs and conjunctions that part its clauses."""
        return tuple(sorted(self.signs | self.starts("break")))

    @cached_property
    def pauses(self) -> frozenset[int]:
        """The places of commas, and of words that may set an exception apart like them: `please`, `but`."""
        commas = {at for at in self.signs if self.words[at] == ","}
        return frozenset(commas | self.places("pause"))

    def is_joined(self, at: int, *values: str) -> bool:
        """Tell whether a connector stands at a place, one of these or any: `and`, `or`."""
        joins = (cue for cue in self.cues if cue.role == "connector" and cue.start == at)
        return any(not values or cue.value in values for cue in joins)

    def is_listed_on(self, at: int) -> bool:
        """Tell whether a connector, or a sign that lists things, stands at a place: `keynotes, panels`."""
        return self.words[at] in (",", "/", "&") or self.is_joined(at)


def read_sentence(tokens: tuple[MessageToken, ...], language: Language, *, timeless: bool = False) -> Sentence:
    """Read the exceptions, the time, and the cues outside of both; `timeless` looks for no time."""
    words = [token.word for token in tokens]
    plain = Sentence(tokens, language, tuple(language.cues(words)))
    sentence = _with_exceptions(plain)
    if sentence.excluded and not extract(words, language)[1] and _is_all_left_out(sentence):
        sentence = plain
    cues = [cue for cue in sentence.cues if sentence.left_out.isdisjoint(range(cue.start, cue.end))]
    sentence = replace(sentence, cues=tuple(cues))  # before the time is read, which belongs to the clauses that ask
    sentence = sentence if timeless else _with_time(sentence)
    minutes, places = _duration_limits(sentence)
    sentence = replace(sentence, minutes=minutes, timed=sentence.timed | places)
    inside = {
        at for cue in cues if cue.role == "level" for at in range(cue.start + 1, cue.end)
    }  # somebody who has never …
    cues = [cue for cue in cues if cue.start not in inside]
    articles = language.time.phrases["articles"]
    cues = [cue for cue in cues if cue.end - 1 not in sentence.timed or (words[cue.end - 1],) in articles]
    return replace(sentence, cues=tuple(cues))


def _with_time(sentence: Sentence) -> Sentence:
    """Read the time of the clauses that ask, or else of the others."""
    words = ["." if at in sentence.left_out else word for at, word in enumerate(sentence.words)]
    time, timed = extract(words, sentence.language)
    breaks = [at for at in sentence.breaks if at not in timed]  # the dot of `5. märz` parts nothing
    clauses = [range(start + 1, end) for start, end in pairwise([-1, *breaks, len(words)])]
    asking = {at for clause in clauses if any(at in clause for at in sentence.asks) for at in clause}
    if asking and timed & asking and timed - asking:  # got a train at 8, when is it over today
        of_time = timed | sentence.starts("connector")  # what's on monday, tuesday and wednesday
        only_times = {at for clause in clauses if of_time.issuperset(clause) for at in clause}
        meant = asking | only_times
        time, _ = extract([word if at in meant else "." for at, word in enumerate(words)], sentence.language)
    return replace(sentence, time=time, timed=timed, told_aside=bool(asking and timed) and not timed & asking)


def is_just_before(sentence: Sentence) -> bool:
    """Tell whether the time stands in the clause right before the one that asks: `half past five in Hall B, what is that`."""
    return sum(max(sentence.timed) < at < sentence.asks[-1] for at in sentence.breaks) < 2


def _duration_limits(sentence: Sentence) -> tuple[tuple[int, int], frozenset[int]]:
    """The least and the most minutes that a talk should take, and their places: `under 30 min`, `45 minute talks`."""
    words, language = sentence.words, sentence.language
    scan = Scanner(words, language)
    limits = {cue.end: (cue.start, cue.value) for cue in sentence.cues if cue.role == "lasting"}
    for at in range(len(words)):
        said = duration_at(scan, at) if at not in sentence.timed else None
        if said is None:
            continue
        minutes, end = said
        start, value = limits.get(at, (at, ""))
        if value or words[end : end + 1] == ("long",) or language.sessions.intersection(words[end : end + 1]):
            least, most = 0 if value == "most" else minutes, DAY if value == "least" else minutes
            return (least, most), frozenset(range(start, end))
    return (0, 0), frozenset()


def _with_exceptions(sentence: Sentence) -> Sentence:
    """Collect after each `but not` what follows to the end of the clause or to a time, where that is to be left out."""
    timed, end = extract(sentence.words, sentence.language)[1], 0
    excluded: list[tuple[int, ...]] = []
    gone: set[int] = set()
    levels = sentence.starts("level")  # without prior knowledge
    listed = _is_listed(sentence)
    for cue in sentence.cues:
        if cue.role not in _NEGATIONS or cue.start < end or cue.start in levels:
            continue
        if cue.value == "without" and not listed:
            continue  # oncall without burning out is how, not what
        places = _places_after(sentence, cue.end, timed)
        if places and _is_left_out(sentence, cue, places, timed):
            end = places[-1] + 1
            gone.update(range(cue.start, end))
            excluded += _alternatives(sentence, places)
    return replace(sentence, excluded=tuple(excluded), left_out=frozenset(gone))


def _is_left_out(sentence: Sentence, cue: Cue, places: Sequence[int], timed: Collection[int]) -> bool:
    """Tell whether a negation leaves something out of the rest, rather than asking: `are there no talks today`."""
    words, end = sentence.words, places[-1] + 1
    telling = [place for place in places if _says_more(sentence, place, timed)]
    if cue.role == "negation" or (cue.role == "nothing" and telling):  # nothing on today asks what there is
        return cue.start > 0 or end < len(words)
    goes_on = words[end : end + 1] == (",",) and (telling or any(at > end for at in sentence.asks))
    named = sentence.starts("everything") | {at for at, word in enumerate(words) if word in sentence.language.sessions}
    after_time = telling and cue.start - 1 in timed and min(named, default=end) < cue.start  # all today, no workshops
    set_apart = after_time or _is_set_apart(sentence, cue, {words[at] for at in places if at not in timed})
    return bool(goes_on) or set_apart or _is_joined_after(sentence, end, timed)


def _is_set_apart(sentence: Sentence, cue: Cue, said: Collection[str]) -> bool:
    """Tell whether a pause, or an `and` before something new, parts a negation from the rest: `low code and no code` is a name."""
    words, before = sentence.words, cue.start - 1
    is_new = not said or not set(said).issubset(words[: max(before, 0)])
    return before in sentence.pauses or (sentence.is_joined(before, "and") and is_new)


def _is_joined_after(sentence: Sentence, at: int, timed: Collection[int]) -> bool:
    """Tell whether another exception follows, of more than a time: `nothing before 12 and no workshops`."""
    if not sentence.is_joined(at, "and"):
        return False
    ends = [cue.end for cue in sentence.cues if cue.role in _NEGATIONS and cue.start == at + 1]
    following = (place for end in ends for place in _places_after(sentence, end, timed))
    return any(_says_more(sentence, place, timed) for place in following)


def _places_after(sentence: Sentence, start: int, timed: Collection[int]) -> list[int]:
    words, places = sentence.words, list[int]()
    ends = sentence.starts(*_NEGATIONS) | sentence.signs | sentence.pauses
    nors = sentence.starts("nor")
    for at in range(start, len(words)):
        start = at if at in nors else start  # weder in A noch in B
        tells = any(_says_more(sentence, place, timed) for place in places)
        timed_on = at in timed or (sentence.is_joined(at) and at + 1 in timed)
        turned = tells if at in timed else bool(places) and places[-1] in timed and not (tells or timed_on)
        if at >= start + LONGEST_EXCEPTION or at in ends or turned:
            break
        places.append(at)
    while places and sentence.is_joined(places[-1]):
        places.pop()
    return places


def _says_more(sentence: Sentence, place: int, timed: Collection[int]) -> bool:
    """Tell whether a word says more than a time, or than what is true of every session."""
    known = sentence.words[place] in sentence.language.known and place not in sentence.places("spoken")
    return place not in timed and not known


def _alternatives(sentence: Sentence, places: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """`keynotes and workshops` as keynotes, and workshops; `weder A noch B` as A, and B."""
    group, nors = list[int](), sentence.starts("nor")
    for place in (*places, None):
        if place is not None and not sentence.is_joined(place) and place not in nors:
            group.append(place)
        elif group:
            yield tuple(group)
            group = []


def _is_all_left_out(sentence: Sentence) -> bool:
    """Tell whether the exceptions leave nothing to ask for: then "without" is part of a title."""
    gone = sentence.left_out | sentence.signs
    telling = (word for at, word in enumerate(sentence.words) if at not in gone)
    return not _is_listed(sentence) and all(word in sentence.language.known for word in telling)


def _is_listed(sentence: Sentence) -> bool:
    """Tell whether the message asks for a list, apart from its exceptions."""
    listing = ("soon", "happening", "everything", "relation")
    listed = (cue for cue in sentence.cues if cue.start not in sentence.left_out and cue.role in listing)
    return bool(sentence.said("ask", "list")) or any(listed)

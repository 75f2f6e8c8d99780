"""The structure of a message: its exceptions, the time that it asks about, its clauses and its topics."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import groupby, pairwise, product

from bot.questions.dates_and_times import Scanner, duration_at
from bot.questions.language import Cue
from bot.questions.question import ASKING, Question
from bot.questions.time_expressions import extract
from bot.questions.tokens import STOPS, MessageToken

LONGEST_TOPIC = 4  # words on one side of an "or"
LONGEST_CHOICE = 18  # words of a question with an "or" between its topics
SHORTEST_STORY = 3  # words of a sentence that is more than a topic
SHORTEST_TOPIC = 3  # letters; "+" and "&" join two topics only if one of them is longer
LONGEST_EXCEPTION = 5  # words after "but not"
DAY = 24 * 60  # minutes
_NEGATIONS = frozenset(["negation", "nothing", "negation_after_comma"])
_TOLD = ("break", "connector", "pause", "rooms", "spoken", "level", "newcomer")  # that hold for a question after them
_LISTING = (("ask", "list"), ("ask", "what"), ("everything", ""))
_EXCEPTIONS = _NEGATIONS | {"unwanted"}


def read_sentence(question: Question, *, timeless: bool = False) -> Question:
    """Read the exceptions, the time, and the phrases outside of both. If `timeless`, look for no time."""
    if stop := _missing_stop(question):
        return read_sentence(_with_stop(question, stop), timeless=timeless)
    words, language = question.words, question.language
    if question.has(*_EXCEPTIONS):
        question = _with_exceptions(question)  # first, since a time in an exception is not the time asked for
    question = replace(question, told=_told_before(question) or _announced(question))
    question = question if timeless else _with_time(question)
    minutes, places = _duration_limits(question)
    timed, articles = question.timed | places, language.time.phrases["articles"]
    levels = (cue for cue in question.cues if cue.role == "level")
    inside = {at for cue in levels for at in range(cue.start + 1, cue.end)}  # "who has never …" asks for no person
    cues = (cue for cue in question.cues if cue.start not in inside)
    cues = (cue for cue in cues if cue.end - 1 not in timed or (words[cue.end - 1],) in articles)
    cues = (cue for cue in cues if cue.role != "ask" or not _joins_topics(question, cue.start, timed))
    soon = question.places("soon")
    plain = soon | question.places("rooms")  # this minute, den andern Bühnen
    cues = (cue for cue in cues if cue.role != "refers" or cue.start not in plain)
    told = {at for at in question.starts("subordinate") if at - 1 in timed | soon}  # what's on at 10 when I arrive
    cues = (cue._replace(role="break") if cue.role == "ask" and cue.start in told else cue for cue in cues)
    cues = (cue for cue in cues if cue.start not in question.told or cue.role in _TOLD)
    question = replace(question, cues=tuple(cues), timed=timed, minutes=minutes)
    return replace(question, cues=_as_asked(question)) if question.breaks else question


def _joins_topics(question: Question, at: int, timed: Collection[int]) -> bool:
    """Tell whether a word that can also ask is between two topics: `pandas ou django`, not `c'est ou demain`."""
    scan = Scanner(question.words, question.language)
    sides = (at - 1, scan.skip(at + 1, "determiners"))
    telling = (scan.word(side)[:1].isalnum() and side not in timed for side in sides)
    known = {scan.word(side) for side in sides} & question.language.grammar
    return question.is_joined(at) and all(telling) and not known


def _missing_stop(question: Question) -> int | None:
    """The place of a `what's on` that follows a whole clause without a stop: `stuck in a queue what's on`."""
    if not question.has("happening"):
        return None
    asks = {cue.start for cue in question.cues if cue.role == "ask" and cue.value in ("what", "list")}
    topical, no_end = question.starts("ask", "about"), question.language.known | question.language.time.first
    for at in sorted(asks & question.starts("happening")):
        start = max((place + 1 for place in question.breaks if place < at), default=0)
        clause = range(start, at)
        if _is_sentence(question, clause) and topical.isdisjoint(clause) and question.words[at - 1] not in no_end:
            return at
    return None


def _is_sentence(question: Question, clause: range) -> bool:
    """Tell whether words have a verb or the like: `kids are bored`, but not `open source funding`."""
    language = question.language
    telling = (language.grammar - language.in_topics) | (language.weak & language.asides)
    small = (at for at in clause if at == clause.start or not question.tokens[at].typed[:1].isupper())  # das Lernen
    return len(clause) > 1 and not telling.isdisjoint(question.words_at(small))


def _with_stop(question: Question, at: int) -> Question:
    """The message with a stop at a place."""
    before, after = question.tokens[:at], question.tokens[at:]
    stop = MessageToken(".", ".", after[0].place)
    return Question.from_tokens((*before, stop, *after), question.language, question.text)


def _told_before(question: Question) -> frozenset[int]:
    """The places of whole sentences before a question that needs nothing of them: `Long queue again. What's on now`."""
    words, cues = question.words, question.cues
    ends = [at for at, word in enumerate(words[:-1]) if word in (".", "!") and at + 1 not in question.signs]
    timed = extract(words, question.language)[1] if ends else ()  # the dot in "5. märz" ends nothing
    for end in reversed([end for end in ends if end not in timed]):
        before, asking = range(end), [cue for cue in cues if cue.start > end]
        told = [cue for cue in cues if cue.start < end]
        past = any((cue.role, cue.value) == ("whether", "past") for cue in told)  # the one on Go was great
        topics = (cue for cue in told if cue.role in ("ask", "about") and cue.value != "what")
        topical = any(cue.role == "ask" or not past for cue in topics)
        wanted = topical or _is_brief(question, before) or _has_wish(question, before)
        if not wanted and _asks_for_list(question, asking):
            return frozenset(before)
    return frozenset()


def _announced(question: Question) -> frozenset[int]:
    """The places of the words that announce several questions: `2 things:`, `zwei Fragen:`."""
    scan = Scanner(question.words, question.language)
    end = next((at for at, word in enumerate(question.words) if word in STOPS), 0)
    language = question.language
    plain = (language.known | language.weak) - (language.sessions - language.grammar)  # 2 things, not 2 go talks
    counted = 1 < end <= LONGEST_TOPIC and scan.number(0) and plain.issuperset(question.words[1:end])
    asks = any(cue.role == "ask" and cue.start > end for cue in question.cues)
    return frozenset(range(end) if counted and asks and not extract(question.words, question.language)[1] & {0} else ())


def _is_brief(question: Question, sentence: range) -> bool:
    """Tell whether a sentence is only a topic or two: `Machine learning. Anything today?`"""
    language, joins = question.language, {at for at in sentence if question.is_listed_on(at)} | question.signs
    plain = (language.grammar | language.weak | language.asides) - language.grammar_or_topic
    topics = (tuple(part) for joined, part in groupby(sentence, joins.__contains__) if not joined)
    telling = [[word for word in question.words_at(topic) if word not in language.session] for topic in topics]
    return all(len(topic) < SHORTEST_STORY and plain.isdisjoint(topic) for topic in telling) and any(telling)


def _has_wish(question: Question, sentence: range) -> bool:
    """Tell whether a sentence says what is wanted: `only workshops please`, but not `just landed in Vienna`."""
    language, words, said = question.language, question.words, question.places("wish")
    plain = (language.known | language.weak | language.asides) - language.grammar_or_topic
    for cue in question.cues:
        if cue.role != "wish" or cue.start not in sentence or cue.value == "ends":
            continue
        start = max((at + 1 for at in question.signs if at < cue.start), default=0)
        end = min(at for at in (*question.signs, len(words)) if at >= cue.end)
        rest = [at for at in range(start, end) if at not in said and not question.is_joined(at)]
        telling = {at for at in rest if words[at] not in plain}
        following = [at for at in rest if at >= cue.end]
        named = telling | {at for at in following if question.tokens[at].typed[:1].isupper()}  # nur Clara Weiß
        first = words[cue.end] if cue.end < end else ""
        if cue.value in ("next", "alone"):
            meant = following if cue.value == "next" else rest
            wanted = bool(meant) and named.issuperset(meant)
        else:
            wanted = bool(telling) and first != "to" and not (cue.value == "liked" and first in language.grammar)
        if wanted:
            return True
    return False


def _asks_for_list(question: Question, asking: Sequence[Cue]) -> bool:
    """Tell whether phrases ask for the talks of a time: by `what's on`, `what` or `programme`, and a time, now or next."""
    listed = any(cue.role == "happening" or (cue.role, cue.value) in _LISTING for cue in asking)
    own = question.places("happening", "soon")  # was gibt es, after this gap
    if not listed or any(cue.role == "refers" and cue.start not in own for cue in asking):
        return False
    soon = any(cue.role == "soon" for cue in asking)
    return soon or bool(extract(question.words[asking[0].start :], question.language)[1])


def _with_time(question: Question) -> Question:
    """Read the time in the clauses that ask, or else in the others."""
    words = ["." if at in question.left_out else word for at, word in enumerate(question.words)]
    if question.told and (timed := extract(words[len(question.told) :], question.language)[1]):
        words = ["." if at in question.told else word for at, word in enumerate(words)]
    time, timed = extract(words, question.language)
    if not timed:
        return question
    breaks = [at for at in question.breaks if at not in timed]  # the dot in "5. märz" ends no clause
    clauses = [range(start + 1, end) for start, end in pairwise([-1, *breaks, len(words)])]
    asking = {at for clause in clauses if any(at in clause for at in question.asks) for at in clause}
    of_time = timed | question.starts("connector")  # "what's on monday, tuesday and wednesday", "11:30: who is on"
    meant = asking.union(*(clause for clause in clauses if of_time.issuperset(clause)))
    if timed & asking and timed - asking:  # "got a train at 8, when is it over today" asks about today only
        time, _ = extract([word if at in meant else "." for at, word in enumerate(words)], question.language)
    return replace(question, time=time, timed=timed, told_aside=bool(asking) and not timed & meant)


def is_just_before(question: Question) -> bool:
    """Tell whether the time is in the clause right before the question: `half past five in Hall B, what is that`."""
    ends = (at for at in question.breaks if at + 1 not in question.breaks)  # two dots end one clause
    return sum(max(question.timed) < at < question.asks[-1] for at in ends) < 2


def _duration_limits(question: Question) -> tuple[tuple[int, int], frozenset[int]]:
    """The least and the greatest length of a talk in minutes, with their places: `under 30 min`, `45 minute talks`."""
    words, language = question.words, question.language
    scan = Scanner(words, language)
    limits = {cue.end: (cue.start, cue.value) for cue in question.cues if cue.role == "lasting"}
    for at in range(len(words)):
        said = duration_at(scan, at) if at not in question.timed else None
        if said is None:
            continue
        minutes, end = said
        start, value = limits.get(at, (at, ""))
        if value or words[end : end + 1] == ("long",) or language.sessions.intersection(words[end : end + 1]):
            least, most = 0 if value == "most" else minutes, DAY if value == "least" else minutes
            return (least, most), frozenset(range(start, end))
    return (0, 0), frozenset()


def _with_exceptions(question: Question) -> Question:
    """Read the exceptions: what follows a `but not`, up to the end of its clause or to a time."""
    timed, end = extract(question.words, question.language)[1], 0
    excluded: list[tuple[int, ...]] = []
    gone: set[int] = set()
    levels = question.starts("level")  # "without prior knowledge" is a level
    listed = _is_listed(question)
    for cue in question.cues:
        if cue.role not in _NEGATIONS or cue.start < end or cue.start in levels:
            continue
        if cue.value == "without" and not listed:
            continue  # "oncall without burning out" is a topic
        places = _places_after(question, cue.end, timed)
        if places and _is_left_out(question, cue, places, timed):
            end = places[-1] + 1
            gone.update(range(cue.start, end))
            excluded += _alternatives(question, places)
    for cue in question.cues:
        if cue.role == "unwanted" and (places := _places_before(question, cue.start, timed)):
            gone.update(range(places[0], cue.end))
            excluded += _alternatives(question, places)
    left = replace(question, excluded=tuple(excluded), left_out=frozenset(gone))
    if excluded and not timed and _is_all_left_out(left):
        return question  # "without" is part of a title
    return replace(left, cues=tuple(cue for cue in left.cues if gone.isdisjoint(range(cue.start, cue.end))))


def _places_before(question: Question, end: int, timed: Collection[int]) -> list[int]:
    """The places of an exception that `egal` or `don't interest me` ends: its clause, if that says more than a time."""
    start = max((at + 1 for at in question.breaks if at < end), default=0)
    places = list(range(start, end))
    return places if len(places) <= LONGEST_EXCEPTION and any(_says_more(question, at, timed) for at in places) else []


def _is_left_out(question: Question, cue: Cue, places: Sequence[int], timed: Collection[int]) -> bool:
    """Tell whether a negation begins an exception. In `are there no talks today` it does not."""
    words, end = question.words, places[-1] + 1
    telling = [place for place in places if _says_more(question, place, timed)]
    if cue.role == "negation" or (cue.role == "nothing" and telling):  # "nothing on today" is no exception
        return cue.start > 0 or end < len(words)
    goes_on = words[end : end + 1] == (",",) and (telling or any(at > end for at in question.asks))
    named = question.starts("everything") | {at for at, word in enumerate(words) if word in question.language.sessions}
    after_time = telling and cue.start - 1 in timed and min(named, default=end) < cue.start  # "all today no workshops"
    set_apart = after_time or _is_set_apart(question, cue, {words[at] for at in places if at not in timed})
    return bool(goes_on) or set_apart or _is_joined_after(question, end, timed)


def _is_set_apart(question: Question, cue: Cue, said: Collection[str]) -> bool:
    """Tell whether a comma or the like, or an `and` before something new, separates a negation from what is before.

    In `low code and no code` nothing new follows: this is a name.
    """
    words, before = question.words, cue.start - 1
    is_new = not said or not set(said).issubset(words[: max(before, 0)])
    return before in question.pauses or (question.is_joined(before, "and") and is_new)


def _is_joined_after(question: Question, at: int, timed: Collection[int]) -> bool:
    """Tell whether another exception follows, which has more than a time: `nothing before 12 and no workshops`."""
    if not question.is_joined(at, "and"):
        return False
    ends = [cue.end for cue in question.cues if cue.role in _NEGATIONS and cue.start == at + 1]
    following = (place for end in ends for place in _places_after(question, end, timed))
    return any(_says_more(question, place, timed) for place in following)


def _places_after(question: Question, start: int, timed: Collection[int]) -> list[int]:
    """The places of an exception that begins at `start`: either of a time or of other words."""
    words, places = question.words, list[int]()
    ends = question.starts(*_NEGATIONS) | question.signs | question.pauses
    nors = question.starts("nor")
    for at in range(start, len(words)):
        start = at if at in nors else start  # in "weder in A noch in B" each part may be long
        tells = any(_says_more(question, place, timed) for place in places)
        timed_on = at in timed or (question.is_joined(at) and at + 1 in timed)
        turned = tells if at in timed else bool(places) and places[-1] in timed and not (tells or timed_on)
        if at >= start + LONGEST_EXCEPTION or at in ends or turned:
            break
        places.append(at)
    while places and question.is_joined(places[-1]):
        places.pop()
    return places


def _says_more(question: Question, place: int, timed: Collection[int]) -> bool:
    """Tell whether a word belongs to no time and is not true of every session."""
    known = question.words[place] in question.language.known and place not in question.places("spoken")
    return place not in timed and not known


def _alternatives(question: Question, places: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """The parts of an exception: keynotes, workshops in `no keynotes and workshops`; A, B in `weder A noch B`."""
    group, nors = list[int](), question.starts("nor")
    for place in (*places, None):
        if place is not None and not question.is_joined(place) and place not in nors:
            group.append(place)
        elif group:
            yield tuple(group)
            group = []


def _is_all_left_out(question: Question) -> bool:
    """Tell whether nothing is left to ask for without the exceptions."""
    gone = question.left_out | question.signs
    telling = (word for at, word in enumerate(question.words) if at not in gone)
    return not _is_listed(question) and all(word in question.language.known for word in telling)


def _is_listed(question: Question) -> bool:
    """Tell whether the message, without its exceptions, asks for a list."""
    listing = ("soon", "happening", "everything", "relation")
    listed = (cue for cue in question.cues if cue.start not in question.left_out and cue.role in listing)
    return bool(question.said("ask", "list")) or any(listed)


def topics_of(question: Question, content: Sequence[int]) -> tuple[tuple[tuple[int, ...], ...], bool]:
    """The content of each topic, where and, or, a sign or a comma joins several; and whether there was an "or"."""
    words, weak = question.words, question.language.weak
    telling = [at for at in content if words[at] not in weak]
    # Everyday words at the ends belong to no topic: "rust or wasm, anything this week"
    content = [at for at in content if telling and telling[0] <= at <= telling[-1]]
    if len(content) < 2 or len(words) > LONGEST_CHOICE:
        return (), False
    joins = {cue.start: cue.value for cue in question.cues if cue.role == "connector"}
    joins |= {at: "or" if word == "/" else "and" for at, word in enumerate(words) if _is_join(words, at)}
    abouts = question.starts("about")  # "something on culture and something on html"
    asks = {cue.start for cue in question.cues if cue.role in ASKING and cue.value != "list"} - abouts
    beside = {at for at, word in enumerate(words) if word == "," and at - 1 in content and at + 1 in content}
    apart = any(words[at] in STOPS for at in range(content[-1], min(asks, default=0)))  # Rust, Go. What's on?
    if apart or all(at < content[0] for at in asks):  # otherwise a comma probably separates the question from the rest
        joins |= dict.fromkeys(beside, "or")
    groups: list[list[int]] = [[content[0]]]
    either = False
    for before, at in pairwise(content):
        between = [joins[place] for place in range(before + 1, at) if place in joins]
        join = next((place for place in range(before + 1, at) if place in joins), at)  # and who talks about Go
        if any(words[place] in STOPS or (place in asks and place < join) for place in range(before + 1, at)):
            return (), False
        if between:
            either = either or "or" in between
            groups.append([])
        groups[-1].append(at)
    if len(groups) < 2 or any(len(group) > LONGEST_TOPIC for group in groups):
        return (), False
    return tuple(map(tuple, groups)), either


def _is_join(words: Sequence[str], at: int) -> bool:
    """Tell whether a sign joins two topics. The one in `R&D` does not."""
    if words[at] not in ("/", "+", "&") or not 0 < at < len(words) - 1:
        return False
    return words[at] == "/" or max(len(words[at - 1]), len(words[at + 1])) > SHORTEST_TOPIC


def clauses_of(question: Question, content: Sequence[int]) -> tuple[tuple[int, ...], ...]:
    """The content of each clause, and of the parts before and after an "about"; empty if there is only one."""
    breaks, abouts = {*question.breaks}, question.ends("about")
    clauses = dict.fromkeys(clause for marks in (breaks, breaks | abouts) for clause in _split_at(content, marks))
    return tuple(clauses) if len(clauses) > 1 else ()


def _split_at(content: Sequence[int], marks: Collection[int]) -> Iterator[tuple[int, ...]]:
    """The content, split at these places."""
    clause: list[int] = []
    for at in content:
        if clause and any(mark in marks for mark in range(clause[-1] + 1, at + 1)):
            yield tuple(clause)
            clause = []
        clause.append(at)
    if clause:
        yield tuple(clause)


def asking_of(question: Question, content: Sequence[int]) -> tuple[int, ...]:
    """The content of the clauses that ask. Others only tell something: `got 2 kids with me, what's on now`.

    A clause that only asks belongs to the others: `I heard of a magician, when is that`.
    """
    words, clauses = question.words, _clauses(question)
    everything = question.starts("everything")
    asks = [at for at in question.asks if at not in everything] or sorted(question.starts("about"))
    asks = asks or [clause[0] for clause in clauses if clause and words[clause.stop : clause.stop + 1] == ("?",)]
    asks = asks or list(question.asks)
    said = [[at for at in clause if words[at] not in STOPS] for clause in clauses]
    if not asks or len(clauses) < 2 or any(len(row) == 1 and row[0] in content for row in said):
        return tuple(content)
    asking = [clause for clause in clauses if any(at in clause for at in asks)]
    telling = (clause for clause in clauses if _is_topic(question, clause, content) or _has_wish(question, clause))
    meant = [*asking, *telling]
    asked = [at for at in content if any(at in clause for clause in meant)]
    told = any(words[at] not in question.language.weak for at in asked)
    return tuple(asked if told or any(_says_what(question, clause) for clause in asking) else content)


def _is_topic(question: Question, clause: range, content: Collection[int]) -> bool:
    """Tell whether a clause is nothing but a topic: `rust or wasm, anything`; `phone died` has a verb."""
    session = question.language.session  # rust talks
    if not all(at in content or question.is_joined(at) or question.words[at] in session for at in clause):
        return False
    weak, asides = question.language.weak, question.language.asides
    said = [question.words[at] for at in clause if at in content and question.words[at] not in weak]
    return bool(said) and asides.isdisjoint(said)


def _clauses(question: Question) -> list[range]:
    """The places of each clause, without the sign or word that begins it."""
    words = question.words
    inside = [at for at in question.breaks if not (0 < at < len(words) - 1 and words[at + 1] in STOPS)]
    return [range(start + 1, end) for start, end in pairwise([-1, *inside, len(words)])]


def _says_what(question: Question, clause: range) -> bool:
    """Tell whether a clause that asks says what it asks about. `where?` and `wann is das` do not."""
    cues = (cue for cue in question.cues if cue.start in clause and cue.value != "list")
    other = any(cue.role not in ("ask", "alone", "connector", "refers") for cue in cues)
    return other or not question.timed.isdisjoint(clause)


def _as_asked(question: Question) -> tuple[Cue, ...]:
    """The phrases without those that only tell something beside a question: `missed the bus, who is on now`.

    A language or a level may be told, unless the question has its own: `anything in english? my german is terrible`.
    So may "now" or "later", unless the question has a time: `landing now, what's on at 2`.
    """
    asking = [clause for clause in _clauses(question) if any(at in clause for at in question.asks)]
    in_question = {cue for cue in question.cues if any(cue.start in clause for clause in asking)}
    timed = any(at in clause for clause in asking for at in question.timed)
    told = {"status", "bound", "relation", "edge", "state"} | ({cue.role for cue in in_question} & {"spoken", "level"})
    told |= {"soon"} if timed else set()
    plain = question.language.known | question.language.weak
    for clause, cue in product(_clauses(question), question.cues):
        if cue.role == "relation" and cue.start in clause:  # after this round, what is next
            rest = (question.words[at] for at in clause if not cue.start <= at < cue.end)
            in_question |= {cue} if plain.issuperset(rest) else set()
    return tuple(cue for cue in question.cues if not asking or cue.role not in told or cue in in_question)

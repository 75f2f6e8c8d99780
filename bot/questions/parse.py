"""From what a person typed to a Question; nothing here knows a schedule or the time."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise

from bot.questions.language import Cue, Language
from bot.questions.models import Ask, Question
from bot.questions.time_expressions import NO_TIME, find, time_of
from bot.questions.tokens import LONGEST, MOST_WORDS, STOPS, MessageToken, clean, tokens_of
from bot.search.tokenizer import fold

ALONE = ("now", "next", "today", "tomorrow", "help")  # commands without words
LOOK_UPS = {"talk": Ask.WHAT, "speaker": Ask.WHO}  # commands with words, and what they ask for
PLACES = ("track", "room")  # those whose words may name a time too
COMMANDS = (*ALONE, "day", *LOOK_UPS, *PLACES)

LONGEST_TOPIC = 4  # words on one side of an "or"
LONGEST_CHOICE = 18  # words of a question with an "or" between its topics
SHORTEST_TOPIC = 3  # letters of one that a slash parts from another
LONGEST_TITLE = 5  # words of a talk that something comes after
LONE_WORD = 2  # places from one end of a clause to the next, where it has only one word
LONGEST_EXCEPTION = 5  # words after "but not"
_SENTENCE = frozenset(
    ["for", "of", "is", "on", "about", "with", "by", "to", "in", "at", "that", "where", "who"]
)  # what no command goes on with
_ASKS = ("how_long", "count", "when", "where", "who", "list")  # of several, the first one is meant
_SOON = ("now", "later", "next")
_JOINS = frozenset([",", "/", "&", "+", "or", "and", "about", "oder", "und"])
_PAUSES = frozenset({",", "please", "bitte", "but", "aber"})
_ASKING = frozenset(["ask", "soon", "happening", "status", "relation"])
_CONSUMED = frozenset(["ask", "soon", "happening", "status", "relation", "spoken", "short", "about", "me", "elsewhere"])


def parse(text: str, known: Collection[str] = ()) -> Question:
    """A message as a Question; any text at all gives one. `known` words are what they look like, no slips."""
    read = clean(text).replace("\n", " \n ").split(" ")
    cut = " ".join(read[:MOST_WORDS]).strip()
    if not cut:
        return replace(_question(""), command="help")
    question = _command(cut) or _question(cut, known)
    return replace(question, truncated=True) if len(read) > MOST_WORDS or len(text) > LONGEST else question


def depends_on_context(question: Question) -> bool:
    """Whether its answer may depend on what was said before."""
    return bool(question.refers or question.nth or question.relation or question.bare or question.elsewhere)


def _command(text: str) -> Question | None:
    """`next security`, `day 2`, `room Fleming`: a subcommand and its words."""
    first, _, rest = text.partition(" ")
    name, rest = fold(first).strip("?!.,:"), rest.strip()
    if rest:
        return _with_words(text, name, rest)
    if name not in ALONE:
        return None
    time = time_of(name)
    soon = name if name in ("now", "next") else ""
    return replace(_question(text), ask=Ask.LIST, command="day" if time else name, time=time, soon=soon, content=())


def _with_words(text: str, name: str, rest: str) -> Question | None:
    if name == "next":
        return replace(_question(rest), text=text, ask=Ask.LIST, command="next", soon="next", bound="")
    if name == "day":
        time = time_of(text) or time_of(f"on {rest}")
        return replace(_question(text), ask=Ask.LIST, command="day", time=time, content=()) if time else None
    if fold(rest.split(maxsplit=1)[0]) in _SENTENCE:
        return None
    if name in PLACES:
        return replace(_question(text), ask=Ask.LIST, command=name)
    if name in LOOK_UPS:
        question = _question(rest)
        content = tuple(at for at, token in enumerate(question.tokens) if not token.is_sign)
        telling = tuple(at for at in content if question.tokens[at].word not in question.language.grammar)
        return Question(text, question.language, LOOK_UPS[name], name, question.tokens, content=telling or content)
    return None


def _question(text: str, known: Collection[str] = ()) -> Question:
    tokens, language = tokens_of(text, known)
    words = [token.word for token in tokens]
    time, timed = find(words, language)
    if timed:
        time = replace(time, words=" ".join(dict.fromkeys(tokens[at].typed for at in sorted(timed))))
    asked_how_long = any(cue.value == "how_long" for cue in language.cues(words))
    meal = ""
    if asked_how_long and time.meal and time.relation == "before":  # how long until lunch
        meal, time, timed = time.meal, NO_TIME, frozenset()
    articles = language.time.phrases["articles"]
    cues = [cue for cue in language.cues(words) if cue.end - 1 not in timed or (words[cue.end - 1],) in articles]
    excluded = _excluded(words, cues, timed)
    not_then = _excepted_time(words, cues, timed, language)
    if excluded and not timed and _is_all_left_out(words, cues, excluded, language):
        excluded = {}
    gone = {at for start, places in excluded.items() for at in range(start, places[-1] + 1)} | not_then
    cues = [cue for cue in cues if gone.isdisjoint(range(cue.start, cue.end))]
    said = partial(_said, cues)
    ask = _ask(words, cues, language)
    status = "" if ask in ("when", "where", "how_long") else said("status")
    if said("over") and ask in ("what", "list") and not said("ask", ("count",)):
        status = status or "missed"
    days = language.time.weekdays.keys() | language.time.days.keys()
    timed |= {at for at, word in enumerate(words) if time.day and (word in days or (word,) in days)}
    consumed = {at for cue in cues if _is_consumed(cue) for at in range(cue.start, cue.end)} | gone | timed
    content = _content(tokens, language, consumed)
    pick, pick_at = _pick(words, cues, content, language)
    content = tuple(at for at in content if at not in pick_at)
    asking = _asking(words, cues, content)
    if time and _is_told_aside(words, language, timed):
        if pick:
            time = replace(time, relation="", minutes=(), meal="")  # got a train at 4, when is the last talk
        elif any(tokens[at].word not in language.weak for at in asking):
            time = NO_TIME  # I got here this morning: who talks about Rust?
    topics, either = _topics(words, cues, content)
    return Question(
        text=text,
        language=language,
        ask=Ask(ask) if ask in list(Ask) else Ask.LIST,
        tokens=tokens,
        cues=tuple(cues),
        content=content,
        clauses=_clauses(words, cues, content),
        asking=asking,
        topics=topics,
        either=either,
        excluded=tuple(excluded.values()),
        timed=timed,
        not_then=bool(not_then),
        time=time,
        soon=next((value for value in _SOON if said("soon", (value,))), ""),
        pick=pick,
        bound="" if pick else said("bound"),
        meal=meal or _meal(words, timed, language),
        refers=bool(said("refers")),
        elsewhere=any(cue.role == "elsewhere" and cue.start == 0 for cue in cues),
        bare=_is_bare(words, cues),
        nth=_nth(words, language),
        relation=said("relation") or ("" if ask == "how_long" else _beside_a_talk(words, cues, timed, language)),
        status=status,
        until=(ask == "how_long" and _has(cues, "until")) or _has(cues, "until_when"),
        happening=_has(cues, "happening"),
        count=ask == "count",
        short=_has(cues, "short"),
        level=_has(cues, "level"),
        aside=frozenset(at for cue in cues if cue.role == "level" for at in range(cue.start, cue.end)),
        spoken=said("spoken"),
        everything=_has(cues, "everything"),
    )


def _is_told_aside(words: Sequence[str], language: Language, timed: Collection[int]) -> bool:
    """Whether a time stands in a clause that asks nothing, beside one that does."""
    asks = [cue.start for cue in language.cues(words) if cue.role in _ASKING]
    edges = [-1, *(at for at, word in enumerate(words) if word in STOPS or word == ","), len(words)]
    clauses = [range(start + 1, end) for start, end in pairwise(edges)]
    asking = [clause for clause in clauses if any(at in clause for at in asks)]
    return bool(asking) and not any(at in clause for clause in asking for at in timed)


def _excepted_time(
    words: Sequence[str], cues: Iterable[Cue], timed: Collection[int], language: Language
) -> frozenset[int]:
    """The words of a `but not` that a time follows: `but not in the afternoon`."""
    for cue in cues:
        if cue.role == "negation" and cue.start:
            at = cue.end
            while at < len(words) and at not in timed and words[at] in language.grammar:
                at += 1
            if at in timed:
                return frozenset(range(cue.start, at))
    return frozenset()


def _is_all_left_out(
    words: Sequence[str], cues: Iterable[Cue], excluded: Mapping[int, tuple[int, ...]], language: Language
) -> bool:
    """Whether nothing is left to leave something out of: then a "without" is part of a title."""
    gone = {at for start, places in excluded.items() for at in range(start, places[-1] + 1)}
    listed = any(cue.role in ("soon", "happening", "everything") and cue.start not in gone for cue in cues)
    telling = (word for at, word in enumerate(words) if at not in gone and word not in STOPS and word != ",")
    return not listed and all(word in language.grammar for word in telling)


def _is_consumed(cue: Cue) -> bool:
    """Whether its words only ask, and are no topic."""
    return cue.role in _CONSUMED or (cue.role == "bound" and cue.end - cue.start > 1)


def _beside_a_talk(words: Sequence[str], cues: Iterable[Cue], timed: Collection[int], language: Language) -> str:
    """`what should I do after the Django talk`."""
    for cue in cues:
        following = words[cue.end : cue.end + LONGEST_TITLE]
        if cue.role == "beside" and cue.start not in timed and any(word in language.sessions for word in following):
            return cue.value
    return ""


def _has(cues: Iterable[Cue], role: str) -> bool:
    return any(cue.role == role for cue in cues)


def _said(cues: Iterable[Cue], role: str, values: Collection[str] = ()) -> str:
    """The first value that a role has, of some or of any; its own name where its values have none."""
    return next((cue.value or role for cue in cues if cue.role == role and (not values or cue.value in values)), "")


def _ask(words: Sequence[str], cues: Sequence[Cue], language: Language) -> str:
    """The type of question; a room's word at the end asks for the place, as in `stable abi room?`."""
    told = next((ask for ask in _ASKS if _said(cues, "ask", (ask,))), "")
    if told == "where" and _has(cues, "works"):
        return "who"
    if told in ("", "list", "what") and len(words) > 1:
        end = len(words) - (words[-1] in STOPS)
        if any(cue.role == "when_last" and cue.end == end for cue in cues):
            return "when"
        last = words[end - 1]
        if last in language.rooms and not _has(cues, "soon") and not _has(cues, "negation"):
            return "where" if words[-1] == "?" and _said(cues, "ask", ("list",)) == "" else told or "what"
    return told or ("list" if _has(cues, "happening") else "what")


def _content(tokens: Sequence[MessageToken], language: Language, consumed: Collection[int]) -> tuple[int, ...]:
    """The tokens that may say what it is about; a lone short number says nothing, nor does the verb in `who uses Go`."""
    telling = [at for at in range(len(tokens)) if at not in consumed and _tells(tokens, at, language)]
    verbs = {at for at in telling if at and tokens[at - 1].word == "who" and tokens[at].word.endswith("s")}
    if len(verbs) < len(telling):
        telling = [at for at in telling if at not in verbs]
    if all(tokens[at].word.isdigit() and len(tokens[at].word) < 3 for at in telling):
        return ()
    return tuple(telling)


def _tells(tokens: Sequence[MessageToken], at: int, language: Language) -> bool:
    token = tokens[at]
    if token.is_sign or not token.parts:
        return False
    if token.word in language.grammar_or_topic:
        before = tokens[at - 1].word if at else ""
        following = tokens[at + 1].word if at + 1 < len(tokens) else ""
        joined = before in _JOINS and (following in _JOINS or not following or following in STOPS)
        return joined or following in language.session or following in language.tracks
    return token.word not in language.known


def _excluded(words: Sequence[str], cues: Iterable[Cue], timed: Collection[int]) -> dict[int, tuple[int, ...]]:
    """The place of each `but not`, and what follows it up to the end of the clause."""
    negations = [cue for cue in cues if cue.role == "negation"]
    negations += [
        cue for cue in cues if cue.role == "negation_after_comma" and cue.start and words[cue.start - 1] in _PAUSES
    ]
    connectors = {cue.start for cue in cues if cue.role == "connector"}
    excluded: dict[int, tuple[int, ...]] = {}
    for cue in negations:
        if any(start <= cue.start <= places[-1] for start, places in excluded.items()):
            continue
        if words[cue.end - 1] == "without" and "".join(words[cue.end : cue.end + 1]).endswith("ing"):
            continue  # without burning out is how, not what
        places: list[int] = []
        for at in range(cue.end, min(len(words), cue.end + LONGEST_EXCEPTION)):
            if words[at] in STOPS or words[at] in _PAUSES or at in connectors or at in timed:
                break
            places.append(at)
        if places and (cue.start or places[-1] + 1 < len(words)):
            excluded[cue.start] = tuple(places)
    return excluded


def _pick(
    words: Sequence[str], cues: Sequence[Cue], content: Sequence[int], language: Language
) -> tuple[str, frozenset[int]]:
    """`first`, `closing` …, where that is said of a session or is all that is said, and the places that say it."""
    asks = [cue for cue in cues if cue.role == "ask"]
    for cue in cues:
        if cue.role != "edge":
            continue
        following = words[cue.end : cue.end + 2]
        asked_who = any(ask.value == "who" and ask.end == cue.start for ask in asks)
        verb = words[cue.start] in ("starts", "ends") or len(words[cue.start : cue.end]) > 1
        of_session = any(word in language.sessions for word in following) and words[cue.start] not in ("starts", "ends")
        alone = set(content) <= set(range(cue.start, cue.end)) and not verb and cue.value in ("first", "last")
        alone = alone and all(
            word in ("the", "one", "thing", "up")
            for word in words
            if word not in words[cue.start : cue.end] and word not in STOPS
        )
        if of_session or asked_who or alone or words[cue.start : cue.end] == ["first", "thing"]:
            return cue.value, frozenset(range(cue.start, cue.end))
    return "", frozenset()


def _topics(
    words: Sequence[str], cues: Iterable[Cue], content: Sequence[int]
) -> tuple[tuple[tuple[int, ...], ...], bool]:
    """The content on each side of and, or, slash, comma; and whether it was an "or"."""
    if len(content) < 2 or len(words) > LONGEST_CHOICE:
        return (), False
    joins = {cue.start: cue.value for cue in cues if cue.role == "connector"}
    joins |= {at: "or" if word == "/" else "and" for at, word in enumerate(words) if _is_join(words, at)}
    asks = {cue.start for cue in cues if cue.role in _ASKING and cue.value != "list"}
    beside = {at for at, word in enumerate(words) if word == "," and at - 1 in content and at + 1 in content}
    if all(at < content[0] for at in asks):  # else a comma rather stands before the question
        joins |= dict.fromkeys(beside, "or")
    groups: list[list[int]] = [[content[0]]]
    either = False
    for before, at in pairwise(content):
        between = [joins[place] for place in range(before + 1, at) if place in joins]
        if any(words[place] in STOPS or place in asks for place in range(before + 1, at)):
            return (), False
        if between:
            either = either or "or" in between
            groups.append([])
        groups[-1].append(at)
    if len(groups) < 2 or any(len(group) > LONGEST_TOPIC for group in groups):
        return (), False
    return tuple(map(tuple, groups)), either


def _is_join(words: Sequence[str], at: int) -> bool:
    """Whether a sign stands between two topics, rather than in R&D."""
    if words[at] not in ("/", "+", "&") or not 0 < at < len(words) - 1:
        return False
    return words[at] == "/" or max(len(words[at - 1]), len(words[at + 1])) > SHORTEST_TOPIC


def _clauses(words: Sequence[str], cues: Sequence[Cue], content: Sequence[int]) -> tuple[tuple[int, ...], ...]:
    """The content clause by clause, and what stands after "about"."""
    breaks = {at for at, word in enumerate(words) if word in STOPS or word == ","}
    breaks |= {cue.start for cue in cues if cue.role == "break"}
    abouts = {cue.end for cue in cues if cue.role == "about"}
    clauses: dict[tuple[int, ...], None] = {}
    for marks in (breaks, breaks | abouts):
        clause: list[int] = []
        last = -1
        for at in content:
            if clause and any(mark in marks for mark in range(last + 1, at + 1)):
                clauses[tuple(clause)] = None
                clause = []
            clause.append(at)
            last = at
        if clause:
            clauses[tuple(clause)] = None
    return tuple(clauses) if len(clauses) > 1 else ()


def _asking(words: Sequence[str], cues: Sequence[Cue], content: Sequence[int]) -> tuple[int, ...]:
    """The content of the clauses that ask something, where others only tell: `got 2 kids with me, what's on now`."""
    breaks = sorted(
        {at for at, word in enumerate(words) if word in STOPS or word == ","}
        | {cue.start for cue in cues if cue.role == "break"}
    )
    edges = [-1, *breaks, len(words)]
    everything = {cue.start for cue in cues if cue.role == "everything"}
    asks = [cue.start for cue in cues if cue.role in _ASKING and cue.start not in everything]
    edges = [at for at in edges if at in (-1, len(words)) or not 0 < at < len(words) - 1 or words[at + 1] not in STOPS]
    if any(end - start == LONE_WORD for start, end in pairwise(edges)):
        return tuple(content)
    joins = {cue.start for cue in cues if cue.role == "connector"}
    asked: list[int] = []
    for start, end in pairwise(edges):
        plain = all(at in content or at in joins for at in range(start + 1, end))
        if plain or any(start < at < end for at in asks):
            asked += [at for at in content if start <= at < end]
    return tuple(asked) if asks and len(edges) > 2 else tuple(content)


def _meal(words: Sequence[str], timed: frozenset[int], language: Language) -> str:
    for at in range(len(words)):
        for length in (2, 1):
            meal = language.time.meals.get(tuple(words[at : at + length]))
            if meal and timed.isdisjoint(range(at, at + length)):
                return meal
    return ""


def _is_bare(words: Sequence[str], cues: Iterable[Cue]) -> bool:
    """Whether it only asks: `where?`, `and when`, `when n where`."""
    said = {at for at, word in enumerate(words) if word not in STOPS and word != ","}
    roles = ("ask", "alone", "connector")
    asking = {at for cue in cues if cue.role in roles and cue.value != "list" for at in range(cue.start, cue.end)}
    return bool(said) and said <= asking


def _nth(words: Sequence[str], language: Language) -> int:
    """Which of those before is meant by `the second one`; -1 is the last, OTHER the other, 0 none."""
    said = [word for word in words if word not in STOPS and word != ","]
    lead = 0
    while lead < len(said) and said[lead] in (
        "and",
        "what",
        "how",
        "about",
        "the",
        "number",
        "no",
        "und",
        "der",
        "die",
        "das",
    ):
        lead += 1
    rest = said[lead:]
    if len(rest) == 1 and rest[0].isdigit() and len(rest[0]) == 1 and "the" not in said:
        return int(rest[0])
    if (
        rest
        and rest[0] in language.ordinals
        and (len(rest) == 1 or rest[1:] in (["one"], ["talk"], ["result"], ["vortrag"]))
    ):
        return language.ordinals[rest[0]]
    for the, ordinal, one in zip(said, said[1:], said[2:], strict=False):
        if the == "the" and one == "one" and ordinal in language.ordinals:
            return language.ordinals[ordinal]
    return 0


OTHER = -2  # "the other one", of two

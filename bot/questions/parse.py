"""From what a person typed to a Question; nothing here knows a schedule or the time."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import fields, replace
from itertools import pairwise

from bot.questions.language import Cue
from bot.questions.models import Ask
from bot.questions.question import Question
from bot.questions.sentence import ASKING, Sentence, is_just_before, read_sentence
from bot.questions.time_expressions import NO_TIME, TimeExpression, time_of
from bot.questions.tokens import LONGEST, MOST_WORDS, SIGNS, STOPS, clean, tokens_of
from bot.search.tokenizer import fold

ALONE = ("now", "next", "today", "tomorrow", "help")  # commands without words
LOOK_UPS = {"talk": Ask.WHAT, "speaker": Ask.WHO}  # commands with words, and what they ask for
PLACES = ("track", "room")  # those whose words may name a time too
COMMANDS = (*ALONE, "day", *LOOK_UPS, *PLACES)

LONGEST_TOPIC = 4  # words on one side of an "or"
LONGEST_CHOICE = 18  # words of a question with an "or" between its topics
SHORTEST_TOPIC = 3  # letters of one that a slash parts from another
_SENTENCE = frozenset(
    ["for", "of", "is", "on", "about", "with", "by", "to", "in", "at", "that", "where", "who"]
)  # what no command goes on with
_ASKS = ("how_long", "count", "when", "where", "who", "list")  # of several, the first one is meant
_SOON = ("now", "later", "next")
_RELATIONS = ("same time", "after", "before", "similar")  # each tells more than "else"
_CONSUMED = frozenset(["ask", "soon", "happening", "status", "relation", "spoken", "short", "about", "me", "elsewhere"])


def parse(text: str, known: Collection[str] = ()) -> Question:
    """Parse any message into a Question. `known` words are never taken for typos."""
    read = clean(text).replace("\n", " \n ").split(" ")
    cut = " ".join(read[:MOST_WORDS]).strip()
    if not cut:
        return replace(_question(""), command="help")
    question = _command(cut) or _question(cut, known)
    return replace(question, truncated=True) if len(read) > MOST_WORDS or len(text) > LONGEST else question


def depends_on_context(question: Question) -> bool:
    """Tell whether the answer may depend on what was said before."""
    depends = question.nth or question.relation or question.bare or question.elsewhere
    return bool(depends) or question.has("refers")


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
        telling = tuple(at for at in content if question.words[at] not in question.language.grammar)
        plain = Question(question.tokens, question.language, cues=(), text=text)
        return replace(plain, ask=LOOK_UPS[name], command=name, content=telling or content)
    return None


def _question(text: str, known: Collection[str] = ()) -> Question:
    tokens, language = tokens_of(text, known)
    sentence = read_sentence(tokens, language)
    meal = _meal_with_time(sentence)
    if meal:
        sentence = read_sentence(tokens, language, timeless=True)
    time, said = sentence.time, sentence.said
    ask = _ask(sentence)
    soon = _soon(sentence, ask)
    status = _status(sentence, ask, soon)
    content = _content(sentence)
    pick, pick_at = _pick(sentence)
    aside = _optional_places(sentence, ask)
    beside_topic, of_level = _level_of_topic(sentence, content)
    content = tuple(at for at in content if at not in pick_at)
    asking = _asking(sentence, content)
    bound = said("bound") or ("end" if _over_cues(sentence) else "")
    if (pick, bound) in (("last", "end"), ("first", "start")) and not asking:
        pick = ""  # when is the last talk over
    topics, either = _topics(sentence, content)
    if sentence.told_aside:
        sentence = replace(sentence, time=_time_asked(sentence, time, asking, pick=bool(pick or bound)))
    return Question(
        **{field.name: getattr(sentence, field.name) for field in fields(Sentence)},
        text=text,
        ask=Ask(ask) if ask in list(Ask) else Ask.LIST,
        content=content,
        clauses=_clauses(sentence, content),
        asking=asking,
        topics=topics,
        either=either,
        soon=soon,
        pick=pick,
        bound="" if pick else bound,
        meal=meal or _meal(sentence, sentence.timed),
        elsewhere=any(cue.role == "elsewhere" and cue.start == 0 for cue in sentence.cues),
        bare=_is_bare(sentence),
        nth=_ordinal(sentence),
        relation=said("relation", *_RELATIONS) or said("relation"),
        status=status,
        until=(ask == "how_long" and sentence.has("until")) or sentence.has("until_when"),
        count=ask == "count",
        level=_level(sentence, asking, narrowed=bool(soon or time or meal or ask == "where")) or beside_topic,
        aside=frozenset(aside | of_level),
        spoken=said("spoken") if len({cue.value for cue in sentence.cues if cue.role == "spoken"}) == 1 else "",
    )


def _soon(sentence: Sentence, ask: str) -> str:
    """`now`, `next` or `later`; "what else is there today" is later, and so is "welche Workshops gibt es noch"."""
    time = sentence.time
    today = (time.day, time.value, time.relation) == ("relative", (0,), "")
    else_today = today and sentence.said("relation", "else")
    remaining = ask in ("list", "count") and _ends_with(sentence, "still_last")
    soon = next((value for value in _SOON if sentence.said("soon", value)), "")
    return soon or ("later" if else_today or remaining else "")


def _status(sentence: Sentence, ask: str, soon: str) -> str:
    """`missed` or `still`, if that is asked; not in `what is left or is it all done`."""
    if ask in ("when", "where", "how_long") or soon == "later":
        return ""
    over = _over_cues(sentence) and ask in ("what", "list") and not sentence.said("ask", "count")
    still = ask == "what" and _ends_with(sentence, "still_last")  # läuft der qt workshop noch
    return sentence.said("status") or ("missed" if over else "still" if still else "")


def _ends_with(sentence: Sentence, role: str) -> bool:
    """Tell whether the message ends with a phrase of this role."""
    return any(cue.role == role and _is_last(sentence, cue) for cue in sentence.cues)


def _is_last(sentence: Sentence, cue: Cue) -> bool:
    """Tell whether a phrase ends the message."""
    return all(word in STOPS for word in sentence.words[cue.end :])


def _meal_with_time(sentence: Sentence) -> str:
    """The asked meal, if its name was read as a time: `how long until lunch`, `mittag schon vorbei`."""
    time = sentence.time
    if sentence.said("ask", "how_long") and time.relation == "before":
        return time.meal
    asks = (
        sentence.has("status")
        or sentence.said("over", "ended")
        or (sentence.said("ask", "when") and sentence.places("newcomer").issuperset(_content(sentence)))
    )
    asks = asks and not time.meal and time.day in ("", "relative")
    return _meal(sentence, frozenset()) if asks else ""


def _time_asked(sentence: Sentence, time: TimeExpression, asking: Sequence[int], *, pick: bool) -> TimeExpression:
    """Drop the part of a time that a clause without a question only mentions."""
    if pick:
        return replace(time, relation="", minutes=(), meal="")  # got a train at 4, when is the last talk
    related = sentence.said("relation", "before", "after")
    if time.relation == "at" and (related or sentence.said("soon", "later")):
        return replace(time, relation=related or "before")  # I leave at 4, what can I see before that
    if time.relation == "before":
        return time  # I am here until 5: anything on Rust?
    if any(at > max(sentence.timed) for at in sentence.starts("then")):
        return time  # I get here at 4, what can I see then
    refers = sentence.has("refers") and not is_just_before(sentence)
    asked = any(sentence.words[at] not in sentence.language.weak for at in asking)
    return NO_TIME if refers or asked else time  # I got here this morning: who talks about Rust?


def _level(sentence: Sentence, asking: Sequence[int], *, narrowed: bool) -> str:
    """The asked level. A newcomer to the conference is no beginner in the topic."""
    new, language = sentence.places("newcomer"), sentence.language
    topical = any(at not in new and sentence.words[at] not in language.weak for at in asking)
    placed = not language.rooms.isdisjoint(sentence.words)
    return sentence.said("level") or ("beginner" if new and not (topical or narrowed or placed) else "")


def _level_of_topic(sentence: Sentence, content: Sequence[int]) -> tuple[str, set[int]]:
    """The level that stands beside a topic, as in `intro to eBPF`, and the places that say it."""
    words, levels, weak = sentence.words, sentence.language.levels, sentence.language.weak
    said = {at: level for at in content for level, phrases in levels.items() if (words[at],) in phrases}
    topical = any(at not in said and words[at] not in weak for at in content)
    return (next(iter(said.values())), set(said)) if said and topical else ("", set())


def _optional_places(sentence: Sentence, ask: str) -> set[int]:
    """Places of words that a talk need not have: for whom it is, and `open` in `when does it open`."""
    aside = sentence.places("level", "newcomer")
    if level := sentence.said("level"):
        of_level = sentence.language.levels[level]
        aside |= {at for at, word in enumerate(sentence.words) if (word,) in of_level}
    without = sentence.ends("negation", "without")
    if without and not sentence.excluded:
        aside |= set(range(min(without), len(sentence.words)))  # oncall without burning out
    if ask in ("when", "how_long"):
        aside |= sentence.starts("bound")
    return aside


def _ask(sentence: Sentence) -> str:
    """The type of question; a room's word at the end asks for the place, as in `stable abi room?`."""
    words = sentence.words
    told = next((ask for ask in _ASKS if sentence.said("ask", ask)), "")
    if told == "where" and sentence.has("works"):
        return "who"
    if told in ("", "list", "what") and len(words) > 1:
        if _ends_with(sentence, "when_last"):
            return "when"
        if words[-1 - (words[-1] in STOPS)] in sentence.language.rooms and not sentence.has(
            "soon", "negation", "nothing"
        ):
            return "where" if words[-1] == "?" and not sentence.said("ask", "list") else told or "what"
    return told or ("list" if sentence.has("happening") else "what")


def _content(sentence: Sentence) -> tuple[int, ...]:
    """The tokens that may be a topic or a name; a lone short number is none, nor is the verb in `who uses Go`."""
    words = sentence.words
    only_ask = {
        at for cue in sentence.cues if _only_asks(cue.role, cue.end - cue.start) for at in range(cue.start, cue.end)
    }
    overs = {at for cue in _over_cues(sentence) if _is_last(sentence, cue) for at in range(cue.start, cue.end)}
    gone = only_ask | sentence.left_out | sentence.timed | overs
    telling = [at for at in range(len(words)) if at not in gone and _is_significant(sentence, at)]
    if len(words) == 1 and not sentence.timed and {cue.role for cue in sentence.cues} <= {"about", "lasting"}:
        return (0,)  # a name that is a plain word too: Uber
    verbs = {at for at in telling if at and words[at - 1] == "who" and words[at].endswith("s")}
    if len(verbs) < len(telling):
        telling = [at for at in telling if at not in verbs]
    numbers = all(words[at].isdigit() and len(words[at]) < 3 for at in telling)
    return () if numbers else tuple(telling)


def _over_cues(sentence: Sentence) -> list[Cue]:
    """The phrases that ask whether something is over: `ist die konferenz rum`, but not `vorträge über rum`."""
    topics = {0, *sentence.ends("about")}
    return [cue for cue in sentence.cues if (cue.role, cue.value) == ("over", "ended") and cue.start not in topics]


def _only_asks(role: str, length: int) -> bool:
    """Tell whether a phrase of a role and so many words only asks, and is no topic."""
    return role in _CONSUMED or (role in ("bound", "works") and length > 1)


def _is_significant(sentence: Sentence, at: int) -> bool:
    token, words, language = sentence.tokens[at], sentence.words, sentence.language
    if token.is_sign or not token.parts:
        return False
    if token.word in language.grammar_or_topic:
        joins = sentence.starts("connector", "about") | {place for place, word in enumerate(words) if word in SIGNS}
        following = words[at + 1] if at + 1 < len(words) else ""
        joined = at - 1 in joins and (at + 1 in joins or not following)
        return joined or following in language.session or following in language.tracks
    return token.word not in language.known


def _pick(sentence: Sentence) -> tuple[str, frozenset[int]]:
    """`first`, `closing` …, if said of a session or by itself, and the places of its words."""
    words, language = sentence.words, sentence.language
    if sentence.time.relation == "after" and sentence.ends("directly") & sentence.timed:
        return "first", frozenset()  # right after lunch
    asked_who = sentence.ends("ask", "who")
    articles = language.time.phrases["articles"]
    for cue in sentence.cues:
        if cue.role != "edge":
            continue
        following = words[cue.end : cue.end + 2]
        verb = cue.start in sentence.starts("bound")  # when ends the keynote
        of_session = not verb and bool(language.sessions.intersection(following))
        of_session = of_session or (following[:1] == ("one",) and not _ordinal(sentence))
        rest = [word for at, word in enumerate(words) if not cue.start <= at < cue.end and word not in STOPS]
        alone = cue.value in ("first", "last") and all((word,) in articles for word in rest)
        if of_session or cue.start in asked_who or alone:
            return cue.value, frozenset(range(cue.start, cue.end))
    return "", frozenset()


def _topics(sentence: Sentence, content: Sequence[int]) -> tuple[tuple[tuple[int, ...], ...], bool]:
    """The content on each side of and, or, slash, comma; and whether it was an "or"."""
    words, weak = sentence.words, sentence.language.weak
    telling = [at for at in content if words[at] not in weak]
    content = [at for at in content if telling and telling[0] <= at <= telling[-1]]  # rust or wasm, anything this week
    if len(content) < 2 or len(words) > LONGEST_CHOICE:
        return (), False
    joins = {cue.start: cue.value for cue in sentence.cues if cue.role == "connector"}
    joins |= {at: "or" if word == "/" else "and" for at, word in enumerate(words) if _is_join(words, at)}
    abouts = sentence.starts("about")  # something on culture and something on html
    asks = {cue.start for cue in sentence.cues if cue.role in ASKING and cue.value != "list"} - abouts
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
    """Tell whether a sign joins two topics, unlike the one in R&D."""
    if words[at] not in ("/", "+", "&") or not 0 < at < len(words) - 1:
        return False
    return words[at] == "/" or max(len(words[at - 1]), len(words[at + 1])) > SHORTEST_TOPIC


def _clauses(sentence: Sentence, content: Sequence[int]) -> tuple[tuple[int, ...], ...]:
    """The content clause by clause, and what stands after "about"."""
    breaks, abouts = {*sentence.breaks}, sentence.ends("about")
    clauses = dict.fromkeys(clause for marks in (breaks, breaks | abouts) for clause in _split_at(content, marks))
    return tuple(clauses) if len(clauses) > 1 else ()


def _split_at(content: Sequence[int], marks: Collection[int]) -> Iterator[tuple[int, ...]]:
    """The content between marks."""
    clause: list[int] = []
    for at in content:
        if clause and any(mark in marks for mark in range(clause[-1] + 1, at + 1)):
            yield tuple(clause)
            clause = []
        clause.append(at)
    if clause:
        yield tuple(clause)


def _asking(sentence: Sentence, content: Sequence[int]) -> tuple[int, ...]:
    """The content of the clauses that ask, without those that only tell: `got 2 kids with me, what's on now`."""
    words = sentence.words
    inside = [at for at in sentence.breaks if not (0 < at < len(words) - 1 and words[at + 1] in STOPS)]
    edges = [-1, *inside, len(words)]
    everything = sentence.starts("everything")
    asks = [at for at in sentence.asks if at not in everything] or sorted(sentence.starts("about"))
    said = [[at for at in range(start + 1, end) if words[at] not in STOPS] for start, end in pairwise(edges)]
    if not asks or len(edges) < 3 or any(len(row) == 1 and row[0] in content for row in said):
        return tuple(content)
    asked: list[int] = []
    for start, end in pairwise(edges):
        plain = all(at in content or sentence.is_joined(at) for at in range(start + 1, end))
        if plain or any(start < at < end for at in asks):
            asked += [at for at in content if start <= at < end]
    return tuple(asked)


def _meal(sentence: Sentence, timed: Collection[int]) -> str:
    words, meals = sentence.words, sentence.language.time.meals
    for at in range(len(words)):
        for length in (2, 1):
            meal = meals.get(words[at : at + length])
            if meal and not any(place in timed for place in range(at, at + length)):
                return meal
    return ""


def _is_bare(sentence: Sentence) -> bool:
    """Tell whether the message has question words only: `where?`, `and when`, `when n where`."""
    said = set(range(len(sentence.words))) - sentence.signs
    roles = ("ask", "alone", "connector")
    cues = [cue for cue in sentence.cues if cue.role in roles and cue.value != "list"]
    return bool(said) and said <= {at for cue in cues for at in range(cue.start, cue.end)}


def _ordinal(sentence: Sentence) -> int:
    """The number of the earlier result in `the second one`; -1 is the last, OTHER the other, 0 none."""
    said = " ".join(word for at, word in enumerate(sentence.words) if at not in sentence.signs)
    found = sentence.language.patterns["nth"].fullmatch(said)
    word = next(filter(None, found.groups()), "") if found else ""
    return int(word) if word.isdigit() and len(word) == 1 else sentence.language.ordinals.get(word, 0)


OTHER = -2  # "the other one", of two

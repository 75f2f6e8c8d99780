"""From what a person typed to a Question; nothing here knows a schedule or the time."""

from collections.abc import Collection
from dataclasses import replace

from bot.questions.language import LETTERS, Cue
from bot.questions.models import Ask
from bot.questions.question import Question
from bot.questions.sentence import asking_of, clauses_of, is_just_before, read_sentence, topics_of
from bot.questions.time_expressions import NO_TIME, TimeExpression, time_of
from bot.questions.tokens import LONGEST, MOST_WORDS, SIGNS, STOPS, clean, tokens_of
from bot.search.tokenizer import fold

LONE_COMMANDS = ("now", "next", "today", "tomorrow", "help")  # commands without words
LOOK_UPS = {"talk": Ask.WHAT, "speaker": Ask.WHO}  # commands with words, and what they ask for
PLACES = ("track", "room")  # those whose words may name a time too
COMMANDS = (*LONE_COMMANDS, "day", *LOOK_UPS, *PLACES)
_ALONE = LOOK_UPS | {"day": Ask.WHEN, "room": Ask.WHERE, "track": Ask.WHAT}  # what they ask of a talk without words

_SENTENCE = frozenset(
    ["for", "of", "is", "on", "about", "with", "by", "to", "in", "at", "that", "where", "who"]
)  # what no command goes on with
LONGEST_PLACE = 4  # words of a room's name
_ASKS = ("how_long", "count", "when", "where", "who", "list")  # of several, the first one is meant
_SOON = ("now", "later", "next")
_RELATIONS = ("same time", "after", "before", "similar")  # each tells more than "else"
_CONSUMED = frozenset(
    ["ask", "soon", "happening", "status", "relation", "spoken", "short", "about", "me", "elsewhere", "detail", "rooms"]
)


def parse(text: str, known: Collection[str] = ()) -> Question:
    """Parse any message into a Question. `known` words, those of the schedule, are never taken for typos."""
    read = clean(text).replace("\n", " \n ").split(" ")
    cut = " ".join(read[:MOST_WORDS]).strip()
    if not cut:
        return replace(_question(""), command="help")
    question = _command(cut) or _question(cut, known)
    return replace(question, truncated=True) if len(read) > MOST_WORDS or len(text) > LONGEST else question


def depends_on_context(question: Question) -> bool:
    """Tell whether the answer may depend on what was said before. That to a subcommand, such as `today`, does not."""
    if question.command:
        return False
    depends = question.nth or question.relation or question.bare or question.elsewhere
    return bool(depends) or question.has("refers")


def asks_of_own(text: str) -> bool:
    """Tell whether a message asks for nothing but the asker's own talks: `when is my next talk`, `what have I saved`."""
    question = parse(text)
    others = set(question.content) - question.places("mine")
    plain = all(question.words[at] in question.language.weak for at in others)
    return question.has("mine") and not question.has("beside", "newcomer") and plain


def _command(text: str) -> Question | None:
    """`next security`, `day 2`, `room Fleming`: a subcommand and its words."""
    first, _, rest = text.partition(" ")
    name, rest = fold(first).strip("?!.,:"), rest.strip()
    if rest:
        return _with_words(text, name, rest)
    if name in _ALONE:
        return replace(_question(text), ask=_ALONE[name], bare=True, lacks_words=name, content=())
    if name not in LONE_COMMANDS:
        return None
    time = time_of(name)
    soon = name if name in ("now", "next") else ""
    return replace(_question(text), ask=Ask.LIST, command="day" if time else name, time=time, soon=soon, content=())


def _with_words(text: str, name: str, rest: str) -> Question | None:
    if name == "next" and fold(rest).strip("?!") not in ("page", "ones", "round", "block"):
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
    message = Question.from_tokens(*tokens_of(text, known), text)
    question = read_sentence(message)
    if _meal_with_time(question):
        question = read_sentence(message, timeless=True)
    return _with_details(_with_content(_with_fact(question)))


def _with_fact(question: Question) -> Question:
    """Read the fact that is asked for: who, when, how many, or whether it is over."""
    ask, time = _ask(question), question.time
    one_day = len({(one.day, one.value) for one in time.every}) == 1
    apart = one_day and time.differs_within_days
    if ask in ("what", "when") and apart and not question.has("happening"):  # is it before or after lunch
        day = replace(time, relation="", minutes=(), meal="", others=())
        ask, question = "when", replace(question, choice=time.every, time=day, told_aside=False)
    soon = _soon(question, ask)
    status = _status(question, ask, soon)
    return replace(
        question,
        ask=Ask.LIST if ask == "count" else Ask(ask),
        count=ask == "count",
        soon="" if soon == "later" and status else soon,
        status=status,
    )


def _with_content(question: Question) -> Question:
    """Read what it is about: its topics and names, and which of several sessions is meant."""
    edge = _edge(question)
    content = tuple(at for at in _content(question) if edge is None or not edge.start <= at < edge.end)
    topics, either = topics_of(question, content)
    pick = edge.value if edge else ""
    bound = question.said("bound") or ("end" if any(cue.value == "ended" for cue in _states(question)) else "")
    asking = asking_of(question, content)
    if (pick, bound) in (("last", "end"), ("first", "start")) and not asking:
        pick = ""  # when is the last talk over
    return replace(
        question,
        content=content,
        clauses=clauses_of(question, content),
        asking=asking,
        topics=topics,
        either=either,
        pick=pick,
        bound="" if pick else bound,
        elsewhere=_leans(question, content),
    )


def _with_details(question: Question) -> Question:
    """Read what else may be said of a session: its level, its relation to others."""
    said, meal = question.said, _meal(question, question.timed | question.told)
    beside_topic = _levels_beside_topic(question)
    narrowed = bool(question.soon or question.time or meal or question.choice or question.ask is Ask.WHERE)
    if question.told_aside:
        question = replace(question, time=_time_asked(question))
    level = _level(question, narrowed=narrowed) or next(iter(beside_topic.values()), "")
    detail = "level" if level and _verb_of_whether(question) else said("detail", "track", "level")
    how_long = question.ask is Ask.HOW_LONG and question.has("until")
    spoken = {cue.value for cue in question.cues if cue.role == "spoken"} - {"none"}  # my German
    return replace(
        question,
        meal=meal,
        bare=_is_bare(question),
        nth=_ordinal(question),
        relation="" if question.choice else _goes_on(question) or said("relation", *_RELATIONS) or said("relation"),
        detail=detail,
        until=how_long or question.has("until_when"),
        level="" if detail == "level" else level,  # is the talk on Go for beginners
        aside=frozenset(_optional_places(question) | beside_topic.keys()),
        spoken=spoken.pop() if len(spoken) == 1 else "",
    )


def _soon(question: Question, ask: str) -> str:
    """`now`, `next` or `later`; "what else is there today" is later, and so is "welche Workshops gibt es noch"."""
    time = question.time
    today = (time.day, time.value, time.relation) == ("relative", (0,), "")
    else_today = today and question.said("relation", "else")
    remaining = ask in ("list", "count") and _ends_with(question, "still_last")
    soon = next((value for value in _SOON if question.said("soon", value)), "")
    return soon or ("later" if else_today or remaining else "")


def _status(question: Question, ask: str, soon: str) -> str:
    """The asked state of a session, as in a Question; not in `what is left or is it all done`."""
    verb, said = _verb_of_whether(question), question.said("status")
    if ask in ("when", "where", "how_long") or question.has("detail") or (soon == "later" and not verb):
        return ""
    if soon == "later":
        return said if said == "begun" else "reach"  # has Liz not started yet, is Liz still to come
    if verb == "past" and said == "still":
        return "missed"  # was Liz on already
    if said and not (said == "reach" and question.has("ask")):  # what can I catch
        return said
    if ask in ("what", "list") and (states := _states(question)):
        return "missed" if states[0].value == "ended" else states[0].value
    goes_on = (verb and soon == "now") or (ask == "what" and _ends_with(question, "still_last"))
    return "still" if goes_on else ""


def _ends_with(question: Question, role: str) -> bool:
    """Tell whether a clause ends with a phrase of this role."""
    return any(cue.role == role and _is_last(question, cue) for cue in question.cues)


def _is_last(question: Question, cue: Cue) -> bool:
    """Tell whether a phrase ends a clause, but for a time: `has Liz spoken today, or is that tomorrow`."""
    words, end = question.words, cue.end
    while end in question.timed:
        end += 1
    return end == len(words) or end in question.breaks or question.is_joined(end)


def _verb_of_whether(question: Question) -> str:
    """The kind of verb with which a clause asks for yes or no: `is` in `is Liz on now`; empty if none does."""
    if question.has("ask") or not question.has("whether"):
        return ""
    grammar, weak = question.language.grammar, question.language.weak
    telling = (at for at, word in enumerate(question.words) if word not in grammar and word not in weak)
    begins = {*range(next(telling, 0) + 1), *(at + 1 for at in question.breaks)}
    verb = next((cue.value for cue in question.cues if cue.role == "whether" and cue.start in begins), "")
    return "" if verb == "none" else verb


def _meal_with_time(question: Question) -> str:
    """The asked meal, if its name was read as a time: `how long until lunch`, `mittag schon vorbei`."""
    time = question.time
    if question.said("ask", "how_long") and time.relation == "before":
        return time.meal
    asks = (
        question.has("status")
        or question.said("state", "ended")
        or (question.said("ask", "when") and question.places("newcomer").issuperset(_content(question)))
    )
    return _meal(question, frozenset()) if asks and not time.meal and time.day in ("", "relative") else ""


def _time_asked(question: Question) -> TimeExpression:
    """Drop the part of a time that a clause without a question only mentions."""
    time, asking = question.time, question.asking
    if question.pick or question.bound:
        return replace(time, relation="", minutes=(), meal="")  # got a train at 4, when is the last talk
    related = question.said("relation", "before", "after")
    if time.relation == "at" and (related or question.said("soon", "later")):
        return replace(time, relation=related or "before")  # I leave at 4, what can I see before that
    if any(question.in_one_clause(at, max(question.timed)) for at in asking):
        return time  # half past five in Hall B, what is that
    if time.relation == "before" or _is_slot(question):
        return time  # I am here until 5: anything on Rust?
    if any(at > max(question.timed) for at in question.starts("then")):
        return time  # I get here at 4, what can I see then
    refers = bool(question.starts("refers") - question.places("happening")) and not is_just_before(question)
    asked = any(question.words[at] not in question.language.weak for at in asking)
    return NO_TIME if refers or asked else time  # I got here this morning: who talks about Rust?


def _is_slot(question: Question) -> bool:
    """Tell whether the clause with the time says no more than that: `ten to three slot, not the one on Go, what's there`."""
    gone = {*question.timed, *question.breaks}
    clause = [at for at in range(len(question.words)) if question.in_one_clause(at, max(question.timed))]
    return all(at in gone or question.words[at] in question.language.session for at in clause)


def _level(question: Question, *, narrowed: bool) -> str:
    """The asked level. A newcomer to the conference is no beginner in the topic."""
    new, language = question.places("newcomer"), question.language
    topical = any(question.words[at] not in language.weak for at in question.asking if at not in new)
    placed = not language.rooms.isdisjoint(question.words)
    return question.said("level") or ("beginner" if new and not (topical or narrowed or placed) else "")


def _levels_beside_topic(question: Question) -> dict[int, str]:
    """The levels that stand beside a topic, as in `intro to eBPF`, by their places."""
    words, language = question.words, question.language
    said = {at: level for at in question.content for level, names in language.levels.items() if (words[at],) in names}
    topical = any(at not in said and words[at] not in language.weak for at in question.content)
    return said if topical else {}


def _optional_places(question: Question) -> set[int]:
    """Places of words that a talk need not have: for whom it is, and `open` in `when does it open`."""
    aside = question.places("level", "newcomer")
    if level := question.said("level"):
        of_level = question.language.levels[level]
        aside |= {at for at, word in enumerate(question.words) if (word,) in of_level}
    if without := question.ends("negation", "without"):
        aside |= set(range(min(without), len(question.words)))  # oncall without burning out
    if question.ask in (Ask.WHEN, Ask.HOW_LONG):
        aside |= question.starts("bound")
    return aside


def _ask(question: Question) -> str:
    """The type of question; a room's word at the end asks for the place, as in `stable abi room?`."""
    words = question.words
    told = next((ask for ask in _ASKS if question.said("ask", ask)), "")
    if told == "where" and question.has("works"):
        return "who"
    if told in ("", "list", "what") and len(words) > 1:
        if _ends_with(question, "when_last"):
            return "when"
        of_window = question.has("soon", "negation", "nothing")
        if words[-1 - (words[-1] in STOPS)] in question.language.rooms and not of_window:
            return "where" if words[-1] == "?" and told != "list" else told or "what"
    return told or ("list" if question.has("happening") else "what")


def _content(question: Question) -> tuple[int, ...]:
    """The tokens that may be a topic or a name; a lone short number is none, nor is the verb in `who uses Go`."""
    words = question.words
    gone = {at for cue in question.cues if _only_asks(cue) for at in range(cue.start, cue.end)}
    gone |= {at for cue in _states(question) for at in range(cue.start, cue.end)} | question.left_out | question.timed
    gone |= _plain_connectors(question) | question.told
    telling = [at for at in range(len(words)) if at not in gone and _is_significant(question, at)]
    if (
        len(words) == 1
        and not (question.timed or _goes_on(question))
        and {cue.role for cue in question.cues} <= {"about", "lasting"}
    ):
        return (0,)  # a name that is a plain word too: Uber
    verbs = {at for at in telling if at and words[at - 1] == "who" and words[at].endswith("s")}
    if len(verbs) < len(telling) or question.has("refers"):  # who runs it
        telling = [at for at in telling if at not in verbs]
    numbers = all(words[at].isdigit() and len(words[at]) < 3 for at in telling)
    return () if numbers else tuple(telling)


def _plain_connectors(question: Question) -> set[int]:
    """The places of the words that join two others: not in `C plus plus`."""
    words = question.words
    joins = (at for at in question.starts("connector") if 0 < at < len(words) - 1)
    return {at for at in joins if words[at] not in (words[at - 1], words[at + 1])}


def _states(question: Question) -> list[Cue]:
    """The phrases that ask about a session's state: `ist die konferenz rum`, but not `vorträge über rum`."""
    if not question.has("state"):
        return []
    topics, verb = {0, *question.ends("about")}, _verb_of_whether(question)
    said = (cue for cue in question.cues if cue.role == "state" and cue.start not in topics)
    return [cue for cue in said if cue.value == "ended" or (cue.value != "none" and verb and _is_last(question, cue))]


def _only_asks(cue: Cue) -> bool:
    """Tell whether a phrase only asks, and is no topic."""
    liked = (cue.role, cue.value) == ("wish", "liked")
    return liked or cue.role in _CONSUMED or (cue.role in ("bound", "works") and cue.end - cue.start > 1)


def _is_significant(question: Question, at: int) -> bool:
    token, words, language = question.tokens[at], question.words, question.language
    if token.is_sign or not token.parts:
        return False
    if token.word in language.grammar_or_topic:
        joins = question.starts("connector", "about") | {place for place, word in enumerate(words) if word in SIGNS}
        following = words[at + 1] if at + 1 < len(words) else ""
        joined = at - 1 in joins and (at + 1 in joins or not following)
        return joined or following in language.session or following in language.tracks
    if token.word in LETTERS and token.word in language.known - language.elided:
        listed = at > 1 and question.is_joined(at - 1) and words[at - 2] in LETTERS
        beside = at in question.ends("about") or not language.sessions.isdisjoint(words[at + 1 : at + 2])
        return beside or listed  # talks on C and D
    return token.word not in language.known


def _leans(question: Question, content: Collection[int]) -> bool:
    """Tell whether it filters what was shown: `and on Sunday?`, `after 4?`, `any in Fleming`, `which of those`.

    A message that is only a time or a place asks nothing by itself.
    """
    words, language = question.words, question.language
    if question.said("among", "those") or 0 in question.starts("elsewhere"):
        return True
    if not language.sessions.isdisjoint(words):
        return False
    begins = 0 in question.timed or not language.in_room.isdisjoint(words[:1])
    asks = question.has("ask", "soon", "happening", "status", "bound", "everything", "relation")
    return 0 in question.starts("among") or (begins and not asks and len(content) <= LONGEST_PLACE)


def _edge(question: Question) -> Cue | None:
    """The phrase `first`, `closing` …, if said of a session or by itself."""
    words, language = question.words, question.language
    if question.time.relation == "after" and (directly := question.ends("directly") & question.timed):
        return Cue("edge", "first", min(directly), min(directly))  # right after lunch
    asked_who = question.ends("ask", "who")
    for cue in question.cues:
        if cue.role != "edge":
            continue
        following = words[cue.end : cue.end + 2]
        verb = cue.start in question.starts("bound")  # when ends the keynote
        of_session = not verb and bool(language.sessions.intersection(following))
        gone = question.timed | question.signs | question.places("bound") | set(range(cue.start, cue.end))
        rest = [word for at, word in enumerate(words) if at not in gone]
        plain = language.grammar | language.sessions | {"one"}
        alone = cue.value not in ("opening", "closing") and not verb and plain.issuperset(rest)
        one = following[:1] == ("one",) and not _ordinal(question)
        if of_session or cue.start in asked_who or alone or one:
            return cue
    return None


def _meal(question: Question, timed: Collection[int]) -> str:
    return next((meal for start, end, meal in question.meals if not set(range(start, end)).intersection(timed)), "")


def _is_bare(question: Question) -> bool:
    """Tell whether the message has question words only: `where?`, `and when`, `when n where`."""
    said = set(range(len(question.words))) - question.signs
    roles = ("ask", "alone", "connector")
    cues = [cue for cue in question.cues if cue.role in roles and cue.value != "list"]
    return bool(said) and said <= {at for cue in cues for at in range(cue.start, cue.end)}


def _goes_on(question: Question) -> str:
    """`after` for `and then?`, `rest` for `show me more`, and `yes`."""
    patterns, said = question.language.patterns, _without_signs(question)
    names = {"then": "after", "rest": "rest", "yes": "yes"}
    return next((relation for name, relation in names.items() if patterns[name].fullmatch(said)), "")


def _without_signs(question: Question) -> str:
    return " ".join(word for at, word in enumerate(question.words) if at not in question.signs)


def _ordinal(question: Question) -> int:
    """The number of the earlier result in `the second one`; -1 is the last, OTHER the other, 0 none."""
    found = question.language.patterns["nth"].fullmatch(_without_signs(question))
    word = next(filter(None, found.groups()), "") if found else ""
    return int(word) if word.isdecimal() and len(word) == 1 else question.language.ordinals.get(word, 0)


OTHER = -2  # "the other one", of two

"""From what a person typed to a Question; nothing here knows a schedule or the time."""

from collections.abc import Collection
from dataclasses import replace
from itertools import islice

from bot.questions import cues, patterns, when
from bot.questions.markup import LONGEST, clean
from bot.questions.question import Ask, Question
from bot.search.terms import Asked
from bot.search.words import compounds, fold, token

MOST_WORDS = 64  # of one message are read

MOST_PARTS = 64  # and as many parts, since one word may have many: a.b.c


def parse(text: str) -> Question:
    """A message as a Question; any text at all gives one."""
    read = clean(text).split()
    cleaned = " ".join(read[:MOST_WORDS])
    if not cleaned:
        return Question("", command="help")
    question = _command(cleaned) or _question(cleaned)
    return replace(question, truncated=True) if len(read) > MOST_WORDS or len(text) > LONGEST else question


def _command(text: str) -> Question | None:
    """`next security`, `day 2`, `room Fleming`: a subcommand and its words."""
    first, _, rest = text.partition(" ")
    name, rest = fold(first).strip("?!.,:"), rest.strip()
    if rest:
        return _with_words(text, name, rest)
    return _alone(text, name) if name in cues.ALONE else None


def _alone(text: str, name: str) -> Question:
    time = when.find(name)[0]
    soon = name if name in ("now", "next") else ""
    return Question(text, Ask.LIST, "day" if time else name, time=time, soon=soon)


def _with_words(text: str, name: str, rest: str) -> Question | None:
    if name == "next":
        return replace(_question(rest), text=text, ask=Ask.LIST, command="next", soon="next")
    if name == "day":
        time = when.find(fold(text))[0] or when.find(fold(f"on {rest}"))[0]
        return Question(text, Ask.LIST, "day", time=time) if time else None
    if patterns.SENTENCE.match(rest):
        return None
    if name in cues.PLACES:
        return replace(_question(text), ask=Ask.LIST, command=name)
    if name in cues.LOOK_UPS:
        words = _words(rest)
        about = tuple(word for word in words if word.word not in cues.STOP) or words
        return Question(text, Ask(cues.LOOK_UPS[name]), name, words, words, about)
    return None


def _question(text: str) -> Question:
    lower = text.lower()
    if len(lower) != len(text):  # a rare letter that has no lower-case twin of its size
        text = lower = fold(text)
    time, left = when.find(lower)
    ask, without = _first(patterns.ASKS, left)
    left = without if ask == Ask.HOW_LONG else left
    relation, left = _first(patterns.RELATIONS, left)
    soon, left = _first(patterns.SOON, left)
    left = patterns.STATE.sub(lambda state: when.BLANK * len(state.group()), left)
    rest = _words("".join(" " if here == when.BLANK else letter for letter, here in zip(text, left, strict=True)))
    pick, about = _picked(lower, _content(rest))
    return Question(
        text=text,
        ask=Ask(ask or _first(patterns.ASKS, lower)[0] or "what"),
        words=_words(text),
        rest=rest,
        about=about,
        clauses=_clauses(text, about),
        time=time,
        soon=soon,
        pick=pick,
        refers=bool(patterns.REFERS.search(lower)),
        nth=_nth(lower),
        relation=relation,
        status=_first(patterns.STATUS, lower)[0],
        until=bool(patterns.UNTIL.search(lower)),
        short=bool(patterns.SHORT.search(lower)),
    )


def _first(meanings: patterns.Meanings, text: str) -> tuple[str, str]:
    """The first of several meanings that a text has, and the text without the words for it."""
    for meaning, pattern in meanings:
        if match := pattern.search(text):
            return meaning, when.blank(text, match)
    return "", text


def _words(text: str) -> tuple[Asked, ...]:
    """Every word of a text with the other ways to write it."""
    tokens = map(token, compounds(text))
    return tuple(islice((Asked(part, joined) for parts, joined in tokens for part in parts), MOST_PARTS))


def _content(words: tuple[Asked, ...]) -> tuple[Asked, ...]:
    """The words that say what it is about, each once; a lone number says nothing."""
    verbs = {at for at, one in enumerate(words) if at and words[at - 1].word == "who" and one.word.endswith("s")}
    return _telling(words, verbs) or _telling(words, ())


def _telling(words: tuple[Asked, ...], without: Collection[int]) -> tuple[Asked, ...]:
    """The words that do not only hold the sentence together; `without` are places: in `who uses Go` that of the verb."""
    about: dict[str, Asked] = {}
    last = -2
    for at, one in enumerate(words):
        if at not in without and (one.also or (one.word not in cues.STOP and one.word not in cues.NOUNS)):
            about.setdefault(one.word, Asked(one.word, one.also, last == at - 1, _around(words, at)))
            last = at
    return () if all(word.isdigit() and len(word) < 3 for word in about) else tuple(about.values())


def _around(words: tuple[Asked, ...], at: int) -> tuple[str, ...]:
    """The words right beside one that are true of every session, and yet may be half of a title: `event` sourcing."""
    return tuple(one.word for one in (*words[max(0, at - 1) : at], *words[at + 1 : at + 2]) if one.word in cues.NOUNS)


def _picked(lower: str, words: tuple[Asked, ...]) -> tuple[str, tuple[Asked, ...]]:
    """`first`, `closing` …, where that is said of a session, and the words without it."""
    match = patterns.PICK.search(lower.rstrip("?!. "))
    if not match:
        return "", words
    said = next(word for word in match.groups() if word)
    return cues.EDGES[said], tuple(word for word in words if word.word != said)


def _nth(lower: str) -> int:
    """Which of those before is meant by `the second one`; -1 is the last, OTHER the other, 0 none."""
    match = patterns.NTH.search(lower.rstrip("?!. "))
    if not match:
        return 0
    ordinal = match[1] or match[2]
    return cues.ORDINALS[ordinal] if ordinal else int(match[3])


def _clauses(text: str, about: tuple[Asked, ...]) -> tuple[tuple[Asked, ...], ...]:
    """The content words clause by clause, and what stands after "about"."""
    pieces = [piece for piece in patterns.CLAUSE.split(text) if piece and piece.strip()]
    pieces += [told[1] for piece in pieces if (told := patterns.ABOUT.search(piece))]
    if len(pieces) < 2:
        return ()
    wanted = {one.word for one in about}
    clauses = [tuple(one for one in _content(_words(piece)) if one.word in wanted) for piece in pieces]
    return tuple(dict.fromkeys(clause for clause in clauses if clause))

"""From what a person typed to a Question; nothing here knows a schedule or the time."""

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.questions import cues, when
from bot.questions.markup import clean
from bot.questions.when import NO_TIME, Time
from bot.search.terms import Asked
from bot.search.words import compounds, fold, token

MOST_WORDS = 64  # of one message are read


class Ask(StrEnum):
    """What the person wants to be told; the fact that stands first in the answer."""

    WHO = "who"
    WHEN = "when"
    WHERE = "where"
    WHAT = "what"
    LIST = "list"
    HOW_LONG = "how_long"


@dataclass(frozen=True, slots=True)
class Question:
    """A message, read. `about` is what to search for: the words that are neither question nor time."""

    text: str  # cleaned of Slack's markup
    ask: Ask = Ask.WHAT
    command: str = ""  # the subcommand, where the message is one
    words: tuple[Asked, ...] = ()  # every word that was read, folded
    rest: tuple[Asked, ...] = ()  # those that say nothing about time
    about: tuple[Asked, ...] = ()
    clauses: tuple[tuple[Asked, ...], ...] = ()  # `about`, clause by clause, where there are several
    time: Time = NO_TIME
    soon: str = ""  # now, next, later: times that only the clock knows
    pick: str = ""  # first, last
    refers: bool = False  # it says "that", "she", "the second one": it follows up
    nth: int = 0  # "the second one" is 2
    relation: str = ""  # same time, else, more: what a follow-up wants besides a fact
    missed: str = ""  # "did I miss …" is missed, "is … still on" is still
    longest: int = 0  # minutes, for "anything short"
    truncated: bool = False

    @property
    def folded(self) -> str:
        return " ".join(asked.word for asked in self.words)


def _patterns(*meanings: tuple[str, str]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((meaning, re.compile(pattern)) for meaning, pattern in meanings)


_ASKS = _patterns(
    (Ask.HOW_LONG, r"\bhow (?:long|many minutes|much (?:time|longer))|\bduration\b|\bhow soon\b"),
    (Ask.WHEN, r"\bwhen'?s?\b|\b(?:what|which|at what) (?:time|day)\b|\btime of\b|\bwhat hour\b"),
    (
        Ask.WHERE,
        r"\bwhere'?s?\b|\b(?:which|what) (?:room|hall|stage|floor)\b|\broom (?:for|of)\b|\blocation\b"
        r"|\bhow (?:do|can) i (?:get|find)\b",
    ),
    (
        Ask.WHO,
        r"\bwho(?:'?s|m|se)?\b|\b(?:which|what) (?:speaker|person|people)|\bspeakers? (?:of|for)\b|\bby whom\b",
    ),
    (
        Ask.LIST,
        r"\bany(?:thing|one|body)?\b|\blist\b|\ball\b|\b(?:what|which) (?:talks|sessions)|\btalks\b|\bsessions\b"
        r"|\bwhat'?s? (?:is )?(?:on|happening|next)\b|\bwhat else\b",
    ),
)
_SOON = _patterns(
    ("now", r"\b(?:right now|just now|now|currently|at the moment|at present)\b"),
    ("later", r"\b(?:later(?: today| on)?|rest of the day|still to come)\b"),
    ("next", r"\b(?:up next|next|coming up|soon|upcoming)\b"),
)
_STATUS = _patterns(
    ("still", r"\bis\b.{0,80}\bstill (?:on|going|running|happening)|\bstill (?:on|going|running)\b"),
    (
        "missed",
        r"\bdid (?:i|we) (?:just )?miss|\bhave (?:i|we) missed|\bmissed\b"
        r"|\bis .{0,80}\b(?:over|finished|done)\b(?: (?:yet|already))?$",
    ),
)
_RELATIONS = _patterns(
    (
        "same time",
        r"\b(?:at|in|during) (?:the|that) same time\b|\bsame (?:time|slot)\b|\bat that time\b|\bin parallel\b"
        r"|\bclash(?:es)?\b|\bmeanwhile\b|\binstead\b",
    ),
    (
        "after",
        r"\b(?:and )?(?:after|following) (?:that|this|it)\b|\bafterwards?\b|\bthen what\b|\bwhat comes (?:next|after)\b"
        r"|^(?:and )?(?:then|next|after)\??$",
    ),
    ("before", r"\bbefore (?:that|this|it)\b"),
    ("else", r"\belse\b|\bother (?:talks?|sessions?)\b"),
    (
        "more",
        r"^(?:tell me )?more\b|\bmore (?:info|details?|about (?:it|that|this))\b|\bdetails?\b|\babstract\b"
        r"|^tell me about (?:it|that|this)$",
    ),
)
_REFERS = re.compile(
    r"\b(?:that|it|its|this|there|he|she|they|him|her|his|their|them|those|these|the (?:other|same)|one"
    r"|(?:1st|2nd|3rd|4th|5th|first|second|third|fourth|fifth|last) one)\b"
)
_NTH = re.compile(
    r"\b(?:the )?(first|second|third|fourth|fifth|last|1st|2nd|3rd|4th|5th)(?: one| talk| result)?$"
    r"|\b(?:number|no|#) ?(\d)$|^(\d)$"
)
_SENTENCE = re.compile(r"(?:for|of|is|on|about|with|by|to|in|at|that|where|who)\b", re.IGNORECASE)
_SHORT = re.compile(r"\bshort(?:er|est)?\b|\bquick\b")
_EDGE = "|".join(sorted(cues.FIRST | cues.LAST))
_PICK = re.compile(
    rf"\b({_EDGE})\b(?: \w+)? (?:talks?|sessions?|keynotes?|speakers?|slots?|events?|presentations?|workshops?|speech|act)\b"
    rf"|\bwho ({_EDGE})\b|^(?:the )?({_EDGE})\b(?: (?:one|thing|up))?$"
)
_ABOUT = re.compile(r"\b(?:about|regarding|covering|mentions?|topic of|talks? on|sessions? on)\s(.+)", re.IGNORECASE)
_CLAUSE = re.compile(r"[.?!;\n]+(?:\s|$)|\s[-–—]\s|,\s|\s\((?=\w)|\)\s")


def parse(text: str) -> Question:
    """A message as a Question; any text at all gives one."""
    cleaned = clean(text)
    read = cleaned.split()
    truncated = len(read) > MOST_WORDS
    cleaned = " ".join(read[:MOST_WORDS])
    if not cleaned:
        return Question("", command="help")
    return _command(cleaned) or _question(cleaned, truncated)


def _command(text: str) -> Question | None:
    """`next security`, `day 2`, `room Fleming`: a subcommand and its words."""
    first, _, rest = text.partition(" ")
    name, rest = fold(first).strip("?!.,:"), rest.strip()
    if _SENTENCE.match(rest) and name in ("talk", "speaker", "track", "room"):
        return None
    if (
        name not in cues.COMMANDS
        or (rest and name in ("now", "today", "tomorrow", "help"))
        or (not rest and name not in ("now", "next", "today", "tomorrow", "help"))
    ):
        return None
    if name == "next":
        inner = _question(rest, truncated=False) if rest else Question("")
        return replace(inner, text=text, ask=Ask.LIST, command="next", soon="next")
    if name == "day":
        time = when.find(fold(text))[0] or when.find(fold(f"on {rest}"))[0]
        return Question(text, Ask.LIST, "day", time=time) if time else None
    if name in ("today", "tomorrow"):
        return Question(text, Ask.LIST, "day", time=when.find(name)[0])
    ask = Ask.WHO if name == "speaker" else Ask.WHAT if name == "talk" else Ask.LIST
    words = _words(rest)
    about = tuple(word for word in words if word.word not in cues.STOP) or words
    return Question(text, ask, name, words, words, about, soon="now" if name == "now" else "")


def _question(text: str, truncated: bool) -> Question:
    lower = text.lower()
    if len(lower) != len(text):  # a rare letter that has no lower-case twin of its size
        text = lower = fold(text)
    time, left = when.find(lower)
    relation, left = _first(_RELATIONS, left)
    soon, left = _first(_SOON, left)
    rest = _words("".join(" " if here == when.BLANK else letter for letter, here in zip(text, left, strict=True)))
    about = _content(rest)
    pick, about = _picked(lower, about)
    return Question(
        text=text,
        ask=Ask(_first(_ASKS, lower)[0] or Ask.WHAT),
        words=_words(text),
        rest=rest,
        about=about,
        clauses=_clauses(text, about),
        time=time,
        soon=soon,
        pick=pick,
        refers=bool(_REFERS.search(lower)),
        nth=0 if pick and not lower.endswith(" one") else _nth(lower),
        relation=relation,
        missed=_first(_STATUS, lower)[0],
        longest=30 if _SHORT.search(lower) else 0,
        truncated=truncated,
    )


def _content(words: tuple[Asked, ...]) -> tuple[Asked, ...]:
    """The words that say what it is about; a lone number says nothing."""
    about: list[Asked] = []
    last = -2
    for at, one in enumerate(words):
        if one.also or (one.word not in cues.STOP and one.word not in cues.NOUNS):
            about.append(replace(one, beside=last == at - 1))
            last = at
    return () if all(one.word.isdigit() and len(one.word) < 3 for one in about) else tuple(about)


def _first(patterns: tuple[tuple[str, re.Pattern[str]], ...], text: str) -> tuple[str, str]:
    """The first of several meanings that a text has, and the text without the words for it."""
    for meaning, pattern in patterns:
        if match := pattern.search(text):
            return meaning, when.blank(text, match)
    return "", text


def _words(text: str) -> tuple[Asked, ...]:
    """Every word of a text with the other ways to write it."""
    found = []
    for compound in compounds(text):
        parts, joined = token(compound)
        found += [Asked(part, joined) for part in parts]
    return tuple(found)


def _picked(folded: str, words: tuple[Asked, ...]) -> tuple[str, tuple[Asked, ...]]:
    """`first` or `last`, where that is said of a session, and the words without it."""
    match = _PICK.search(folded)
    if not match:
        return "", words
    said = match[1] or match[2] or match[3]
    return "last" if said in cues.LAST else "first", tuple(word for word in words if word.word != said)


def _nth(folded: str) -> int:
    match = _NTH.search(folded.rstrip("?!. "))
    if not match:
        return 0
    if match[1]:
        return -1 if match[1] == "last" else cues.ORDINALS[match[1]]
    return int(match[2] or match[3])


def _clauses(text: str, about: tuple[Asked, ...]) -> tuple[tuple[Asked, ...], ...]:
    """The content words clause by clause, and what stands after "about"."""
    pieces = [piece for piece in _CLAUSE.split(text) if piece and piece.strip()]
    pieces += [told[1] for piece in pieces if (told := _ABOUT.search(piece))]
    if len(pieces) < 2:
        return ()
    wanted = {one.word for one in about}
    clauses = [_content(tuple(one for one in _words(piece) if one.word in wanted)) for piece in pieces]
    return tuple(dict.fromkeys(clause for clause in clauses if clause))

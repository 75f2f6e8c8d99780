"""From what a person typed to a Question; nothing here knows a schedule or the time."""

import re
from dataclasses import dataclass
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


_ASKS = (
    (Ask.HOW_LONG, r"\bhow (?:long|many minutes|much (?:time|longer))|\bduration\b|\bhow soon\b"),
    (Ask.WHEN, r"\bwhen'?s?\b|\b(?:what|which|at what) (?:time|day)\b|\btime of\b|\bwhat hour\b"),
    (
        Ask.WHERE,
        r"\bwhere'?s?\b|\b(?:which|what) (?:room|hall|stage|floor)\b|\broom (?:for|of)\b|\blocation\b|\bhow (?:do|can) i (?:get|find)\b",
    ),
    (Ask.WHO, r"\bwho(?:'?s|m|se)?\b|\b(?:which|what) (?:speaker|person|people)|\bspeakers? (?:of|for)\b|\bby whom\b"),
    (
        Ask.LIST,
        r"\bany(?:thing|one|body)?\b|\blist\b|\ball\b|\b(?:what|which) (?:talks|sessions)|\btalks\b|\bsessions\b|\bwhat'?s? (?:is )?(?:on|happening|next)\b|\bwhat else\b",
    ),
)
_ASK = tuple((ask, re.compile(pattern)) for ask, pattern in _ASKS)
_NOW = re.compile(r"\b(?:right now|just now|now|currently|at the moment|at present)\b")
_NEXT = re.compile(r"\b(?:next|coming up|up next|soon|upcoming)\b")
_LATER = re.compile(r"\b(?:later(?: today| on)?|rest of the day|still to come)\b")
_MISSED = re.compile(
    r"\bdid (?:i|we) (?:just )?miss|\bhave (?:i|we) missed|\bis .{0,80}\b(?:over|finished|done)\b(?: (?:yet|already))?$|\bmissed\b"
)
_STILL = re.compile(r"\bis\b.{0,80}\bstill (?:on|going|running|happening)|\bstill (?:on|going|running)\b")
_REFERS = re.compile(
    r"\b(?:that|it|its|this|there|he|she|they|him|her|his|their|them|those|these|the (?:other|same)|(?:1st|2nd|3rd|4th|5th|first|second|third|fourth|fifth|last) one|one)\b"
)
_NTH = re.compile(
    r"\b(?:the )?(first|second|third|fourth|fifth|last|1st|2nd|3rd|4th|5th)(?: one| talk| result)?$|\b(?:number|no|#) ?(\d)$|^(\d)$"
)
_SAME_TIME = re.compile(
    r"\b(?:at|in|during) (?:the|that) same time\b|\bsame (?:time|slot)\b|\bat that time\b|\bin parallel\b|\bclash(?:es)?\b|\bmeanwhile\b|\binstead\b"
)
_ELSE = re.compile(r"\belse\b|\bother (?:talks?|sessions?)\b")
_AFTER_THAT = re.compile(
    r"\b(?:and )?(?:after|following) (?:that|this|it)\b|\bafterwards?\b|\bthen what\b|\bwhat comes (?:next|after)\b|^(?:and )?(?:then|next|after)\??$"
)
_BEFORE_THAT = re.compile(r"\bbefore (?:that|this|it)\b")
_MORE = re.compile(
    r"^(?:tell me )?more\b|\bmore (?:info|details?|about (?:it|that|this))\b|\bdetails?\b|\babstract\b|^tell me about (?:it|that|this)$"
)
_SENTENCE = re.compile(r"(?:for|of|is|on|about|with|by|to|in|at|that|where|who)\b", re.IGNORECASE)
_SHORT = re.compile(r"\bshort(?:er|est)?\b|\bquick\b")
_CLAUSE = re.compile(r"[.?!;\n]+(?:\s|$)|\s[-–—]\s|,\s|\s\((?=\w)|\)\s")


def parse(text: str) -> Question:
    """A message as a Question; any text at all gives one."""
    cleaned = clean(text)
    read = cleaned.split()
    truncated = len(read) > MOST_WORDS
    cleaned = " ".join(read[:MOST_WORDS]) if truncated else " ".join(read)
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
        return Question(text, Ask.LIST, "next", _words(rest), inner.about, soon="next")
    if name == "day":
        time, left = when.find(fold(text))
        time, left = (time, left) if time else when.find(fold(f"on {rest}"))
        return Question(text, Ask.LIST, "day", _words(rest), (), time=time) if time else None
    if name in ("today", "tomorrow"):
        return Question(text, Ask.LIST, "day", (), (), time=when.find(name)[0])
    ask = Ask.WHO if name == "speaker" else Ask.WHAT if name == "talk" else Ask.LIST
    about = tuple(word for word in _words(rest) if word.word not in cues.STOP) or _words(rest)
    return Question(text, ask, name, _words(rest), about, soon="now" if name == "now" else "")


def _question(text: str, truncated: bool) -> Question:
    folded = fold(text)
    time, left = when.find(folded)
    same_time, after, before = (bool(p.search(folded)) for p in (_SAME_TIME, _AFTER_THAT, _BEFORE_THAT))
    relation = (
        "same time"
        if same_time
        else "after"
        if after
        else "before"
        if before
        else "else"
        if _ELSE.search(folded)
        else "more"
        if _MORE.search(folded)
        else ""
    )
    for pattern in (_SAME_TIME, _AFTER_THAT, _BEFORE_THAT):
        left = pattern.sub(" ", left)
    soon = "now" if _NOW.search(left) else "later" if _LATER.search(left) else "next" if _NEXT.search(left) else ""
    left = _LATER.sub(" ", _NEXT.sub(" ", _NOW.sub(" ", left))) if soon else left
    words = _words(text)
    kept = _content(words, left)
    pick, kept = _picked(kept)
    nth = 0 if pick and not folded.endswith(" one") else _nth(folded)
    return Question(
        text=text,
        ask=next((ask for ask, pattern in _ASK if pattern.search(folded)), Ask.WHAT),
        words=words,
        about=kept,
        clauses=_clauses(text, kept),
        time=time,
        soon=soon,
        pick=pick,
        refers=bool(_REFERS.search(folded)),
        nth=nth,
        relation=relation,
        missed="still" if _STILL.search(folded) else "missed" if _MISSED.search(folded) else "",
        longest=30 if _SHORT.search(folded) else 0,
        truncated=truncated,
    )


def _words(text: str) -> tuple[Asked, ...]:
    """Every word of a text with the other ways to write it."""
    found = []
    for compound in compounds(text):
        parts, joined = token(compound)
        found += [Asked(part, joined) for part in parts]
    return tuple(found)


def _content(words: tuple[Asked, ...], left: str) -> tuple[Asked, ...]:
    """The words that are left after time is taken out, and that are not only there for the sentence."""
    remaining = {part for compound in compounds(left) for part in token(compound).parts}
    return tuple(
        word for word in words if word.word in remaining and word.word not in cues.STOP and word.word not in cues.NOUNS
    )


def _picked(words: tuple[Asked, ...]) -> tuple[str, tuple[Asked, ...]]:
    """`first` or `last`, and the words without it; a sentence that is about nothing else keeps its meaning too."""
    for word in words:
        if word.word in cues.FIRST or word.word in cues.LAST:
            return "first" if word.word in cues.FIRST else "last", tuple(other for other in words if other != word)
    return "", words


def _nth(folded: str) -> int:
    match = _NTH.search(folded.rstrip("?!. "))
    if not match:
        return 0
    if match[1]:
        return -1 if match[1] == "last" else cues.ORDINALS[match[1]]
    return int(match[2] or match[3])


def _clauses(text: str, about: tuple[Asked, ...]) -> tuple[tuple[Asked, ...], ...]:
    """The content words clause by clause, where a message has more than one clause with any."""
    pieces = [piece for piece in _CLAUSE.split(text) if piece and piece.strip()]
    if len(pieces) < 2:
        return ()
    wanted = set(about)
    clauses = (tuple(word for word in _words(piece) if word in wanted) for piece in pieces)
    return tuple(clause for clause in clauses if clause)

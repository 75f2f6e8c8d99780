"""How questions are phrased: regular expressions over lower-case text, and what they mean."""

import re

from bot.questions import cues

Meanings = tuple[tuple[str, re.Pattern[str]], ...]


def _meanings(*pairs: tuple[str, str]) -> Meanings:
    return tuple((meaning, re.compile(pattern)) for meaning, pattern in pairs)


ASKS = _meanings(
    ("how_long", r"\bhow (?:long|many minutes|much (?:time|longer))|\bduration\b|\bhow soon\b"),
    ("when", r"\bwhen'?s?\b|\b(?:what|which|at what) (?:time|day)\b|\btime of\b|\bwhat hour\b|\bwann\b|\bquand\b"),
    (
        "where",
        r"\bwhere'?s?\b|\b(?:which|what) (?:room|hall|stage|floor)\b|\broom (?:for|of)\b|\blocation\b"
        r"|\bhow (?:do|can) i (?:get|find)\b|\bwo\b",
    ),
    (
        "who",
        r"\bwho(?:'?s|m|se)?\b|\b(?:which|what) (?:speaker|person|people)|\bspeakers? (?:of|for)\b|\bby whom\b|\bwer\b",
    ),
    (
        "list",
        r"\bany(?:thing|one|body)?\b|\blist\b|\ball\b|\b(?:what|which|how many|more) (?:talks|sessions)|\btalks\b"
        r"|\bsessions\b|\bshow (?:me|us)\b|\bwhat'?s? (?:is )?(?:on|happening|next)\b|\bwhat else\b",
    ),
)

SOON = _meanings(
    (
        "now",
        r"\b(?:right now|just now|now|currently|at the moment|at present)\b|^what(?:'?s| is) (?:on|happening|going on)\W*$",
    ),
    (
        "later",
        r"\b(?:later(?: today| on)?|rest of the day|still to come)\b|\b(?:anything|something|what'?s?|much) (?:is )?left\b",
    ),
    ("next", r"\b(?:up next|next|coming up|soon|upcoming)\b(?![.-]\w)"),
)

STATUS = _meanings(
    (
        "still",
        r"\bis\b.{0,80}\bstill (?:on|going|running|happening)|\bstill (?:on|going|running)\b|\bis\b.{1,80}\bon (?:already|yet)\b"
        r"|\b(?:has|have|did)\b.{1,80}\b(?:started|begun|begin|start)(?: already| yet)?\W*$",
    ),
    (
        "missed",
        r"\bdid (?:i|we) (?:just |already )?miss|\bhave (?:i|we) (?:just |already )?missed|\bmissed\b"
        r"|\bis .{0,80}\b(?:over|finished|done)\b(?: (?:yet|already))?\W*$",
    ),
)

# The words by which somebody asks that, which are not what the session is about.
STATE = re.compile(r"\bstill (?:on|going|running|happening)\b|\b(?:started|begun)(?: already| yet)?\W*$")

_AT_AN_END = r"(?:what(?:'?s| is| comes| happens)?(?: on| next)?|who(?:'?s| is| speaks| comes| talks)(?: on| next)?|anything|next|(?:which|what) (?:talk|session|one)(?: is| was| comes)?)"

RELATIONS = _meanings(
    (
        "same time",
        r"\b(?:at|in|during) (?:the|that) same (?:time|slot)(?: as)?\b|\bsame (?:time|slot)(?: as)?\b|\bat that time\b"
        r"|\bwhat else (?:is|'s) (?:on |happening )?(?:during|while)\b|\bam i missing\b|\b(?:will|would|do) i (?:be )?miss(?:ing)?\b"
        r"|\bin parallel(?: (?:to|with))?\b|\bclash(?:es)?(?: with)?\b|\bmeanwhile\b|\binstead(?: of)?\b|\bwhile .{1,80} is on\b",
    ),
    (
        "after",
        r"\b(?:and )?(?:after|following) (?:that|this|it)(?: one| talk)?\b|\bafterwards?\b|\bthen what\b"
        r"|\bwhat comes (?:next|after)\b|^(?:and )?(?:then|next|after)\W*$"
        rf"|\b{_AT_AN_END} (?:right |directly )?(?:after|following)\b",
    ),
    (
        "before",
        rf"\bbefore (?:that|this|it)(?: one| talk)?\b|^(?:and )?(?:the (?:one|talk) )?before\W*$|\b{_AT_AN_END} (?:right |directly )?before\b",
    ),
    ("else", r"\b(?:what|anything|something) else\b|\belse\b|\bother (?:talks?|sessions?)\b"),
    (
        "more",
        r"^(?:tell me )?more\b(?! talks)|\bmore (?:info|details?|about (?:it|that|this))\b|\bdetails?\b|\babstract\b"
        r"|^tell me about (?:it|that|this)(?: one)?\W*$",
    ),
)

_NTHS = "|".join(cues.ORDINALS)

REFERS = re.compile(
    r"\b(?:that|it|its|this|he|she|they|him|her|his|their|them|those|these|the (?:other|same)|(?:this|that) one"
    rf"|(?:{_NTHS}) one|(?:speaks?|speaking|talks?|on|next|happening) there)\b"
)

# "and on Sunday?", "what about Fleming?": the question before, elsewhere or at another time.
ELSEWHERE = re.compile(r"^(?:and|or|what about|how about|only|just)\b", re.IGNORECASE)

NTH = re.compile(
    rf"^(?:and |what about |how about )?(?:the )?({_NTHS})(?: one| talk| result)?$|\bthe ({_NTHS}) one\b"
    r"|^(?:number |no |#)?(\d)$"
)

# The words after `talk`, `room` … that make them part of a sentence rather than a command.
SENTENCE = re.compile(r"(?:for|of|is|on|about|with|by|to|in|at|that|where|who)\b", re.IGNORECASE)

UNTIL = re.compile(r"\b(?:until|till|before|to go|left|remaining|starts?|begins?|ends?|over|soon)\b")

SHORT = re.compile(
    r"\b(?:anything|something|any|some|what's|the) (?:really |very )?(?:short|quick)(?:er|est)?\b"
    r"|\b(?:short(?:er|est)?|quick(?:er|est)?) (?:talk|session)s?\b"
)

_EDGE = "|".join(cues.EDGES)

_EVENT = (
    r"(?:talks?|sessions?|keynotes?|speakers?|slots?|events?|presentations?|workshops?|tutorials?|panels?|lectures?|demos?"
    r"|concerts?|speech|act)"
)

PICK = re.compile(rf"\b({_EDGE})\b(?: \w+)? {_EVENT}\b|\bwho ({_EDGE})\b|^(?:the )?({_EDGE})\b(?: (?:one|thing|up))?$")

ABOUT = re.compile(r"\b(?:about|regarding|covering|mentions?|topic of|talks? on|sessions? on)\s(.+)", re.IGNORECASE)

CLAUSE = re.compile(r"[.?!;\n]+(?:\s|$)|\s[-–—]\s|,\s|\s\((?=\w)|\)\s")

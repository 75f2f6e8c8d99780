"""Small talk and practical questions: what is no talk and must not be answered with one."""

import re

from bot.questions.answers import Practical, Reply, SmallTalk
from bot.questions.asking import Asking
from bot.questions.chatter import CODE, HELP, TOPICS, VOCATIVE
from bot.questions.cues import PRACTICAL
from bot.schedule.models import Talk
from bot.search import fields
from bot.search.lexicon import stem
from bot.search.terms import EVERYDAY, having_all
from bot.search.words import words

LONGEST = 100  # characters of small talk; who writes more means something

LONGEST_CODE = 300  # characters that are looked at for code

_GETTING = re.compile(
    r"(?:where|how) (?:can|do|could|should) (?:i|we|one) (?:get|buy|charge|eat|park|drink|leave|store|smoke|sleep|sit|put"
    r"|print|rent|wash|refill|pick up|pay|check in|register)\b(?!.*\btalks?\b)"
    r"|(?:can|may|could|am) (?:i|we) (?:allowed to )?(?:bring|park|eat|smoke|pay|sleep)\b"
)

_OF_US = re.compile(r"\b(?:you|u|i|we)(?:(?:'re|'m| are| am| were)(?: not)?)?(?: all| just| really| so)? (\w+)")

_TOPICAL = re.compile(
    r"\b(?:talks?|sessions?|presentations?|workshops?|lectures?|anything|something) (?:about|on|covering|regarding|for)\b"
    r"|\bwho (?:talks?|speaks?|presents?|covers?|mentions?)\b|\b(?:track|devroom)\b"
)


def small_talk(asking: Asking) -> Reply | None:
    """A friendly word, when that is all the message is, or when it is code rather than a question."""
    text = asking.question.text
    said = _bare(VOCATIVE.sub("", text)) or _bare(text)
    if len(said) < LONGEST:
        for topic, pattern in TOPICS:
            if pattern.fullmatch(said):
                return asking.reply(SmallTalk(topic))
    return asking.reply(SmallTalk("chat")) if CODE.match(text[:LONGEST_CODE]) else None


def of_us(asking: Asking) -> Reply | None:
    """A friendly word when all that is said is said of those who talk: `who are you rooting for`, `can you dance`."""
    about = asking.question.about
    if len(about) != 1 or about[0].word not in asking.index.lexicon.english:
        return None
    said = any(found[1] == about[0].word for found in _OF_US.finditer(_bare(asking.question.text)))
    return asking.reply(SmallTalk("chat")) if said else None


def wants_help(text: str) -> bool:
    """Whether a message asks what the bot can do."""
    return bool(HELP.fullmatch(_bare(text)))


def practical(asking: Asking) -> Reply | None:
    """Wifi, lunch, toilets, where the question is about nothing else: from the schedule's info and breaks."""
    text = asking.question.text.lower()
    if _TOPICAL.search(text):
        return None
    if _GETTING.match(_bare(text)):
        return _informed(asking) or pointer(asking) or asking.reply(Practical(asking.question.subject))
    english, about = asking.index.lexicon.english, asking.question.about
    asked_for = {stem(word) for info in asking.schedule.info for phrase in info.ask for word in words(phrase)}
    if any(
        not (_is_practical(one.word) or stem(one.word) in asked_for or english.get(one.word, 0) >= EVERYDAY)
        for one in about
    ):
        return None
    return _informed(asking) or (None if _is_a_title(asking) else pointer(asking))


def _informed(asking: Asking) -> Reply | None:
    """The organisers' own words: the first info one of whose phrases is said."""
    said = {stem(one.word) for one in asking.question.words}
    for info in asking.schedule.info:
        if any(said.issuperset(map(stem, words(phrase))) for phrase in info.ask):
            return asking.reply(Practical(asking.question.subject, info.answer))
    return None


def pointer(asking: Asking) -> Reply | None:
    """The break that a question names, or where else to ask; nothing where it names nothing practical."""
    named = [one.word for one in asking.question.about if _is_practical(one.word)]
    if not named or _TOPICAL.search(asking.question.text.lower()):
        return None
    pause = _pause(asking, named)
    return asking.reply(Practical(asking.question.subject, pause=pause), (pause,) if pause else ())


def _is_a_title(asking: Asking) -> bool:
    """Whether several words that are asked for stand together in the title of a talk: `leaves or bags`."""
    asked, index = tuple(one.word for one in asking.question.about), asking.index
    titled = map(index.session, having_all(index, asked, fields.TITLE)) if len(asked) > 1 else ()
    return any(isinstance(one, Talk) and not one.is_break for one in titled)


def _is_practical(word: str) -> bool:
    return word in PRACTICAL or word.removesuffix("s") in PRACTICAL


def _pause(asking: Asking, named: list[str]) -> Talk | None:
    """The break of that name that is on or comes next, or else was the last."""
    found = [talk for talk in asking.schedule.breaks if not set(words(f"{talk.kind} {talk.title}")).isdisjoint(named)]
    return next((talk for talk in found if talk.end > asking.now), found[-1] if found else None)


def _bare(text: str) -> str:
    return " ".join(text.lower().split()).strip("!?.,:;)( ")

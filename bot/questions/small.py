"""Small talk and practical questions: what is no talk and must not be answered with one."""

import re

from bot.questions.answers import Practical, Reply, SmallTalk
from bot.questions.asking import Asking
from bot.questions.chatter import CODE, HELP, TOPICS, VOCATIVE
from bot.questions.cues import PRACTICAL
from bot.search.terms import EVERYDAY
from bot.search.words import words

LONGEST = 100  # characters of small talk; who writes more means something

_GETTING = re.compile(
    r"(?:where|how) (?:can|do|could|should) (?:i|we|one) (?:get|buy|charge|eat|park|drink|leave|store|smoke|sleep|sit|put|print"
    r"|rent|wash|refill|pick up|pay|check in|register)\b|(?:can|may|could|am) (?:i|we) (?:allowed to )?(?:bring|park|eat|smoke|pay|sleep)\b"
)
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
    return asking.reply(SmallTalk("chat")) if CODE.match(text) else None


def wants_help(text: str) -> bool:
    """Whether a message asks what the bot can do."""
    return bool(HELP.fullmatch(_bare(text)))


def _bare(text: str) -> str:
    return " ".join(text.lower().split()).strip("!?.,:;)( ")


def practical(asking: Asking) -> Reply | None:
    """Wifi, lunch, toilets, where the question is about nothing else: from the schedule's info and breaks."""
    question = asking.question
    said = {word.word for word in question.words}
    for info in asking.schedule.info:
        if any(set(words(phrase)) <= said for phrase in info.ask):
            return asking.reply(Practical(" ".join(info.ask[:1]), info.answer))
    english = asking.index.lexicon.english
    if (
        _GETTING.match(_bare(question.text))
        and not _TOPICAL.search(question.text.lower())
        and " talk" not in question.text
    ):
        return pointer(asking) or asking.reply(Practical(" ".join(word.word for word in question.about)))
    if any(word.word not in PRACTICAL and english.get(word.word, 0) < EVERYDAY for word in question.about):
        return None
    return pointer(asking)


def pointer(asking: Asking) -> Reply | None:
    """The break that a question names, or where else to ask; nothing where it names nothing practical."""
    named = [word.word for word in asking.question.about if word.word in PRACTICAL]
    if not named or _TOPICAL.search(asking.question.text.lower()):
        return None
    pause = next(
        (talk for talk in asking.schedule.talks if talk.is_break and _names(talk.kind, talk.title, named)), None
    )
    return asking.reply(Practical(" ".join(named), pause=pause))


def _names(kind: str, title: str, named: list[str]) -> bool:
    return not set(words(f"{kind} {title}")).isdisjoint(named)

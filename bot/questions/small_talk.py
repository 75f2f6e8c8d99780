"""Small talk and practical questions: messages about no session, which must not be answered with one."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from bot.questions.models import Ask, Practical, Reply, SmallTalk
from bot.questions.question import QuestionContext
from bot.questions.tokens import MessageToken
from bot.schedule.models import Info, Talk
from bot.search import fields
from bot.search.lexicon import EVERYDAY, stem
from bot.search.query_terms import having_all
from bot.search.tokenizer import words

LONGEST = 100  # characters of small talk; whoever writes more means something
_POLITE = frozenset({"greeting", "thanks", "praise", "sorry"})  # said before a question as well
LONGEST_CODE = 300  # characters that are looked at for code

# A statement of a program, a template or a path: nobody asks about a session like that.
_CODE = re.compile(
    r"(?=.*[;*='\"])(?:.*\b(?:select|drop|insert|delete|update|union|alter)\b.*\b(?:from|table|into|where|set|select)\b)"
    r"|.*(?:['\")]\s*;\s*--|\{\{.*\}\}|\$[{(]|(?:\.\./){2}|\bor\b\s+['\"]?\d['\"]?\s*=\s*['\"]?\d"
    r"|\b(?:near|and|or)\([^)]*\)\s+or\b|\w+:[\"']?\*|\{\s*[\"']\w+[\"']\s*:"
    r"|\w*(?:alert|script)\(|\b\w+\.\w+\([^)]*\)|;\s*(?:rm|cat|ls|curl|wget|sh|bash)\s|\bon(?:error|load|click)\s*=)",
    re.IGNORECASE,
)


def small_talk(context: QuestionContext) -> Reply | None:
    """Answer small talk, and code that is no question, with a friendly word."""
    text, language = context.question.text, context.question.language
    said = {_bare(language.patterns["vocative"].sub("", text)) or _bare(text)}
    said.add(_bare(" ".join(token.word for token in context.question.tokens)))
    question = context.question
    asks = question.ask in (Ask.WHEN, Ask.WHERE, Ask.HOW_LONG) or question.soon
    of_talk = context.conversation.focus and question.has("refers") and not (question.soon or question.time)
    if len(text) < LONGEST:
        for topic, pattern in language.small_talk:
            other = (asks and topic in _POLITE) or (topic == "clock" and of_talk)
            if any(map(pattern.fullmatch, said)) and not other:
                return context.reply(SmallTalk(topic))
    return context.reply(SmallTalk("chat")) if _CODE.match(text[:LONGEST_CODE]) else None


def chat_about_us(context: QuestionContext) -> Reply | None:
    """Answer questions about the bot or the asker with a friendly word: `who are you rooting for`, `can you dance`."""
    question = context.question
    content = question.words_at(question.content)
    if len(content) != 1 or content[0] not in context.index.lexicon.english:
        return None
    said = question.language.patterns["of_us"].finditer(_bare(question.text))
    return context.reply(SmallTalk("chat")) if any(content[0] in found.groups() for found in said) else None


def wants_help(context: QuestionContext) -> bool:
    """Tell whether a message asks what the bot can do."""
    text = context.question.text
    return bool(context.question.language.patterns["help"].fullmatch(_bare(text) or text.strip()))


def wants_to_get(context: QuestionContext) -> bool:
    """Tell whether a message is about something to get or to do at the venue: `where can I charge my phone`."""
    return bool(context.question.language.patterns["getting"].match(_bare(context.question.text)))


def practical(context: QuestionContext) -> Reply | None:
    """Answer a question about nothing but wifi, toilets and the like: as organisers do, or with where to ask."""
    question, language, english = context.question, context.question.language, context.index.lexicon.english
    if asks_for_talks(context):
        return None
    subject = question.typed(question.content)
    if wants_to_get(context):
        return organisers_answer(context) or context.reply(Practical(subject))
    asked_for = {word for info in context.schedule.info for phrase in _phrases(info, context) for word in phrase}

    def is_no_topic(word: str) -> bool:
        everyday = word in language.known or word in language.weak or english.get(word, 0) >= EVERYDAY
        return everyday or _is_practical(word, context) or stem(word) in asked_for

    asked = question.asking or question.content
    for place in asked:
        token = question.tokens[place]
        if not any(all(map(is_no_topic, spelling)) for spelling in _spellings(token)):
            return None
    if told := organisers_answer(context):
        return told
    is_topic = is_a_title(context) or not practical_words(context, asked)
    return None if is_topic else context.reply(Practical(question.typed(asked)))


def organisers_answer(context: QuestionContext) -> Reply | None:
    """Answer in the organisers' words, with the first info that has a phrase of the question."""
    spellings = (spelling for token in context.question.tokens for spelling in _spellings(token))
    said = {stem(word) for spelling in spellings for word in spelling}
    for info in context.schedule.info:
        if any(map(said.issuperset, _phrases(info, context))):
            return context.reply(Practical(context.question.typed(context.question.content), info.answer))
    return None


def _phrases(info: Info, context: QuestionContext) -> Iterator[set[str]]:
    """The stems of each phrase that asks for this info; usual questions have phrases in every language."""
    for phrase in info.ask:
        for asked in (words(phrase), *context.question.language.usual.get(phrase.casefold(), ())):
            yield set(map(stem, asked))


def _spellings(token: MessageToken) -> tuple[tuple[str, ...], ...]:
    """The spellings of a word: as meant, in parts, and joined. `wi-fi` is wifi as well."""
    return ((token.word,), token.parts or (token.word,), *((joined,) for joined in token.joined))


def asks_for_talks(context: QuestionContext) -> bool:
    """Tell whether a question asks for talks on a topic: `who talks about tea`, `wifi talks`, not `lunch session`."""
    words, language = context.question.words, context.question.language
    sessions = language.sessions - language.conference  # the beer event
    beside = (one for one, other in pairwise(words) if other in sessions and (one,) not in language.time.meals)
    topical = language.patterns["topical"].search(" ".join(words))
    return bool(topical) or any(_is_practical(one, context) for one in beside)


def practical_words(context: QuestionContext, content: Sequence[int]) -> list[str]:
    """The practical things that a question names, unless it asks for talks about them."""
    if asks_for_talks(context):
        return []
    return [word for word in context.question.words_at(content) if _is_practical(word, context)]


def is_a_title(context: QuestionContext) -> bool:
    """Tell whether a talk's title has the words: `leaves or bags`, `how long until the photo`, `uber`."""
    question, index = context.question, context.index
    said = question.words_at(question.content)
    asked = tuple(word for word in said if word not in question.language.weak) or said  # the self-driving bus one
    topics = tuple(word for word in asked if not _is_practical(word, context))
    asked = topics if len(topics) > 1 else asked  # flight levels, just had lunch
    one_fact = question.scope_of_one and question.ask is not Ask.WHERE
    named = len(asked) > 1 or (len(asked) == 1 and (one_fact or len(question.tokens) == 1))
    titled = map(index.session, having_all(index, asked, fields.TITLE)) if named else ()
    return any(isinstance(session, Talk) and not session.is_break for session in titled)


def _is_practical(word: str, context: QuestionContext) -> bool:
    practical = context.question.language.practical
    return word in practical or word.removesuffix("s") in practical


def _bare(text: str) -> str:
    return " ".join(text.lower().split()).strip("!?.,:;)( ")

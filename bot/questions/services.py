"""Services that a schedule lists with their hours: registration, swag, a cloakroom, or a hall that opens and closes."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from bot.questions.filters import Narrowed
from bot.questions.language import Language
from bot.questions.meals import Pause
from bot.questions.models import Ask, Pauses, Practical, Reply
from bot.questions.question import QuestionContext
from bot.questions.small_talk import asks_for_talks, is_a_title, organisers_answer
from bot.schedule.models import Talk
from bot.search.lexicon import EVERYDAY, stem, stems
from bot.search.tokenizer import fold, words

LONGEST_TITLE = 12  # words of an entry that is a service rather than a talk about one
LONGEST_PHRASE = 3  # words that ask for a service
MOST_TITLES = 20_000  # whose words are remembered
_HYPHENATED = re.compile(r"-\w+")


class _Asked(NamedTuple):
    """The services that a question names, and the spellings of each other word that an entry has to have."""

    names: frozenset[str]
    others: tuple[frozenset[str], ...]


def service_answer(context: QuestionContext, narrowed: Narrowed) -> Reply | None:
    """Answer where a service is and when it is open; if the schedule has no entry for it, as for other practical things."""
    question = context.question
    asked = None if question.command or question.count or question.ask is Ask.WHO else _asked(context)
    if not asked or asks_for_talks(context):
        return None
    if not (found := _nearest(context, narrowed, _entries(context, asked))):
        unknown = not asked.others and not is_a_title(context)
        return (organisers_answer(context) or context.reply(Practical(question.text))) if unknown else None
    timed = question.ask in (Ask.WHEN, Ask.HOW_LONG)
    whether = not timed and question.ask is not Ask.WHERE and (bool(question.status) or _says_hours(context))
    if not (timed or whether) and (told := organisers_answer(context)):
        return told
    ask = question.ask if question.ask in (Ask.WHERE, Ask.HOW_LONG) else Ask.WHEN
    first, *then = (Pause(talk.start, talk.end, talk) for talk in found)
    shape = Pauses("", first, ask, question.until, whether=whether, then=tuple(then))
    return context.reply(shape, found[:1])


def _says_hours(context: QuestionContext) -> bool:
    """Tell whether the question has a word such as open."""
    return not context.question.language.hours.keys().isdisjoint(context.question.words)


def _asked(context: QuestionContext) -> _Asked | None:
    """The asked services; None if the question names none and does not ask whether anything is open."""
    question, language, english = context.question, context.question.language, context.index.lexicon.english
    names, used = set[str](), set[int]()
    for at, first in enumerate(question.tokens):
        phrases = [question.words[at : at + length] for length in range(1, LONGEST_PHRASE + 1)]
        for phrase in (*phrases, *((joined,) for joined in first.joined)):
            if at not in question.told and (name := language.services.get(phrase)):
                names.add(name)
                used.update(range(at, at + len(phrase)))
    if not names and not _says_hours(context):
        return None
    left = (question.tokens[at] for at in question.content if at not in used)
    others = tuple(
        frozenset(map(stem, (one.word, *one.joined)))
        for one in left
        if one.word not in language.weak
        and one.word not in language.hours
        and not (names and english.get(one.word, 0) >= EVERYDAY)
    )
    return _Asked(frozenset(names), others) if names or others else None


def _entries(context: QuestionContext, asked: _Asked) -> list[Talk]:
    """The entries of the asked services in order of start, each with its whole hours."""
    language = context.question.language
    phrases = [frozenset(map(stem, phrase)) for name in asked.names for phrase in language.usual[name]]

    def is_asked(talk: Talk) -> bool:
        title = _stems_of(talk.title)
        named = talk.kind in asked.names or any(map(title.issuperset, phrases))
        opens = not asked.names and (talk.start == talk.end or talk.is_break) and _hours_of(language, talk)[0]
        return bool(named or opens) and not any(map(title.isdisjoint, asked.others))

    short = (talk for talk in context.schedule.given if not talk.speakers and len(talk.title.split()) <= LONGEST_TITLE)
    return list(_with_hours(context, filter(is_asked, short)))


@lru_cache(maxsize=MOST_TITLES)
def _stems_of(title: str) -> frozenset[str]:
    """The stems of a title's words, and of a hyphenated one only of its first part: `pre-registration` is none."""
    return frozenset(stems(words(_HYPHENATED.sub("", title))))


def _with_hours(context: QuestionContext, entries: Iterable[Talk]) -> Iterator[Talk]:
    """The entries; instead of two that say when something opens and when it closes, the asked one with both hours."""
    language, schedule = context.question.language, context.schedule
    closes = "closes" in map(language.hours.get, context.question.words)
    said = [(talk, *_hours_of(language, talk)) for talk in entries]
    ignored = frozenset(stems((*language.hours, *language.grammar)))
    alike = [(_stems_of(talk.title) - ignored, schedule.day_of(talk.start)) for talk, _, _ in said]
    for (talk, hours, plain), service in zip(said, alike, strict=True):
        same = [other for other, its in zip(said, alike, strict=True) if its == service]
        if hours == "closes" and any(other == "opens" for _, other, _ in same):
            continue
        ends = (other for other, its, _ in same if its == "closes" and other.start > talk.start)
        end = next(ends, None) if hours == "opens" else None
        yield replace(end if closes else talk, title=plain, start=talk.start, end=end.start) if end else talk


def _hours_of(language: Language, talk: Talk) -> tuple[str, str]:
    """Whether a title says opens or closes, and the title without that word; empty where it says neither."""
    said = talk.title.split()
    for at in range(len(said) - 1, 0, -1):  # open spaces are no hours
        if hours := language.hours.get(fold(said[at])):
            return hours, " ".join((*said[:at], *said[at + 1 :]))
    return "", ""


def _nearest(context: QuestionContext, narrowed: Narrowed, entries: Sequence[Talk]) -> list[Talk]:
    """The entry that is open or opens next today, or else the last one of today and the next; of the asked day if any."""
    days = narrowed.scope.days or ((narrowed.scope.day,) if narrowed.scope.day else ())
    entries = [talk for talk in entries if not days or context.day_of(talk.start) in days]
    ahead = [talk for talk in entries if talk.end > context.now or talk.start >= context.now]
    past = [talk for talk in entries if talk not in ahead]
    today = [talk for talk in past if context.day_of(talk.start) == context.today]
    if ahead and context.day_of(ahead[0].start) <= context.today:
        return ahead[:1]
    return [*today[-1:], *ahead[:1]] or past[-1:]

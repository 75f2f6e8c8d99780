"""From a Question to its Reply: readings compete, and the one that explains most of the question answers."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.questions import listings, matching
from bot.questions.filters import Narrowed, narrow
from bot.questions.followups import accepted, follow_up, next_page, related, whether_it_fits, within_last
from bot.questions.models import (
    NOTHING_SAID,
    Ask,
    Conversation,
    Help,
    Matches,
    NothingFound,
    NotInSchedule,
    OfWords,
    Practical,
    Reply,
    Scope,
)
from bot.questions.question import Question, QuestionContext
from bot.questions.services import service_answer
from bot.questions.small_talk import (
    asks_for_talks,
    chat_about_us,
    organisers_answer,
    practical,
    practical_words,
    small_talk,
    wants_help,
    wants_to_get,
)
from bot.questions.time_resolution import resolve
from bot.schedule.models import Schedule, Talk
from bot.search import fields
from bot.search.engine import Found
from bot.search.index import Index
from bot.search.tokenizer import name_words

BESIDE = 2  # words from a meal, where another word makes it something else: the PyLadies lunch


def answer(
    question: Question, schedule: Schedule, index: Index, now: datetime, conversation: Conversation | None = None
) -> Reply:
    """The answer at an aware `now`, and what to remember of it; never raises, whatever was asked."""
    context = QuestionContext(question, schedule, index, now, conversation or NOTHING_SAID)
    reply = _with_choice(context, _reply(context))
    if question.truncated and isinstance(reply.answer, OfWords):
        return replace(reply, answer=replace(reply.answer, truncated=True))
    return reply


def _with_choice(context: QuestionContext, reply: Reply) -> Reply:
    """The reply with the one of the asked times that its first talk starts at: `before or after lunch`."""
    told = reply.answer
    if not context.question.choice or not isinstance(told, Matches) or not told.talks:
        return reply
    start = told.talks[0].start
    day = context.day_of(start)
    for time in context.question.choice:
        dated = replace(time, day="date", value=(day.day, day.month, day.year))
        if any(span.start <= start < span.end for span in resolve(dated, context.schedule, context.now).spans):
            return replace(reply, answer=replace(told, chosen=time))
    return reply


def _reply(context: QuestionContext) -> Reply:
    question = context.question
    if question.command == "help" or wants_help(context):
        return context.reply(Help())
    last = None
    if not question.command:
        for step in (matching.answer_by_title, accepted, small_talk, whether_it_fits, next_page):
            if reply := step(context):
                return reply
        last = within_last(context)
        if last is None and (reply := follow_up(context)):
            return reply
    narrowed = last or narrow(context)
    reply = (
        (context.reply(narrowed.outside) if narrowed.outside else None)
        or _meal_answer(context, narrowed)
        or service_answer(context, narrowed)
        or _answer_by_search(context, narrowed)
    )
    if isinstance(reply.answer, Practical) and not reply.answer.answer and question.meal:
        return listings.other_break(context, narrowed) or reply
    if isinstance(reply.answer, NothingFound | NotInSchedule) and not question.command:
        return matching.answer_by_misspelt_title(context) or reply
    return reply


def _meal_answer(context: QuestionContext, narrowed: Narrowed) -> Reply | None:
    """Answer when a meal is; None if something else is asked for."""
    question = context.question
    if not question.meal or question.command not in ("", "next") or asks_for_talks(context) or _is_talked_of(context):
        return None
    meals = _meal_places(question)
    told = meals.intersection(question.content).difference(question.asking)
    if told and (question.asking or question.ask is Ask.LIST):
        return None  # what is eaten before is not what was asked for
    pause = listings.next_meal(context, narrowed)
    of_fact = question.ask in (Ask.WHEN, Ask.WHERE, Ask.HOW_LONG)
    timed = of_fact or bool(question.status or question.soon)
    near = [place for place in narrowed.content if any(_is_near(question, place, at, timed=timed) for at in meals)]
    if _significant_words(context, near) and not (pause and pause.named):
        return None
    if pause is None and not of_fact:
        return None
    by_schedule = question.ask in (Ask.WHEN, Ask.HOW_LONG) or question.status  # organisers' words need not say when
    if not (pause and by_schedule) and (by_organisers := organisers_answer(context)):
        return by_organisers
    return context.reply(pause, pause.talks) if pause else context.reply(Practical(question.typed(narrowed.content)))


def _is_near(question: Question, place: int, meal: int, *, timed: bool) -> bool:
    """Tell whether a word may say which meal is asked for."""
    return question.in_one_clause(place, meal) and (not timed or abs(place - meal) <= BESIDE)


def _significant_words(context: QuestionContext, places: Sequence[int]) -> list[str]:
    """The words that are more than ordinary talk and no meals."""
    meals = _meal_places(context.question)
    said = context.question.query(at for at in places if at not in meals)
    return [word.word for word in said if not (word.optional or context.is_aside(word.word))]


def _meal_places(question: Question) -> set[int]:
    """The places of words for meals and breaks, if one is asked for."""
    return {at for start, end, _ in question.meals for at in range(start, end)} if question.meal else set()


def _is_talked_of(context: QuestionContext) -> bool:
    """Tell whether the asked drink is what a talk is about, as its title ends with it: `Testing with Espresso`."""
    question = context.question
    if wants_to_get(context):
        return False
    said = {question.words[start:end] for start, end, _ in question.meals}
    drinks = said.intersection(question.language.time.drinks)
    return bool(drinks) and any(
        talk.speakers and name_words(talk.title)[-1:] in drinks for talk in context.schedule.talks
    )


def _answer_by_search(context: QuestionContext, narrowed: Narrowed) -> Reply:
    question = context.question
    asking = [place for place in narrowed.content if place in question.asking]
    asked = _significant_words(context, asking)
    of_told = question.level or (question.has("refers") and not question.pick)
    told = of_told and not asked and _significant_words(context, narrowed.content)
    if told and matching.search_readings(context, narrowed).hits:
        return _search_within(context, narrowed)
    a_meal = not _meal_places(question).isdisjoint(asking)  # is there a party tonight
    a_thing = not asks_for_talks(context) and (a_meal or (not narrowed.is_narrow and wants_to_get(context)))
    if not (asked or a_thing) and _can_be_listed(context, narrowed):
        return _person_with_an_ordinary_name(context, narrowed) or listings.list_remaining(context, narrowed)
    if not (question.command or question.level) and (reply := practical(context) or chat_about_us(context)):
        return reply
    if not narrowed.content:
        return listings.list_remaining(context, narrowed)
    return _search_within(context, narrowed)


def _person_with_an_ordinary_name(context: QuestionContext, narrowed: Narrowed) -> Reply | None:
    """Answer with a person whose name is an ordinary word, if one is meant: `willing's keynote`."""
    index = context.index
    if any(index.vocabulary.get(word) in index.names for word in context.question.words_at(narrowed.content)):
        found = matching.search_readings(context, narrowed)
        if found.hits and found.hits[0].fields & fields.SPEAKER:
            return matching.answer_from_hits(context, narrowed, found)
    return None


def _can_be_listed(context: QuestionContext, narrowed: Narrowed) -> bool:
    """Tell whether the question can be answered without a search."""
    question = context.question
    asks = question.level or question.soon or question.pick or question.status or question.bound
    return narrowed.is_narrow or bool(asks) or question.has("happening") or question.relation == "after"


def _search_within(context: QuestionContext, narrowed: Narrowed) -> Reply:
    """Answer by a search within the talks that the filters leave."""
    question = context.question
    later = question.soon == "later" and not question.time.relation
    within = listings.only_upcoming(context, narrowed) if later else narrowed
    if reply := matching.answer_topics(context, within):
        return reply
    asked = [at for at in within.content if at in question.asking and at not in question.aside]
    found = matching.search_readings(context, within, chatty=bool(practical_words(context, asked)))
    if question.has("works_for"):
        found = matching.with_biographies(found)
    if not found.hits:
        return _nothing_found(context, narrowed, within, found)
    talks = tuple(hit.session for hit in found.hits if isinstance(hit.session, Talk))
    if question.command == "next" and any(talk.end > context.now for talk in talks):
        ids = {talk.id for talk in talks}
        chosen = tuple(talk for talk in context.schedule.talks if talk.id in ids)
        return listings.next_up(context, Narrowed(chosen, (), Scope(words=question.typed(question.content))))
    given = matching.answer_from_hits(context, within, found)
    if question.relation and talks and question.relation != "more":
        people = tuple(context.schedule.speaker_by_id[id] for id in given.remember.speakers)
        first = context.schedule.talk_by_id.get(given.remember.focus, talks[0])
        return related(context, first, people) or given
    return given


def _nothing_found(context: QuestionContext, narrowed: Narrowed, within: Narrowed, found: Found) -> Reply:
    question = context.question
    edge = next((cue for cue in question.cues if cue.role == "edge" and cue.value in ("opening", "closing")), None)
    if edge and not _significant_words(context, narrowed.without((edge.start,))):
        left = replace(narrowed, content=narrowed.without((edge.start,)))
        return listings.first_or_last_of(replace(context, question=replace(question, pick=edge.value)), left)
    tracks = context.index.venue.track(question.words_at(matching.significant_places(context, within.content)))
    if len(tracks) == 1 and (talks := [talk for talk in within.talks if talk.track in tracks]):
        return listings.listing(context, talks, replace(within.scope, track=tracks[0]))
    practical = practical_words(context, narrowed.content)
    if 2 * len(practical) > len(_significant_words(context, narrowed.content)):
        return context.reply(Practical(question.typed(narrowed.content)))
    return matching.nothing_found(context, within, found)

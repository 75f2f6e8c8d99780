"""From a Question to its Reply; each step either knows the answer or leaves it to the next."""

from collections.abc import Sequence
from datetime import datetime

from bot.questions import matches, on
from bot.questions.answers import Help, Nothing, OfTrack, Reply, Scope
from bot.questions.asking import Asking
from bot.questions.conversation import Conversation, Reader
from bot.questions.follow import follow_up
from bot.questions.grammar import Ask, Question
from bot.questions.scope import Narrowed, narrow, picked
from bot.questions.small import pointer, practical, small_talk, wants_help
from bot.schedule.model import Schedule, Talk
from bot.search.index import Index


def answer(
    question: Question,
    schedule: Schedule,
    index: Index,
    now: datetime,
    conversation: Conversation | None = None,
    reader: Reader | None = None,
) -> Reply:
    """The answer at an aware `now`, and what to remember of it; never raises, whatever was asked."""
    asking = Asking(question, schedule, index, now, conversation or Conversation(), reader or Reader())
    if question.command == "help" or wants_help(question.text):
        return asking.reply(Help())
    for step in (small_talk, matches.titled, practical, follow_up):
        if not question.command and (reply := step(asking)):
            return reply
    return _searched(asking, narrow(asking))


def _searched(asking: Asking, narrowed: Narrowed) -> Reply:
    if narrowed.outside:
        return asking.reply(narrowed.outside)
    if narrowed.about:
        return _about(asking, narrowed)
    if asking.question.soon and not asking.question.time:
        return _SOON[asking.question.soon](asking, narrowed.talks, narrowed.scope)
    return _listed(asking, narrowed)


def _listed(asking: Asking, narrowed: Narrowed) -> Reply:
    """There is nothing to search for: what is left of the schedule is the answer."""
    question = asking.question
    if question.pick:
        return _picked(asking, narrowed)
    if narrowed.by_track:
        shape = OfTrack(question.ask, narrowed.by_track, narrowed.talks, narrowed.hosted)
        return asking.reply(shape, narrowed.talks, narrowed.by_track.host, narrowed.by_track)
    if narrowed.is_narrow:
        return matches.listing(asking, narrowed.talks, narrowed.scope)
    if _asks_for_everything(question):
        day = asking.today if asking.is_conference_day else asking.schedule.conference.days[0]
        return matches.listing(asking, asking.schedule.talks_on(day), Scope(day=day))
    return asking.reply(Nothing(question.text, truncated=question.truncated))


def _about(asking: Asking, narrowed: Narrowed) -> Reply:
    """A search, within what the question narrows to; "now" and "next" only prefer, they do not exclude."""
    question = asking.question
    within = asking.numbers(narrowed.talks) if narrowed.is_narrow else None
    found = matches.find(asking, narrowed.about, within)
    if not found.hits and narrowed.scope.kind and not question.time:
        found = matches.find(asking, narrowed.about)
    if not found.hits:
        return pointer(asking) or matches.nothing(asking, narrowed.about, found, narrowed.scope)
    talks = {hit.session.id for hit in found.hits if isinstance(hit.session, Talk)}
    if question.pick and len(talks) > 1:
        return _picked(asking, narrowed)
    if question.soon == "next" and question.command == "next":
        ahead = tuple(talk for talk in asking.schedule.talks if talk.id in talks)
        return on.following(asking, ahead, Scope(words=question.text))
    return matches.answer(asking, narrowed, found, otherwise=bool(question.soon))


def _picked(asking: Asking, narrowed: Narrowed) -> Reply:
    """The first or the last: of what is left, or of today, or of the conference."""
    talks = narrowed.talks
    if not narrowed.is_narrow and asking.is_conference_day and asking.schedule.talks_on(asking.today):
        talks = asking.schedule.talks_on(asking.today)
    return matches.listing(asking, picked(talks, asking.question.pick), narrowed.scope, asking.question.pick)


def _later(asking: Asking, talks: Sequence[Talk], scope: Scope) -> Reply:
    today = asking.today
    ahead = [t for t in talks if t.start > asking.now and asking.schedule.conference.day_of(t.start) == today]
    return matches.listing(asking, ahead, Scope(scope.room, scope.track, scope.kind, today, since=asking.now))


def _asks_for_everything(question: Question) -> bool:
    """`what's on?`, `all talks`, `the schedule`."""
    said = {asked.word for asked in question.words}
    return question.ask is Ask.LIST and not said.isdisjoint(
        {"talks", "sessions", "schedule", "programme", "program", "agenda", "on", "happening", "everything"}
    )


_SOON = {"now": on.now, "next": on.following, "later": _later}

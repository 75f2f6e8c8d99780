"""From a Question to its Reply; each step either knows the answer or leaves it to the next."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from bot.questions import matches, on
from bot.questions.answers import About, Help, Listing, Matches, Nothing, OfTrack, Reply, Scope
from bot.questions.asking import Asking
from bot.questions.conversation import NOTHING_SAID, Conversation, Reader
from bot.questions.follow import follow_up, related
from bot.questions.question import Ask, Question
from bot.questions.scope import Narrowed, narrow, picked
from bot.questions.small import of_us, pointer, practical, small_talk, wants_help
from bot.schedule.models import Schedule, Talk
from bot.search.index import Index

RAMBLING = 3  # clauses with something to search for

_EVERYTHING = frozenset(
    {"talks", "sessions", "schedule", "programme", "program", "agenda", "on", "happening", "everything"}
)


def answer(
    question: Question,
    schedule: Schedule,
    index: Index,
    now: datetime,
    conversation: Conversation | None = None,
    reader: Reader | None = None,
) -> Reply:
    """The answer at an aware `now`, and what to remember of it; never raises, whatever was asked."""
    asking = Asking(question, schedule, index, now, conversation or NOTHING_SAID, reader or Reader())
    reply = _reply(asking)
    if question.truncated and isinstance(reply.answer, Matches | About | Nothing | Listing | OfTrack):
        return replace(reply, answer=replace(reply.answer, truncated=True))
    return reply


def _reply(asking: Asking) -> Reply:
    question = asking.question
    if question.command == "help" or wants_help(question.text):
        return asking.reply(Help())
    for step in (small_talk, matches.titled, practical, of_us, follow_up):
        if not question.command and (reply := step(asking)):
            return reply
    return _searched(asking, narrow(asking))


def _searched(asking: Asking, narrowed: Narrowed) -> Reply:
    if narrowed.outside:
        return asking.reply(narrowed.outside)
    if narrowed.about:
        return _about(asking, narrowed)
    if asking.question.soon and (not asking.question.time or _is_later_today(asking)):
        return _SOON[asking.question.soon](asking, narrowed.talks, narrowed.scope)
    return _listed(asking, narrowed)


def _is_later_today(asking: Asking) -> bool:
    time = asking.question.time
    return asking.question.soon == "later" and not time.relation and (time.day, time.value) == ("relative", (0,))


def _about(asking: Asking, narrowed: Narrowed) -> Reply:
    """A search, within what the question narrows to; "now" and "next" only prefer, they do not exclude."""
    question = asking.question
    within = asking.numbers(narrowed.talks) if narrowed.is_narrow else None
    found = matches.find(asking, narrowed.about, within)
    if not found.hits and (_is_rambling(question) if question.time else narrowed.scope.kind):
        found = matches.find(asking, narrowed.about)  # "her keynote" may be a talk, "this morning" when they arrived
    if not found.hits:
        return pointer(asking) or matches.nothing(asking, narrowed, found)
    talks = tuple(hit.session for hit in found.hits if isinstance(hit.session, Talk))
    if question.pick and len(talks) > 1:
        return _picked(asking, narrowed)
    if question.command == "next":
        ids = {talk.id for talk in talks}
        return on.following(
            asking, [one for one in asking.schedule.talks if one.id in ids], Scope(words=question.subject)
        )
    given = matches.answer(asking, narrowed, found)
    if question.relation and talks and question.relation != "more":
        people = [asking.schedule.speaker_by_id[one] for one in given.remember.speakers]
        return related(asking, talks[0], tuple(people)) or given
    return given


def _is_rambling(question: Question) -> bool:
    """Whether so much is said that a time may belong to something else."""
    return len(question.clauses) >= RAMBLING


def _listed(asking: Asking, narrowed: Narrowed) -> Reply:
    """There is nothing to search for: what is left of the schedule is the answer."""
    question = asking.question
    if question.pick:
        return _picked(asking, narrowed)
    if narrowed.track and not question.time:
        shape = OfTrack(question.ask, narrowed.track, narrowed.talks, narrowed.hosted)
        return asking.reply(shape, narrowed.talks, narrowed.track.host, narrowed.track)
    if narrowed.is_narrow:
        return matches.listing(asking, narrowed.talks, narrowed.scope)
    if question.status == "missed":
        ended = [talk for talk in asking.schedule.talks_on(asking.today) if talk.end <= asking.now]
        return matches.listing(asking, ended, Scope(day=asking.today, until=asking.now))
    if question.ask is Ask.LIST and not _EVERYTHING.isdisjoint(asked.word for asked in question.words):
        day = _some_day(asking)
        return matches.listing(asking, asking.schedule.talks_on(day), Scope(day=day))
    return asking.reply(Nothing(""))


def _picked(asking: Asking, narrowed: Narrowed) -> Reply:
    """The first or the last: of what is left, or of today, or of the conference."""
    question, today = asking.question, asking.schedule.talks_on(asking.today)
    of_the_day = question.pick in ("first", "last") or any(asked.word == "day" for asked in question.rest)
    talks = today if today and of_the_day and not narrowed.is_narrow else narrowed.talks
    return matches.listing(asking, picked(talks, question.pick), narrowed.scope, question.pick)


def _later(asking: Asking, talks: Sequence[Talk], scope: Scope) -> Reply:
    day_of = asking.schedule.conference.day_of
    ahead = [talk for talk in talks if talk.start > asking.now and day_of(talk.start) == asking.today]
    return matches.listing(asking, ahead, replace(scope, day=asking.today, since=asking.now))


def _some_day(asking: Asking) -> date:
    """Today, or the next day with talks, or the first."""
    days = [day for day in asking.schedule.conference.days if asking.schedule.talks_on(day)]
    ahead = [day for day in days if day >= asking.today]
    return (ahead or days or [asking.schedule.conference.days[0]])[0]


_SOON = {"now": on.now, "next": on.following, "later": _later}

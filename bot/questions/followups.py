"""Follow-ups: "when is that?", "and after that?", "the second one", "and on Sunday?", "what else does she give"."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from types import MappingProxyType

from bot.questions import listings
from bot.questions.filters import Narrowed, narrow
from bot.questions.language import languages, phrase_words
from bot.questions.models import (
    EVERYTHING,
    MOST_REMEMBERED,
    AboutPerson,
    AboutTrack,
    Ask,
    Conversation,
    Listing,
    Matches,
    Reply,
    Scope,
    Unclear,
)
from bot.questions.parse import OTHER, depends_on_context
from bot.questions.question import QuestionContext
from bot.questions.tokens import clean
from bot.schedule.models import Room, Speaker, Talk, Track
from bot.search.similarity import MANY_SIMILAR

ONE_MINUTE = timedelta(minutes=1)


def follow_up(context: QuestionContext) -> Reply | None:
    """Answer a question that depends on the one before it; None if it does not."""
    question = context.question
    if question.tells(question.content) and not question.nth:
        return None
    if not depends_on_context(question) or question.time or (question.pick and not question.nth):
        return None
    asks_else = question.nth or question.relation or question.status or question.soon
    if (track := _track_spoken_of(context)) and not asks_else:
        talks = _talks_of(context, track)
        return context.reply(AboutTrack(question.ask, track, talks), talks, track.host, track)
    spoken_of = talk_referred_to(context.conversation, question.nth)
    talk = context.schedule.talk_by_id.get(spoken_of) or (None if question.lacks_words else _on_now(context))
    if talk is None:
        asks_more = question.soon or question.pick or question.bound or question.meal or question.level
        after_now = question.relation == "after" and context.is_conference_day
        if asks_more or after_now or question.has("happening") or narrow(context).is_narrow:
            return None
        return context.reply(Unclear(question.lacks_words))
    return related(context, talk, _people(context, talk)) or _fact_answer(context, talk)


def whether_it_fits(context: QuestionContext) -> Reply | None:
    """Answer whether the talk spoken of is at a place or a time: `is it in the afternoon`, `does it end before 5`."""
    question, schedule, kept = context.question, context.schedule, context.conversation
    about = next((cue.value for cue in question.cues if (cue.role, cue.start) == ("asks_of", 0)), "")
    talk = schedule.talk_by_id.get(kept.focus)
    if not about or not talk or question.has("ask") or question.relation or question.soon:
        return None
    known: Sequence[Talk] = ()
    if about == "person":
        known = [other for person in _people(context, talk) for other in schedule.talks_by(person)]
    elif track := _track_spoken_of(context):
        known = _talks_of(context, track)
    known = known or (talk,)
    ends = [replace(other, start=other.end - ONE_MINUTE) for other in known] if question.bound == "end" else known
    narrowed = narrow(_on_their_day(context, known), ends)
    if not narrowed.is_narrow or question.tells(narrowed.content):
        return None
    ids = {other.id for other in narrowed.talks}
    fitting = [other for other in known if other.id in ids]
    meant = listings.in_order_of_interest(context, fitting or known)
    shape = Matches(Ask.WHEN, tuple(meant), fits=bool(fitting))
    return replace(_fact_answer(context, meant[0]), answer=shape)


def related(context: QuestionContext, talk: Talk, people: tuple[Speaker, ...]) -> Reply | None:
    """Answer with the talks in the asked relation to a talk: after it, at the same time, by the same person."""
    question = context.question
    relation = "after" if question.soon == "next" and not question.nth and not question.relation else question.relation
    if relation == "else" and people:
        return _more_by(context, talk, people[0])
    told = _RELATED.get(relation)
    return told(context, talk) if told else None


def _after(context: QuestionContext, talk: Talk) -> Reply:
    return listings.after_talk(context, talk, _in_its_room(context, talk), Scope(room=talk.room))


def _before(context: QuestionContext, talk: Talk) -> Reply:
    earlier = [other for other in _in_its_room(context, talk) if other.end <= talk.start and not other.is_break]
    scope = Scope(room=talk.room, until=talk.start, day=context.day_of(talk.start))
    return listings.listing(context, earlier[-1:], scope)


def _concurrent(context: QuestionContext, talk: Talk) -> Reply:
    beside = (other for other in context.schedule.given if other.start < talk.end and talk.start < other.end)
    others = tuple(other for other in beside if other.id != talk.id)
    scope = Scope(since=talk.start, until=talk.end, day=context.day_of(talk.start))
    return context.reply(Listing(others, scope, beside=talk), others or (talk,))


def _similar(context: QuestionContext, talk: Talk) -> Reply:
    """The talks like one that are still to come; more than are shown, since some clash with what the reader saved."""
    ahead = (other for other in context.schedule.given if other.start > context.now)
    found = tuple(row.talk for row in context.index.similarity.similar_talks(talk, ahead, MANY_SIMILAR))
    return context.reply(Listing(found, EVERYTHING, like=talk), found or (talk,))


def _more_by(context: QuestionContext, talk: Talk, person: Speaker) -> Reply:
    known = context.conversation.focus
    given = tuple(other for other in context.schedule.talks_by(person) if other.id != known)
    shape = AboutPerson(context.question.ask, person, given, context.hosted_by((person,)), besides=known == talk.id)
    return context.reply(shape, given or (talk,), (person,))


def _fact_answer(context: QuestionContext, talk: Talk) -> Reply:
    """Answer with the asked fact about a talk; the list that it was chosen from is remembered."""
    asked = context.question
    ask = Ask.WHAT if asked.ask is Ask.LIST else asked.ask
    shape = Matches(ask, (talk,), status=asked.status, detail=asked.detail, until=asked.until)
    kept = context.conversation
    people = tuple(speaker.id for speaker in talk.speakers)
    talks = kept.talks or (talk.id,)
    return Reply(shape, replace(kept, talks=talks, focus=talk.id, speakers=people, offered=""))


def _track_spoken_of(context: QuestionContext) -> Track | None:
    """The track that was spoken of, unless one of its talks was chosen since."""
    kept = context.conversation
    return None if only_spoken_of(kept) else context.schedule.track_by_id.get(kept.track)


def _talks_of(context: QuestionContext, track: Track) -> tuple[Talk, ...]:
    return tuple(talk for talk in context.schedule.talks if talk.track == track)


def _on_now(context: QuestionContext) -> Talk | None:
    """The one talk that is on now: "this" means it if no talk was spoken of before."""
    if "this" not in context.question.words or context.question.relation:
        return None
    running = [talk for talk in context.schedule.given if talk.is_on(context.now) and not talk.is_break]
    return running[0] if len(running) == 1 else None


def talk_referred_to(kept: Conversation, nth: int) -> str:
    """The id of the talk that was spoken of, or of the nth that was shown; empty for none."""
    if nth == OTHER:
        others = [id for id in kept.talks if id != kept.focus]
        return others[0] if len(others) == 1 else ""
    if nth and kept.talks:
        at = nth - 1 if nth > 0 else nth
        return kept.talks[at] if at < len(kept.talks) else ""
    return kept.focus


def accepted(context: QuestionContext) -> Reply | None:
    """Answer `yes` after "Did you mean Liz Fong-Jones?" with that person."""
    schedule, kept = context.schedule, context.conversation
    person = schedule.speaker_by_id.get(kept.speakers[0]) if kept.offered == "person" and kept.speakers else None
    if person is None or context.question.relation != "yes":
        return None
    given = schedule.talks_by(person)
    return context.reply(AboutPerson(Ask.WHO, person, given, context.hosted_by((person,))), given, (person,))


def agrees(words: str) -> bool:
    """Tell whether a message only says yes."""
    said = " ".join(phrase_words(clean(words)))
    return any(language.patterns["yes"].fullmatch(said) for language in languages())


def only_points(words: str) -> bool:
    """Tell whether the words only refer to the talk spoken of before: `it`, `that one.`"""
    return phrase_words(words) in languages()[0].pointers


def only_spoken_of(kept: Conversation) -> str:
    """The id of the talk that was spoken of; empty if several were shown and none was chosen."""
    return "" if len(kept.talks) > 1 and kept.focus == kept.talks[0] else kept.focus


def _people(context: QuestionContext, talk: Talk) -> tuple[Speaker, ...]:
    known = context.schedule.speaker_by_id
    return tuple(known[id] for id in context.conversation.speakers if id in known) or talk.speakers


def _in_its_room(context: QuestionContext, talk: Talk) -> list[Talk]:
    """The talks in the same room; all talks if it has no room."""
    return [other for other in context.schedule.given if talk.room is None or other.room in (talk.room, None)]


def within_last(context: QuestionContext) -> Narrowed | None:
    """The talks that a question leaves of the last answer's, if it filters these: `and on Sunday?`, `which are in Fleming?`."""
    question, kept = context.question, context.conversation
    if not question.elsewhere or question.relation or question.nth or not (kept.talks or kept.room or kept.track):
        return None
    asked = narrow(context)
    of_those = question.pick or question.said("among", "those") or (question.soon and question.has("among"))
    if asked.outside or not (of_those or (asked.is_narrow and not asked.content and not asked.track)):
        return None
    before, scope = _last_list(context, asked.scope.room)
    if scope.shown and not of_those and question.time and _are_at_once(before):
        return None  # the talks of one moment tell nothing of another
    narrowed = narrow(_on_their_day(context, before), before)
    room, day = narrowed.scope.room or scope.room, scope.day or narrowed.scope.day
    return replace(narrowed, scope=replace(narrowed.scope, room=room, track=scope.track, day=day, shown=scope.shown))


def _last_list(context: QuestionContext, other_room: Room | None = None) -> tuple[list[Talk], Scope]:
    """The talks of the last answer: those of a room, a track or a day as a whole, or else those that were shown.

    They are those of the other room, or of all days, if the question names one.
    """
    time, kept, schedule = context.question.time, context.conversation, context.schedule
    day = date.fromisoformat(kept.day) if kept.day and not time.day else None
    room, track = schedule.room_by_id.get(kept.room), schedule.track_by_id.get(kept.track)
    if room or track or (kept.day and (time or len(kept.talks) == MOST_REMEMBERED)):
        room = room and (other_room or room)
        given = [talk for talk in schedule.talks if room in (None, talk.room) and track in (None, talk.track)]
        return [talk for talk in given if day in (None, context.day_of(talk.start))], Scope(room, track, day=day)
    given = [schedule.talk_by_id[id] for id in kept.talks if id in schedule.talk_by_id]
    return sorted(given, key=lambda talk: talk.start), Scope(day=day, shown=True)


def next_page(context: QuestionContext) -> Reply | None:
    """Answer `show me more` with the next page of the last list."""
    kept = context.conversation
    if context.question.relation != "rest" or len(kept.talks) < 2:
        return None
    talks, scope = _last_list(context)
    pages_on = kept.pages_on + 1
    return Reply(
        Listing(tuple(talks), replace(scope, shown=False), pages_on=pages_on), replace(kept, pages_on=pages_on)
    )


def _on_their_day(context: QuestionContext, talks: Sequence[Talk]) -> QuestionContext:
    """The question with the day of these talks, if they have one day and it names a clock only: `after 4?`."""
    time, days = context.question.time, {context.day_of(talk.start) for talk in talks}
    if time.day or time.relation in ("", "in", "within") or len(days) != 1:
        return context
    (day,) = days
    time = replace(time, day="date", value=(day.day, day.month, day.year))
    return replace(context, question=replace(context.question, time=time))


def _are_at_once(talks: Collection[Talk]) -> bool:
    """Tell whether there is a moment at which all these talks are on."""
    return max(talk.start for talk in talks) < min(talk.end for talk in talks) if talks else False


_RELATED: Mapping[str, Callable[[QuestionContext, Talk], Reply]] = MappingProxyType(
    {"after": _after, "before": _before, "same time": _concurrent, "similar": _similar}
)

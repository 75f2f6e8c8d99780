"""Follow-ups: "when is that?", "and after that?", "the second one", "and on Sunday?", "what else does she give"."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from types import MappingProxyType

from bot.questions import cues, on, patterns
from bot.questions.answers import About, Listing, Matches, Reply, Scope, Unclear
from bot.questions.asking import Asking
from bot.questions.conversation import Conversation
from bot.questions.matches import listing
from bot.questions.question import Ask, Question
from bot.questions.scope import narrow
from bot.schedule.models import Speaker, Talk

_BARE = frozenset(
    {
        "when",
        "where",
        "and why",
        "who",
        "what time",
        "which room",
        "how long",
        "what room",
        "which talk",
        "who is speaking",
        "who's speaking",
        "who speaks",
        "who gives it",
    }
    | {"and when", "and where", "and who", "and how long", "what", "why", "what is it", "what's it about"}
)


def leans(question: Question) -> bool:
    """Whether its answer may depend on what was said before."""
    bare = question.text.strip("?!. ").lower() in _BARE
    elsewhere = patterns.ELSEWHERE.match(question.text)
    return bool(question.refers or question.nth or question.relation or bare or elsewhere)


def follow_up(asking: Asking) -> Reply | None:
    """The answer to a question that leans on the one before, if this is one."""
    question = asking.question
    if _elsewhere(asking):
        return _again(asking)
    if question.about and not question.nth:
        return None
    if not leans(question) or question.time or (question.pick and not question.nth):
        return None
    talk = _talk(asking)
    if talk is None:
        return None if question.soon or question.pick or question.status else asking.reply(Unclear())
    return related(asking, talk, _she(asking, talk)) or _told(asking, talk)


def related(asking: Asking, talk: Talk, people: tuple[Speaker, ...]) -> Reply | None:
    """What stands in the asked relation to a talk: after it, beside it, by the same person."""
    question = asking.question
    relation = "after" if question.soon == "next" and not question.nth else question.relation
    if relation == "else" and people:
        return _else(asking, talk, people[0])
    told = _RELATED.get(relation)
    return told(asking, talk) if told else None


def _after(asking: Asking, talk: Talk) -> Reply:
    return on.after(asking, talk, _in_its_room(asking, talk), Scope(room=talk.room))


def _before(asking: Asking, talk: Talk) -> Reply:
    earlier = [other for other in _in_its_room(asking, talk) if other.end <= talk.start and not other.is_break]
    return listing(asking, earlier[-1:], Scope(room=talk.room, until=talk.start, day=_day(asking, talk.start)))


def _beside(asking: Asking, talk: Talk) -> Reply:
    others = tuple(other for other in asking.schedule.given if _meet(talk, other))
    scope = Scope(since=talk.start, until=talk.end, day=_day(asking, talk.start))
    return asking.reply(Listing(others, scope, beside=talk), others or (talk,))


def _meet(talk: Talk, other: Talk) -> bool:
    return other.start < talk.end and talk.start < other.end and other.id != talk.id


def _else(asking: Asking, talk: Talk, person: Speaker) -> Reply:
    known = asking.conversation.focus
    given = tuple(other for other in asking.schedule.talks_by(person) if other.id != known)
    hosted = tuple(track for track in asking.schedule.tracks if person in track.host)
    shape = About(asking.question.ask, person, given, hosted, besides=known == talk.id)
    return asking.reply(shape, given or (talk,), (person,))


def _told(asking: Asking, talk: Talk) -> Reply:
    """The asked fact about a talk; the list it was chosen from stays in mind."""
    ask = Ask.WHAT if asking.question.ask is Ask.LIST else asking.question.ask
    shape = Matches(ask, (talk,), status=asking.question.status, until=asking.question.until)
    kept = asking.conversation
    people = tuple(speaker.id for speaker in talk.speakers)
    return Reply(shape, replace(kept, talks=kept.talks or (talk.id,), focus=talk.id, speakers=people))


def _talk(asking: Asking) -> Talk | None:
    """The talk that is meant."""
    return asking.schedule.talk_by_id.get(_meant(asking.conversation, asking.question.nth))


def _meant(kept: Conversation, nth: int) -> str:
    """The id of the talk that was spoken of, or of one of those that were shown; empty for none."""
    if nth == cues.OTHER:
        others = [one for one in kept.talks if one != kept.focus]
        return others[0] if len(others) == 1 else ""
    if nth and kept.talks:
        at = nth - 1 if nth > 0 else nth
        return kept.talks[at] if at < len(kept.talks) else ""
    return kept.focus


def _she(asking: Asking, talk: Talk) -> tuple[Speaker, ...]:
    known = asking.schedule.speaker_by_id
    return tuple(known[one] for one in asking.conversation.speakers if one in known) or talk.speakers


def _in_its_room(asking: Asking, talk: Talk) -> list[Talk]:
    """What is on in the same room; without a room, anywhere."""
    return [other for other in asking.schedule.given if talk.room is None or other.room in (talk.room, None)]


def _day(asking: Asking, moment: datetime) -> date:
    return asking.schedule.conference.day_of(moment)


def _elsewhere(asking: Asking) -> bool:
    """Whether it is "and on Sunday?", "what about Fleming?": a new time or place for what was spoken of."""
    question, kept = asking.question, asking.conversation
    leaning = bool(patterns.ELSEWHERE.match(question.text)) and not question.relation and not question.nth
    if not leaning or not (kept.talks or kept.room or kept.track):
        return False
    narrowed = narrow(asking)
    return narrowed.is_narrow and not narrowed.about and not narrowed.track


def _again(asking: Asking) -> Reply:
    """What was spoken of, at the new time or place: its room, track or day as a whole, or else the talks of its list."""
    kept, schedule = asking.conversation, asking.schedule
    asked = narrow(asking).scope
    room = asked.room or schedule.room_by_id.get(kept.room)
    track = schedule.track_by_id.get(kept.track)
    day = date.fromisoformat(kept.day) if kept.day and not asking.question.time else None
    before: Sequence[Talk] = schedule.talks
    if kept.room or track:
        before = [talk for talk in before if room in (None, talk.room) and track in (None, talk.track)]
    elif not kept.day:
        before = [schedule.talk_by_id[one] for one in kept.talks if one in schedule.talk_by_id]
    if day:
        before = [talk for talk in before if schedule.conference.day_of(talk.start) == day]
    narrowed = narrow(asking, before)
    if narrowed.outside:
        return asking.reply(narrowed.outside)
    return listing(
        asking, narrowed.talks, replace(narrowed.scope, room=room, track=track, day=day or narrowed.scope.day)
    )


_RELATED: Mapping[str, Callable[[Asking, Talk], Reply]] = MappingProxyType(
    {"after": _after, "before": _before, "same time": _beside}
)

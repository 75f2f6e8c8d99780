"""Follow-ups: "when is that?", "and after that?", "the second one", "what else does she give"."""

from bot.questions import on
from bot.questions.answers import About, Listing, Matches, Reply, Scope, Unclear
from bot.questions.asking import Asking
from bot.questions.grammar import Ask
from bot.schedule.model import Talk


def follow_up(asking: Asking) -> Reply | None:
    """The answer to a question that leans on the one before, if this is one."""
    question = asking.question
    if (
        question.about
        and not (question.nth and len(question.about) <= 1)
        and question.relation not in ("same time", "else")
    ):
        return None
    leans = question.refers or question.nth or question.relation or question.text.strip("?!. ").lower() in _BARE
    if not leans or question.time or (question.pick and not question.nth):
        return None
    talk = _talk(asking)
    if talk is None:
        return None if question.soon else asking.reply(Unclear())
    return _told(asking, talk)


_BARE = {
    "when",
    "where",
    "who",
    "what time",
    "which room",
    "how long",
    "what room",
    "who is speaking",
    "and when",
    "and where",
    "and who",
}


def _talk(asking: Asking) -> Talk | None:
    """The talk that is meant."""
    kept, nth = asking.conversation, asking.question.nth
    if nth and kept.talks and (nth == -1 or nth <= len(kept.talks)):
        chosen = kept.talks[nth - 1 if nth > 0 else -1]
        return asking.schedule.talk_by_id.get(chosen)
    return asking.schedule.talk_by_id.get(kept.focus)


def _told(asking: Asking, talk: Talk) -> Reply:
    question, schedule = asking.question, asking.schedule
    if question.relation == "after" or (question.soon == "next" and not question.nth):
        same_room = [other for other in schedule.talks if other.room == talk.room]
        return on.after(asking, talk, same_room, Scope(room=talk.room))
    if question.relation == "same time":
        others = tuple(t for t in schedule.talks if t.start < talk.end and talk.start < t.end and t.id != talk.id)
        return asking.reply(Listing(others, Scope(since=talk.start, until=talk.end)), others or (talk,))
    if question.relation == "else":
        return _else(asking, talk)
    ask = question.ask if question.ask is not Ask.LIST else Ask.WHAT
    remembered = asking.reply(Matches(ask, (talk,), status=question.missed), (talk,), talk.speakers)
    kept = asking.conversation
    return Reply(
        remembered.answer, type(kept)(kept.talks or (talk.id,), talk.id, remembered.remember.speakers, kept.track)
    )


def _else(asking: Asking, talk: Talk) -> Reply:
    known = asking.schedule.speaker_by_id
    people = [known[one] for one in asking.conversation.speakers if one in known] or list(talk.speakers)
    if not people:
        return asking.reply(Matches(asking.question.ask, (talk,)), (talk,))
    others = tuple(other for other in asking.schedule.talks_by(people[0]) if other.id != talk.id)
    hosted = tuple(track for track in asking.schedule.tracks if people[0] in track.host)
    return asking.reply(About(asking.question.ask, people[0], others, hosted, besides=True), others or (talk,), people)

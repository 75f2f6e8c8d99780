"""What a search found, in words: the fact that was asked for first, then the talk."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from bot.questions.answers import About, Matches, OfTrack
from bot.questions.conversation import Reader
from bot.questions.question import Ask
from bot.schedule.model import Schedule, Talk
from bot.schedule.moments import instead_of
from bot.views import talks, times
from bot.views.blocks import escape, shorten
from bot.views.drafts import Draft, Entry, Listed

MOST_SPEAKERS = 4  # introduced one by one
MOST_ROOMS = 3
MOST_TRACKS = 2
MOST_INSTEAD = 4


def matches(answer: Matches, schedule: Schedule, now: datetime, reader: Reader) -> Draft:
    """The best match with the fact in its first line, the others in a line each; a list begins with how many there are."""
    best, *others = answer.talks
    line = partial(talks.line, schedule=schedule, now=now, reader=reader)
    taken = ", ".join(f"“{escape(typed)}” as “{escape(known)}”" for typed, known in answer.taken_for)
    hint = f"I read {taken}." if taken else ""
    tracks = tuple(
        Entry((talks.joined(f"Track: {escape(shorten(track.title, 150))}", talks.names(track.host)),))
        for track in answer.tracks[:MOST_TRACKS]
    )
    if answer.ask is Ask.LIST and others and not answer.status:
        on = f" on {escape(shorten(answer.words, 100))}" if answer.words else ""
        return Draft((f"*{len(answer.talks)} talks{on}*",), Listed((*answer.talks, *tracks), line), hint)
    told = about_one(best, _told(answer, best, schedule, now, reader), schedule, now, reader)
    shown = {talk.id for talk in _talks(told)}
    rest = [talk for talk in others if talk.id not in shown]
    return Draft((), Listed((*told, *rest, *tracks), line), hint)


def about_one(talk: Talk, lines: Sequence[str], schedule: Schedule, now: datetime, reader: Reader) -> tuple[Entry, ...]:
    """What is told of one talk, with the organisers' note; where one cannot go, that first, and where else one can."""
    first, *rest = lines
    told = Entry((talks.marked(talk, now, first), *rest, *talks.note(talk)), talk)
    others = instead_of(talk, schedule)[:MOST_INSTEAD] if talks.mark(talk, now) and now < talk.end else ()
    instead = [Entry((talks.line(other, schedule, now, reader),), other) for other in others]
    return (told, *([Entry(("*Instead, at the same time:*",))] if instead else []), *instead)


def _talks(entries: Sequence[Entry]) -> list[Talk]:
    return [entry.talk for entry in entries if entry.talk]


def about(answer: About, schedule: Schedule, now: datetime, reader: Reader) -> Draft:
    """A person: the fact that was asked for, and what they give."""
    past = _is_over(schedule, now)
    intro = talks.introduced(answer.speaker)
    hosted = tuple(f"{'Hosted' if past else 'Hosts'} the track {escape(track.title)}" for track in answer.hosted)
    if not answer.talks:
        what = f"{'gave' if past else 'gives'} {'nothing else' if answer.besides else 'no talk'}"
        return Draft((intro, *(hosted or (f"{escape(answer.speaker.name)} {what} among those I know.",))))
    if len(answer.talks) == 1 and answer.ask in (Ask.WHEN, Ask.WHERE, Ask.HOW_LONG):
        talk = answer.talks[0]
        fact = _told(Matches(answer.ask, answer.talks), talk, schedule, now, reader)
        return Draft((), about_one(talk, (*fact, *hosted), schedule, now, reader))
    entries = tuple(Entry((talks.line(talk, schedule, now, reader),), talk) for talk in answer.talks)
    return Draft((intro, *hosted), entries)


def of_track(answer: OfTrack, schedule: Schedule, now: datetime, reader: Reader) -> Draft:
    """A track: where and when, whose, and its talks."""
    track, conference = answer.track, schedule.conference
    days = list(dict.fromkeys(conference.day_of(talk.start) for talk in answer.talks)) or [
        day for day in [track.day] if day
    ]
    rooms = [track.room] if track.room else list(dict.fromkeys(talk.room for talk in answer.talks if talk.room))
    place = ", ".join(room.place for room in rooms[:MOST_ROOMS])
    where = talks.joined(" and ".join(times.day(day, conference) for day in days[:2]), escape(place))
    title, hosts = escape(shorten(track.title, 150)), talks.names(track.host)
    if answer.ask is Ask.WHO and hosts:
        head = (f"*{hosts}*", title, where)
    elif answer.ask in (Ask.WHEN, Ask.WHERE) and where:
        head = (f"*{where}*", title, f"Host: {hosts}" if hosts else "")
    else:
        head = (f"*{title}*", where, f"Host: {hosts}" if hosts else "")
    entries = Listed(answer.talks, lambda talk: talks.line(talk, schedule, now, reader, dated=len(days) > 1))
    return Draft(tuple(filter(None, head)), entries, total=len(entries))


def _told(answer: Matches, talk: Talk, schedule: Schedule, now: datetime, reader: Reader) -> tuple[str, ...]:
    return _status(answer, talk, schedule, now, reader) + _fact(answer, talk, schedule, now, reader)


def _fact(answer: Matches, talk: Talk, schedule: Schedule, now: datetime, reader: Reader) -> tuple[str, ...]:
    """The lines of one talk, in the order that the question wants."""
    when = talks.day_and_time(talk, schedule, now, reader)
    place, title = talks.place(talk), talks.title(talk)
    who_what = talks.joined(title, talks.names(talk.speakers))
    match answer.ask:
        case Ask.WHO if talk.speakers:
            room = f", {escape(talk.room.name)}" if talk.room else ""
            who = tuple(talks.introduced(speaker) for speaker in talk.speakers[:MOST_SPEAKERS])
            brief = talks.day_and_time(talk, schedule, now, reader, span=False)
            return (*who, talks.joined(brief + room, title))
        case Ask.WHEN:
            return (talks.joined(f"*{when}*", place), who_what)
        case Ask.WHERE if place:
            return (talks.joined(f"*{place}*", when), who_what)
        case Ask.HOW_LONG:
            long = _until(talk, now) if answer.until else times.length(talk.length)
            return (talks.joined(f"*{long}*", when, place), who_what)
    return tuple(filter(None, (f"*{title}*", talks.with_company(talk.speakers), talks.joined(when, place))))


def _until(talk: Talk, now: datetime) -> str:
    """`In 35 minutes`, `10 minutes left`, `It is over`."""
    if now < talk.start:
        return f"In {times.length(talk.start - now)}"
    return f"{times.length(talk.end - now)} left" if now < talk.end else "It is over"


def _status(answer: Matches, talk: Talk, schedule: Schedule, now: datetime, reader: Reader) -> tuple[str, ...]:
    """Yes or no, for "did I miss" and "is … still on"."""
    if not answer.status or talk.cancelled:
        return ()
    conference = schedule.conference
    if now < talk.start:
        return (
            f"Not yet on: it starts {talks.day_in_a_sentence(talk.start, schedule, now, reader)} at {times.at(talk.start, conference)}.",
        )
    if talk.end <= now:
        ended = (
            f"it ended {talks.day_in_a_sentence(talk.end, schedule, now, reader)} at {times.at(talk.end, conference)}"
        )
        return (f"{'Yes' if answer.status == 'missed' else 'No'}, {ended}.",)
    yes = "Not quite" if answer.status == "missed" else "Yes"
    return (f"{yes}: it is on until {times.at(talk.end, conference)}.",)


def _is_over(schedule: Schedule, now: datetime) -> bool:
    return schedule.conference.day_of(now) > schedule.conference.days[-1]

"""What a search found, in words: the fact that was asked for first, then the talk."""

from datetime import datetime

from bot.questions.answers import About, Matches, OfTrack
from bot.questions.conversation import Reader
from bot.questions.question import Ask
from bot.schedule.model import Schedule, Talk
from bot.views import talks, times
from bot.views.blocks import escape, shorten
from bot.views.drafts import Draft, Entry


def matches(answer: Matches, schedule: Schedule, now: datetime, reader: Reader) -> Draft:
    """The best match with the fact in its first line, the others in a line each."""
    best, *others = answer.talks
    lines = _status(answer, best, schedule, now) + _fact(answer, best, schedule, now, reader)
    entries = [Entry(lines, best)]
    entries += [Entry((talks.line(talk, schedule, now, reader),), talk) for talk in others]
    taken = ", ".join(f"“{escape(typed)}” as “{escape(known)}”" for typed, known in answer.taken_for)
    return Draft((), tuple(entries), f"I read {taken}." if taken else "")


def about(answer: About, schedule: Schedule, now: datetime, reader: Reader) -> Draft:
    """A person: the fact that was asked for, and what they give."""
    intro = talks.introduced(answer.speaker)
    hosted = tuple(f"Hosts the track {escape(track.title)}" for track in answer.hosted)
    if not answer.talks:
        rest = "gives nothing else" if answer.besides else "gives no talk"
        lines = (intro, *(hosted or (f"{escape(answer.speaker.name)} {rest} among those I know.",)))
        return Draft(lines)
    if len(answer.talks) == 1 and answer.ask in (Ask.WHEN, Ask.WHERE, Ask.HOW_LONG):
        one = Matches(answer.ask, answer.talks)
        return Draft((), (Entry((*_fact(one, answer.talks[0], schedule, now, reader), *hosted), answer.talks[0]),))
    entries = tuple(Entry((talks.line(talk, schedule, now, reader),), talk) for talk in answer.talks)
    return Draft((intro, *hosted), entries)


def of_track(answer: OfTrack, schedule: Schedule, now: datetime, reader: Reader) -> Draft:
    """A track: where and when, whose, and its talks."""
    track, conference = answer.track, schedule.conference
    day = track.day or (conference.day_of(answer.talks[0].start) if answer.talks else None)
    rooms = list(dict.fromkeys(talk.room.place for talk in answer.talks if talk.room))
    place = track.room.place if track.room else ", ".join(rooms[:3])
    where = talks.joined(times.day(day, conference) if day else "", escape(place))
    hosts = f"Hosted by {talks.names(track.host)}" if track.host else ""
    title = f"*{escape(shorten(track.title, 150))}*"
    head: tuple[str, ...] = (f"*{where}*", title) if answer.ask in (Ask.WHEN, Ask.WHERE) and where else (title, where)
    if answer.ask is Ask.WHO and track.host:
        head = (f"*{talks.names(track.host)}*", title, where)
        hosts = ""
    entries = tuple(Entry((talks.line(talk, schedule, now, reader),), talk) for talk in answer.talks)
    return Draft(tuple(filter(None, (*head, hosts))), entries, total=len(entries))


def _fact(answer: Matches, talk: Talk, schedule: Schedule, now: datetime, reader: Reader) -> tuple[str, ...]:
    """The lines of one talk, in the order that the question wants."""
    when = talks.day_and_time(talk, schedule, now, reader)
    place, title, people = talks.place(talk), talks.title(talk), talks.with_company(talk.speakers)
    who_what = talks.joined(title, talks.names(talk.speakers))
    match answer.ask:
        case Ask.WHO if talk.speakers:
            room = f", {escape(talk.room.name)}" if talk.room else ""
            who = tuple(talks.introduced(speaker) for speaker in talk.speakers[:4])
            brief = talks.day_and_time(talk, schedule, now, reader, span=False)
            return (*who, talks.joined(brief + room, title))
        case Ask.WHEN:
            return (talks.joined(f"*{when}*", place), who_what)
        case Ask.WHERE if place:
            return (talks.joined(f"*{place}*", when), who_what)
        case Ask.HOW_LONG:
            return (talks.joined(f"*{times.length(talk.length)}*", until(talk, now), when), who_what)
    return tuple(filter(None, (f"*{title}*", people, talks.joined(when, place))))


def until(talk: Talk, now: datetime) -> str:
    """`starts in 35 minutes`, `ends in 10 minutes`; nothing when it is over."""
    if now < talk.start:
        return f"starts in {times.length(talk.start - now)}"
    return f"ends in {times.length(talk.end - now)}" if now < talk.end else "over"


def _status(answer: Matches, talk: Talk, schedule: Schedule, now: datetime) -> tuple[str, ...]:
    """Yes or no, for "did I miss" and "is … still on"."""
    if not answer.status:
        return ()
    clock = schedule.conference
    if now < talk.start:
        day = talks.day_word(talk.start, schedule, now)
        return (
            f"Not yet on: it starts {day.lower() if day in ('Today', 'Tomorrow') else day} {times.at(talk.start, clock)}.",
        )
    if talk.end <= now:
        ended = f"it ended {talks.day_word(talk.end, schedule, now).lower() if clock.day_of(talk.end) == clock.day_of(now) else 'on ' + times.day(talk.end, clock)} at {times.at(talk.end, clock)}."
        return ((f"Yes, {ended}" if answer.status == "missed" else f"No, {ended}"),)
    yes = "Not quite: it is on" if answer.status == "missed" else "Yes, it is on"
    return (f"{yes} until {times.at(talk.end, clock)}.",)

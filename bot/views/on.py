"""What is on, in words: now, next, and lists of a room, a day, a time."""

from collections.abc import Sequence
from datetime import datetime

from bot.questions.answers import EVERYTHING, Listing, OnNext, OnNow, Scope
from bot.questions.conversation import Reader
from bot.questions.question import Ask
from bot.schedule.model import Schedule, Talk
from bot.views import talks, times
from bot.views.blocks import escape
from bot.views.drafts import Draft, Listed
from bot.views.found import about_one

HINTED_FROM = 4  # talks at once, from which it is told how to ask for fewer


def now(answer: OnNow, schedule: Schedule, now: datetime, reader: Reader) -> Draft:
    """What runs, a break included; else what comes next."""
    running = [talk for talk in answer.talks if not talk.is_break]
    if running:
        return _together(running, "Now", answer.scope, schedule, now, reader)
    pauses = [pause_line(talk, schedule, now, reader) for talk in answer.talks]
    head = (*pauses[:3],) if pauses else (_nothing_now(schedule, now, answer.scope),)
    if not answer.then:
        return Draft(head)
    following = _together(answer.then, "Next", answer.scope, schedule, now, reader)
    return Draft((*head, *following.head), following.entries, following.hint, total=following.total)


def upcoming(answer: OnNext, schedule: Schedule, now: datetime, reader: Reader) -> Draft:
    """What starts next; a break before it comes first."""
    if not answer.talks and answer.after:
        return Draft((f"Nothing after that{_within(answer.scope)}: {talks.title(answer.after)} is the last.",))
    if not answer.talks:
        return Draft((over(schedule, now, answer.scope),))
    head = (pause_line(answer.pause, schedule, now, reader),) if answer.pause else ()
    if not answer.after and _is_before(schedule, now):
        head = (not_begun(schedule),)
    if answer.ask is Ask.HOW_LONG and answer.talks[0].start > now:
        until = f"*{times.length(answer.talks[0].start - now)}* until {times.at(answer.talks[0].start, schedule.conference)}."
        head = (until, *head)
    draft = _together(answer.talks, "", answer.scope, schedule, now, reader)
    return Draft((*head, *draft.head), draft.entries, draft.hint, total=draft.total)


def listing(answer: Listing, schedule: Schedule, now: datetime, reader: Reader) -> Draft:
    """A list in order of start, headed by what it was narrowed to."""
    real = [talk for talk in answer.talks if not talk.is_break]
    if not answer.talks and answer.beside:
        return Draft(
            (
                f"Nothing else is on during {talks.title(answer.beside)}, {times.span(answer.beside, schedule.conference)}.",
            )
        )
    if not answer.talks:
        return Draft((f"Nothing{narrowed(answer.scope, schedule, now, reader)} among the {count(schedule)} I know.",))
    if not real:
        return Draft(tuple(pause_line(talk, schedule, now, reader) for talk in answer.talks[:3]))
    if len(real) == 1:
        return _single(real[0], answer.ask, schedule, now, reader)
    first, last = real[0].start, real[-1].start
    one_day = schedule.conference.day_of(first) == schedule.conference.day_of(last)
    scope = answer.scope
    when = _at(scope, schedule, now, reader) or (
        talks.day_in_a_sentence(first, schedule, now, reader) if one_day else ""
    )
    number = sum(not talk.cancelled for talk in real)
    head = f"*{_count(number)}{_within(scope)}{f', {when}' if when else ''}*{zone(schedule, reader)}"
    entries = Listed(real, lambda talk: talks.line(talk, schedule, now, reader, dated=not one_day))
    return Draft((head,), entries, total=len(real))


def pause_line(pause: Talk, schedule: Schedule, now: datetime, reader: Reader) -> str:
    """`Lunch until 13:40`, `Lunch 12:40–13:40`, `Lunch tomorrow 12:40–13:40`."""
    conference = schedule.conference
    title = talks.marked(pause, now, f"*{talks.title(pause)}*")
    room = f" · {talks.place(pause)}" if pause.room else ""
    if pause.is_on(now) and not pause.cancelled:
        return f"{title} until {times.at(pause.end, conference)}{room}"
    day = talks.day_in_a_sentence(pause.start, schedule, now, reader)
    return f"{title}{'' if day == 'today' else f' {day}'} {times.span(pause, conference)}{room}"


def over(schedule: Schedule, now: datetime, scope: Scope = EVERYTHING) -> str:
    """Nothing comes any more, here or at all."""
    conference = schedule.conference
    name, last = escape(conference.name), conference.days[-1]
    if conference.day_of(now) > last:
        return f"{name} ended on {times.day(last, conference)} {last.year}. You can still ask who spoke about what."
    ends = f"{name} ends on {times.day(last, conference)}."
    return f"Nothing more{_within(scope)} among the {count(schedule)} I know. {ends}"


def not_begun(schedule: Schedule) -> str:
    """When it starts, for those who ask before."""
    conference = schedule.conference
    starts = conference.day_of(schedule.starts) if schedule.starts else conference.days[0]
    day = f"{times.day(starts, conference)} {starts.year}"
    return f"{escape(conference.name)} has not begun: the first session I know is on {day}."


def count(schedule: Schedule) -> str:
    """`5 talks`: how much the bot knows, breaks apart."""
    return _count(sum(not talk.is_break for talk in schedule.talks))


def narrowed(scope: Scope, schedule: Schedule, now: datetime, reader: Reader) -> str:
    """What a list was narrowed to, as the end of a sentence: ` in Fleming, today from 12:00`."""
    when = _at(scope, schedule, now, reader)
    return _within(scope) + (f" {when}" if when else "")


def zone(schedule: Schedule, reader: Reader) -> str:
    """` (London time)`, where the reader is elsewhere or where that is unknown."""
    key = schedule.conference.timezone.key
    if reader.zone and reader.zone.key == key:
        return ""
    return f" ({escape(key.split('/')[-1].replace('_', ' '))} time)"


def _count(number: int) -> str:
    return f"{number} talk" if number == 1 else f"{number} talks"


def _together(
    found: Sequence[Talk], label: str, scope: Scope, schedule: Schedule, now: datetime, reader: Reader
) -> Draft:
    """Talks that run or start together: one as a card, several with a heading and a line each."""
    conference = schedule.conference
    day = talks.day_word(found[0].start, schedule, now, reader)
    day = "" if day == "Today" else day
    if len(found) == 1:
        first, *rest = talks.card(found[0], schedule, reader)
        lead = talks.joined(label, day.rstrip(","))
        lines = (f"*{talks.joined(lead, first)}*", *rest)
        return Draft(entries=about_one(found[0], lines, schedule, now, reader))
    same_start = len({talk.start for talk in found}) == 1
    clock = times.at(found[0].start, conference) if same_start else ""
    theirs = times.reader_time(found[0].start, conference, reader.zone) if same_start else ""
    head = talks.joined(label, f"{day} {clock}".strip(), f"{len(found)} talks{_within(scope)}")
    entries = Listed(found, lambda talk: _roomed(talk, schedule, now, same_start))
    hint = f"Fewer: `{escape(reader.command)} next {_example(found)}`" if len(found) >= HINTED_FROM else ""
    return Draft((f"*{head}*{theirs}{zone(schedule, reader)}",), entries, hint, total=len(found))


def _roomed(talk: Talk, schedule: Schedule, now: datetime, same_start: bool) -> str:
    """`Fleming · Complex Event Flows… · Ruecker`."""
    clock = "" if same_start else times.span(talk, schedule.conference)
    room = escape(talk.room.name) if talk.room else ""
    title = talks.title(talk, talks.LINE_TITLE)
    return talks.joined(talks.mark(talk, now), clock, room, title, talks.surnames(talk.speakers))


def _example(found: Sequence[Talk]) -> str:
    """A track's or a room's short name to narrow by."""
    tracks = [talk.track.title for talk in found if talk.track and len(talk.track.title) < 25]
    rooms = [talk.room.name for talk in found if talk.room]
    return escape((tracks or rooms or ["security"])[0].lower())


def _single(talk: Talk, ask: Ask, schedule: Schedule, now: datetime, reader: Reader) -> Draft:
    when = f"*{talks.joined(talks.day_and_time(talk, schedule, now, reader), talks.place(talk))}*"
    people = tuple(talks.introduced(speaker) for speaker in talk.speakers[:4])
    if ask is Ask.WHO and people:
        lines = (*people, when, talks.title(talk))
    else:
        lines = (when, talks.title(talk), talks.with_company(talk.speakers))
    return Draft(entries=about_one(talk, list(filter(None, lines)), schedule, now, reader))


def _is_before(schedule: Schedule, now: datetime) -> bool:
    return schedule.conference.day_of(now) < schedule.conference.days[0]


def _nothing_now(schedule: Schedule, now: datetime, scope: Scope) -> str:
    if _is_before(schedule, now):
        return not_begun(schedule)
    if schedule.ends and now >= schedule.ends:
        return over(schedule, now, scope)
    return f"Nothing is on{_within(scope)} at {times.at(now, schedule.conference)}."


def _within(scope: Scope) -> str:
    """` of Security in Fleming`: what a list was narrowed to, as part of a sentence."""
    kind = f" ({escape(scope.kind)})" if scope.kind else ""
    track = f" of {escape(scope.track.title)}" if scope.track else ""
    room = f" in {escape(scope.room.name)}" if scope.room else ""
    return kind + track + room


def _at(scope: Scope, schedule: Schedule, now: datetime, reader: Reader) -> str:
    """`today from 12:00 until 18:00`."""
    conference = schedule.conference
    parts = [talks.day_in_a_sentence(scope.day, schedule, now, reader)] if scope.day else []
    parts += [f"at {times.at(scope.at, conference)}"] if scope.at else []
    ends = (("from", scope.since), ("until", scope.until))
    parts += [f"{word} {times.at(end, conference)}" for word, end in ends if end and conference.local(end).hour]
    return " ".join(parts)

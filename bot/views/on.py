"""What is on, in words: now, next, and lists of a room, a day, a time."""

from collections.abc import Sequence
from datetime import datetime

from bot.questions.answers import EVERYTHING, Listing, OnNext, OnNow, Scope
from bot.questions.conversation import Reader
from bot.schedule.model import Schedule, Talk
from bot.views import talks, times
from bot.views.blocks import escape
from bot.views.drafts import Draft, Entry


def now(answer: OnNow, schedule: Schedule, now: datetime, reader: Reader) -> Draft:
    """What runs, a break included; else what comes next."""
    running = [talk for talk in answer.talks if not talk.is_break]
    pauses = [talk for talk in answer.talks if talk.is_break]
    if running:
        return _together(running, "Now", answer.scope, schedule, now, reader)
    head = pause_line(pauses[0], schedule, now) if pauses else _nothing_now(schedule, now, answer.scope)
    if not answer.then:
        return Draft((head,))
    return Draft(
        (head, "Next:"), _together(answer.then, "", answer.scope, schedule, now, reader).entries, total=len(answer.then)
    )


def upcoming(answer: OnNext, schedule: Schedule, now: datetime, reader: Reader) -> Draft:
    """What starts next; a break before it comes first."""
    if not answer.talks:
        if answer.after:
            return Draft((f"Nothing after that{_within(answer.scope)}: {talks.title(answer.after)} is the last.",))
        return Draft((over(schedule, now, answer.scope),))
    head = (pause_line(answer.pause, schedule, now),) if answer.pause else ()
    if not answer.after and _is_before(schedule, now):
        head = (not_begun(schedule),)
    draft = _together(answer.talks, "", answer.scope, schedule, now, reader)
    return Draft((*head, *draft.head), draft.entries, draft.hint, total=draft.total)


def listing(answer: Listing, schedule: Schedule, now: datetime, reader: Reader) -> Draft:
    """A list in order of start, headed by what it was narrowed to."""
    if not answer.talks:
        return Draft(
            (f"Nothing{_within(answer.scope)}{_at(answer.scope, schedule, now)} among the {count(schedule)} I know.",)
        )
    pauses = [talk for talk in answer.talks if talk.is_break]
    real = [talk for talk in answer.talks if not talk.is_break]
    if not real:
        return Draft(tuple(pause_line(talk, schedule, now) for talk in pauses[:3]))
    if len(real) == 1:
        return _single(real[0], schedule, now, reader)
    head = f"*{len(real)} talks{_within(answer.scope)}{_at(answer.scope, schedule, now)}*" + _zone(schedule, reader)
    return Draft(
        (head,), tuple(Entry((talks.line(talk, schedule, now, reader),), talk) for talk in real), total=len(real)
    )


def pause_line(pause: Talk, schedule: Schedule, now: datetime) -> str:
    """`Lunch until 13:40`, `Lunch, 12:40–13:40`."""
    clock = schedule.conference
    if pause.is_on(now):
        return f"*{talks.title(pause)}* until {times.at(pause.end, clock)}{_room(pause)}"
    when = talks.day_word(pause.start, schedule, now)
    when = (
        ""
        if when == "Today"
        else f" {when.rstrip(',').lower() if when in ('Tomorrow', 'Yesterday') else when.rstrip(',')}"
    )
    return f"*{talks.title(pause)}*{when} {times.span(pause, clock)}{_room(pause)}"


def over(schedule: Schedule, now: datetime, scope: Scope = EVERYTHING) -> str:
    """Nothing comes any more, here or at all."""
    conference = schedule.conference
    last = conference.days[-1]
    if conference.day_of(now) > last:
        return f"{escape(conference.name)} ended on {times.day(last, conference)} {last.year}. You can still ask who spoke about what."
    narrowed = _within(scope)
    return f"Nothing more{narrowed} among the {count(schedule)} I know. {escape(conference.name)} ends on {times.day(last, conference)}."


def not_begun(schedule: Schedule) -> str:
    """When it starts, for those who ask before."""
    conference = schedule.conference
    starts = schedule.starts
    day = times.day(starts, conference) if starts else times.day(conference.days[0], conference)
    year = conference.days[0].year
    return f"{escape(conference.name)} has not begun: the first session I know starts on {day} {year}."


def count(schedule: Schedule) -> str:
    """`5 talks`: how much the bot knows, breaks apart."""
    number = sum(not talk.is_break for talk in schedule.talks)
    return f"{number} talk" if number == 1 else f"{number} talks"


def _together(
    found: Sequence[Talk], label: str, scope: Scope, schedule: Schedule, now: datetime, reader: Reader
) -> Draft:
    """Talks that run or start together: one as a card, several with a heading and a line each."""
    day = talks.day_word(found[0].start, schedule, now)
    day = "" if day == "Today" else f"{day} "
    if len(found) == 1:
        first, *rest = talks.card(found[0], schedule, reader)
        first = f"*{f'{label} · ' if label else ''}{day}{first.lstrip('*')}"
        return Draft(entries=(Entry((first, *rest), found[0]),))
    starts = {talk.start for talk in found}
    clock = times.at(found[0].start, schedule.conference) if len(starts) == 1 else ""
    theirs = times.reader_time(found[0].start, schedule.conference, reader.zone) if clock else ""
    head = f"*{talks.joined(label, f'{day}{clock}'.strip(), f'{len(found)} talks{_within(scope)}')}*{theirs}{_zone(schedule, reader)}"
    entries = tuple(Entry((_roomed(talk, schedule, bool(clock)),), talk) for talk in found)
    hint = f"Fewer: `{escape(reader.command)} next {_example(found)}`" if len(found) > 3 else ""
    return Draft((head,), entries, hint, total=len(found))


def _roomed(talk: Talk, schedule: Schedule, same_start: bool) -> str:
    """`Fleming · Complex Event Flows… · Ruecker`."""
    clock = "" if same_start else times.span(talk, schedule.conference)
    room = escape(talk.room.name) if talk.room else ""
    return talks.joined(clock, room, talks.title(talk, talks.LINE_TITLE), talks.surnames(talk.speakers))


def _example(found: Sequence[Talk]) -> str:
    """A track's or a room's name to narrow by."""
    for talk in found:
        if talk.track and len(talk.track.title) < 25:
            return escape(talk.track.title.lower())
    return escape(found[0].room.name.lower()) if found[0].room else "security"


def _single(talk: Talk, schedule: Schedule, now: datetime, reader: Reader) -> Draft:
    head = f"*{talks.joined(talks.day_and_time(talk, schedule, now, reader), talks.place(talk))}*"
    return Draft(
        entries=(Entry(tuple(filter(None, (head, talks.title(talk), talks.with_company(talk.speakers)))), talk),)
    )


def _is_before(schedule: Schedule, now: datetime) -> bool:
    return schedule.conference.day_of(now) < schedule.conference.days[0]


def _nothing_now(schedule: Schedule, now: datetime, scope: Scope) -> str:
    if _is_before(schedule, now):
        return not_begun(schedule)
    if schedule.ends and now >= schedule.ends:
        return over(schedule, now, scope)
    return f"Nothing is on{_within(scope)} at {times.at(now, schedule.conference)}."


def narrowed(scope: Scope, schedule: Schedule, now: datetime) -> str:
    """What a list was narrowed to: place, then time."""
    return _within(scope) + _at(scope, schedule, now)


def _within(scope: Scope) -> str:
    """` in Fleming`, ` of Security`: what a list was narrowed to, as part of a sentence."""
    room = f" in {escape(scope.room.name)}" if scope.room else ""
    track = f" of {escape(scope.track.title)}" if scope.track else ""
    kind = f" ({escape(scope.kind)})" if scope.kind else ""
    return kind + track + room


def _at(scope: Scope, schedule: Schedule, now: datetime) -> str:
    """` · Today, 12:00–18:00`."""
    conference = schedule.conference
    parts = [times.day(scope.day, conference)] if scope.day else []
    if scope.day == conference.day_of(now):
        parts = ["today"]
    if scope.at:
        parts.append(f"at {times.at(scope.at, conference)}")
    if scope.since:
        parts.append(f"from {times.at(scope.since, conference)}")
    if scope.until and conference.local(scope.until).hour:
        parts.append(f"until {times.at(scope.until, conference)}")
    return f" · {' '.join(parts)}" if parts else ""


def _room(talk: Talk) -> str:
    return f" · {talks.place(talk)}" if talk.room else ""


def _zone(schedule: Schedule, reader: Reader) -> str:
    """` (London time)`, where the reader is elsewhere or where that is unknown."""
    key = schedule.conference.timezone.key
    if reader.zone and reader.zone.key == key:
        return ""
    return f" ({escape(key.split('/')[-1].replace('_', ' '))} time)"

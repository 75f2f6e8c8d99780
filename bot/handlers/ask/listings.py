"""Answers that list talks: now, next, and lists for a room, a day or a time."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import pairwise

from bot.blockkit import talk_text
from bot.blockkit.blocks import escape
from bot.blockkit.talk_row import RowStyle
from bot.blockkit.talk_text import RenderContext
from bot.handlers.ask.layout import AnswerLayout, talk_paragraph
from bot.questions.meals import Pause, is_talk
from bot.questions.models import EVERYTHING, AboutRoom, Ask, Bounds, Listing, OnNext, OnNow, Pauses, Scope
from bot.schedule.models import Room, Talk
from bot.schedule.queries import shared_room
from bot.schedule.texts import counted

MAX_PLACES = 3  # named besides the first one

HINT_FROM = 4  # talks at once, from which it is told how to ask for fewer


def render_now(answer: OnNow, ctx: RenderContext) -> AnswerLayout:
    """The talks that are on, including a break; otherwise those that come next."""
    running = [talk for talk in answer.talks if not talk.is_break]
    if running:
        return _concurrent_talks(running, "Now", answer.scope, ctx, answer.ask)
    pauses = [break_line(talk, ctx) for talk in answer.talks]
    head = (*pauses[:3],) if pauses else (_nothing_on(answer.scope, ctx),)
    if not answer.then:
        return AnswerLayout(head)
    following = _concurrent_talks(answer.then, "Next", answer.scope, ctx)
    return replace(following, head=(*head, *following.head))


def render_upcoming(answer: OnNext, ctx: RenderContext) -> AnswerLayout:
    """The talks that start next, after a break that comes first."""
    if not answer.talks and answer.after:
        return AnswerLayout(
            (f"Nothing after that{_scope_phrase(answer.scope)}: {talk_text.escaped_title(answer.after)} is the last.",)
        )
    if not answer.talks:
        return AnswerLayout((over_text(ctx, answer.scope),))
    head = (pause_line(answer.pause, ctx),) if answer.pause else ()
    if not answer.after and _before_first_talk(ctx):
        head = (not_begun_text(ctx),)
    if answer.ask is Ask.HOW_LONG and answer.talks[0].start > ctx.now:
        head = (f"{_time_left(answer.talks[0].start, ctx)}.", *head)
    draft = _concurrent_talks(answer.talks, "", answer.scope, ctx, answer.ask)
    return replace(draft, head=(*head, *draft.head))


def render_listing(answer: Listing, ctx: RenderContext) -> AnswerLayout:
    """A list in order of start, headed by what it was narrowed to."""
    real = [talk for talk in answer.talks if talk.is_event]
    if answer.like:
        return AnswerLayout((talk_text.similar_heading(answer.like),), answer.talks, similar_to=answer.like)
    if not answer.talks and answer.beside:
        title, span = talk_text.escaped_title(answer.beside), talk_text.time_span(answer.beside, ctx.conference)
        theirs = ctx.reader_hint(answer.beside.start)
        day = f" on {talk_text.day_name(answer.beside.start, ctx.conference)}" if theirs else ""
        return AnswerLayout((f"Nothing else is on during {title}, {span}{theirs}{day}.",))
    if not answer.talks:
        left = " left" if answer.scope.left else ""
        on = f" on {escape(answer.scope.words)}" if answer.scope.words else ""
        nothing = "None of those is" if answer.scope.shown else "Nothing"
        return AnswerLayout((f"{nothing}{left}{on}{scope_text(answer.scope, ctx)}{ctx.elsewhere_hint}.",))
    if all(talk.is_break for talk in answer.talks):
        return AnswerLayout(tuple(break_line(talk, ctx) for talk in answer.talks[:3]))
    if len(real) == 1:
        return _single_talk(real[0], answer.ask, ctx)
    first, last = real[0].start, real[-1].start
    one_day = ctx.schedule.day_of(first) == ctx.schedule.day_of(last)
    scope = answer.scope
    when = _time_phrase(scope, ctx, "and") or (talk_text.relative_day_in_sentence(first, ctx) if one_day else "")
    taking_place = [talk for talk in real if not talk.cancelled]
    shared = None if scope.room else shared_room(real)
    number = _counted(taking_place)
    number = number.replace(" ", " of those ", 1) if scope.shown else number
    head = f"*{number}{_scope_phrase(scope)}{f', {when}' if when else ''}*{zone_hint(ctx)}"
    head = talk_text.join_parts(head, escape(shared.place) if shared else "")
    style = RowStyle(day=not one_day, room=not shared and (scope.room is None or bool(scope.others)))
    return AnswerLayout((head,), real, in_order=True, style=style, pages_on=answer.pages_on)


def render_bounds(answer: Bounds, ctx: RenderContext) -> AnswerLayout:
    """When a day or the conference starts or ends, and with what."""
    conference, talk = ctx.conference, answer.talks[0]
    moment = talk.end if answer.end else talk.start
    day = talk_text.relative_day(moment - talk_text.ONE_MINUTE if answer.end else moment, ctx)
    rooms = {other.room for other in answer.talks}
    place = talk_text.escaped_place(talk) if len(rooms) == 1 else ""
    verb = ("ended" if answer.end else "started") if moment <= ctx.now else "ends" if answer.end else "starts"
    what = _scope_phrase(answer.scope).strip() or (conference.name if answer.day is None else "the day")
    clock = talk_text.clock_time(moment, conference)
    fact = f"*{day} {clock}*{ctx.reader_hint(moment) or zone_hint(ctx)}"
    if answer.ask is Ask.HOW_LONG and moment > ctx.now:
        fact = _time_left(moment, ctx)
    if answer.whether:
        fact = talk_text.join_parts("*Yes*" if moment <= ctx.now else "*Not yet*", fact)
    return AnswerLayout((talk_text.join_parts(fact, place, f"{escape(what)} {verb}"),), answer.talks)


def render_pause(answer: Pauses, ctx: RenderContext) -> AnswerLayout:
    """A meal or a break, the fact first; without a session of its own, the gap in the programme."""
    pause = answer.pause
    until = "It's over" if pause.end <= ctx.now else ""
    if answer.whether:
        until = "*Open*" if pause.start <= ctx.now < pause.end else "*Not open now*"
    elif answer.ask is Ask.HOW_LONG:
        if not answer.until:
            until = f"*{talk_text.duration_text(pause.end - pause.start)}*"
        elif ctx.now < pause.start:
            until = f"*In {talk_text.duration_text(pause.start - ctx.now)}*"
        else:
            until = f"*{talk_text.duration_text(pause.end - ctx.now)}* left" if ctx.now < pause.end else "It's over"
    if answer.status:
        return AnswerLayout((*status_line(answer.status, pause.start, pause.end, ctx), pause_line(pause, ctx)))
    following = (pause_line(then, ctx) for then in answer.then)
    return AnswerLayout((talk_text.join_parts(until, pause_line(pause, ctx)), *following))


def status_line(status: str, start: datetime, end: datetime, ctx: RenderContext) -> tuple[str, ...]:
    """Yes or no, for "did I miss", "has … begun", "can I still catch" and "is … still on"."""
    if not status:
        return ()
    if ctx.now < start:
        day, clock = talk_text.relative_day_in_sentence(start, ctx), talk_text.clock_time(start, ctx.conference)
        said = "Yes: it" if status == "reach" else "Not yet. It"
        return (f"{said} starts {day} at {clock}{ctx.reader_hint(start)}.",)
    if end <= ctx.now:
        day = talk_text.relative_day_in_sentence(end - talk_text.ONE_MINUTE, ctx)
        said = {"still": "No,", "reach": "No,", "begun": "Yes, and"}.get(status, "Yes,")
        return (f"{said} it ended {day} at {talk_text.clock_time(end, ctx.conference)}{ctx.reader_hint(end)}.",)
    said = "Not quite" if status in ("missed", "just over") else "Yes"
    return (f"{said}: it's on until {talk_text.end_time(end, ctx.now, ctx.conference)}{ctx.reader_hint(end)}.",)


def render_place(answer: AboutRoom, ctx: RenderContext) -> AnswerLayout:
    """The place of a room, if the schedule has it, and the talks there."""
    room = answer.room
    where = f"*{escape(room.place)}*" if room.floor else f"*{escape(room.name)}*: the schedule doesn't say where it is"
    return AnswerLayout((where,), answer.talks, in_order=True, style=RowStyle(day=True, room=False))


def _time_left(moment: datetime, ctx: RenderContext) -> str:
    """`*35 minutes* until 13:40`."""
    clock = f"{talk_text.clock_time(moment, ctx.conference)}{ctx.reader_hint(moment)}"
    return f"*{talk_text.duration_text(moment - ctx.now)}* until {clock}"


_MEALS = {"social": "party"}  # by another word than in questions


def pause_line(pause: Pause, ctx: RenderContext) -> str:
    """The line of a break, or of a gap: `Lunch 12:40–13:40: nothing else is on then`."""
    if pause.talk:
        unlisted = f"No {_MEALS.get(pause.name, pause.name)} is listed. " if pause.name else ""
        return f"{unlisted}{break_line(pause.talk, ctx)}"
    conference = ctx.conference
    start, end = talk_text.clock_time(pause.start, conference), talk_text.clock_time(pause.end, conference)
    name = pause.name.capitalize()
    if pause.start <= ctx.now < pause.end:
        return f"*{name}* until {end}{ctx.reader_hint(pause.end)}: nothing is on until then"
    day = _unless_today(pause.start, ctx)
    return f"*{name}*{day} {start}–{end}{ctx.reader_hint(pause.start)}: nothing else is on then"


def break_line(pause: Talk, ctx: RenderContext) -> str:
    """`Lunch until 13:40`, `Lunch 12:40–13:40`, `Lunch tomorrow 12:40–13:40`."""
    conference = ctx.conference
    title = talk_text.marked_fact(pause, ctx, f"*{talk_text.escaped_title(pause)}*")
    room = f" · {talk_text.escaped_place(pause)}" if pause.room else ""
    if pause.is_on(ctx.now) and not pause.cancelled:
        end = talk_text.end_time(pause.end, ctx.now, conference)
        return f"{title} until {end}{ctx.reader_hint(pause.end)}{room}"
    day, span = _unless_today(pause.start, ctx), talk_text.time_span(pause, conference)
    return f"{title}{day} {span}{ctx.reader_hint(pause.start)}{room}"


def _unless_today(moment: datetime, ctx: RenderContext) -> str:
    """` tomorrow`; empty for today."""
    day = talk_text.relative_day_in_sentence(moment, ctx)
    return "" if day == "today" else f" {day}"


def over_text(ctx: RenderContext, scope: Scope = EVERYTHING) -> str:
    """Nothing comes any more, here or at all."""
    conference = ctx.conference
    name, last = escape(conference.name), conference.days[-1]
    day, hint = talk_text.day_name(last, conference), ctx.elsewhere_hint
    if ctx.schedule.day_of(ctx.now) > last:
        return f"{name} ended on {day} {last.year}{hint}. You can still ask who spoke about what."
    ends = f"{name} ends on {day}{hint}."
    return f"Nothing else is coming up{_scope_phrase(scope)}. {ends}"


def not_begun_text(ctx: RenderContext) -> str:
    """When it starts, for those who ask before."""
    schedule, conference = ctx.schedule, ctx.conference
    starts = schedule.day_of(schedule.starts) if schedule.starts else conference.days[0]
    day = f"{talk_text.day_name(starts, conference)} {starts.year}{ctx.elsewhere_hint}"
    return f"{escape(conference.name)} hasn't started yet. The first session is on {day}."


def _counted(talks: Sequence[Talk]) -> str:
    """`3 talks`; with a party among them, `3 sessions`."""
    return counted(len(talks), "talk" if all(map(is_talk, talks)) else "session")


def scope_text(scope: Scope, ctx: RenderContext, joint: str = "or", before: str = " ") -> str:
    """The filters of a list, as the end of a sentence: ` in Fleming today from 12:00`.

    `joint` stands before the last of several days, `before` in front of the first.
    """
    when = _time_phrase(scope, ctx, joint)
    return _scope_phrase(scope) + (f"{before}{when}" if when else "")


def zone_hint(ctx: RenderContext) -> str:
    """` (London time)`, where the reader is elsewhere or where that is unknown."""
    is_here = ctx.reader.zone and not ctx.is_elsewhere
    return "" if is_here else f" ({talk_text.venue_time_name(ctx.conference)})"


def _concurrent_talks(
    found: Sequence[Talk],
    label: str,
    scope: Scope,
    ctx: RenderContext,
    ask: Ask = Ask.LIST,
) -> AnswerLayout:
    """Talks that run or start together: one as a card, several with a heading and a line each."""
    conference = ctx.conference
    day = talk_text.start_day(found[0], ctx)
    day = "" if day == "Today" else day
    if len(found) == 1:
        first, *rest = talk_text.talk_lines(found[0], ctx)
        lead = talk_text.join_parts(label, day.rstrip(","))
        lines = (f"*{talk_text.join_parts(lead, first)}*", *rest)
        if ask is Ask.WHO and found[0].speakers:
            lines = (*talk_text.speaker_introductions(found[0].speakers), *lines)
        return AnswerLayout(rows=talk_paragraph(found[0], lines, ctx))
    same_start = len({talk.start for talk in found}) == 1
    clock = talk_text.clock_time(found[0].start, conference) if same_start else ""
    theirs = talk_text.reader_time(found[0].start, conference, ctx.reader.zone) if same_start else ""
    head = talk_text.join_parts(label, f"{day} {clock}".strip(), f"{_counted(found)}{_scope_phrase(scope)}")
    narrower = f"Narrow it down: `{escape(ctx.reader.command)} next {_example_scope(found)}`"
    notes = (narrower,) if len(found) >= HINT_FROM else ()
    style = RowStyle(room=scope.room is None)
    return AnswerLayout((f"*{head}*{theirs}{zone_hint(ctx)}",), found, notes, in_order=True, style=style)


def _example_scope(found: Sequence[Talk]) -> str:
    """A track's or a room's short name to narrow by."""
    tracks = [talk.track.title for talk in found if talk.track and len(talk.track.title) < 25]
    rooms = [talk.room.name for talk in found if talk.room]
    return escape((tracks or rooms or ["security"])[0].lower())


def _single_talk(talk: Talk, ask: Ask, ctx: RenderContext) -> AnswerLayout:
    when = f"*{talk_text.join_parts(talk_text.day_and_time(talk, ctx), talk_text.escaped_place(talk))}*"
    people = talk_text.speaker_introductions(talk.speakers)
    if ask is Ask.WHO and people:
        lines = (*people, when, talk_text.escaped_title(talk))
    else:
        lines = (when, talk_text.escaped_title(talk), talk_text.speakers_with_company(talk.speakers))
    return AnswerLayout(rows=talk_paragraph(talk, list(filter(None, lines)), ctx))


def _before_first_talk(ctx: RenderContext) -> bool:
    return ctx.schedule.day_of(ctx.now) < ctx.conference.days[0]


def _nothing_on(scope: Scope, ctx: RenderContext) -> str:
    if scope.at:
        return f"Nothing is on{scope_text(scope, ctx)}{ctx.elsewhere_hint}."
    if _before_first_talk(ctx):
        return not_begun_text(ctx)
    if ctx.schedule.ends and ctx.now >= ctx.schedule.ends:
        return over_text(ctx, scope)
    conference, theirs = ctx.conference, ctx.reader_hint(ctx.now)
    day = f" on {talk_text.day_name(ctx.now, conference)}" if theirs else ""
    return f"Nothing is on{_scope_phrase(scope)} at {talk_text.clock_time(ctx.now, conference)}{theirs}{day}."


def _scope_phrase(scope: Scope) -> str:
    """` of Security in Fleming`: what a list was narrowed to, as part of a sentence."""
    kind = f" ({escape(scope.kind)})" if scope.kind else ""
    track = f" of {escape(scope.track.title)}" if scope.track else ""
    room = f" in {escape(scope.room.name)}" if scope.room else ""
    if len(scope.others) > MAX_PLACES:
        room, scope = f" in {len(scope.others) + 1} rooms", replace(scope, others=())
    others = "".join(f" or {escape(other.name if isinstance(other, Room) else other.title)}" for other in scope.others)
    without = f" (not {escape(scope.without)})" if scope.without else ""
    spoken = f" in {_LANGUAGES.get(scope.spoken, scope.spoken)}" if scope.spoken else ""
    level = _LEVELS[scope.level]
    return kind + track + level + spoken + room + others + without


_LEVELS = {
    "": "", "beginner": " for beginners", "intermediate": " at intermediate level", "advanced": " at advanced level",
}  # fmt: skip

_LANGUAGES = {
    "en": "English", "de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "nl": "Dutch", "pt": "Portuguese",
    "pl": "Polish", "ru": "Russian", "uk": "Ukrainian", "zh": "Chinese", "ja": "Japanese", "ko": "Korean", "hi": "Hindi",
    "ar": "Arabic",
}  # fmt: skip


def _days_phrase(days: Sequence[date], ctx: RenderContext, joint: str) -> str:
    """`on Mon 4 March, Tue 5 March and Wed 6 March`, `today and tomorrow`."""
    said = [talk_text.relative_day_in_sentence(day, ctx) for day in days]
    said[1:] = [day.removeprefix("on ") if before.startswith("on ") else day for before, day in pairwise(said)]
    return f" {joint} ".join(filter(None, (", ".join(said[:-1]), said[-1])))


def _time_phrase(scope: Scope, ctx: RenderContext, joint: str) -> str:
    """`today from 12:00 until 18:00`; `joint` stands before the last of several days."""
    conference = ctx.conference
    days = (scope.day,) if scope.day else scope.days
    parts = [_days_phrase(days, ctx, joint)] if days else []
    parts += [f"at {talk_text.clock_time(scope.at, conference)}"] if scope.at else []
    ends = (("from", scope.since), ("until", scope.until))
    parts += [
        f"{word} {talk_text.clock_time(end, conference)}" for word, end in ends if end and conference.local(end).hour
    ]
    return " ".join(parts)

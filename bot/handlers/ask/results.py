"""Answers from a search: first the fact that was asked for, then the talk."""

from collections.abc import Sequence
from datetime import datetime

from bot.blockkit import talk_text
from bot.blockkit.blocks import escape, escape_with_links, shorten
from bot.blockkit.talk_row import RowStyle
from bot.blockkit.talk_text import RenderContext
from bot.handlers.ask.layout import AnswerLayout, AnswerText, Row, listed_talks
from bot.questions.models import AboutPerson, AboutTrack, Ask, Matches
from bot.schedule.models import Talk, in_order
from bot.schedule.queries import alternatives_to
from bot.schedule.texts import counted

MAX_SPEAKERS = 4  # introduced one by one

MAX_ROOMS = 3

BIO_CHARACTERS = 240  # of somebody's life, where it is asked who they are

MAX_TRACKS = 2

MAX_ALTERNATIVES = 4


def render_matches(answer: Matches, ctx: RenderContext) -> AnswerLayout:
    """The best match with the fact in its first line, the others in a line each; a list begins with how many there are."""
    best, *others = answer.talks
    taken = ", ".join(f"“{escape(typed)}” as “{escape(known)}”" for typed, known in answer.taken_for)
    tracks = (
        talk_text.join_parts(f"Track: {escape(shorten(track.title, 150))}", talk_text.speaker_names(track.host))
        for track in answer.tracks[:MAX_TRACKS]
    )
    hint = ctx.elsewhere_hint
    notes = (*tracks, *((f"I read {taken}.",) if taken else ()))
    listed = in_order(answer.talks)
    if answer.parts:
        return AnswerLayout((f"*{_counted_parts(answer.parts)}*{hint}",), listed, notes, in_order=True)
    if answer.ask is Ask.LIST and others and not answer.status and not answer.until:
        on = f" on {escape(shorten(answer.words, 100))}" if answer.words else ""
        return AnswerLayout((f"*{len(answer.talks)} talks{on}*{hint}",), listed, notes, in_order=True)
    told = talk_paragraph(best, _fact_lines(answer, best, ctx), ctx)
    shown = {talk.id for talk in listed_talks(told)}
    rest = [talk for talk in others if talk.id not in shown]
    return AnswerLayout((), (*told, *rest), notes)


def _counted_parts(parts: Sequence[tuple[str, int]]) -> str:
    """`3 talks on Rust, 1 on Go, nothing on Zig`."""
    said: list[str] = []
    for words, number in parts:
        first = number and not any(" talk" in part for part in said)
        what = counted(number, "talk") if first else str(number or "nothing")
        said.append(f"{what} on {escape(shorten(words, 50))}")
    return ", ".join(said)


def talk_paragraph(talk: Talk, lines: Sequence[str], ctx: RenderContext) -> tuple[Row, ...]:
    """The lines about one talk, with the organisers' note; for a full or cancelled talk, that first, and then alternatives."""
    first, *rest = lines
    told = AnswerText((talk_text.marked_fact(talk, ctx, first), *rest, *talk_text.organiser_note(talk)), talk)
    others = (
        alternatives_to(talk, ctx.schedule)[:MAX_ALTERNATIVES]
        if (talk.cancelled or talk.full) and ctx.now < talk.end
        else ()
    )
    return (told, *([AnswerText(("*Instead, at the same time:*",))] if others else []), *others)


def render_about(answer: AboutPerson, ctx: RenderContext) -> AnswerLayout:
    """A person: the fact that was asked for, and what they give. Each namesake is shown with their own talks."""
    if answer.namesakes:
        return _render_namesakes(answer)
    past = _is_over(ctx)
    intro = talk_text.speaker_introduction(answer.speaker)
    hosted = tuple(f"{'Hosted' if past else 'Hosts'} the track {escape(track.title)}" for track in answer.hosted)
    if not answer.talks:
        what = f"{'gave' if past else 'gives'} {'nothing else' if answer.besides else 'no talk'}"
        return AnswerLayout((intro, *(hosted or (f"{escape(answer.speaker.name)} {what} in this schedule.",))))
    if answer.ask in (Ask.WHEN, Ask.WHERE, Ask.HOW_LONG):
        talk, *others = answer.talks
        fact = _fact_lines(Matches(answer.ask, answer.talks), talk, ctx)
        return AnswerLayout((), (*talk_paragraph(talk, (*fact, *hosted), ctx), *others))
    life = escape_with_links(shorten(" ".join(answer.speaker.bio.split()), BIO_CHARACTERS))
    about = (life,) if life and answer.ask is Ask.WHO else ()
    return AnswerLayout((intro, *about, *hosted), answer.talks, style=RowStyle(day=True, speakers=False))


def _render_namesakes(answer: AboutPerson) -> AnswerLayout:
    """A paragraph for each of several people with one name, followed by their own talks."""
    rows: list[Row] = []
    for person in (answer.speaker, *answer.namesakes):
        hosted = tuple(f"Track host: {escape(track.title)}" for track in answer.hosted if person in track.host)
        given = [talk for talk in answer.talks if person in talk.speakers]
        if given or hosted:
            rows += [AnswerText((talk_text.speaker_introduction(person), *hosted)), *given]
    return AnswerLayout(rows=rows, style=RowStyle(day=True, speakers=False))


def render_track(answer: AboutTrack, ctx: RenderContext) -> AnswerLayout:
    """A track: where and when, whose, and its talks."""
    track, conference = answer.track, ctx.conference
    days = list(dict.fromkeys(ctx.schedule.day_of(talk.start) for talk in answer.talks)) or [
        day for day in [track.day] if day
    ]
    rooms = [track.room] if track.room else list(dict.fromkeys(talk.room for talk in answer.talks if talk.room))
    place = ", ".join(room.place for room in rooms[:MAX_ROOMS])
    where = talk_text.join_parts(" and ".join(talk_text.day_name(day, conference) for day in days[:2]), escape(place))
    title, hosts = escape(shorten(track.title, 150)), talk_text.speaker_names(track.host)
    if answer.ask is Ask.WHO and hosts:
        head = (f"*{hosts}*", title, where)
    elif answer.ask in (Ask.WHEN, Ask.WHERE) and where:
        head = (f"*{where}*", title, f"Host: {hosts}" if hosts else "")
    else:
        head = (f"*{title}*", where, f"Host: {hosts}" if hosts else "")
    style = RowStyle(day=len(days) > 1, room=len(rooms) > 1)
    return AnswerLayout(tuple(filter(None, head)), answer.talks, in_order=True, style=style)


def _fact_lines(answer: Matches, talk: Talk, ctx: RenderContext) -> tuple[str, ...]:
    return _status_line(answer, talk, ctx) + _lines_of_fact(answer, talk, ctx)


def _lines_of_fact(answer: Matches, talk: Talk, ctx: RenderContext) -> tuple[str, ...]:
    """The lines of one talk, in the order that the question wants."""
    when = talk_text.day_and_time(talk, ctx)
    place, title = talk_text.escaped_place(talk), talk_text.escaped_title(talk)
    who_what = talk_text.join_parts(title, talk_text.speaker_names(talk.speakers))
    match answer.ask:
        case Ask.WHO if talk.speakers:
            room = f", {escape(talk.room.name)}" if talk.room else ""
            who = tuple(talk_text.speaker_introduction(speaker) for speaker in talk.speakers[:MAX_SPEAKERS])
            brief = talk_text.day_and_time(talk, ctx, span=False)
            return (*who, talk_text.join_parts(brief + room, title))
        case Ask.WHO:
            return (talk_text.join_parts("No speaker is listed", f"*{title}*"), talk_text.join_parts(when, place))
        case Ask.WHEN:
            return (talk_text.join_parts(f"*{when}*", place), who_what)
        case Ask.WHERE if place:
            return (talk_text.join_parts(f"*{place}*", when), who_what)
        case Ask.HOW_LONG:
            long = _time_until(talk, ctx.now) if answer.until else talk_text.duration_text(talk.length)
            return (talk_text.join_parts(f"*{long}*", when, place), who_what)
    return tuple(
        filter(None, (f"*{title}*", talk_text.speakers_with_company(talk.speakers), talk_text.join_parts(when, place)))
    )


def _time_until(talk: Talk, now: datetime) -> str:
    """`In 35 minutes`, `10 minutes left`, `It's over`."""
    if now < talk.start:
        return f"In {talk_text.duration_text(talk.start - now)}"
    return f"{talk_text.duration_text(talk.end - now)} left" if now < talk.end else "It's over"


def _status_line(answer: Matches, talk: Talk, ctx: RenderContext) -> tuple[str, ...]:
    """Yes or no, for "did I miss" and "is … still on"."""
    if not answer.status or talk.cancelled:
        return ()
    conference = ctx.conference
    if ctx.now < talk.start:
        return (
            f"Not yet. It starts {talk_text.relative_day_in_sentence(talk.start, ctx)} at {talk_text.clock_time(talk.start, conference)}{ctx.reader_hint(talk.start)}.",
        )
    if talk.end <= ctx.now:
        ended = f"it ended {talk_text.relative_day_in_sentence(talk.end - talk_text.ONE_MINUTE, ctx)} at {talk_text.clock_time(talk.end, conference)}{ctx.reader_hint(talk.end)}"
        return (f"{'Yes' if answer.status != 'still' else 'No'}, {ended}.",)
    yes = "Not quite" if answer.status != "still" else "Yes"
    return (f"{yes}: it's on until {talk_text.end_time(talk.end, ctx.now, conference)}{ctx.reader_hint(talk.end)}.",)


def _is_over(ctx: RenderContext) -> bool:
    return ctx.schedule.day_of(ctx.now) > ctx.conference.days[-1]

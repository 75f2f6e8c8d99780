"""Every shape of an answer in words and blocks; lists are in `listings`. First comes the fact that was asked for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.blockkit import talk_text
from bot.blockkit.blocks import MESSAGE_BLOCKS, Message, context, escape, escape_with_links, first_of, shorten
from bot.blockkit.talk_row import RowStyle
from bot.blockkit.talk_text import RenderContext
from bot.handlers.ask import listings
from bot.handlers.ask.layout import AnswerLayout, AnswerText, Row, listed_talks, render_layout, talk_paragraph
from bot.questions.meals import is_talk
from bot.questions.models import (
    AboutPerson,
    AboutRoom,
    AboutTrack,
    Answer,
    Ask,
    Bounds,
    Help,
    Listing,
    Matches,
    NothingFound,
    NotInSchedule,
    OfWords,
    OnNext,
    OnNow,
    Pauses,
    Practical,
    SmallTalk,
    Unclear,
)
from bot.questions.time_expressions import TimeExpression
from bot.questions.tokens import MOST_WORDS
from bot.schedule.models import Talk, in_order
from bot.schedule.texts import counted

MAX_ROOMS = 12  # that are named where a question asks for another

MAX_TRACK_ROOMS = 3

BIO_CHARACTERS = 240  # of somebody's life, where it is asked who they are

MAX_TRACKS = 2


def answer_message(answer: Answer, ctx: RenderContext, *, asked: str = "") -> Message:
    """An answer as a message; `asked` is the question, for the buttons that turn the pages of a list."""
    return render_layout(answer_layout(answer, ctx), ctx, asked)


def answer_layout(answer: Answer, ctx: RenderContext) -> AnswerLayout:
    layout = _RENDERERS[type(answer)](answer, ctx)
    if isinstance(answer, OfWords) and answer.truncated:
        return replace(layout, notes=(f"I only read the first {MOST_WORDS} words.",))
    return layout


def with_suggestion(layout: AnswerLayout, command: str) -> AnswerLayout:
    """The layout with the command that may have been meant, if any."""
    if not command:
        return layout
    note = f"Did you mean {_quote_question(command)}?"
    return replace(layout, notes=(*layout.notes, note), suggestions=(*layout.suggestions, (command, command)))


def shared_answer(answer: Message, user: str) -> Message:
    """An answer as everyone sees it, with the person who shared it."""
    by = f"Shared by <@{user}>"
    return Message(f"{answer.text}\n{by}", (*answer.blocks[: MESSAGE_BLOCKS - 1], context(by)))


def _render_matches(answer: Matches, ctx: RenderContext) -> AnswerLayout:
    """The best match, with the asked fact in its first line, and a line for each other one.

    A list begins with a count.
    """
    best, *others = answer.talks
    taken = ", ".join(f"“{escape(typed)}” as “{escape(known)}”" for typed, known in answer.taken_for)
    tracks = (
        talk_text.join_parts(f"Track: {escape(shorten(track.title, 150))}", talk_text.speaker_names(track.host))
        for track in answer.tracks[:MAX_TRACKS]
    )
    hint = ctx.elsewhere_hint
    notes = (*tracks, *((f"I read {taken}.",) if taken else ()))
    listed = in_order(answer.talks)
    when = listings.scope_text(answer.scope, ctx, "and", ", ")
    if answer.parts:
        return AnswerLayout((f"*{_counted_parts(answer.parts)}{when}*{hint}",), listed, notes, in_order=True)
    if answer.ask is Ask.LIST and others and not answer.status and not answer.until:
        on = f" on {escape(shorten(answer.words, 100))}" if answer.words else ""
        return AnswerLayout((f"*{len(answer.talks)} talks{on}{when}*{hint}",), listed, notes, in_order=True)
    told = talk_paragraph(best, _fact_lines(answer, best, ctx), ctx)
    shown = {talk.id for talk in listed_talks(told)}
    rest = [talk for talk in others if talk.id not in shown]
    return AnswerLayout((), (*told, *rest), notes)


def _counted_parts(parts: Sequence[tuple[str, int]]) -> str:
    """`3 talks on Rust, 1 on Go, nothing on Zig`."""
    said: list[str] = []
    for words, number in parts:
        first = number and not any(" talk" in part for part in said)
        what = counted(number, "talk") if first else str(number or "nothing" if said else "Nothing")
        said.append(f"{what} on {escape(shorten(words, 50))}")
    return ", ".join(said)


def _render_about(answer: AboutPerson, ctx: RenderContext) -> AnswerLayout:
    """A person: the fact that was asked for, and what they give. Each namesake is shown with their own talks."""
    if answer.namesakes:
        return _render_namesakes(answer)
    past = ctx.schedule.day_of(ctx.now) > ctx.conference.days[-1]
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


def _render_track(answer: AboutTrack, ctx: RenderContext) -> AnswerLayout:
    track, conference = answer.track, ctx.conference
    days = list(dict.fromkeys(ctx.schedule.day_of(talk.start) for talk in answer.talks)) or [
        day for day in [track.day] if day
    ]
    rooms = [track.room] if track.room else list(dict.fromkeys(talk.room for talk in answer.talks if talk.room))
    place = ", ".join(room.place for room in rooms[:MAX_TRACK_ROOMS])
    where = talk_text.join_parts(" and ".join(talk_text.day_name(day, conference) for day in days[:2]), escape(place))
    title, hosts = escape(shorten(track.title, 150)), talk_text.speaker_names(track.host)
    if answer.ask is Ask.WHO:
        head = (f"*{hosts or 'No host is listed'}*", title, where)
    elif answer.ask in (Ask.WHEN, Ask.WHERE) and where:
        head = (f"*{where}*", title, f"Host: {hosts}" if hosts else "")
    else:
        head = (f"*{title}*", where, f"Host: {hosts}" if hosts else "")
    style = RowStyle(day=len(days) > 1, room=len(rooms) > 1)
    return AnswerLayout(tuple(filter(None, head)), answer.talks, in_order=True, style=style)


def _fact_lines(answer: Matches, talk: Talk, ctx: RenderContext) -> tuple[str, ...]:
    told = () if talk.cancelled else listings.status_line(answer.status, talk.start, talk.end, ctx)
    return told + _detail_line(answer, talk) + _lines_of_fact(answer, talk, ctx)


def _detail_line(answer: Matches, talk: Talk) -> tuple[str, ...]:
    """The track or the level of a talk, if that is asked."""
    if not answer.detail:
        return ()
    said = talk.level if answer.detail == "level" else talk.track.title if talk.track else ""
    told = f"{answer.detail.capitalize()}: *{escape(said)}*"
    return (told if said else f"The schedule doesn't say the {answer.detail}.",)


def _lines_of_fact(answer: Matches, talk: Talk, ctx: RenderContext) -> tuple[str, ...]:
    """The lines of one talk, in the order that the question wants."""
    when = talk_text.day_and_time(talk, ctx)
    place, title = talk_text.escaped_place(talk), talk_text.escaped_title(talk)
    who_what = talk_text.join_parts(title, talk_text.speaker_names(talk.speakers))
    match answer.ask:
        case Ask.WHO if talk.speakers:
            room = f", {escape(talk.room.name)}" if talk.room else ""
            who = talk_text.speaker_introductions(talk.speakers)
            brief = talk_text.day_and_time(talk, ctx, span=False)
            return (*who, talk_text.join_parts(brief + room, title))
        case Ask.WHO:
            return (talk_text.join_parts("No speaker is listed", f"*{title}*"), talk_text.join_parts(when, place))
        case Ask.WHEN:
            whether = "" if answer.fits is None else "*Yes*" if answer.fits else "*No*"
            return (talk_text.join_parts(whether, _chosen(answer.chosen), f"*{when}*", place), who_what)
        case Ask.WHERE if place:
            return (talk_text.join_parts(f"*{place}*", when), who_what)
        case Ask.HOW_LONG:
            long = _time_until(talk, ctx.now) if answer.until else talk_text.duration_text(talk.length)
            return (talk_text.join_parts(f"*{long}*", when, place), who_what)
    return tuple(
        filter(None, (f"*{title}*", talk_text.speakers_with_company(talk.speakers), talk_text.join_parts(when, place)))
    )


def _chosen(time: TimeExpression | None) -> str:
    """`*Before lunch*`, `*Afternoon*`: the time that it is, of those asked about."""
    if time is None:
        return ""
    if time.relation == "between":
        return next(f"*{name}*" for since, name in _PARTS_OF_DAY.items() if time.minutes[0] >= since)
    return f"*{f'{time.relation} {time.meal}'.strip().capitalize()}*"


_PARTS_OF_DAY = {1020: "Evening", 720: "Afternoon", 600: "Midday", 0: "Morning"}  # by their first minute


def _time_until(talk: Talk, now: datetime) -> str:
    """`In 35 minutes`, `10 minutes left`, `It's over`."""
    if now < talk.start:
        return f"In {talk_text.duration_text(talk.start - now)}"
    return f"{talk_text.duration_text(talk.end - now)} left" if now < talk.end else "It's over"


def _example_of(command: str, ctx: RenderContext) -> str:
    """Words that may follow a subcommand."""
    schedule = ctx.schedule
    given = next((talk for talk in schedule.talks if talk.speakers), None)
    known = {
        "talk": given.title if given else "",
        "speaker": talk_text.surname(given.speakers[0].name) if given else "",
        "track": schedule.tracks[0].title if schedule.tracks else "",
        "room": schedule.rooms[0].name if schedule.rooms else "",
        "day": "2",
    }
    return " ".join(known[command].split()[:3]).rstrip(":,") or "…"


def _render_help(answer: Help, ctx: RenderContext) -> AnswerLayout:
    command = escape(ctx.reader.command)
    surname = escape(_example_of("speaker", ctx))
    feeds = "`calendar`, " if ctx.reader.has_feeds else ""
    lines = (
        f"I know the {counted(sum(map(is_talk, ctx.schedule.talks)), 'talk')} of {escape(ctx.conference.name)}. Ask me in your own words:",
        f"• `{command} who talks about microservices?`",
        f"• `{command} when is {surname} on?`",
        f"• `{command} what's on at 14:00?`",
        f"Or: `{command} now`, `{command} next`, `{command} today`, `{command} changes`, `{command} remind`.",
        "More words I know: `tomorrow`, `day`, `talk`, `speaker`, `track`, `room`, `help`.",
        f"Your own talks: `save`, `unsave`, `agenda`, `plan`, `like`, `interests`, {feeds}`settings`, `my-data`.",
        "For organisers: `organise`, `feedback`, `report`.",
    )
    return AnswerLayout(lines)


def _render_nothing(answer: NothingFound, ctx: RenderContext) -> AnswerLayout:
    words = escape(shorten(answer.words, 120))
    unmarked = "No talk is marked" if answer.scope.level else "I couldn't find a session for that question"
    what = f"No sessions found for “{words}”" if words else unmarked
    lines = [f"{what}{listings.scope_text(answer.scope, ctx)}."]
    if answer.did_you_mean:
        lines.append(f"Did you mean {' or '.join(map(_quote_question, answer.did_you_mean))}?")
    if answer.closest:
        lines.append("Closest matches:")
    asks = tuple((question, question) for question in answer.did_you_mean)
    return AnswerLayout(tuple(lines), answer.closest, suggestions=(*asks, ("All talks", "all talks")))


def _quote_question(question: str) -> str:
    return f"“{escape(shorten(question, 80))}”"


def _render_outside(answer: NotInSchedule, ctx: RenderContext) -> AnswerLayout:
    conference = ctx.conference
    days = talk_text.conference_days(conference) + ctx.elsewhere_hint
    if answer.no_date:
        no_date = escape(shorten(answer.no_date, 40))
        return AnswerLayout((f"There's no {no_date}. {escape(conference.name)}: {days}.",))
    if answer.room:
        rooms = first_of([escape(room.name) for room in ctx.schedule.rooms], MAX_ROOMS)
        missing = f"There's no room called *{escape(shorten(answer.room, 80))}*. Rooms: {rooms}."
        return AnswerLayout((missing if rooms else "The schedule has no rooms.",))
    if answer.day == ctx.schedule.day_of(ctx.now):
        return AnswerLayout(
            (listings.over_text(ctx) if answer.day > conference.days[-1] else listings.not_begun_text(ctx),)
        )
    if answer.day:
        year = "" if answer.day.year in {day.year for day in conference.days} else f" {answer.day.year}"
        return AnswerLayout(
            (f"{talk_text.day_name(answer.day, conference)}{year} isn't a day of {escape(conference.name)}: {days}.",)
        )
    return AnswerLayout((f"{escape(conference.name)} has {len(conference.days)} days: {days}.",))


def _render_practical(answer: Practical, ctx: RenderContext) -> AnswerLayout:
    if answer.answer:
        return AnswerLayout((escape_with_links(shorten(answer.answer, 2_500)),))
    if answer.pause:
        return AnswerLayout((listings.pause_line(answer.pause, ctx),))
    return AnswerLayout(("I only know the schedule. Try the registration desk.",))


def _render_small_talk(answer: SmallTalk, ctx: RenderContext) -> AnswerLayout:
    said = _SMALL_TALK.get(answer.topic, _SMALL_TALK["chat"])
    clock = f"{talk_text.day_name(ctx.now, ctx.conference)}, {talk_text.clock_time(ctx.now, ctx.conference)}"
    now = f"{clock}{ctx.reader_hint(ctx.now) or listings.zone_hint(ctx)}"
    return AnswerLayout((said.format(command=escape(ctx.reader.command), now=now),))


def _render_unclear(answer: Unclear, ctx: RenderContext) -> AnswerLayout:
    if answer.command:
        example = f"`{escape(ctx.reader.command)} {answer.command} {escape(_example_of(answer.command, ctx))}`"
        return AnswerLayout((f"Which {answer.command}? Add its name, such as {example}.",))
    return AnswerLayout(("Which one do you mean? Ask with a name or a topic; then “when is that?” works too.",))


_SMALL_TALK = {
    "greeting": "Hello! Ask me who, when, where or what about the sessions, or type `{command} next`.",
    "thanks": "You're welcome. Enjoy the sessions!",
    "bye": "See you! I'm here when you need the schedule.",
    "mood": "All good, thanks. What would you like to know about the sessions?",
    "self": "I'm a bot that knows this conference's schedule. `{command} help` shows what you can ask.",
    "praise": "Thank you! Anything else about the sessions?",
    "sorry": "Sorry about that. Try a name, a topic or a time, or `{command} help`.",
    "clock": "It's {now}.",
    "chat": "I only know this conference's schedule. Ask me about a session, or type `{command} next`.",
}

_RENDERERS: Mapping[type, Callable[[Any, RenderContext], AnswerLayout]] = {
    Help: _render_help,
    OnNow: listings.render_now,
    OnNext: listings.render_upcoming,
    Listing: listings.render_listing,
    Bounds: listings.render_bounds,
    Pauses: listings.render_pause,
    AboutRoom: listings.render_place,
    Matches: _render_matches,
    AboutPerson: _render_about,
    AboutTrack: _render_track,
    NothingFound: _render_nothing,
    NotInSchedule: _render_outside,
    Practical: _render_practical,
    SmallTalk: _render_small_talk,
    Unclear: _render_unclear,
}

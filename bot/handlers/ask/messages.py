"""Every shape of an answer in words and blocks."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from bot.blockkit import talk_text
from bot.blockkit.blocks import MESSAGE_BLOCKS, Message, context, escape, escape_with_links, first_of, shorten
from bot.blockkit.talk_text import RenderContext
from bot.handlers.ask import listings, results
from bot.handlers.ask.layout import AnswerLayout, render_layout
from bot.questions.models import (
    AboutPerson,
    AboutRoom,
    AboutTrack,
    Answer,
    Bounds,
    Help,
    Listing,
    Matches,
    NothingFound,
    NotInSchedule,
    OnNext,
    OnNow,
    Pauses,
    Practical,
    SmallTalk,
    Unclear,
)
from bot.questions.tokens import MOST_WORDS

MAX_ROOMS = 12  # that are named where a question asks for another


def answer_message(
    answer: Answer, ctx: RenderContext, *, asked: str = "", share: str | None = None, page: int | None = None
) -> Message:
    """An answer as a message.

    `asked` is the question, for the buttons that turn the pages of a list; `share` is the question for [Share here], on
    answers that only the asker sees.
    """
    return render_layout(answer_layout(answer, ctx), ctx, asked, share, page)


def answer_layout(answer: Answer, ctx: RenderContext) -> AnswerLayout:
    """The content of an answer."""
    layout = _RENDERERS[type(answer)](answer, ctx)
    if getattr(answer, "truncated", False):
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


def _render_help(answer: Help, ctx: RenderContext) -> AnswerLayout:
    command = escape(ctx.reader.command)
    example = next((talk for talk in ctx.schedule.talks if talk.speakers), None)
    surname = escape(talk_text.surname(example.speakers[0].name)) if example else "Jones"
    lines = (
        f"I know the {listings.talk_count(ctx.schedule)} of {escape(ctx.conference.name)}. Ask me in your own words:",
        f"• `{command} who talks about microservices?`",
        f"• `{command} when is {surname} on?`",
        f"• `{command} what's on at 14:00?`",
        f"Or: `{command} now`, `{command} next`, `{command} today`, `{command} changes`, `{command} remind`.",
        "More words I know: `tomorrow`, `day`, `talk`, `speaker`, `track`, `room`, `help`.",
        "Your own talks: `save`, `unsave`, `agenda`, `plan`, `like`, `interests`, `calendar`, `settings`, `my-data`.",
        "For organisers: `organise`, `feedback`, `report`.",
    )
    return AnswerLayout(lines)


def _render_nothing(answer: NothingFound, ctx: RenderContext) -> AnswerLayout:
    words = escape(shorten(answer.words, 120))
    what = f"No sessions found for “{words}”" if words else "I couldn't find a session for that question"
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
    return AnswerLayout(("I only know the schedule. Try the registration desk.",))


def _render_small_talk(answer: SmallTalk, ctx: RenderContext) -> AnswerLayout:
    said = _SMALL_TALK.get(answer.topic, _SMALL_TALK["chat"])
    return AnswerLayout((said.format(command=escape(ctx.reader.command)),))


def _render_unclear(answer: Unclear, ctx: RenderContext) -> AnswerLayout:
    return AnswerLayout(("Which one do you mean? Ask with a name or a topic; then “when is that?” works too.",))


_SMALL_TALK = {
    "greeting": "Hello! Ask me who, when, where or what about the sessions, or type `{command} next`.",
    "thanks": "You're welcome. Enjoy the sessions!",
    "bye": "See you! I'm here when you need the schedule.",
    "mood": "All good, thanks. What would you like to know about the sessions?",
    "self": "I'm a bot that knows this conference's schedule. `{command} help` shows what you can ask.",
    "praise": "Thank you! Anything else about the sessions?",
    "sorry": "Sorry about that. Try a name, a topic or a time, or `{command} help`.",
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
    Matches: results.render_matches,
    AboutPerson: results.render_about,
    AboutTrack: results.render_track,
    NothingFound: _render_nothing,
    NotInSchedule: _render_outside,
    Practical: _render_practical,
    SmallTalk: _render_small_talk,
    Unclear: _render_unclear,
}

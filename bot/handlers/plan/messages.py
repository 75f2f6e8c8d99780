"""Render a plan of a day, and talks that are like another one."""

from collections.abc import Collection, Sequence
from datetime import date

from bot.blockkit import action_ids, talk_text
from bot.blockkit.blocks import (
    Block,
    Message,
    actions,
    button,
    context,
    escape,
    header,
    section,
    shorten,
)
from bot.blockkit.talk_row import RowStyle, day_heading, similar_rows, talk_row
from bot.blockkit.talk_text import NEAR_DAYS, RenderContext
from bot.handlers.plan.for_you import sentence
from bot.planning.day_plan import DayPlan, PlannedTalk
from bot.planning.wishes import Wishes
from bot.schedule.models import Talk, short_id
from bot.schedule.wording import counted
from bot.search.similar import SimilarTalk

MOST_PLANNED = 20  # talks in one message

SECOND_CHARACTERS = 60  # of the title of a second choice


def plan_message(plan: DayPlan, wishes: Wishes, ctx: RenderContext) -> Message:
    """A draft of a day: a row for each talk with the reason and the second choice, lunch, and [Save all]."""
    day = _day_in_sentence(wishes.day, ctx)
    if not plan.talks:
        return Message(f"I found nothing to plan for {day}. Try other topics, or longer times.")
    shown = plan.talks[:MOST_PLANNED]
    left_out = len(plan.talks) - len(shown)
    more = [context(f"and {left_out} more; plan a part of the day to see them")] if left_out else []
    fresh = [row.talk for row in shown if not row.is_saved]
    buttons = [button("Save all", action_ids.SAVE_PLAN, _talk_ids(fresh), style="primary")] if fresh else []
    blocks = [
        header(f"A plan for {day}"),
        *_rows(shown, plan, ctx),
        *more,
        actions([*buttons, button("My agenda", action_ids.AGENDA)]),
    ]
    return Message("\n".join([f"A plan for {day}", *(_line(row, ctx) for row in shown)]), tuple(blocks))


def plan_saved_message(count: int) -> Message:
    """The reply to [Save all]."""
    text = f"Saved {counted(count, 'talk')} to your agenda."
    return Message(text, (section(text), actions([button("My agenda", action_ids.AGENDA)])))


def similar_message(talk: Talk, similar: Sequence[SimilarTalk], saved: Collection[str], ctx: RenderContext) -> Message:
    """The talks that are like one talk, each with the words that both have."""
    name = f"“{talk_text.escaped_title(talk)}”"
    if not similar:
        return Message(f"Nothing still to come is similar to {name}.")
    head = f"Like {name}:"
    style = RowStyle(frozenset(saved), day=True)
    rows = similar_rows(similar, ctx, style)
    lines = [talk_text.talk_line(row.talk, ctx) for row in similar]
    return Message("\n".join([head, *lines]), (section(head), *rows))


def interests_message(topics: Sequence[str], command: str) -> Message:
    """The topics that interest the reader, and how to change them."""
    command = escape(command)
    if topics:
        text = (
            f"Your interests: {escape(', '.join(topics))}. `{command} plan` and Home use them, and nobody else sees them. "
            f"To replace them, type `{command} interests` and other topics; to clear them, `{command} interests none`."
        )
    else:
        text = f"You have no interests yet. Set them with `{command} interests kubernetes, databases`."
    return Message(text, (section(text), actions([button("Choose…", action_ids.INTERESTS)])))


def no_talk_message(words: str, closest: Sequence[Talk]) -> Message:
    """The reply where some words fit no talk."""
    titles = [f"• {talk_text.escaped_title(talk)}" for talk in closest]
    found = f"No sessions found for “{escape(shorten(words, 120))}”."
    return Message("\n".join([f"{found} Closest matches:", *titles]) if titles else found)


def _day_in_sentence(day: date, ctx: RenderContext) -> str:
    """`tomorrow, Wed 6 March`, or the day alone."""
    heading = day_heading(day, ctx)
    return heading[0].lower() + heading[1:] if heading.startswith(NEAR_DAYS) else heading


def _rows(shown: Sequence[PlannedTalk], plan: DayPlan, ctx: RenderContext) -> list[Block]:
    style = RowStyle(frozenset(row.talk.id for row in shown if row.is_saved))
    blocks: list[Block] = []
    lunch = _lunch(plan, ctx)
    for row in shown:
        if lunch and plan.lunch and row.talk.start >= plan.lunch[1]:
            blocks.append(lunch)
            lunch = None
        blocks.append(talk_row(row.talk, ctx, style, *_reasons(row, ctx)))
    return [*blocks, lunch] if lunch else blocks


def _lunch(plan: DayPlan, ctx: RenderContext) -> Block | None:
    if plan.lunch is None:
        return None
    begin, end = (talk_text.clock_time(moment, ctx.schedule.conference) for moment in plan.lunch)
    return context(f"{begin}–{end} · lunch")


def _reasons(row: PlannedTalk, ctx: RenderContext) -> list[str]:
    if row.is_saved:
        return []
    reason = escape(sentence(row.reason))
    if not row.second:
        return [reason]
    at = talk_text.clock_time(row.second.start, ctx.schedule.conference)
    return [reason, f"Or {at} _{talk_text.escaped_title(row.second, SECOND_CHARACTERS)}_"]


def _line(row: PlannedTalk, ctx: RenderContext) -> str:
    return f"{talk_text.time_span(row.talk, ctx.schedule.conference)} · {talk_text.escaped_title(row.talk, 90)}"


def _talk_ids(talks: Sequence[Talk]) -> str:
    return " ".join(short_id(talk.id) for talk in talks)

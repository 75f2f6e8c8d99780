"""Render a plan of a day, and talks that are like another one."""

import json
from collections.abc import Collection, Sequence
from datetime import date
from operator import itemgetter
from typing import Any

from bot.blockkit import action_ids, inputs, talk_row, talk_text
from bot.blockkit.blocks import Block, Message, actions, button, context, escape, header, option, section
from bot.blockkit.talk_row import RowStyle, day_heading, similar_rows
from bot.blockkit.talk_text import NEAR_DAYS, RenderContext
from bot.planning.day_plan import DayPlan, PlannedTalk, Span
from bot.planning.wishes import Wishes
from bot.schedule.models import Talk, short_id
from bot.schedule.texts import counted
from bot.search.similarity import SimilarTalk

MOST_PLANNED = 20  # talks in one message

SWAP, LEAVE_OUT = "swap", "leave-out"

WISHES_CHARACTERS = 1_000  # that a button or a modal holds

SECOND_CHARACTERS = 60  # of the title of a second choice


def plan_message(plan: DayPlan, wishes: Wishes, text: str, ctx: RenderContext) -> Message:
    """A draft of a day: a row for each talk with the reason and the second choice, meals, [Save all] and [Change…].

    `text` are the wishes as they were typed; [Change…] adds the day, which `tomorrow` may not mean any more by then.
    """
    hint = ctx.elsewhere_hint
    day = f"{_day_in_sentence(wishes.day, ctx)}{hint}"
    if not plan.talks:
        return Message(f"I found nothing to plan for {day}. Try other topics or a longer time.")
    shown = plan.talks[:MOST_PLANNED]
    left_out = len(plan.talks) - len(shown)
    more = [context(f"and {left_out} more; plan part of the day to see them")] if left_out else []
    buttons = _save_button(shown)
    if buttons:
        dated = f"{wishes.day.isoformat()}, {text}"[:WISHES_CHARACTERS]
        buttons.append(button("Change…", action_ids.CHANGE_PLAN, dated))
    blocks = [
        header(f"A plan for {day}"),
        *_rows(shown, plan, wishes, ctx),
        *more,
        actions([*buttons, button("My agenda", action_ids.AGENDA)]),
    ]
    return Message("\n".join([f"A plan for {day}", *(_line(row, ctx) for row in shown)]), tuple(blocks))


def plan_view(plan: DayPlan, wishes: Wishes, text: str, ctx: RenderContext, gone: int = 0) -> dict[str, Any]:
    """The modal in which a plan is changed: each talk may be swapped for the second choice, or left out.

    `gone` says how many talks of the plan no longer take place.
    """
    shown = plan.talks[:MOST_PLANNED]
    chosen = [short_id(row.talk.id) for row in shown if not row.is_saved]
    save = _save_button(shown)
    metadata = json.dumps([text[:WISHES_CHARACTERS], chosen], ensure_ascii=False)
    blocks = [
        section(f"*A plan for {_day_in_sentence(wishes.day, ctx)}*"),
        *([section(_gone_text(gone))] if gone else []),
        *([section("Nothing is left of this plan.")] if not shown else []),
        *_rows(shown, plan, wishes, ctx, changeable=True),
        *([actions(save)] if save else []),
    ]
    return inputs.modal(action_ids.PLAN_CHANGED, "Change the plan", blocks, metadata=metadata)


def _save_button(shown: Sequence[PlannedTalk]) -> list[Block]:
    fresh = " ".join(short_id(row.talk.id) for row in shown if not row.is_saved)
    return [button("Save all", action_ids.SAVE_PLAN, fresh, style="primary")] if fresh else []


def _plan_menu(row: PlannedTalk) -> Block:
    """The menu of a talk in the modal."""
    ids = short_id(row.talk.id), short_id(row.second.id) if row.second else ""
    swap = [option(f"Swap for {row.second.title}", " ".join((SWAP, *ids)))] if row.second else []
    others = (("Leave out", LEAVE_OUT), ("Details", talk_row.DETAILS))
    options = [*swap, *(option(label, f"{action} {short_id(row.talk.id)}") for label, action in others)]
    return {"type": "overflow", "action_id": action_ids.PLAN_MENU, "options": options}


def plan_saved_message(count: int, gone: int = 0) -> Message:
    """The reply to [Save all]; `gone` of its talks no longer take place."""
    text = f"Saved {counted(count, 'talk')} to your agenda." if count else "Nothing to save."
    text += f" {_gone_text(gone)}" if gone else ""
    return Message(text, (section(text), actions([button("My agenda", action_ids.AGENDA)])))


def _gone_text(gone: int) -> str:
    return f"{counted(gone, 'talk')} of this plan no longer {'takes' if gone == 1 else 'take'} place."


def similar_message(talk: Talk, similar: Sequence[SimilarTalk], saved: Collection[str], ctx: RenderContext) -> Message:
    """The talks that are like one talk, each with the words that both have."""
    if not similar:
        return Message(talk_text.nothing_similar(talk))
    head = talk_text.similar_heading(talk, ctx.elsewhere_hint)
    rows = similar_rows(similar, ctx, RowStyle(frozenset(saved), day=True))
    lines = [talk_text.talk_line(row.talk, ctx) for row in similar]
    return Message("\n".join([head, *lines]), (section(head), *rows))


def interests_message(topics: Sequence[str], command: str) -> Message:
    """The topics that interest the reader, and how to change them."""
    command = escape(command)
    if topics:
        text = (
            f"Your interests: {escape(' · '.join(topics))}. `{command} plan` and Home use them, and nobody else sees them. "
            f"To replace them, type `{command} interests` and other topics; to clear them, `{command} interests none`."
        )
    else:
        text = f"You have no interests yet. Set them with `{command} interests kubernetes, databases`."
    return Message(text, (section(text), actions([button("Choose…", action_ids.INTERESTS)])))


def no_talk_message(words: str, closest: Sequence[Talk]) -> Message:
    """The reply where some words fit no talk."""
    titles = [f"• {talk_text.escaped_title(talk)}" for talk in closest]
    found = talk_text.nothing_found(words)
    return Message("\n".join([f"{found} Closest matches:", *titles]) if titles else found)


def _day_in_sentence(day: date, ctx: RenderContext) -> str:
    """`tomorrow, Wed 6 March`, or the day alone."""
    heading = day_heading(day, ctx)
    return heading[0].lower() + heading[1:] if heading.startswith(NEAR_DAYS) else heading


def _rows(
    shown: Sequence[PlannedTalk], plan: DayPlan, wishes: Wishes, ctx: RenderContext, *, changeable: bool = False
) -> list[Block]:
    style = RowStyle(frozenset(row.talk.id for row in shown if row.is_saved))
    rows = [(span[0], _pause(name, span, ctx)) for name, span in wishes.pauses]
    rows += [(plan.lunch[0], _pause("lunch", plan.lunch, ctx))] if plan.lunch else []
    for planned in shown:
        row = talk_row.talk_row(planned.talk, ctx, style, *_reasons(planned, ctx))
        menu = {"accessory": _plan_menu(planned)} if changeable and not planned.is_saved else {}
        rows.append((planned.talk.start, row | menu))
    return [row for _, row in sorted(rows, key=itemgetter(0))]


def _pause(name: str, span: Span, ctx: RenderContext) -> Block:
    begin, end = (talk_text.clock_time(moment, ctx.conference) for moment in span)
    theirs = talk_text.reader_time(span[0], ctx.conference, ctx.reader.zone)
    return context(f"{begin}–{end}{theirs} · {escape(name)}")


def _reasons(row: PlannedTalk, ctx: RenderContext) -> list[str]:
    if row.is_saved:
        return []
    reason = talk_text.reason_line(row.reason)
    if not row.second:
        return [reason]
    at = talk_text.clock_time(row.second.start, ctx.conference)
    at += talk_text.reader_time(row.second.start, ctx.conference, ctx.reader.zone)
    return [reason, f"Or {at} _{talk_text.escaped_title(row.second, SECOND_CHARACTERS)}_"]


def _line(row: PlannedTalk, ctx: RenderContext) -> str:
    clock = talk_text.time_span(row.talk, ctx.conference)
    clock += talk_text.reader_time(row.talk.start, ctx.conference, ctx.reader.zone)
    return f"{clock} · {talk_text.escaped_title(row.talk, 90)}"

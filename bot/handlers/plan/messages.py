"""Render a plan of a day, talks like another one, and the suggestions for a person; the form of their interests."""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from operator import itemgetter
from typing import Any

from bot.blockkit import action_ids, inputs, talk_text
from bot.blockkit.blocks import (
    OPTIONS,
    Block,
    Message,
    actions,
    button,
    context,
    escape,
    header,
    option,
    plain,
    section,
)
from bot.blockkit.talk_row import DETAILS, RowStyle, day_heading, similar_rows, talk_row
from bot.blockkit.talk_text import NEAR_DAYS, RenderContext
from bot.planning.day_plan import DayPlan, PlannedTalk, Span
from bot.planning.interests import TOPIC_CHARACTERS, Suggestion, topic_key
from bot.planning.wishes import Wishes, clauses_of, topics_of
from bot.questions.language import wish_words
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
    ids = short_id(row.talk.id), short_id(row.second.id) if row.second else ""
    swap = [option(f"Swap for {row.second.title}", " ".join((SWAP, *ids)))] if row.second else []
    others = (("Leave out", LEAVE_OUT), ("Details", DETAILS))
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


def interests_message(topics: Sequence[str], command: str, *, cleared: bool = False) -> Message:
    """The topics that interest the reader, and how to change them; `cleared` says that there were some until now."""
    command = escape(command)
    if topics:
        text = (
            f"Your interests: {escape(' · '.join(topics))}. `{command} plan` and Home use them, and nobody else sees them. "
            f"To replace them, type `{command} interests` and other topics; to clear them, `{command} interests none`."
        )
    else:
        text = f"{'Cleared' if cleared else 'You have no interests yet'}. Set them with `{command} interests kubernetes, databases`."
    return Message(text, (section(text), actions([button("Choose…", action_ids.INTERESTS)])))


def no_talk_message(words: str, closest: Sequence[Talk]) -> Message:
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
        row = talk_row(planned.talk, ctx, style, *_reasons(planned, ctx))
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


MOST_TOPICS = 10

BY_SAVED = "by-saved"  # the value of the one checkbox


@dataclass(frozen=True, slots=True)
class ForYou:
    """The talks that one person may want to see next, and what they go by."""

    suggestions: Sequence[Suggestion] = ()
    topics: Sequence[str] = ()
    by_saved: bool = False  # what they saved and liked counts, too

    @property
    def is_chosen(self) -> bool:
        return bool(self.topics) or self.by_saved


def for_you_section(for_you: ForYou, saved: frozenset[str], ctx: RenderContext) -> list[Block]:
    choose = button("Interests…", action_ids.INTERESTS)
    if not for_you.is_chosen:
        text = "*For you*\nChoose what interests you, and I'll suggest what to see next. Nobody else sees your choice."
        return [section(text, choose)]
    style = RowStyle(saved, day=True, dismissable=True)
    rows = [talk_row(row.talk, ctx, style, talk_text.reason_line(row.reason)) for row in for_you.suggestions]
    sources = [*for_you.topics, *(["what I saved and liked"] if for_you.by_saved else [])]
    nothing = [] if rows else [section("Nothing still to come fits your interests and your agenda.")]
    return [section("*For you*", choose), *rows, *nothing, context(f"Interests: {escape(' · '.join(sources))}")]


def interests_form(
    tracks: Sequence[str], topics: Sequence[str], chosen: Sequence[str], *, by_saved: bool
) -> dict[str, Any]:
    """The modal with the schedule's tracks and frequent topics to choose from, and a field for others."""
    groups = [(name, [option(title, topic_key(title)) for title in titles]) for name, titles in _groups(tracks, topics)]
    offered = {row["value"]: row for _, options in groups for row in options}
    saved_option = option("Also go by what I saved and liked", BY_SAVED)
    blocks = []
    if offered:
        menu = {
            "type": "multi_static_select",
            "action_id": "chosen",
            "placeholder": plain("Choose…", 150),
            "option_groups": inputs.option_groups(groups),
            "max_selected_items": MOST_TOPICS,
        }
        known = [offered[name] for name in chosen if name in offered][:MOST_TOPICS]
        menu |= {"initial_options": known} if known else {}
        blocks.append(inputs.labelled_field("offered", "Tracks and topics", menu, optional=True))
    others = ", ".join(name for name in chosen if name not in offered)
    hint = "Separated by commas: databases, testing"
    blocks.append(inputs.text_field("others", "Other topics", others, most=1_000, optional=True, hint=hint))
    box = {"type": "checkboxes", "action_id": "chosen", "options": [saved_option]}
    box |= {"initial_options": [saved_option]} if by_saved else {}
    blocks.append(inputs.labelled_field("by_saved", "My agenda", box, optional=True))
    return inputs.modal(action_ids.INTERESTS_SUBMITTED, "My interests", blocks, submit="Save", close="Cancel")


def _groups(tracks: Sequence[str], topics: Sequence[str]) -> Sequence[tuple[str, Sequence[str]]]:
    """The titles of each group, each topic once; long titles would be cut and not be found again."""
    named: dict[str, str] = {}
    for title in tracks[:OPTIONS]:
        if len(title) <= TOPIC_CHARACTERS:
            named.setdefault(topic_key(title), title)
    by_track = list(named.values())
    return (("Tracks", by_track), ("Topics", [title for title in topics if topic_key(title) not in named]))


def read_topics(text: str) -> tuple[str, ...]:
    """The topics in a text, each once and in lower case, at most ten; none for `none`."""
    parts = (part for clause in clauses_of(text) for part in topics_of(clause))
    named = tuple(dict.fromkeys(filter(None, map(topic_key, parts))))[:MOST_TOPICS]
    return () if len(named) == 1 and named[0] in wish_words("none") else named


def submitted_interests(values: Mapping[str, Any]) -> tuple[tuple[str, ...], bool]:
    """The topics of a submitted form, at most ten, and whether what was saved and liked counts, too."""
    chosen = [row["value"] for row in values.get("offered", {}).get("chosen", {}).get("selected_options") or ()]
    # Only commas and the like part them: a track may have `and` in its name.
    others = map(topic_key, re.split(r"[,;\n]", values["others"]["others"]["value"] or ""))
    topics = tuple(dict.fromkeys([*chosen, *filter(None, others)]))[:MOST_TOPICS]
    return topics, bool(values["by_saved"]["chosen"]["selected_options"])

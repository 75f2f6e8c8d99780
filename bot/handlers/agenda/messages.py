"""Render a person's agenda by day with clashes, gaps and floors, the replies to its changes, and the shared agenda."""

from collections.abc import Sequence
from typing import Any

from bot.blockkit import action_ids, inputs, talk_row, talk_text
from bot.blockkit.blocks import Message, actions, and_more, button, context, escape, header, plain, section
from bot.blockkit.talk_row import (
    AGENDA_TITLE_CHARACTERS,
    RowStyle,
    agenda_lines,
    agenda_page,
    agenda_rows,
    grouped_rows,
    quoted_titles,
)
from bot.blockkit.talk_text import RenderContext
from bot.schedule.models import Talk
from bot.schedule.queries import AgendaDay

MAX_OPTIONS = 8  # talks to choose from, in words

SHARED_TALKS = 14


def agenda_message(
    days: Sequence[AgendaDay],
    ctx: RenderContext,
    page: int | None = None,
    *,
    offer_sending: bool = True,
    note: str = "",
) -> Message:
    """One page of the agenda; without a number, the one on which the day stands.

    `offer_sending` adds a button that sends it as a direct message, since ephemeral messages vanish. `note` is an
    escaped sentence to put first.
    """
    if not days:
        empty = f"Your agenda is empty. Choose *Save to my agenda* in the menu beside a talk, or type `{escape(ctx.reader.command)} save` and its title."
        return Message(f"{note}\n{empty}".strip())
    shown = agenda_page(days, ctx, page)
    saved = frozenset(entry.talk.id for entry in shown.items)
    style = RowStyle(saved, says_saved=False, remove=talk_row.REMOVE_FROM_AGENDA)
    buttons = shown.buttons(action_ids.AGENDA_PAGE, str)
    buttons += [button("Send to my direct messages", action_ids.SEND_AGENDA)] if offer_sending else []
    buttons += [button("Share…", action_ids.SHARE_AGENDA), button("Settings", action_ids.SETTINGS)]
    blocks = [
        header("Your agenda"),
        *([section(note)] if note else []),
        *agenda_rows(shown.items, ctx, style),
        *([context(shown.range_text)] if shown.range_text else []),
        actions([inputs.external_menu("Find and save a talk…", action_ids.SAVE_FOUND)]),
        actions(buttons),
    ]
    lines, left_out = agenda_lines(days, ctx)
    text = ["Your agenda", *([note] if note else []), *lines, *and_more(left_out)]
    return Message("\n".join(text), tuple(blocks))


def saved_message(
    talk: Talk,
    clashes: Sequence[Talk],
    lead: int | None,
    ctx: RenderContext,
    *,
    fresh: bool,
    below_row: bool = False,
) -> Message:
    """The reply to a save, with undo and its consequence; `lead` in minutes is None where no reminders are on.

    `fresh` says that the talk was not on the agenda before, `below_row` that the reply stands below the talk's row.
    """
    heading, undo = ("Saved", "Undo") if fresh else ("Already on your agenda", "Remove")
    clash = f" It clashes with {quoted_titles(clashes)}." if clashes else ""
    consequence = f"I'll remind you {lead} minutes before" if lead else "Your reminders are off"
    if talk.cancelled:
        consequence = "It's cancelled; I'll tell you if it's back on" if lead else "It's cancelled"
    change = f"To change this: `{escape(ctx.reader.command)} settings`"
    text = f"{heading}: {_talk_with_time(talk, ctx)}.{clash} {consequence}. {change}."
    shown = f"{heading}.{clash} {consequence}." if below_row else text
    return Message(text, (section(shown, button(undo, action_ids.UNSAVE_REPLACE, talk.id)),))


def removed_message(talk: Talk, ctx: RenderContext, *, below_row: bool = False) -> Message:
    text = f"Removed from your agenda: {_talk_with_time(talk, ctx)}."
    shown = "Removed from your agenda." if below_row else text
    return Message(text, (section(shown, button("Undo", action_ids.SAVE_REPLACE, talk.id)),))


def dismissed_message(talk: Talk) -> Message:
    """The reply to [Not for me]."""
    return Message(f"I won't suggest _{talk_text.escaped_title(talk)}_ again.")


def choose_to_save(talks: Sequence[Talk], ctx: RenderContext) -> Message:
    """Ask which talk to save: several fit the words, or one that has another title."""
    if len(talks) == 1:
        text = f"Do you mean {_talk_with_time(talks[0], ctx)}?"
        return Message(text, (section(text, button("Save", action_ids.SAVE_REPLACE, talks[0].id)),))
    return _choose_talk("Which one should I save?", "Save…", action_ids.SAVE_CHOSEN_REPLACE, talks, ctx)


def choose_to_remove(talks: Sequence[Talk], ctx: RenderContext) -> Message:
    question = "Which one should I remove from your agenda?"
    return _choose_talk(question, "Remove…", action_ids.UNSAVE_CHOSEN, talks, ctx)


def no_match_message(words: str, closest: Sequence[Talk], ctx: RenderContext) -> Message:
    """Say that no talk fits, and offer the closest ones as such."""
    text = talk_text.nothing_found(words)
    if not closest:
        return Message(text)
    return _choose_talk(f"{text} Closest matches:", "Save…", action_ids.SAVE_CHOSEN_REPLACE, closest, ctx)


def _choose_talk(question: str, label: str, action: str, talks: Sequence[Talk], ctx: RenderContext) -> Message:
    lines = [f"• {_talk_with_time(talk, ctx)}" for talk in talks[:MAX_OPTIONS]]
    text = "\n".join([question, *lines, *and_more(len(talks) - MAX_OPTIONS)])
    return Message(text, (section(text), actions([inputs.talk_menu(label, action, talks, ctx.conference)])))


def _talk_with_time(talk: Talk, ctx: RenderContext) -> str:
    """`*Complex Event Flows*, Tue 5 March 10:35`, with the city and the reader's time where that differs."""
    when = talk_text.day_and_clock(talk.start, ctx.conference)
    when += ctx.reader_hint(talk.start)
    return f"*{talk_text.escaped_title(talk, AGENDA_TITLE_CHARACTERS)}*, {when}"


PERSON_FIELD, CHANNEL_FIELD = "person", "channel"  # block and action ids of the form's two fields


def share_form(talk: Talk | None = None, problem: str = "") -> dict[str, Any]:
    """A modal that asks for a person or a channel to share a talk with, or else the agenda.

    `problem` is the reason why sharing was refused before.
    """
    title = "Share this talk" if talk else "Share my agenda"
    what = f"*{talk_text.escaped_title(talk)}*\nShared" if talk else "Your saved talks as they are now, shared"
    channels = {"include": ["public", "private"], "exclude_bot_users": True}
    blocks = [
        *([section(f":warning: {problem}")] if problem else []),
        section(f"{what} with your name. Choose a person or a channel."),
        _picker_field(PERSON_FIELD, "A person", {"type": "users_select"}),
        _picker_field(CHANNEL_FIELD, "A channel I'm in", {"type": "conversations_select", "filter": channels}),
    ]
    kept = talk.id if talk else ""
    return inputs.modal(action_ids.SHARE_SUBMITTED, title, blocks, submit="Share", close="Cancel", metadata=kept)


def sharing_view(title: str, text: str) -> dict[str, Any]:
    """The modal that takes the form's place."""
    return inputs.modal(action_ids.SHARED, title, [section(text)])


def shared_agenda_message(days: Sequence[AgendaDay], ctx: RenderContext, whose: str) -> Message:
    """The agenda for others. Days are named, since the message stays; of the person only the name is shown."""
    talks = [entry.talk for day in days for entry in day.entries]
    head = f"<@{whose}> shares their agenda"
    lines, left_out = agenda_lines(days, ctx)
    text = [head, *lines, *and_more(left_out)]
    rows = grouped_rows(talks[:SHARED_TALKS], ctx, RowStyle(day=True))
    return Message("\n".join(text), (section(f"{head}:"), *rows, *map(context, and_more(len(talks) - SHARED_TALKS))))


def shared_talk_message(talk: Talk, ctx: RenderContext, whose: str) -> Message:
    """One talk for others, with its day."""
    head = f"<@{whose}> shares a talk"
    row = talk_row.talk_row(talk, ctx, RowStyle(day=True))
    return Message(f"{head}: {talk_text.talk_line(talk, ctx)}", (section(f"{head}:"), row))


def _picker_field(name: str, label: str, element: dict[str, Any]) -> dict[str, Any]:
    menu = element | {"action_id": name, "placeholder": plain("Choose…", 150)}
    return inputs.labelled_field(name, label, menu, optional=True)

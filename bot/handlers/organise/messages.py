"""Render what organisers see: the menu of actions, the plan to confirm, the result, and the list of changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple

from bot.blockkit import action_ids, inputs, talk_text
from bot.blockkit.blocks import (
    Block,
    Message,
    actions,
    and_more,
    bold,
    button,
    confirmation,
    context,
    divider,
    escape,
    escape_with_links,
    section,
    sections,
    shorten,
)
from bot.blockkit.inputs import modal
from bot.blockkit.talk_text import RenderContext
from bot.delivery.pauses import SendingPace
from bot.delivery.recipients_repository import Audience
from bot.handlers.organise.form import Action, OrganiserForm
from bot.live_schedule.repository import StoredOverride
from bot.schedule.models import Conference, Schedule, Talk
from bot.schedule.organiser_actions import Clash, OrganiserAction
from bot.schedule.overrides import Override
from bot.schedule.texts import counted

MAX_TALKS_LISTED = 8  # talks of one plan that are listed

MAX_CLASHES = 4

MAX_CHANGES = 20  # the latest ones, in the list of changes

ORGANISE_TITLE = 120  # characters

SILENT_TEXT = "Nobody is notified. People see it when they ask or look."  # for a change that nobody is told of

AT_ONCE_BELOW = timedelta(minutes=1)  # messages that take less are sent “at once”


class ActionWords(NamedTuple):
    """The words on the button of an action, and on the one that confirms it."""

    button: str
    submit: str


ACTION_WORDS = {
    Action.DELAY: ActionWords("Delay…", "Delay it"),
    Action.MOVE: ActionWords("Time or room…", "Move it"),
    Action.FULL: ActionWords("Mark as full…", "Mark as full"),
    Action.NOT_FULL: ActionWords("Mark as available…", "Mark as available"),
    Action.SPEAKERS: ActionWords("Speakers…", "Change them"),
    Action.NOTE: ActionWords("Note…", "Save note"),
    Action.LINKS: ActionWords("Stream, recording…", "Change them"),
    Action.CANCEL: ActionWords("Cancel…", "Cancel the session"),
    Action.REINSTATE: ActionWords("Reinstate…", "Reinstate it"),
    Action.DELAY_SEVERAL: ActionWords("Delay several…", "Delay them"),
    Action.ADD: ActionWords("Add a session…", "Add it"),
}


@dataclass(frozen=True, slots=True)
class ActionPlan:
    """The consequences of a form, before it is confirmed."""

    form: OrganiserForm
    action: OrganiserAction
    before: Schedule
    after: Schedule
    revision: int  # of `before`
    clashes: Sequence[Clash] = ()
    notified: str = ""  # a sentence on who will be notified


def menu_offer(talk: Talk | None) -> Message:
    """A button that opens the menu, for an organiser who asked for it in a message."""
    text = f"Organise *{talk_text.escaped_title(talk, ORGANISE_TITLE)}*:" if talk else "Organise the conference:"
    return Message(text, (section(text, button("Organise…", action_ids.ORGANISE_MENU, talk.id if talk else "")),))


def organiser_menu(ctx: RenderContext, talk: Talk | None, question: Message | None, *, paused: bool) -> dict[str, Any]:
    """The menu of actions: on a talk, once one is chosen, on several talks, and on all sending.

    A `question` that waits for an organiser comes first.
    """
    find = inputs.external_menu("Another session…" if talk else "Find a session…", action_ids.ORGANISE_FOUND)
    several = [
        _action_button(Action.DELAY_SEVERAL, None),
        _action_button(Action.ADD, None),
        button("Announce…", action_ids.ANNOUNCE),
        button("Practical answers…", action_ids.PRACTICAL),
        button("Demand…", action_ids.DEMAND),
    ]
    pause_button = inputs.pause_button(action_ids.PAUSE_HERE, action_ids.RESUME_HERE, paused=paused)
    blocks = [
        *((*question.blocks, divider()) if question else ()),
        *(_talk_actions(talk, ctx) if talk else [section("*One session*\nBy title, speaker or topic.")]),
        actions([find]),
        divider(),
        section("*Several, or something new*"),
        actions(several),
        divider(),
        section(inputs.PAUSED_TEXT if paused else "*Changes and sending*"),
        actions([button("Changes and undo…", action_ids.LIST_CHANGES), pause_button]),
    ]
    return modal(action_ids.ORGANISER, "Organise", blocks, metadata=talk.id if talk else "")


def talk_heading(talk: Talk, conference: Conference) -> str:
    """`*Complex Event Flows*` and when and where it is."""
    when = f"{talk_text.day_name(talk.start, conference)} {talk_text.time_span(talk, conference)}"
    return f"*{talk_text.escaped_title(talk, 200)}*\n{talk_text.join_parts(when, talk_text.escaped_place(talk))}"


def confirm_view(plan: ActionPlan, remark: str = "") -> dict[str, Any]:
    """The plan and the people who will be notified, to be confirmed; `remark` comes first."""
    lines = _plan_lines(plan)
    warnings = [_clash_line(clash, plan.after.conference) for clash in plan.clashes[:MAX_CLASHES]]
    warnings += and_more(len(plan.clashes) - MAX_CLASHES, " that clash")
    blocks = [
        *([section(f"*{remark}*")] if remark else []),
        *sections(lines),
        *([section("\n".join(warnings))] if warnings else []),
        divider(),
        section(plan.notified),
    ]
    kept = f"{plan.revision} {plan.form.to_json()}"
    submit = ACTION_WORDS[plan.form.action].submit
    return modal(action_ids.ACTION_CONFIRM, "Is this right?", blocks, submit=submit, close="Back", metadata=kept)


def confirmed_form(metadata: str) -> tuple[OrganiserForm, int]:
    """Read what `confirm_view` kept: the form, and the revision of the schedule that it was shown for."""
    revision, _, form = metadata.partition(" ")
    return OrganiserForm.from_json(form), int(revision)


def notified_text(audience: Audience, pace: SendingPace) -> str:
    """`34 people and <#C1> will be notified at once.`, or the reason why nobody will be."""
    if not audience.size:
        return "Nobody will be notified."
    if pace.is_paused:
        when = "when sending resumes; it's paused now"
    elif pace.takes < AT_ONCE_BELOW:
        when = "at once"
    else:
        when = f"now; it takes about {talk_text.duration_text(pace.takes)} to reach everyone"
    return f"*{recipients_text(audience)}* will be notified {when}."


def recipients_text(audience: Audience) -> str:
    """`34 people and 2 channels`; up to three channels are named."""
    people, channels = audience.people, audience.channels
    named = ", ".join(f"<#{channel}>" for channel in channels)
    parts = [counted(people, "person", "people")] if people else []
    parts += [(named if len(channels) <= 3 else counted(len(channels), "channel"))] if channels else []
    return " and ".join(parts) or "nobody"


def working_view() -> dict[str, Any]:
    """The view that stands while a change takes long."""
    return final_view("One moment", [section("Working on it. This window will update.")])


def done_view(words: str, notified: str, change: int) -> dict[str, Any]:
    blocks = [section(f"Done: you {_quoted_words(words)}."), context(notified)]
    blocks += [actions([button("Undo", action_ids.UNDO, str(change))])] if change else []
    return final_view("Done", blocks)


def undone_text(undone: StoredOverride, before: Schedule, after: Schedule) -> str:
    """The result of undoing a change: that it is taken back, or why everything stays as it is."""
    if any(before.talk_by_id.get(edit.talk) != after.talk_by_id.get(edit.talk) for edit in undone.edits):
        result = "People who were notified of it are notified again."
    elif before.info != after.info:
        result = SILENT_TEXT
    elif all(edit.is_addition or not edit.changes for edit in undone.edits):
        result = "The schedule stays as it is, since its source says the same now."
    else:
        result = "The schedule stays as it is, since a later change counts."
    return f"Undone: {_quoted_words(undone.action)}. {result}"


def changes_view(changes: Sequence[StoredOverride], conference: Conference, result: str = "") -> dict[str, Any]:
    """The latest changes of organisers at conference times, newest first, each with a button to undo it.

    The result of undoing one comes first.
    """
    blocks = [section(result)] if result else []
    blocks += [_change_block(change, conference) for change in changes[:MAX_CHANGES]]
    return modal(action_ids.CHANGES, "Changes", blocks or [section("No changes yet.")], close="Back")


def _change_block(change: StoredOverride, conference: Conference) -> Block:
    text = f"{talk_text.day_and_clock(change.at, conference)} · <@{change.by}> {_quoted_words(change.action)}"
    if change.undone_by:
        return section(f"*Undone* by <@{change.undone_by}>\n{text}")
    consequence = "This takes the change back. People who were notified of it are notified again."
    ask = confirmation("Undo this?", consequence, "Undo", "Keep it")
    return section(text, button("Undo", action_ids.UNDO, str(change.id), confirm=ask))


def _talk_actions(talk: Talk, ctx: RenderContext) -> list[Block]:
    """The talk with its state, and the buttons of the actions on it."""
    state = "Cancelled" if talk.cancelled else "Full" if talk.full else ""
    state = talk_text.join_parts(state, talk_text.running_state(talk, ctx))
    lines = [
        talk_heading(talk, ctx.conference),
        *([bold(state)] if state else []),
        *talk_text.organiser_note(talk, 300),
    ]
    buttons = [_action_button(action, talk) for action in _possible_actions(talk)]
    write = button("Message people who saved it…", action_ids.numbered(action_ids.ANNOUNCE, 1), talk.id)
    return [section("\n".join(lines)), actions([*buttons, write])]


def _possible_actions(talk: Talk) -> tuple[Action, ...]:
    if talk.cancelled:
        return Action.REINSTATE, Action.NOTE
    seats = Action.NOT_FULL if talk.full else Action.FULL
    return Action.DELAY, Action.MOVE, seats, Action.SPEAKERS, Action.NOTE, Action.LINKS, Action.CANCEL


def _action_button(action: Action, talk: Talk | None) -> dict[str, Any]:
    action_id = action_ids.numbered(action_ids.ORGANISER_ACTION, list(Action).index(action))
    style = {"style": "danger"} if action is Action.CANCEL else {}
    return button(ACTION_WORDS[action].button, action_id, f"{action} {talk.id if talk else ''}", **style)


def _plan_lines(plan: ActionPlan) -> list[str]:
    """Each override in a line or two; of many the first ones."""
    edits = plan.action.overrides
    if len(edits) == 1:
        return [_edit_lines(edits[0], plan)]
    lines = [f"• {_delayed_line(edit, plan)}" for edit in edits[:MAX_TALKS_LISTED]]
    return [f"*{len(edits)} sessions*", *lines, *and_more(len(edits) - MAX_TALKS_LISTED)]


def _edit_lines(edit: Override, plan: ActionPlan) -> str:
    conference, after = plan.after.conference, plan.after.talk_by_id[edit.talk]
    before = plan.before.talk_by_id.get(edit.talk)
    title = talk_text.escaped_title(after, ORGANISE_TITLE)
    if before is None:
        return f"*New: {title}*\n{talk_text.join_parts(_time_and_room(after, conference), talk_text.speaker_names(after.speakers, 20))}"
    return "\n".join([f"*{title}*", *_field_lines(edit, before, after, conference)])


def _field_lines(edit: Override, before: Talk, after: Talk, conference: Conference) -> list[str]:
    """A line for each field that the override changes, with the value before and after."""
    values, lines = edit.after, []
    if values.start or values.end or values.room is not None:
        lines.append(_moved_text(before, after, conference))
    if values.cancelled is not None:
        where = _time_and_room(after, conference)
        lines.append(f"*Cancelled*, was {where}" if after.cancelled else f"*Back on*, {where}")
    if values.full is not None:
        lines.append("*Full*: shown to everyone who asks." if after.full else "*Available again.*")
    if values.speakers is not None:
        given = talk_text.speaker_names(before.speakers, 20) or "nobody"
        lines.append(f"By *{talk_text.speaker_names(after.speakers, 20)}*, was by {given}")
    if values.reason:
        lines.append(f"*Note:* {escape_with_links(values.reason)}")
    if values.note is not None:
        lines.append(f"*Note:* {escape_with_links(after.note)}" if after.note else "*Note removed.*")
    for name, link in (("Stream", values.stream), ("Recording", values.recording)):
        if link is not None:
            lines.append(f"*{name}:* {escape_with_links(link) or 'removed'}")
    return lines


def _moved_text(before: Talk, after: Talk, conference: Conference) -> str:
    """`Tue 5 March 14:55–15:45, Fleming → *15:10–16:00, Whittle*`."""
    other_day = conference.date_of(before.start) != conference.date_of(after.start)
    was = _time_and_room(before, conference, placed=before.room != after.room)
    return f"{was} → *{_time_and_room(after, conference, dated=other_day)}*"


def _delayed_line(edit: Override, plan: ActionPlan) -> str:
    """`14:55 → *15:10* · Complex Event Flows`: one of several talks that are delayed together."""
    conference, after = plan.after.conference, plan.after.talk_by_id[edit.talk]
    was = plan.before.talk_by_id[edit.talk].start
    return f"{talk_text.clock_time(was, conference)} → *{talk_text.clock_time(after.start, conference)}* · {talk_text.escaped_title(after, ORGANISE_TITLE)}"


def _time_and_room(talk: Talk, conference: Conference, *, dated: bool = True, placed: bool = True) -> str:
    day = f"{talk_text.day_name(talk.start, conference)} " if dated else ""
    room = f", {escape(talk.room.name)}" if placed and talk.room else ""
    return f"{day}{talk_text.time_span(talk, conference)}{room}"


def _clash_line(clash: Clash, conference: Conference) -> str:
    title = talk_text.escaped_title(clash.other, 80)
    return f"*Careful:* {escape(clash.what)} has “{title}” {talk_text.time_span(clash.other, conference)}."


def _quoted_words(words: str) -> str:
    return escape(shorten(words, 300))


def final_view(title: str, blocks: Sequence[Block]) -> dict[str, Any]:
    """The last view of a flow: closing it also closes the modals below it."""
    return modal(action_ids.ACTION_DONE, title, blocks) | {"clear_on_close": True}

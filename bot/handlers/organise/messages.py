"""Running the day from chat: the menu of what an organiser can do, what it will come to, and what was done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.blockkit import action_ids, inputs, talk_text
from bot.blockkit.blocks import (
    Block,
    actions,
    button,
    context,
    divider,
    escape,
    escape_with_links,
    section,
    sections,
    shorten,
)
from bot.blockkit.inputs import modal
from bot.handlers.organise import form as organise_form
from bot.handlers.organise.form import OrganiserForm
from bot.schedule.models import Conference, Schedule, Talk
from bot.schedule.organiser_actions import Clash, OrganiserAction
from bot.schedule.overrides import Override

MAX_TALKS_LISTED = 8  # changes told one by one

MAX_CLASHES = 4

MAX_CHANGES = 20  # of those made lately

ORGANISE_TITLE = 120  # characters

CANCEL_LABEL = timedelta(minutes=1)  # what takes no longer is at once

ACTION_LABELS = {
    organise_form.DELAY: "Delay…",
    organise_form.MOVE: "Time or room…",
    organise_form.FULL: "Room is full…",
    organise_form.NOT_FULL: "Seats again…",
    organise_form.SPEAKERS: "Speakers…",
    organise_form.NOTE: "Note…",
    organise_form.LINKS: "Stream, recording…",
    organise_form.CANCEL: "Cancel…",
    organise_form.REINSTATE: "Reinstate…",
    organise_form.DELAY_SEVERAL: "Delay several…",
    organise_form.ADD: "Add a session…",
}

_SUBMITS = {
    organise_form.DELAY: "Delay it",
    organise_form.MOVE: "Move it",
    organise_form.FULL: "Mark as full",
    organise_form.NOT_FULL: "Mark as not full",
    organise_form.SPEAKERS: "Change them",
    organise_form.NOTE: "Put the note",
    organise_form.LINKS: "Change them",
    organise_form.CANCEL: "Cancel the session",
    organise_form.REINSTATE: "Reinstate it",
    organise_form.DELAY_SEVERAL: "Delay them",
    organise_form.ADD: "Add it",
}


@dataclass(frozen=True, slots=True)
class ActionPlan:
    """What a form would come to."""

    form: OrganiserForm
    action: OrganiserAction
    before: Schedule
    after: Schedule
    revision: int  # of `before`
    clashes: Sequence[Clash] = ()
    notified: str = ""  # who is told, in a sentence


@dataclass(frozen=True, slots=True)
class OrganiserChange:
    """A change that was made by an organiser."""

    number: int
    at: datetime  # conference time, aware
    by: str  # a Slack user id
    words: str
    undone_by: str = ""  # a Slack user id


def organiser_menu(
    schedule: Schedule, now: datetime, talk: Talk | None = None, *, paused: bool = False
) -> dict[str, Any]:
    """What can be done: to a talk, once one is chosen, to several, and to all that is sent."""
    find = inputs.external_menu("Another session…" if talk else "Find a session…", action_ids.ORGANISE_FOUND)
    several = [
        _action_button(organise_form.DELAY_SEVERAL, None),
        _action_button(organise_form.ADD, None),
        button("Announce…", action_ids.ANNOUNCE),
    ]
    if paused:
        valve = button("Send again", action_ids.RESUME_HERE, style="primary")
        sending = "*All sending is paused.* What is still useful goes out once it is resumed."
    else:
        valve = button("Pause all sending", action_ids.PAUSE_HERE, style="danger")
        sending = "*Changes and sending*"
    blocks = [
        *(_talk_actions(talk, schedule, now) if talk else [section("*One session*\nBy title, speaker or topic.")]),
        actions([find]),
        divider(),
        section("*Several, or something new*"),
        actions(several),
        divider(),
        section(sending),
        actions([button("Changes, undo…", action_ids.LIST_CHANGES), valve]),
    ]
    return modal(action_ids.ORGANISER, "Organise", blocks, metadata=talk.id if talk else "")


def talk_heading(talk: Talk, conference: Conference) -> str:
    """`*Complex Event Flows*` and when and where it is."""
    when = f"{talk_text.day_name(talk.start, conference)} {talk_text.time_span(talk, conference)}"
    return f"*{talk_text.escaped_title(talk, 200)}*\n{talk_text.join_parts(when, talk_text.escaped_place(talk))}"


def confirm_view(plan: ActionPlan, remark: str = "") -> dict[str, Any]:
    """What will happen and who is told, before it does; `remark` comes first."""
    lines = _plan_lines(plan)
    careful = [_clash_line(clash, plan.after.conference) for clash in plan.clashes[:MAX_CLASHES]]
    hidden = len(plan.clashes) - MAX_CLASHES
    careful += [f"and {hidden} more that clash"] if hidden > 0 else []
    blocks = [
        *([section(f"*{remark}*")] if remark else []),
        *sections(lines),
        *([section("\n".join(careful))] if careful else []),
        divider(),
        section(plan.notified),
    ]
    kept = f"{plan.revision} {plan.form.to_json()}"
    submit = _SUBMITS[plan.form.action]
    return modal(action_ids.ACTION_CONFIRM, "Is this right?", blocks, submit=submit, close="Back", metadata=kept)


def confirmed_form(metadata: str) -> tuple[OrganiserForm, int]:
    """What `confirm_view` kept: the form, and the revision it was looked at on."""
    revision, _, form = metadata.partition(" ")
    return OrganiserForm.from_json(form), int(revision)


def notified_text(people: int, channels: Sequence[str], takes: timedelta, *, paused: bool = False) -> str:
    """`34 people and <#C1> will be told at once.`, or why nobody is."""
    if not people and not channels:
        return "Nobody saved it and no channel follows it, so nobody is written to."
    if paused:
        when = "once sending is resumed: it is paused now"
    else:
        when = (
            "at once"
            if takes < CANCEL_LABEL
            else f"now; it takes about {talk_text.duration_text(takes)} to reach everyone"
        )
    return f"*{recipients_text(people, channels)}* will be told {when}."


def recipients_text(people: int, channels: Sequence[str]) -> str:
    """`34 people and 2 channels`; few channels are named."""
    named = ", ".join(f"<#{channel}>" for channel in channels)
    parts = [f"{people:,} {'person' if people == 1 else 'people'}"] if people else []
    parts += [(named if len(channels) <= 3 else f"{len(channels)} channels")] if channels else []
    return " and ".join(parts) or "nobody"


def silent_text() -> str:
    """Who is told of what nobody has to go elsewhere for."""
    return "Nobody is written to: whoever asks or looks sees it from now on."


def working_view() -> dict[str, Any]:
    """Where it takes a while."""
    return _final_view("One moment", [section("I am at it. This window says when it is done.")])


def done_view(words: str, notified: str, change: int) -> dict[str, Any]:
    """What was done, and the way back."""
    blocks = [section(f"Done: you {_quoted_words(words)}."), context(notified)]
    blocks += [actions([button("Undo", action_ids.UNDO, str(change))])] if change else []
    return _final_view("Done", blocks)


def undone_view(words: str) -> dict[str, Any]:
    """What no longer stands."""
    text = f"Undone: it is as if nobody had {_quoted_words(words)}. Who was told of it is told again."
    return _final_view("Undone", [section(text)])


def changes_view(made: Sequence[OrganiserChange], conference: Conference) -> dict[str, Any]:
    """What organisers changed lately, newest first, each with its way back."""
    blocks = [_change_block(one, conference) for one in made[:MAX_CHANGES]]
    return modal(action_ids.CHANGES, "Changes", blocks or [section("Nobody has changed anything yet.")], close="Back")


def _change_block(one: OrganiserChange, conference: Conference) -> Block:
    when = f"{talk_text.day_name(one.at, conference)} {talk_text.clock_time(one.at, conference)}"
    text = f"{when} · <@{one.by}> {_quoted_words(one.words)}"
    if one.undone_by:
        return section(f"*Undone* by <@{one.undone_by}>\n{text}")
    again = "It is as before, and who was told of it is told again."
    ask = {
        "title": {"type": "plain_text", "text": "Undo this?"},
        "text": {"type": "plain_text", "text": again},
        "confirm": {"type": "plain_text", "text": "Undo"},
        "deny": {"type": "plain_text", "text": "Leave it"},
    }
    return section(text, button("Undo", action_ids.UNDO, str(one.number), confirm=ask))


def _talk_actions(talk: Talk, schedule: Schedule, now: datetime) -> list[Block]:
    """The talk, what is so already, and what can be done to it."""
    states = ["Cancelled"] if talk.cancelled else ["Full"] if talk.full else []
    states += [state] if (state := talk_text.running_state(talk, schedule, now)) else []
    noted = [f"Note: {escape_with_links(shorten(talk.note, 300))}"] if talk.note else []
    lines = [talk_heading(talk, schedule.conference), *([f"*{' · '.join(states)}*"] if states else []), *noted]
    deeds = [organise_form.DELAY, organise_form.MOVE, organise_form.NOT_FULL if talk.full else organise_form.FULL]
    deeds += [organise_form.SPEAKERS, organise_form.NOTE, organise_form.LINKS, organise_form.CANCEL]
    if talk.cancelled:
        deeds = [organise_form.REINSTATE, organise_form.NOTE]
    buttons = [_action_button(deed, talk) for deed in deeds]
    write = button("Write to those who saved it…", action_ids.numbered(action_ids.ANNOUNCE, 1), talk.id)
    return [section("\n".join(lines)), actions([*buttons, write])]


def _action_button(action: str, talk: Talk | None) -> dict[str, Any]:
    number = list(ACTION_LABELS).index(action)
    style = {"style": "danger"} if action == organise_form.CANCEL else {}
    return button(
        ACTION_LABELS[action],
        action_ids.numbered(action_ids.ORGANISER_ACTION, number),
        f"{action} {talk.id if talk else ''}",
        **style,
    )


def _plan_lines(plan: ActionPlan) -> list[str]:
    """Each change in a line or two; of many the first."""
    edits = plan.action.overrides
    if len(edits) == 1:
        return [_edit_lines(edits[0], plan)]
    lines = [f"• {_delayed_line(edit, plan)}" for edit in edits[:MAX_TALKS_LISTED]]
    return [
        f"*{len(edits)} sessions*",
        *lines,
        *([f"and {len(edits) - MAX_TALKS_LISTED} more"] if len(edits) > MAX_TALKS_LISTED else []),
    ]


def _edit_lines(edit: Override, plan: ActionPlan) -> str:
    conference, after = plan.after.conference, plan.after.talk_by_id[edit.talk]
    before = plan.before.talk_by_id.get(edit.talk)
    title = talk_text.escaped_title(after, ORGANISE_TITLE)
    if before is None:
        return f"*New: {title}*\n{talk_text.join_parts(_time_and_room(after, conference), talk_text.speaker_names(after.speakers, 20))}"
    return "\n".join([f"*{title}*", *_field_lines(edit, before, after, conference)])


def _field_lines(edit: Override, before: Talk, after: Talk, conference: Conference) -> list[str]:
    """What of a talk becomes what."""
    now, lines = edit.after, []
    if now.start or now.end or now.room is not None:
        lines.append(_moved_text(before, after, conference))
    if now.cancelled is not None:
        where = _time_and_room(after, conference)
        lines.append(f"*Cancelled*, was {where}" if after.cancelled else f"*Given after all*, {where}")
    if now.full is not None:
        lines.append("*Full*: whoever asks is told so." if after.full else "*No longer full.*")
    if now.speakers is not None:
        given = talk_text.speaker_names(before.speakers, 20) or "nobody"
        lines.append(f"By *{talk_text.speaker_names(after.speakers, 20)}*, was by {given}")
    if now.note is not None:
        lines.append(f"*Note:* {escape_with_links(after.note)}" if after.note else "*No note any more.*")
    for name, link in (("Stream", now.stream), ("Recording", now.recording)):
        if link is not None:
            lines.append(f"*{name}:* {escape_with_links(link) or 'none any more'}")
    return lines


def _moved_text(before: Talk, after: Talk, conference: Conference) -> str:
    """`Tue 5 March 14:55–15:45, Fleming → *15:10–16:00, Whittle*`."""
    other_day = conference.day_of(before.start) != conference.day_of(after.start)
    was = _time_and_room(before, conference, placed=before.room != after.room)
    return f"{was} → *{_time_and_room(after, conference, dated=other_day)}*"


def _delayed_line(edit: Override, plan: ActionPlan) -> str:
    """`14:55 → *15:10* · Complex Event Flows`: one of several that are delayed together."""
    conference, after = plan.after.conference, plan.after.talk_by_id[edit.talk]
    was = plan.before.talk_by_id[edit.talk].start
    return f"{talk_text.clock_time(was, conference)} → *{talk_text.clock_time(after.start, conference)}* · {talk_text.escaped_title(after, ORGANISE_TITLE)}"


def _time_and_room(talk: Talk, conference: Conference, *, dated: bool = True, placed: bool = True) -> str:
    day = f"{talk_text.day_name(talk.start, conference)} " if dated else ""
    room = f", {escape(talk.room.name)}" if placed and talk.room else ""
    return f"{day}{talk_text.time_span(talk, conference)}{room}"


def _clash_line(clash: Clash, conference: Conference) -> str:
    title = escape(shorten(clash.other.title, 80))
    return f"*Careful:* {escape(clash.what)} has “{title}” {talk_text.time_span(clash.other, conference)}."


def _quoted_words(words: str) -> str:
    return escape(shorten(words, 300))


def _final_view(title: str, blocks: Sequence[Block]) -> dict[str, Any]:
    """Where a flow ends: closing it closes what lies beneath."""
    return modal(action_ids.ACTION_DONE, title, blocks) | {"clear_on_close": True}

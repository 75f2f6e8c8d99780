"""Announcing: what an organiser fills in, what would go out to how many, and what these read."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from bot.questions import announcing as of
from bot.questions.announcing import Draft
from bot.schedule.handles import handle
from bot.schedule.model import Conference, Schedule, Talk, Track
from bot.views import ids, inputs, pickers, times
from bot.views.blocks import (
    OPTIONS,
    actions,
    button,
    context,
    divider,
    escape,
    linked,
    option,
    paragraphs,
    section,
    shorten,
)
from bot.views.message import Block, Message
from bot.views.organise import NEVER_MIND, reached

TITLE = 120  # characters of a talk's


def form(number: str, talk: Talk | None, conference: Conference) -> dict[str, Any]:
    """The modal to fill in, to those who saved the talk where it was begun from one."""
    chosen = (f"Who saved: {times.at(talk.start, conference)} {talk.title}", _savers(talk)) if talk else None
    blocks = [
        inputs.text(of.TEXT, "What they read", most=of.TEXT_CHARACTERS, lines=True),
        inputs.found(of.WHOM, "To whom", ids.WHOM_FOUND, "Channels, a track, or a session…", chosen),
    ]
    return inputs.modal(ids.ANNOUNCE_FORM, "Announce", blocks, submit="Preview", close="Back", kept=number)


def whom_options(tracks: Sequence[Track], talks: Sequence[Talk], conference: Conference) -> list[dict[str, Any]]:
    """Groups: all channels, those of a track, those who saved a talk."""
    of_talks = [
        option(one["text"]["text"], f"{of.SAVERS} {one['value']}") for one in pickers.talk_options(talks, conference)
    ]
    return pickers.groups(
        [
            ("Channels", [option("All channels with reminders", of.EVERYWHERE)]),
            (
                "Channels that are reminded of",
                [option(one.title, f"{of.TRACK} {handle(one.id)}") for one in tracks[:OPTIONS]],
            ),
            ("Everyone who saved", of_talks),
        ]
    )


def message(text: str, talk: Talk | None, conference: Conference, *, personal: bool) -> Message:
    """What is read: from whom it is, the words, and for a person why they get it and how to stop that."""
    head = f"From the organisers of {escape(conference.name)}"
    blocks: list[Block] = [section(f"*{head}*"), *map(section, paragraphs(linked(text)))]
    if personal:
        why = f"You saved *{escape(shorten(talk.title, TITLE))}*." if talk else "You save talks here."
        blocks += [context(why), actions([button("Change or stop these messages", ids.SETTINGS)])]
    return Message(f"{head}: {linked(text)}", tuple(blocks))


def confirm(
    draft: Draft, schedule: Schedule, people: int, channels: Sequence[str], takes: timedelta, *, paused: bool
) -> dict[str, Any]:
    """The message as it will be read, and how many will read it."""
    talk = schedule.talk_by_id.get(draft.talk)
    shown = message(draft.text, talk, schedule.conference, personal=bool(people)).blocks
    number = people + len(channels)
    blocks = [
        section(f"To *{reached(people, channels)}*{_meant(draft, schedule)}:"),
        divider(),
        *(block for block in shown if block["type"] != "actions"),
        divider(),
        section(_pace(number, takes, paused=paused)),
    ]
    submit = f"Send {number:,} message{'' if number == 1 else 's'}"
    kept = draft.to_json()
    return inputs.modal(ids.ANNOUNCE_CONFIRM, "Is this right?", blocks, submit=submit, close="Back", kept=kept)


def done(number: str, made: int, takes: timedelta, *, paused: bool) -> dict[str, Any]:
    """That it is on its way, and how to stop what is not out yet."""
    told = f"Done: {made:,} message{'' if made == 1 else 's'} on the way. {_pace(made, takes, paused=paused)}"
    if not made:
        told = "It went out already. Nobody gets it twice."
    blocks = [section(told), actions([button("Stop what is not out yet", ids.STOP_ANNOUNCING, number)])]
    return inputs.modal(ids.ANNOUNCED, "Announced", blocks) | {"clear_on_close": True}


def stopped(number: int) -> dict[str, Any]:
    told = f"Stopped: {number:,} did not go out." if number else "Everything was out already."
    return inputs.modal(ids.ANNOUNCED, "Stopped", [section(told)]) | {"clear_on_close": True}


def nobody(draft: Draft) -> str:
    """Why there is nobody to send it to, for the field."""
    if draft.talk:
        return "Nobody who is reminded has saved that session."
    return "No channel is reminded of that track." if draft.track else "No channel has reminders yet."


def _meant(draft: Draft, schedule: Schedule) -> str:
    if draft.talk and (talk := schedule.talk_by_id.get(draft.talk)):
        return f", who saved _{escape(shorten(talk.title, TITLE))}_"
    if draft.track and (track := schedule.track_by_id.get(draft.track)):
        return f", reminded of _{escape(shorten(track.title, TITLE))}_"
    return ""


def _pace(number: int, takes: timedelta, *, paused: bool) -> str:
    if paused:
        return "Sending is paused now: it goes out once it is resumed, if that is within three hours."
    if takes < NEVER_MIND:
        return "It takes less than a minute to reach everyone."
    return f"It takes about {times.length(takes)} to reach everyone; reminders go first."


def _savers(talk: Talk) -> str:
    return f"{of.SAVERS} {handle(talk.id)}"

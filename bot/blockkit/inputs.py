"""Build modals, the fields of forms, and menus of talks. Long lists become menus that fill while one types.

See docs.slack.dev/reference/block-kit/blocks/input-block.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from bot.blockkit import action_ids, talk_text
from bot.blockkit.blocks import (
    OPTIONS,
    TITLE_CHARACTERS,
    Block,
    Message,
    button,
    confirmation,
    head,
    option,
    plain,
    section,
    shorten,
)
from bot.schedule.models import Conference, Speaker, Talk, short_id

MAX_MENU_TALKS = 25  # talks; their titles count among the characters of a message


def talks_at_button(label: str, moment: datetime, conference: Conference) -> dict[str, Any]:
    """A button for the list of all talks that are on at a moment."""
    question = f"what's on {talk_text.day_name(moment, conference)} at {talk_text.clock_time(moment, conference)}"
    return button(label, action_ids.MORE, question)


def talk_menu(label: str, action: str, talks: Sequence[Talk], conference: Conference) -> dict[str, Any]:
    """A menu of these talks; the value of an option is the talk's short id."""
    several_days = len({conference.date_of(talk.start) for talk in talks}) > 1
    shown = talks[:MAX_MENU_TALKS]
    choices = [(_option_text(talk, conference, dated=several_days), short_id(talk.id)) for talk in shown]
    return static_menu(label, action, choices)


def static_menu(
    label: str, action: str, choices: Sequence[tuple[str, str]], chosen: str | None = None
) -> dict[str, Any]:
    """A menu of `(text, value)`; `chosen` is the value that it begins with."""
    options = [option(text, value) for text, value in choices]
    element = {"type": "static_select", "action_id": action, "placeholder": plain(label, 150), "options": options}
    initial = next((choice for choice in options if choice["value"] == chosen), None)
    return element | {"initial_option": initial} if initial else element


def _option_text(talk: Talk, conference: Conference, *, dated: bool) -> str:
    """`Tue 10:35 Complex Event Flows`, or without the day, `10:35 …`; `Cancelled: 10:35 …` for a cancelled talk."""
    day = f"{conference.local(talk.start):%a} " if dated else ""
    cancelled = "Cancelled: " if talk.cancelled else ""
    return f"{cancelled}{day}{talk_text.clock_time(talk.start, conference)} {talk.title}"


def external_menu(label: str, action: str) -> dict[str, Any]:
    """A menu that asks the bot for its options when it opens and after every letter."""
    return {
        "type": "external_select",
        "action_id": action,
        "placeholder": plain(label, 150),
        "min_query_length": 0,
    }


def talk_options(talks: Sequence[Talk], conference: Conference) -> list[dict[str, Any]]:
    """The options of a menu of talks: `Tue 10:35 Complex Event Flows`, with speakers and room below."""
    return [_talk_option(talk, conference) for talk in talks[:OPTIONS]]


def speaker_options(speakers: Iterable[Speaker]) -> list[dict[str, Any]]:
    """The options of a menu of people, with role and company below each name."""
    return [
        _option_with_description(
            option(speaker.name, short_id(speaker.id)), ", ".join(filter(None, (speaker.role, speaker.affiliation)))
        )
        for speaker in list(speakers)[:OPTIONS]
    ]


def named_options(names: Iterable[tuple[str, str]]) -> list[dict[str, Any]]:
    """The options of a menu of `(id, name)`."""
    return [option(name, short_id(id)) for id, name in list(names)[:OPTIONS]]


def option_groups(named: Iterable[tuple[str, list[dict[str, Any]]]]) -> list[dict[str, Any]]:
    """Group `(heading, options)`; a heading without options is left out."""
    return [{"label": plain(label, 75), "options": options} for label, options in named if options]


def _talk_option(talk: Talk, conference: Conference) -> dict[str, Any]:
    names = ", ".join(speaker.name for speaker in talk.speakers[:3])
    description = talk_text.join_parts(names, talk.room.name if talk.room else "")
    return _option_with_description(option(_option_text(talk, conference, dated=True), short_id(talk.id)), description)


def _option_with_description(choice: dict[str, Any], text: str) -> dict[str, Any]:
    return choice | {"description": plain(shorten(text, 75), 75)} if text else choice


def modal(
    callback: str, title: str, blocks: Sequence[Block], *, submit: str = "", close: str = "Close", metadata: str = ""
) -> dict[str, Any]:
    """A modal; `metadata` comes back with every press and submission in it."""
    view = {
        "type": "modal",
        "callback_id": callback,
        "private_metadata": metadata,
        "title": plain(title, TITLE_CHARACTERS),
        "close": plain(close, TITLE_CHARACTERS),
        "blocks": list(blocks),
    }
    return view | {"submit": plain(submit, TITLE_CHARACTERS)} if submit else view


def message_modal(message: Message, title: str = "Done") -> dict[str, Any]:
    """A message as a modal, for a press in a place where no message can be shown."""
    return modal(action_ids.INFO_MODAL, title, message.blocks or [section(message.text)])


PAUSED_TEXT = "*All sending is paused.* Messages that are still useful go out when you resume."


def settings_button(what: str) -> dict[str, Any]:
    """The button below messages that come unasked, by which people turn them off; `what` names them."""
    return button(f"Turn off or change {what}", action_ids.SETTINGS)


def pause_button(pause: str, resume: str, *, paused: bool) -> dict[str, Any]:
    """The button that pauses everything that the bot sends unasked, or resumes it, by one of these actions."""
    if paused:
        return button("Resume sending", resume, style="primary")
    ask = confirmation(
        "Pause all sending?",
        "No reminders, notices or announcements go out until an organiser resumes sending. Questions are still answered.",
        "Pause",
        "Keep sending",
    )
    return button("Pause all sending", pause, style="danger", confirm=ask)


def labelled_field(name: str, label: str, element: dict[str, Any], *, optional: bool = False, hint: str = "") -> Block:
    """A labelled input with `name` as its block id, so that an error can be shown at it."""
    block = {"type": "input", "block_id": name, "label": plain(label, 150), "element": element, "optional": optional}
    return block | {"hint": plain(hint, 150)} if hint else block


def text_field(name: str, label: str, initial: str = "", *, most: int, lines: bool = False, **more: Any) -> Block:
    """A text of at most `most` characters, on several lines where `lines` is set."""
    element = {"type": "plain_text_input", "action_id": name, "max_length": most, "multiline": lines}
    return labelled_field(name, label, element | ({"initial_value": head(initial, most)} if initial else {}), **more)


def number_field(name: str, label: str, initial: int, *, most: int, **more: Any) -> Block:
    """A whole number from 1 to `most`."""
    element = {"type": "number_input", "action_id": name, "is_decimal_allowed": False}
    bounds = {"initial_value": str(initial), "min_value": "1", "max_value": str(most)}
    return labelled_field(name, label, element | bounds, **more)


def url_field(name: str, label: str, initial: str, **more: Any) -> Block:
    element = {"type": "url_text_input", "action_id": name}
    return labelled_field(name, label, element | ({"initial_value": initial} if initial else {}), **more)


def time_field(name: str, label: str, initial: str, **more: Any) -> Block:
    """A time of the day, `15:10`."""
    element = {"type": "timepicker", "action_id": name}
    return labelled_field(name, label, element | ({"initial_time": initial} if initial else {}), **more)


def choice_field(name: str, label: str, choices: Sequence[tuple[str, str]], chosen: str, **more: Any) -> Block:
    """A choice of one of these `(text, value)`."""
    return labelled_field(name, label, static_menu("Choose…", name, choices, chosen), **more)


def search_field(
    name: str, label: str, action: str, placeholder: str, chosen: tuple[str, str] | None = None, **more: Any
) -> Block:
    """A choice that is found while typing; `chosen` is the `(text, value)` that it begins with."""
    element = external_menu(placeholder, action)
    return labelled_field(name, label, element | ({"initial_option": option(*chosen)} if chosen else {}), **more)

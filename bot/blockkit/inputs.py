"""A modal, and the fields one fills in there (docs.slack.dev/reference/block-kit/blocks/input-block).

What one can do with the talks on show: buttons for a single one, a menu each for several.

Menus that fill as one types: talks, speakers, tracks and rooms, however many there are."""

from collections.abc import Iterable, Sequence
from typing import Any

from bot.blockkit import action_ids, talk_text
from bot.blockkit.blocks import OPTIONS, TITLE_CHARACTERS, Block, Message, button, option, plain, section, shorten
from bot.schedule.models import Conference, Speaker, Talk, short_id


def message_modal(message: Message, title: str = "Done") -> dict[str, Any]:
    """A message as a modal, for who pressed something where no message can stand."""
    return {
        "type": "modal",
        "callback_id": action_ids.INFO_MODAL,
        "title": plain(title, 24),
        "close": plain("Close", 24),
        "blocks": list(message.blocks) or [section(message.text)],
    }


MAX_MENU_TALKS = 25  # talks; the options count among a message's characters


def talk_buttons(talks: Sequence[Talk], conference: Conference) -> list[dict[str, Any]]:
    """[Details] [Save] for one talk; for several the same as menus, so that a list keeps one line a talk."""
    return [*details_button(talks, conference), *save_button(talks, conference)]


def details_button(talks: Sequence[Talk], conference: Conference) -> list[dict[str, Any]]:
    """[Details] for one talk, `Details…` for several, nothing for none."""
    if len(talks) == 1:
        return [button("Details", action_ids.DETAILS, talks[0].id)]
    return [talk_menu("Details…", action_ids.DETAILS_CHOSEN, talks, conference)] if talks else []


def save_button(talks: Sequence[Talk], conference: Conference) -> list[dict[str, Any]]:
    """[Save] for one talk, `Save…` for several, nothing for none."""
    if len(talks) == 1:
        return [button("Save", action_ids.SAVE, talks[0].id)]
    return [talk_menu("Save…", action_ids.SAVE_CHOSEN, talks, conference)] if talks else []


def talk_menu(label: str, action: str, talks: Sequence[Talk], conference: Conference) -> dict[str, Any]:
    """A menu of these talks; the chosen option's value is the talk's handle."""
    several_days = len({conference.day_of(talk.start) for talk in talks}) > 1
    return static_menu(
        label,
        action,
        [(_option_text(talk, conference, several_days), short_id(talk.id)) for talk in talks[:MAX_MENU_TALKS]],
    )


def static_menu(
    label: str, action: str, choices: Sequence[tuple[str, str]], chosen: str | None = None
) -> dict[str, Any]:
    """A menu of `(text, value)`; the value that is chosen already must be one of them."""
    options = [option(text, value) for text, value in choices]
    element = {"type": "static_select", "action_id": action, "placeholder": plain(label, 150), "options": options}
    initial = next((one for one in options if one["value"] == chosen), None)
    return element | {"initial_option": initial} if initial else element


def _option_text(talk: Talk, conference: Conference, with_day: bool) -> str:
    """`10:35 Complex Event Flows`, `Tue 10:35 …` where there are several days, `Cancelled: 10:35 …` where it is."""
    day = f"{conference.local(talk.start):%a} " if with_day else ""
    off = "Cancelled: " if talk.cancelled else ""
    return f"{off}{day}{talk_text.clock_time(talk.start, conference)} {talk.title}"


def external_menu(label: str, action: str) -> dict[str, Any]:
    """A menu that asks the bot for its options, at once and with every letter."""
    return {
        "type": "external_select",
        "action_id": action,
        "placeholder": plain(label, 150),
        "min_query_length": 0,
    }


def talk_options(talks: Sequence[Talk], conference: Conference) -> list[dict[str, Any]]:
    """`Tue 10:35 Complex Event Flows`, `Cancelled: Tue 10:35 …`, and below it who and where."""
    return [_talk_option(talk, conference) for talk in talks[:OPTIONS]]


def speaker_options(speakers: Iterable[Speaker]) -> list[dict[str, Any]]:
    """The person, and below their role and company."""
    return [
        _option_with_description(
            option(one.name, short_id(one.id)), ", ".join(filter(None, (one.role, one.affiliation)))
        )
        for one in list(speakers)[:OPTIONS]
    ]


def named_options(names: Iterable[tuple[str, str]]) -> list[dict[str, Any]]:
    """Each `(id, name)`."""
    return [option(name, short_id(id)) for id, name in list(names)[:OPTIONS]]


def option_groups(named: Iterable[tuple[str, list[dict[str, Any]]]]) -> list[dict[str, Any]]:
    """Options under headings, `(heading, options)` each; a heading with nothing below it is left out."""
    return [{"label": plain(label, 75), "options": options} for label, options in named if options]


def _talk_option(talk: Talk, conference: Conference) -> dict[str, Any]:
    when = f"{conference.local(talk.start):%a} {talk_text.clock_time(talk.start, conference)}"
    names = ", ".join(speaker.name for speaker in talk.speakers[:3])
    below = " · ".join(filter(None, (names, talk.room.name if talk.room else "")))
    off = "Cancelled: " if talk.cancelled else ""
    return _option_with_description(option(f"{off}{when} {talk.title}", short_id(talk.id)), below)


def _option_with_description(one: dict[str, Any], below: str) -> dict[str, Any]:
    return one | {"description": plain(shorten(below, 75), 75)} if below else one


def modal(
    callback: str, title: str, blocks: Sequence[Block], *, submit: str = "", close: str = "Close", metadata: str = ""
) -> dict[str, Any]:
    """A view over the page; `metadata` comes back with whatever is done in it."""
    view = {
        "type": "modal",
        "callback_id": callback,
        "private_metadata": metadata,
        "title": plain(title, TITLE_CHARACTERS),
        "close": plain(close, TITLE_CHARACTERS),
        "blocks": list(blocks),
    }
    return view | {"submit": plain(submit, TITLE_CHARACTERS)} if submit else view


def labelled_field(name: str, label: str, element: dict[str, Any], *, optional: bool = False, hint: str = "") -> Block:
    """A labelled input whose block's id is `name`: what is wrong with it is said there."""
    block = {"type": "input", "block_id": name, "label": plain(label, 150), "element": element, "optional": optional}
    return block | {"hint": plain(hint, 150)} if hint else block


def text_field(name: str, label: str, initial: str = "", *, most: int, lines: bool = False, **more: Any) -> Block:
    """Words, on one line or several, at most so many characters."""
    element = {"type": "plain_text_input", "action_id": name, "max_length": most, "multiline": lines}
    return labelled_field(name, label, element | ({"initial_value": initial[:most]} if initial else {}), **more)


def number_field(name: str, label: str, initial: int, *, most: int, **more: Any) -> Block:
    """A whole number from 1."""
    element = {"type": "number_input", "action_id": name, "is_decimal_allowed": False}
    bounds = {"initial_value": str(initial), "min_value": "1", "max_value": str(most)}
    return labelled_field(name, label, element | bounds, **more)


def url_field(name: str, label: str, initial: str, **more: Any) -> Block:
    """A web address."""
    element = {"type": "url_text_input", "action_id": name}
    return labelled_field(name, label, element | ({"initial_value": initial} if initial else {}), **more)


def time_field(name: str, label: str, initial: str, **more: Any) -> Block:
    """A time of the day, `15:10`."""
    element = {"type": "timepicker", "action_id": name}
    return labelled_field(name, label, element | ({"initial_time": initial} if initial else {}), **more)


def choice_field(name: str, label: str, choices: Sequence[tuple[str, str]], chosen: str, **more: Any) -> Block:
    """One of these `(text, value)`."""
    return labelled_field(name, label, static_menu("Choose…", name, choices, chosen), **more)


def search_field(
    name: str, label: str, action: str, placeholder: str, chosen: tuple[str, str] | None = None, **more: Any
) -> Block:
    """One that is found while typing; `chosen` is the `(text, value)` it begins with."""
    element = external_menu(placeholder, action)
    return labelled_field(name, label, element | ({"initial_option": option(*chosen)} if chosen else {}), **more)

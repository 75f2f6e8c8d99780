"""Sharing one's agenda: with whom, and what they read."""

from collections.abc import Sequence
from typing import Any

from bot.schedule.agenda import AgendaDay
from bot.schedule.model import Conference
from bot.views import agenda, ids
from bot.views.blocks import plain, section, sections
from bot.views.message import Message

PERSON_FIELD, CHANNEL_FIELD = "person", "channel"  # block and action ids of the form's two fields


def share_form() -> dict[str, Any]:
    """A modal that asks for a person or a channel."""
    return {
        "type": "modal",
        "callback_id": ids.SHARE_SUBMITTED,
        "title": plain("Share my agenda", 24),
        "submit": plain("Share", 24),
        "close": plain("Cancel", 24),
        "blocks": [
            section("They get your saved talks as they are now, with your name. Choose a person or a channel."),
            _picker_field(PERSON_FIELD, "A person", {"type": "users_select"}),
            _picker_field(
                CHANNEL_FIELD,
                "A channel I am in",
                {
                    "type": "conversations_select",
                    "filter": {"include": ["public", "private"], "exclude_bot_users": True},
                },
            ),
        ],
    }


def shared_agenda_message(days: Sequence[AgendaDay], conference: Conference, whose: str) -> Message:
    """For others: named days, since it stays; nothing of whose it is but their name and talks."""
    lines, left_out = agenda.agenda_lines(days, conference)
    head = f"<@{whose}> shares their agenda"
    told = [*lines, *([f"and {left_out} more"] if left_out else [])]
    return Message("\n".join([head, *told]), (section(f"{head}:"), *sections(told)))


def _picker_field(name: str, label: str, element: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "input",
        "block_id": name,
        "optional": True,
        "label": plain(label, 150),
        "element": element | {"action_id": name, "placeholder": plain("Choose…", 150)},
    }

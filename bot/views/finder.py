"""The modal behind "Find a talk", and a speaker's own."""

from datetime import datetime
from typing import Any

from bot.questions.conversation import Reader
from bot.schedule.model import Schedule, Speaker
from bot.views import ids, menus, pickers, talks
from bot.views.blocks import TITLE_CHARACTERS, actions, escape, paragraphs, plain, section, sections, shorten

BIO_CHARACTERS = 6_000  # characters
MAX_TALKS = 25  # talks of one speaker


def finder_view() -> dict[str, Any]:
    """Two menus that fill as one types."""
    return _finder_modal(
        "Find a talk",
        ids.FINDER,
        [
            section("Type a few letters of a title, a topic or a name."),
            actions(
                [
                    pickers.external_menu("A talk…", ids.DETAILS_FOUND),
                    pickers.external_menu("A speaker…", ids.SPEAKER_FOUND),
                ]
            ),
        ],
    )


def speaker_view(speaker: Speaker, schedule: Schedule, now: datetime, reader: Reader) -> dict[str, Any]:
    """Who it is, and what they give."""
    given = schedule.talks_by(speaker)[:MAX_TALKS]
    lines = [f"• {talks.talk_line(talk, schedule, now, reader)}" for talk in given]
    rows = menus.talk_buttons(given, schedule.conference)
    blocks = [
        section(talks.speaker_introduction(speaker)),
        *sections(lines),
        *([actions(rows)] if rows else []),
        *(section(piece) for piece in paragraphs(escape(shorten(speaker.bio, BIO_CHARACTERS)))),
    ]
    return _finder_modal("Speaker", ids.SPEAKER, blocks)


def _finder_modal(title: str, callback: str, blocks: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "type": "modal",
        "callback_id": callback,
        "title": plain(title, TITLE_CHARACTERS),
        "close": plain("Close", TITLE_CHARACTERS),
        "blocks": blocks,
    }

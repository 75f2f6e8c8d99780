"""A talk's card: all that is known of it, what it is to the one who looks, and what they can do with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.questions.conversation import Reader
from bot.schedule.model import Schedule, Talk
from bot.views import feedback, ids, menus, talks
from bot.views.blocks import actions, button, context, divider, escape, paragraphs, plain, section, shorten
from bot.views.message import Block, Message

ABSTRACT_CHARACTERS = 9_000  # characters
MAX_RELATED = 6  # other talks listed under one heading
MAX_SPEAKERS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class UserTalkState:
    """What a talk is to the one who looks at it."""

    saved: bool = False
    vote: str = ""  # green, yellow or red
    clashes: tuple[Talk, ...] = ()  # saved talks that run at the same time
    may_organise: bool = False  # they are an organiser


NO_USER_STATE = UserTalkState()


def talk_card(
    talk: Talk,
    schedule: Schedule,
    now: datetime,
    reader: Reader,
    user_state: UserTalkState = NO_USER_STATE,
    links: Sequence[tuple[str, str]] = (),
) -> dict[str, Any]:
    """A modal with all that is known of a talk (docs.slack.dev/reference/views/modal-views).

    `links` are `(label, address)` to put it into a calendar.
    """
    when = talks.day_and_time(talk, schedule, now, reader)
    track = escape(shorten(talk.track.title, 150)) if talk.track else ""
    heading = [f"*{talks.escaped_title(talk, 500)}*", *([escape(shorten(talk.subtitle, 500))] if talk.subtitle else [])]
    where = f"*{talks.join_parts(when, talks.escaped_place(talk))}*"
    blocks: list[Block] = [
        section("\n".join(heading)),
        section(
            "\n".join(
                filter(None, (where, track, _state_lines(talk, schedule, now, user_state), *talks.organiser_note(talk)))
            )
        ),
        actions(_card_buttons(talk, user_state, links)),
        *(section(talks.speaker_introduction(speaker)) for speaker in talk.speakers[:MAX_SPEAKERS_SHOWN]),
        *_rating_block(talk, now, user_state),
        divider(),
        *(section(piece) for piece in paragraphs(escape(shorten(talk.abstract, ABSTRACT_CHARACTERS)))),
        *_related_talks(talk, schedule, now, reader),
    ]
    links_out = ((talk.url, "Web page"), (talk.stream, "Stream"), (talk.recording, "Recording"))
    more = [f"<{url}|{label}>" for url, label in links_out if _is_link(url)]
    blocks += [context(" · ".join(more))] if more else []
    return {
        "type": "modal",
        "callback_id": ids.CARD,
        "private_metadata": talk.id,
        "title": plain("Session", 24),
        "close": plain("Close", 24),
        "blocks": blocks,
    }


def message_modal(message: Message, title: str = "Done") -> dict[str, Any]:
    """A message as a modal, for who pressed something where no message can stand."""
    return {
        "type": "modal",
        "callback_id": ids.INFO_MODAL,
        "title": plain(title, 24),
        "close": plain("Close", 24),
        "blocks": list(message.blocks) or [section(message.text)],
    }


def _state_lines(talk: Talk, schedule: Schedule, now: datetime, user_state: UserTalkState) -> str:
    """What it is now and to whom looks at it, in words."""
    clashing = ", ".join(f"_{escape(shorten(one.title, 60))}_" for one in user_state.clashes[:3])
    clash = f"Clashes with {clashing}" if user_state.saved and clashing else ""
    how = talks.status_mark(talk, now), talks.running_state(talk, schedule, now)
    return talks.join_parts(*how, "On your agenda" if user_state.saved else "", clash)


def _card_buttons(talk: Talk, user_state: UserTalkState, links: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
    save = button("Take off my agenda", ids.UNSAVE, talk.id) if user_state.saved else button("Save", ids.SAVE, talk.id)
    calendar = [button(label, ids.numbered(ids.LINK, at), url=url) for at, (label, url) in enumerate(links)]
    return [save, *calendar, *([button("Organise…", ids.ORGANISE, talk.id)] if user_state.may_organise else [])]


def _rating_block(talk: Talk, now: datetime, user_state: UserTalkState) -> list[Block]:
    """From its start on: how was it?"""
    if now < talk.start or talk.is_break or talk.cancelled:
        return []
    asked = f"*How was it?* Your vote: {user_state.vote}." if user_state.vote else "*How was it?*"
    return [section(asked), actions(feedback.vote_buttons(talk))]


def _related_talks(talk: Talk, schedule: Schedule, now: datetime, reader: Reader) -> list[Block]:
    """What else its speakers give, and what runs at the same time."""
    theirs = [
        other for other in schedule.talks if other.id != talk.id and not set(other.speakers).isdisjoint(talk.speakers)
    ]
    clashing = [
        other
        for other in schedule.talks
        if other.start < talk.end and talk.start < other.end and other.id != talk.id and not other.is_break
    ]
    blocks = []
    listed: list[Talk] = []
    for heading, others in (
        ("Also by them" if len(talk.speakers) > 1 else "Also by the speaker", theirs),
        ("At the same time", clashing),
    ):
        if others:
            lines = [f"• {talks.talk_line(other, schedule, now, reader)}" for other in others[:MAX_RELATED]]
            more = [f"and {len(others) - MAX_RELATED} more"] if len(others) > MAX_RELATED else []
            blocks.append(section("\n".join([f"*{heading}*", *lines, *more])))
            listed += [other for other in others[:MAX_RELATED] if other not in listed]
    return [*blocks, *([actions(menus.details_button(listed, schedule.conference))] if listed else [])]


def _is_link(url: str) -> bool:
    return url.startswith(("https://", "http://")) and not set(url) & set("<>|\n ")

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

ABSTRACT = 9_000  # characters
ALSO = 6  # other talks listed under one heading
SPEAKERS = 20


@dataclass(frozen=True, slots=True)
class Mine:
    """What a talk is to the one who looks at it."""

    saved: bool = False
    vote: str = ""  # green, yellow or red
    clashes: tuple[Talk, ...] = ()  # saved talks that run at the same time
    to_organise: bool = False  # they are an organiser


NOBODYS = Mine()


def details(
    talk: Talk,
    schedule: Schedule,
    now: datetime,
    reader: Reader,
    mine: Mine = NOBODYS,
    links: Sequence[tuple[str, str]] = (),
) -> dict[str, Any]:
    """A modal with all that is known of a talk (docs.slack.dev/reference/views/modal-views).

    `links` are `(label, address)` to put it into a calendar.
    """
    when = talks.day_and_time(talk, schedule, now, reader)
    track = escape(shorten(talk.track.title, 150)) if talk.track else ""
    heading = [f"*{talks.title(talk, 500)}*", *([escape(shorten(talk.subtitle, 500))] if talk.subtitle else [])]
    where = f"*{talks.joined(when, talks.place(talk))}*"
    blocks: list[Block] = [
        section("\n".join(heading)),
        section("\n".join(filter(None, (where, track, _states(talk, schedule, now, mine), *talks.note(talk))))),
        actions(_deeds(talk, mine, links)),
        *(section(talks.introduced(speaker)) for speaker in talk.speakers[:SPEAKERS]),
        *_rating(talk, now, mine),
        divider(),
        *(section(piece) for piece in paragraphs(escape(shorten(talk.abstract, ABSTRACT)))),
        *_also(talk, schedule, now, reader),
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


def said(message: Message, title: str = "Done") -> dict[str, Any]:
    """A message as a modal, for who pressed something where no message can stand."""
    return {
        "type": "modal",
        "callback_id": ids.SAID,
        "title": plain(title, 24),
        "close": plain("Close", 24),
        "blocks": list(message.blocks) or [section(message.text)],
    }


def _states(talk: Talk, schedule: Schedule, now: datetime, mine: Mine) -> str:
    """What it is now and to whom looks at it, in words."""
    clashing = ", ".join(f"_{escape(shorten(one.title, 60))}_" for one in mine.clashes[:3])
    clash = f"Clashes with {clashing}" if mine.saved and clashing else ""
    how = talks.mark(talk, now), talks.state(talk, schedule, now)
    return talks.joined(*how, "On your agenda" if mine.saved else "", clash)


def _deeds(talk: Talk, mine: Mine, links: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
    save = button("Take off my agenda", ids.UNSAVE, talk.id) if mine.saved else button("Save", ids.SAVE, talk.id)
    calendar = [button(label, ids.nth(ids.LINK, at), url=url) for at, (label, url) in enumerate(links)]
    return [save, *calendar, *([button("Organise…", ids.ORGANISE, talk.id)] if mine.to_organise else [])]


def _rating(talk: Talk, now: datetime, mine: Mine) -> list[Block]:
    """From its start on: how was it?"""
    if now < talk.start or talk.is_break or talk.cancelled:
        return []
    asked = f"*How was it?* Your vote: {mine.vote}." if mine.vote else "*How was it?*"
    return [section(asked), actions(feedback.votes(talk))]


def _also(talk: Talk, schedule: Schedule, now: datetime, reader: Reader) -> list[Block]:
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
            lines = [f"• {talks.line(other, schedule, now, reader)}" for other in others[:ALSO]]
            more = [f"and {len(others) - ALSO} more"] if len(others) > ALSO else []
            blocks.append(section("\n".join([f"*{heading}*", *lines, *more])))
            listed += [other for other in others[:ALSO] if other not in listed]
    return [*blocks, *([actions(menus.details_of(listed, schedule.conference))] if listed else [])]


def _is_link(url: str) -> bool:
    return url.startswith(("https://", "http://")) and not set(url) & set("<>|\n ")

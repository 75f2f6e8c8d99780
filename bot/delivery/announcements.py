"""What organisers announce: whom it would reach, a delivery to each of these once, and taking back what is not out yet."""

import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, insert, literal, select

from bot.db.database import Transaction
from bot.db.sql import Moment
from bot.db.tables import ACTIVE, DELIVERIES, DELIVERY_TALKS, UNIQUE_ITEM
from bot.delivery import restore_guard
from bot.delivery.audience import Audience, Conversations, channels_reminded, count_audience, people_who_saved
from bot.delivery.corrections import cancel_items
from bot.delivery.enqueue import NO_EXPIRY, NO_TALK
from bot.delivery.models import ANNOUNCEMENT, CHANNELS, LOW, rank_by_audience

_T = DELIVERY_TALKS.c


@dataclass(frozen=True, slots=True)
class AnnouncementAudience:
    """All channels of a workspace that have reminders, unless one of the two says otherwise."""

    workspace: str
    track: str = ""  # only those that are reminded of the track with this id
    talk: str = ""  # people instead: those who saved the talk with this id


@dataclass(frozen=True, slots=True)
class Announcement:
    """A message from the organisers; who gets the one with this id gets it once."""

    id: str
    text: str  # as it was typed
    recipients: AnnouncementAudience
    by: str  # a Slack user id
    due: datetime  # conference time
    expires: datetime  # conference time


async def count_recipients(tx: Transaction, recipients: AnnouncementAudience) -> Audience:
    """Whom an announcement would reach."""
    return await count_audience(tx, _recipients(recipients))


async def announce(tx: Transaction, announcement: Announcement) -> int:
    """Have it delivered to everyone who does not get it already; how many these are."""
    batch = secrets.token_hex(6)
    who = _recipients(announcement.recipients).subquery("who").c
    line = {
        "delivery": literal(f"{batch}.") + who.workspace + "." + who.conversation + f".{announcement.id}",
        "workspace": who.workspace,
        "conversation": who.conversation,
        "kind": literal(ANNOUNCEMENT),
        "occasion": literal(announcement.id),
        "talk": literal(announcement.recipients.talk or NO_TALK),  # so that who takes it off their agenda is left alone
        "start": literal(NO_EXPIRY, Moment),
        "due": literal(announcement.due, Moment),
    }
    # Without a WHERE, SQLite takes the ON of ON CONFLICT for a join's.
    lines = tx.insert(DELIVERY_TALKS).from_select(list(line), select(*line.values()).where(literal(True)))
    await tx.execute(lines.on_conflict_do_nothing(index_elements=UNIQUE_ITEM, index_where=ACTIVE))
    return await _announcement_deliveries(tx, batch, announcement)


async def cancel_announcement(tx: Transaction, workspace: str, announcement: str, by: str) -> int:
    """Take back what of it is not posted yet; how many these are."""
    lines = and_(_T.workspace == workspace, _T.kind == ANNOUNCEMENT, _T.occasion == announcement)
    return len(await cancel_items(tx, lines, f"stopped by {by}"))


def _recipients(recipients: AnnouncementAudience) -> Conversations:
    if recipients.talk:
        return people_who_saved(recipients.workspace, recipients.talk)
    return channels_reminded(recipients.workspace, recipients.track)


async def _announcement_deliveries(tx: Transaction, batch: str, announcement: Announcement) -> int:
    """The deliveries of this batch's lines; people's wait for reminders, which have a time to keep."""
    values: dict[str, Any] = {
        "id": _T.delivery,
        "workspace": _T.workspace,
        "conversation": _T.conversation,
        "kind": _T.kind,
        "occasion": _T.occasion,
        "start": _T.due,
        "due": _T.due,
        "expires": literal(announcement.expires, Moment),
        "rank": rank_by_audience(_T.conversation, CHANNELS, LOW),
        "content": literal(json.dumps({"text": announcement.text, "talk": announcement.recipients.talk})),
        "changed_at": literal(await tx.now(), Moment),
        **restore_guard.initial_state(restore_guard.starts_before_restore(_T.due), f"announced by {announcement.by}"),
    }
    of_batch = (_T.delivery > f"{batch}.", _T.delivery < f"{batch}/")  # "/" comes after "." byte by byte
    rows = select(*values.values()).where(*of_batch)
    return (await tx.execute(insert(DELIVERIES).from_select(list(values), rows))).rowcount

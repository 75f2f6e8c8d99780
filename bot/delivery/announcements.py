"""Organisers' announcements: count whom one would reach, enqueue it for each of them once, and withdraw it."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CompoundSelect, and_, literal, select

from bot.db.database import Transaction
from bot.db.sql import Moment
from bot.db.tables import DELIVERY_TALKS
from bot.delivery import queue, restore_guard
from bot.delivery.corrections import cancel_items
from bot.delivery.models import ANNOUNCEMENT, CHANNELS, LOW, rank_by_audience
from bot.delivery.recipients_repository import (
    Audience,
    Conversations,
    channels_reminded,
    count_audience,
    everyone,
    people_who_saved,
)

_T = DELIVERY_TALKS.c


@dataclass(frozen=True, slots=True)
class AnnouncementAudience:
    """All channels of a workspace that have reminders, or those that a track or a talk picks."""

    workspace: str
    track: str = ""  # the id of a track: only the channels that are reminded of it
    talk: str = ""  # the id of a talk: the people who saved it, and no channels
    everyone: bool = False  # all people who want messages, too


@dataclass(frozen=True, slots=True)
class Announcement:
    """A message from the organisers. Each recipient gets the announcement with this id once."""

    id: str
    text: str  # as it was typed
    recipients: AnnouncementAudience
    by: str  # a Slack user id
    due: datetime  # conference time
    expires: datetime  # conference time


async def count_recipients(tx: Transaction, recipients: AnnouncementAudience) -> Audience:
    """Count the people and channels that an announcement would reach."""
    return await count_audience(tx, _conversations(recipients))


async def announce(tx: Transaction, announcement: Announcement) -> int:
    """Enqueue the announcement for all recipients who do not have it already. Return how many they are."""
    batch, talk = queue.new_batch_id(), announcement.recipients.talk
    recipient = _conversations(announcement.recipients).subquery("who").c
    item = {
        "delivery": literal(f"{batch}.") + recipient.workspace + "." + recipient.conversation + f".{announcement.id}",
        "workspace": recipient.workspace,
        "conversation": recipient.conversation,
        "kind": literal(ANNOUNCEMENT),
        "occasion": literal(announcement.id),
        "talk": literal(talk or queue.NO_TALK),  # somebody who removes the talk from their agenda gets it no more
        "start": literal(queue.NO_START, Moment),
        "due": literal(announcement.due, Moment),
    }
    await queue.insert_items(tx, item, select(*item.values()))
    return await queue.insert_deliveries(
        tx,
        batch,
        f"announced by {announcement.by}",
        in_doubt=restore_guard.starts_before_restore(_T.due),
        start=_T.due,
        group_by=(_T.due,),
        occasion=literal(announcement.id),
        expires=literal(announcement.expires, Moment),
        rank=rank_by_audience(_T.conversation, CHANNELS, LOW),  # people's go after the reminders, which are urgent
        content=literal(json.dumps({"text": announcement.text, "talk": talk})),
    )


async def cancel_announcement(tx: Transaction, workspace: str, announcement: str, by: str) -> int:
    """Withdraw the deliveries of an announcement that are not posted yet. Return how many they are."""
    items = and_(_T.workspace == workspace, _T.kind == ANNOUNCEMENT, _T.occasion == announcement)
    return len(await cancel_items(tx, items, f"stopped by {by}"))


def _conversations(recipients: AnnouncementAudience) -> Conversations | CompoundSelect[Any]:
    if recipients.everyone:
        return everyone(recipients.workspace)
    if recipients.talk:
        return people_who_saved(recipients.workspace, recipients.talk)
    return channels_reminded(recipients.workspace, recipients.track)

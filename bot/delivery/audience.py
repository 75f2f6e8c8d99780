"""Audiences in SQL: the conversations that a talk, a track or a change concerns, and how many they are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, exists, func, or_, select, union

from bot.db.database import Transaction
from bot.db.sql import values_table
from bot.db.tables import ACTIVE, AGENDA, DELIVERIES, DELIVERY_TALKS, PEOPLE, POSSIBLY_POSTED, SUBSCRIPTIONS
from bot.delivery.models import NOTICE, REMINDER, rank_by_audience

TALKS = ("talk", "start", "track", "room", "announced")

Conversations = Select[*tuple[Any, ...]]

_A, _D, _P, _S, _T = AGENDA.c, DELIVERIES.c, PEOPLE.c, SUBSCRIPTIONS.c, DELIVERY_TALKS.c


_WANTS_MESSAGES = or_(_P.reminded, _P.digest, _P.catch_up)


@dataclass(frozen=True, slots=True)
class Audience:
    """The number of people, and the channels, that a message goes to."""

    people: int = 0
    channels: tuple[str, ...] = ()  # ids

    @property
    def size(self) -> int:
        """The number of messages that it takes to reach everyone."""
        return self.people + len(self.channels)


def people_who_saved(workspace: str, talk: str) -> Conversations:
    """The people who saved this talk, except those who want no messages."""
    saved = and_(_A.workspace == workspace, _A.talk == talk)
    wants = exists().where(_P.workspace == _A.workspace, _P.person == _A.person, _WANTS_MESSAGES)
    return select(_A.workspace, _A.person.label("conversation")).where(saved, wants)


def channels_reminded(workspace: str, track: str = "") -> Conversations:
    """The channels that have reminders on; with a track's id, those that get the reminders of all its talks."""
    wanted = [_S.workspace == workspace, _S.active]
    wanted += [or_(_S.track == track, and_(_S.track == "", _S.room == ""))] if track else []
    return select(_S.workspace, _S.conversation).where(*wanted).distinct()


def everyone(workspace: str) -> CompoundSelect[Any]:
    """All channels that have reminders on, and all people who get reminders or another message that comes by itself."""
    people = select(_P.workspace, _P.person.label("conversation")).where(_P.workspace == workspace, _WANTS_MESSAGES)
    return union(channels_reminded(workspace), people)


def audience_of_changes(on_postgresql: bool) -> CompoundSelect[Any]:
    """All conversations that changes of some talks concern: `(talk, start, workspace, conversation)`.

    The statement's parameters bring the talks along (see `db.sql.values_params`), with the columns TALKS: a row for each
    pair of a track and a room that a talk is or was in, empty where it has none. `announced` is empty for talks that
    channels are not told of. `start` is passed through.
    """
    changed = values_table(on_postgresql, *TALKS).c
    saved = select(changed.talk, changed.start, _A.workspace, _A.person.label("conversation"))
    saved = saved.where(_A.talk == changed.talk, _reminded(_A.workspace, _A.person))
    same_track = or_(_S.track == "", _S.track == changed.track)
    same_room = or_(_S.room == "", _S.room == changed.room)
    subscribed = select(changed.talk, changed.start, _S.workspace, _S.conversation)
    subscribed = subscribed.where(_S.active, same_track, same_room, changed.announced != "")
    notified = select(changed.talk, changed.start, _T.workspace, _T.conversation)
    notified = notified.where(_T.talk == changed.talk, _was_notified())
    return union(saved, subscribed, notified)


async def count_audience(
    tx: Transaction, recipients: Conversations | CompoundSelect[Any], parameters: Mapping[str, Any] | None = None
) -> Audience:
    """Count these recipients, each conversation once."""
    c = recipients.subquery("who").c
    each = select(c.workspace, c.conversation).distinct().subquery("each").c
    channel = rank_by_audience(each.conversation, 1, 0) == 1
    people = select(func.count()).select_from(select(each.conversation).where(~channel).subquery("people"))
    channels = select(each.conversation).where(channel).order_by(each.conversation)
    number = (await tx.execute(people, parameters)).scalar_one()
    return Audience(number, tuple((await tx.execute(channels, parameters)).scalars()))


def _was_notified() -> ColumnElement[bool]:
    """In SQL: whether an item was posted, in a channel or to a person who has reminders on.

    The person may have removed the talk from their agenda since, but knows when it starts from the reminder.
    """
    posted = and_(_D.id == _T.delivery, _D.state.in_(POSSIBLY_POSTED), ACTIVE)
    channel = and_(rank_by_audience(_T.conversation, 1, 0) == 1, _T.kind.in_((REMINDER, NOTICE)))
    person = and_(_T.kind == REMINDER, _reminded(_T.workspace, _T.conversation))
    return and_(posted, or_(channel, person))


def _reminded(workspace: ColumnElement[str], person: ColumnElement[str]) -> ColumnElement[bool]:
    return exists().where(_P.workspace == workspace, _P.person == person, _P.reminded)

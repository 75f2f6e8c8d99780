"""Whom something concerns, in SQL: rows of `(workspace, conversation)`, each once."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CompoundSelect, Select, and_, exists, func, or_, select

from bot.store.agenda import AGENDA
from bot.store.database import Transaction
from bot.store.deliveries import (
    DELIVERIES,
    DELIVERY_TALKS,
    MAYBE_POSTED,
    NOTICE,
    REMINDER,
    STILL_TOLD,
    by_audience,
)
from bot.store.people import PEOPLE
from bot.store.subscriptions import SUBSCRIPTIONS

Conversations = Select[*tuple[Any, ...]]

_D, _T = DELIVERIES.c, DELIVERY_TALKS.c


@dataclass(frozen=True, slots=True)
class Audience:
    """How many it concerns, and which channels these are."""

    people: int = 0
    channels: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """Messages it takes to reach everyone."""
        return self.people + len(self.channels)


def who_saved(*talks: str) -> Conversations:
    """The people who saved one of these talks and are reminded: who turned that off wants no messages."""
    a, p = AGENDA.c, PEOPLE.c
    reminded = and_(p.workspace == a.workspace, p.person == a.person, p.reminded)
    return select(a.workspace, a.person.label("conversation")).where(a.talk.in_(talks), reminded).distinct()


def who_was_told(*talks: str) -> Conversations:
    """Channels that were told of one of these talks at all, and people who were reminded, though they follow it no more.

    Not the people who want no messages now.
    """
    p = PEOPLE.c
    told = and_(_D.id == _T.delivery, _D.state.in_(MAYBE_POSTED), _T.talk.in_(talks), STILL_TOLD)
    channel = and_(by_audience(_T.conversation, 1, 0) == 1, _T.kind.in_((REMINDER, NOTICE)))
    wants = exists().where(p.workspace == _T.workspace, p.person == _T.conversation, p.reminded)
    return select(_T.workspace, _T.conversation).where(told, or_(channel, and_(_T.kind == REMINDER, wants))).distinct()


def channels_following(tracks: Collection[str], rooms: Collection[str]) -> Conversations:
    """The channels with reminders of everything, or of one of these tracks or rooms, by their ids."""
    s = SUBSCRIPTIONS.c
    fits = and_(or_(s.track == "", s.track.in_(tracks)), or_(s.room == "", s.room.in_(rooms)))
    return select(s.workspace, s.conversation).where(s.active, fits).distinct()


def channels_reminded(workspace: str, track: str = "") -> Conversations:
    """The channels with reminders; with a track's id, those that are reminded of all of it."""
    s = SUBSCRIPTIONS.c
    wanted = [s.workspace == workspace, s.active]
    wanted += [or_(s.track == track, and_(s.track == "", s.room == ""))] if track else []
    return select(s.workspace, s.conversation).where(*wanted).distinct()


async def counted(tx: Transaction, whom: Conversations | CompoundSelect[Any]) -> Audience:
    """How many these are."""
    who = whom.subquery("who").c
    is_channel = by_audience(who.conversation, 1, 0) == 1
    people: int = (
        await tx.execute(select(func.count()).select_from(who.conversation.table).where(~is_channel))
    ).scalar_one()
    channels = select(who.conversation).where(is_channel).order_by(who.conversation)
    return Audience(people, tuple((await tx.execute(channels)).scalars()))

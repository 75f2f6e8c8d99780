"""Whom something concerns, in SQL: rows of `(workspace, conversation)`, each once."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, func, or_, select

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


def channels_told(*talks: str) -> Conversations:
    """The channels that were told of one of these talks, or may have been."""
    told = and_(_D.id == _T.delivery, _D.state.in_(MAYBE_POSTED), _T.talk.in_(talks), STILL_TOLD)
    to_channel = by_audience(_T.conversation, 1, 0) == 1
    kinds = _T.kind.in_((REMINDER, NOTICE))
    return select(_T.workspace, _T.conversation).where(told, to_channel, kinds).distinct()


def channels_reminded(workspace: str, track: str = "") -> Conversations:
    """The channels with reminders; with a track's id, those that are reminded of all of it."""
    s = SUBSCRIPTIONS.c
    wanted = [s.workspace == workspace, s.active]
    wanted += [or_(s.track == track, and_(s.track == "", s.room == ""))] if track else []
    return select(s.workspace, s.conversation).where(*wanted).distinct()


async def counted(tx: Transaction, people: Conversations | None, channels: Conversations | None) -> Audience:
    """How many these are."""
    number = 0
    if people is not None:
        number = (await tx.execute(select(func.count()).select_from(people.subquery("people")))).scalar_one()
    if channels is None:
        return Audience(number)
    found = channels.subquery("channels").c.conversation
    return Audience(number, tuple((await tx.execute(select(found).order_by(found))).scalars()))

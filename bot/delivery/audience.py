"""Whom something concerns, in SQL: conversations by workspace, each once; and how many these are."""

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


@dataclass(frozen=True, slots=True)
class Audience:
    """How many people it concerns, and which channels."""

    people: int = 0
    channels: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """Messages it takes to reach everyone."""
        return self.people + len(self.channels)


def people_who_saved(workspace: str, talk: str) -> Conversations:
    """The people who saved this talk and are reminded: who turned that off wants no messages."""
    saved = and_(_A.workspace == workspace, _A.talk == talk)
    return select(_A.workspace, _A.person.label("conversation")).where(saved, _reminded(_A.workspace, _A.person))


def channels_reminded(workspace: str, track: str = "") -> Conversations:
    """The channels with reminders; with a track's id, those that are reminded of all of it."""
    wanted = [_S.workspace == workspace, _S.active]
    wanted += [or_(_S.track == track, and_(_S.track == "", _S.room == ""))] if track else []
    return select(_S.workspace, _S.conversation).where(*wanted).distinct()


def audience_of_changes(on_postgresql: bool) -> CompoundSelect[Any]:
    """`(talk, start, workspace, conversation)` of all whom a change of the `given` talks concerns.

    Given are the columns TALKS: a row for each pair of a track and a room that a talk is or was in, empty where it has
    none; and `announced`, which is empty for what channels are not told of. The start is given back as it is.
    """
    of = values_table(on_postgresql, *TALKS).c
    saved = select(of.talk, of.start, _A.workspace, _A.person.label("conversation")).where(_A.talk == of.talk)
    fits = and_(or_(_S.track == "", _S.track == of.track), or_(_S.room == "", _S.room == of.room))
    follow = select(of.talk, of.start, _S.workspace, _S.conversation).where(_S.active, fits, of.announced != "")
    told = select(of.talk, of.start, _T.workspace, _T.conversation).where(_T.talk == of.talk, _was_notified())
    return union(saved.where(_reminded(_A.workspace, _A.person)), follow, told)


async def count_audience(
    tx: Transaction, recipients: Conversations | CompoundSelect[Any], parameters: Mapping[str, Any] | None = None
) -> Audience:
    """How many these are."""
    c = recipients.subquery("who").c
    each = select(c.workspace, c.conversation).distinct().subquery("each").c
    channel = rank_by_audience(each.conversation, 1, 0) == 1
    people = select(func.count()).select_from(select(each.conversation).where(~channel).subquery("people"))
    channels = select(each.conversation).where(channel).order_by(each.conversation)
    number = (await tx.execute(people, parameters)).scalar_one()
    return Audience(number, tuple((await tx.execute(channels, parameters)).scalars()))


def _was_notified() -> ColumnElement[bool]:
    """Channels that were told of it at all, and people who were reminded, though they may not have it saved any more."""
    told = and_(_D.id == _T.delivery, _D.state.in_(POSSIBLY_POSTED), ACTIVE)
    channel = and_(rank_by_audience(_T.conversation, 1, 0) == 1, _T.kind.in_((REMINDER, NOTICE)))
    person = and_(_T.kind == REMINDER, _reminded(_T.workspace, _T.conversation))
    return and_(told, or_(channel, person))


def _reminded(workspace: ColumnElement[str], person: ColumnElement[str]) -> ColumnElement[bool]:
    return exists().where(_P.workspace == workspace, _P.person == person, _P.reminded)

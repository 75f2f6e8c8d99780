"""Which channels are told before sessions begin: how long before, and of which track or room."""

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Boolean, Column, Integer, Row, String, Table, UniqueConstraint, select, update

from bot.store.columns import METADATA, Moment
from bot.store.database import Transaction

SUBSCRIPTIONS = Table(
    "subscriptions",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("workspace", String, nullable=False),
    Column("conversation", String, nullable=False),
    Column("track", String, nullable=False),
    Column("room", String, nullable=False),
    Column("lead", Integer, nullable=False),
    Column("turned_on_by", String, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("ended_because", String, nullable=False),
    Column("changed_at", Moment, nullable=False),  # machine time
    UniqueConstraint("workspace", "conversation", "track", "room"),
)

_KEY = ("workspace", "conversation", "track", "room")


@dataclass(frozen=True, slots=True)
class Subscription:
    """Reminders for one channel. Several may stand side by side, one a track or room; each session comes once."""

    workspace: str
    conversation: str  # the channel's id
    lead: int  # minutes before the start
    turned_on_by: str  # a Slack user id
    track: str = ""  # a track's id; empty for all
    room: str = ""  # a room's id; empty for all


async def add_subscription(tx: Transaction, subscription: Subscription) -> bool:
    """Keep this subscription, and say whether that changed anything. Another lead time changes the one there is."""
    there = await subscriptions_of_channel(tx, subscription.workspace, subscription.conversation)
    wanted = (subscription.track, subscription.room, subscription.lead)
    if wanted in {(one.track, one.room, one.lead) for one in there}:
        return False
    values = asdict(subscription) | {"active": True, "ended_because": "", "changed_at": await tx.now()}
    await tx.execute(tx.insert(SUBSCRIPTIONS).values(values).on_conflict_do_update(index_elements=_KEY, set_=values))
    return True


async def end_subscriptions(tx: Transaction, workspace: str, conversation: str, because: str) -> bool:
    """End every subscription of this channel, and say whether there was one. `because` is kept for who asks why."""
    c = SUBSCRIPTIONS.c
    ended = await tx.execute(
        update(SUBSCRIPTIONS)
        .where(c.workspace == workspace, c.conversation == conversation, c.active)
        .values(active=False, ended_because=because, changed_at=await tx.now())
    )
    return ended.rowcount > 0


async def subscriptions_of_channel(tx: Transaction, workspace: str, conversation: str) -> tuple[Subscription, ...]:
    """What this channel is told."""
    c = SUBSCRIPTIONS.c
    query = select(SUBSCRIPTIONS).where(c.workspace == workspace, c.conversation == conversation, c.active)
    return tuple(map(_subscription_from_row, await tx.execute(query.order_by(c.id))))


async def subscriptions_of_workspace(tx: Transaction, workspace: str) -> tuple[Subscription, ...]:
    """What the channels of this workspace are told."""
    c = SUBSCRIPTIONS.c
    query = select(SUBSCRIPTIONS).where(c.workspace == workspace, c.active)
    return tuple(map(_subscription_from_row, await tx.execute(query.order_by(c.conversation, c.id))))


def _subscription_from_row(row: Row[Any]) -> Subscription:
    return Subscription(row.workspace, row.conversation, row.lead, row.turned_on_by, row.track, row.room)

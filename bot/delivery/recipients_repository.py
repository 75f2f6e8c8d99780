"""The talks that people saved.

Many people at once, with what they saved: for rehearsals, before anything of it is due.

What each person chose: whether and when to be reminded, a morning digest; and where to write to them.

Which channels are told before sessions begin: how long before, and of which track or room."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from bot.db.database import Transaction
from bot.db.tables import AGENDA, PEOPLE, SUBSCRIPTIONS


async def save(tx: Transaction, workspace: str, person: str, talk: str) -> bool:
    """Put the talk on the person's agenda, and say whether it was not there."""
    row = {"workspace": workspace, "person": person, "talk": talk, "saved_at": await tx.now()}
    return (await tx.execute(tx.insert(AGENDA).values(row).on_conflict_do_nothing())).rowcount > 0


async def unsave(tx: Transaction, workspace: str, person: str, talk: str) -> bool:
    """Take the talk off the person's agenda, and say whether it was there."""
    c = AGENDA.c
    gone = await tx.execute(delete(AGENDA).where(c.workspace == workspace, c.person == person, c.talk == talk))
    return gone.rowcount > 0


async def saved(tx: Transaction, workspace: str, person: str) -> frozenset[str]:
    """The ids of the talks on this person's agenda; some may have left the schedule."""
    c = AGENDA.c
    query = select(c.talk).where(c.workspace == workspace, c.person == person)
    return frozenset((await tx.execute(query)).scalars())


@dataclass(frozen=True, slots=True)
class Preferences:
    """One person's settings; these are what one has who never chose."""

    reminded: bool = False
    lead: int = 10  # minutes before the start
    digest: bool = False
    channel: str = ""  # the direct message's id, which editing and reading back need; empty until it was opened
    zone: str = ""  # the time zone's name, as Slack told it


async def preferences(tx: Transaction, workspace: str, person: str) -> Preferences | None:
    """What this person chose; nothing when they never did."""
    c = PEOPLE.c
    row = (await tx.execute(select(PEOPLE).where(c.workspace == workspace, c.person == person))).one_or_none()
    return Preferences(row.reminded, row.lead, row.digest, row.channel, row.zone) if row else None


async def save_preferences(tx: Transaction, workspace: str, person: str, wanted: Preferences) -> None:
    """Keep what this person chose, in place of what they chose before."""
    values: dict[str, Any] = asdict(wanted)
    values |= {"workspace": workspace, "person": person, "changed_at": await tx.now()}
    insert = tx.insert(PEOPLE).values(values)
    await tx.execute(insert.on_conflict_do_update(index_elements=("workspace", "person"), set_=values))


async def direct_channels(tx: Transaction, workspace: str, people: list[str]) -> dict[str, str]:
    """The direct messages that are known, by person."""
    c = PEOPLE.c
    query = select(c.person, c.channel).where(c.workspace == workspace, c.person.in_(people), c.channel != "")
    return {row.person: row.channel for row in await tx.execute(query)}


async def disable_reminders(tx: Transaction, workspace: str, person: str) -> bool:
    """Remind this person no more, and say whether they were reminded."""
    c = PEOPLE.c
    here = (c.workspace == workspace, c.person == person, c.reminded)
    return (await tx.execute(update(PEOPLE).where(*here).values(reminded=False))).rowcount > 0


async def remember_direct_channel(tx: Transaction, workspace: str, person: str, channel: str) -> None:
    """Remember this person's direct message, if they are known."""
    c = PEOPLE.c
    await tx.execute(update(PEOPLE).where(c.workspace == workspace, c.person == person).values(channel=channel))


async def insert_attendees(
    tx: Transaction, workspace: str, choices: Mapping[str, Preferences], agendas: Mapping[str, Sequence[str]]
) -> None:
    """Keep what these people chose and which talks they saved, both by their Slack ids; none of them is known yet."""
    now = await tx.now()
    people = [asdict(chosen) | {"person": person} for person, chosen in choices.items()]
    saved = [{"person": person, "talk": talk} for person, talks in agendas.items() for talk in talks]
    if people:
        await tx.execute(insert(PEOPLE).values(workspace=workspace, changed_at=now), people)
    if saved:
        await tx.execute(insert(AGENDA).values(workspace=workspace, saved_at=now), saved)


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

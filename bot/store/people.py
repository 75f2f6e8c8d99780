"""What each person chose: whether and when to be reminded, a morning digest; and where to write to them."""

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Boolean, Column, Integer, String, Table, select, update

from bot.store.columns import METADATA, Moment
from bot.store.database import Transaction

PEOPLE = Table(
    "people",
    METADATA,
    Column("workspace", String, primary_key=True),
    Column("person", String, primary_key=True),  # a Slack user id
    Column("reminded", Boolean, nullable=False),
    Column("lead", Integer, nullable=False),
    Column("digest", Boolean, nullable=False),
    Column("channel", String, nullable=False),
    Column("zone", String, nullable=False),
    Column("changed_at", Moment, nullable=False),  # machine time
)


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

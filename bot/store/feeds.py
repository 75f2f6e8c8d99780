"""The private addresses at which people's calendars ask for what they saved."""

import secrets

from sqlalchemy import Column, String, Table, delete, select

from bot.store.columns import METADATA, Moment
from bot.store.database import Transaction

FEEDS = Table(
    "feeds",
    METADATA,
    Column("workspace", String, primary_key=True),
    Column("person", String, primary_key=True),
    Column("token", String, nullable=False, unique=True),
    Column("made_at", Moment, nullable=False),  # machine time
)

BYTES = 24  # of chance in a token: nobody guesses it


async def feed_token(tx: Transaction, workspace: str, person: str) -> str:
    """The token of this person's feed, made now if there is none."""
    await _insert_feed(tx, workspace, person)
    c = FEEDS.c
    found: str = (await tx.execute(select(c.token).where(c.workspace == workspace, c.person == person))).scalar_one()
    return found


async def renew_feed(tx: Transaction, workspace: str, person: str) -> str:
    """Another token; the one before opens nothing any more."""
    await end_feed(tx, workspace, person)
    return await feed_token(tx, workspace, person)


async def end_feed(tx: Transaction, workspace: str, person: str) -> None:
    """No feed any more."""
    c = FEEDS.c
    await tx.execute(delete(FEEDS).where(c.workspace == workspace, c.person == person))


async def feed_owner(tx: Transaction, token: str) -> tuple[str, str] | None:
    """The workspace and person whose feed this is; nothing for a token that was made up or taken back."""
    c = FEEDS.c
    row = (await tx.execute(select(c.workspace, c.person).where(c.token == token))).one_or_none()
    return (row.workspace, row.person) if row else None


async def _insert_feed(tx: Transaction, workspace: str, person: str) -> None:
    here = {"workspace": workspace, "person": person, "token": secrets.token_urlsafe(BYTES)}
    made = tx.insert(FEEDS).values(here | {"made_at": await tx.now()})
    await tx.execute(made.on_conflict_do_nothing())

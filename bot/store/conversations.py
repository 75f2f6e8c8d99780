"""What was last talked about with whom, so that "and when is that?" can be answered by any node."""

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import Column, String, Table, Text, delete, select

from bot.store.columns import METADATA, Moment
from bot.store.database import Transaction

CONVERSATIONS = Table(
    "conversations",
    METADATA,
    Column("workspace", String, primary_key=True),
    Column("conversation", String, primary_key=True),  # a channel, a direct message, or a thread in one
    Column("person", String, primary_key=True),
    Column("memory", Text, nullable=False),  # small JSON; this package does not look inside
    Column("at", Moment, nullable=False, index=True),  # machine time
)

REMEMBERED_FOR = timedelta(minutes=30)


ConversationRef = tuple[str, str, str]  # workspace, conversation, person


async def recall_conversation(tx: Transaction, workspace: str, conversation: str, person: str) -> str | None:
    """The JSON remembered last, unless that is half an hour ago."""
    since = await tx.now() - REMEMBERED_FOR
    c = CONVERSATIONS.c
    here = (c.workspace == workspace, c.conversation == conversation, c.person == person)
    memory: str | None = (await tx.execute(select(c.memory).where(*here, c.at > since))).scalar_one_or_none()
    return memory


async def remember_conversations(tx: Transaction, memories: Mapping[ConversationRef, str]) -> None:
    """Keep this JSON of each conversation in place of what was remembered before."""
    at = await tx.now()
    rows = [
        {"workspace": workspace, "conversation": conversation, "person": person, "memory": memory, "at": at}
        for (workspace, conversation, person), memory in sorted(memories.items())  # in order: no deadlock
    ]
    insert = tx.insert(CONVERSATIONS)
    newest = {"memory": insert.excluded.memory, "at": insert.excluded.at}
    key = [CONVERSATIONS.c.workspace, CONVERSATIONS.c.conversation, CONVERSATIONS.c.person]
    if rows:
        await tx.execute(insert.on_conflict_do_update(index_elements=key, set_=newest), rows)


async def forget_conversation(tx: Transaction, workspace: str, conversation: str, person: str) -> None:
    """Nothing is remembered any more."""
    c = CONVERSATIONS.c
    await tx.execute(
        delete(CONVERSATIONS).where(c.workspace == workspace, c.conversation == conversation, c.person == person)
    )

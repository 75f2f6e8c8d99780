"""Deliveries made one by one: alerts to organisers, and whatever else does not come from the plan."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import insert

from bot.store import restored
from bot.store.database import Transaction
from bot.store.deliveries import ACTIVE, DELIVERIES, DELIVERY_TALKS, UNIQUE_ITEM

NO_TALK = ""
NO_EXPIRY = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """A message to one conversation about something that is told once: `occasion` names it."""

    workspace: str
    conversation: str  # a channel's id or a person's
    kind: str
    occasion: str
    rank: int
    due: datetime  # conference time
    expires: datetime  # conference time
    content: str = ""  # small JSON


async def enqueue(tx: Transaction, new: NewDelivery, because: str) -> bool:
    """Have it delivered; false when this conversation was told of this occasion before."""
    told = hashlib.blake2s(new.occasion.encode(), digest_size=6).hexdigest()
    delivery = f"{secrets.token_hex(6)}.{new.workspace}.{new.conversation}.{new.kind}-{told}"
    here = {"workspace": new.workspace, "conversation": new.conversation, "kind": new.kind, "occasion": new.occasion}
    line = here | {"delivery": delivery, "talk": NO_TALK, "start": NO_EXPIRY, "due": new.due}
    lines = tx.insert(DELIVERY_TALKS).values(line)
    kept = lines.on_conflict_do_nothing(index_elements=UNIQUE_ITEM, index_where=ACTIVE)
    if (await tx.execute(kept)).rowcount == 0:
        return False
    row = here | {"id": delivery, "rank": new.rank, "start": new.due, "due": new.due}
    row |= {"expires": new.expires, "content": new.content, "changed_at": await tx.now()}
    await tx.execute(insert(DELIVERIES).values(row | restored.initial_state(restored.was_restored(), because)))
    return True

"""What the organisers hear, in their channel or each by themselves: each thing once a day."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.settings import Settings
from bot.store import envelopes
from bot.store.database import Transaction
from bot.store.deliveries import ALERT, CHANNELS
from bot.store.envelopes import NewDelivery

TOLD_WITHIN = timedelta(days=1)
LONGEST = 80  # characters of an occasion that are kept as they are


@dataclass(frozen=True, slots=True)
class Organisers:
    """Whoever runs the day."""

    conversations: Sequence[str] = ()  # their channel's id, or else each one's own

    @classmethod
    def of(cls, settings: Settings) -> "Organisers":
        return cls((settings.organisers_channel,) if settings.organisers_channel else settings.organisers)

    async def tell(
        self, tx: Transaction, workspace: str, now: datetime, occasion: str, content: Mapping[str, Any]
    ) -> None:
        """Have them told, if they were not told of this occasion today; `now` is conference time."""
        if len(occasion) > LONGEST:
            occasion = hashlib.sha256(occasion.encode()).hexdigest()
        for organiser in self.conversations:
            until, what = now + TOLD_WITHIN, json.dumps(content)
            alert = NewDelivery(workspace, organiser, ALERT, f"{now:%Y-%m-%d} {occasion}", CHANNELS, now, until, what)
            await envelopes.add(tx, alert, "organisers should know")


NOBODY = Organisers()

"""What the organisers hear, in their channel or each by themselves: each thing once a day."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.db.database import Transaction
from bot.delivery import enqueue
from bot.delivery.enqueue import NewDelivery
from bot.delivery.models import ALERT, CHANNELS
from bot.settings import Settings

USEFUL_FOR = timedelta(days=1)

MAX_CONTENT_CHARACTERS = 80  # characters of an occasion that are kept as they are


@dataclass(frozen=True, slots=True)
class OrganiserAlerts:
    """Whoever runs the day."""

    conversations: Sequence[str] = ()  # their channel's id, or else each one's own

    @classmethod
    def from_settings(cls, settings: Settings) -> "OrganiserAlerts":
        return cls((settings.organisers_channel,) if settings.organisers_channel else settings.organisers)

    async def enqueue(
        self, tx: Transaction, workspace: str, now: datetime, occasion: str, content: Mapping[str, Any]
    ) -> None:
        """Have them told, if they were not told of this occasion today; `now` is conference time."""
        if len(occasion) > MAX_CONTENT_CHARACTERS:
            occasion = hashlib.sha256(occasion.encode()).hexdigest()
        for organiser in self.conversations:
            until, what = now + USEFUL_FOR, json.dumps(content)
            alert = NewDelivery(workspace, organiser, ALERT, f"{now:%Y-%m-%d} {occasion}", CHANNELS, now, until, what)
            await enqueue.enqueue(tx, alert, "organisers should know")


NO_ORGANISERS = OrganiserAlerts()

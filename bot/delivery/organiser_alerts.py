"""Alerts to the organisers, in their channel or to each of them: each occasion once a day."""

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

MAX_OCCASION_CHARACTERS = 80  # a longer occasion is stored as its hash


@dataclass(frozen=True, slots=True)
class OrganiserAlerts:
    """The conversations in which organisers get alerts."""

    conversations: Sequence[str] = ()  # the id of their channel, or else the user id of each

    @classmethod
    def from_settings(cls, settings: Settings) -> "OrganiserAlerts":
        return cls((settings.organisers_channel,) if settings.organisers_channel else settings.organisers)

    async def enqueue(
        self, tx: Transaction, workspace: str, now: datetime, occasion: str, content: Mapping[str, Any]
    ) -> None:
        """Enqueue an alert, unless there was one for this occasion today. `now` is conference time."""
        if len(occasion) > MAX_OCCASION_CHARACTERS:
            occasion = hashlib.sha256(occasion.encode()).hexdigest()
        for conversation in self.conversations:
            expires, body = now + USEFUL_FOR, json.dumps(content)
            dated = f"{now:%Y-%m-%d} {occasion}"
            alert = NewDelivery(workspace, conversation, ALERT, dated, CHANNELS, now, expires, body)
            await enqueue.enqueue(tx, alert, "organisers should know")


NO_ORGANISERS = OrganiserAlerts()

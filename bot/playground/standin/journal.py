"""The record of every message that landed, whatever the bot was told about it."""

from collections import Counter
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from bot.playground.standin.conversations import SlackMessage


@dataclass(frozen=True, slots=True)
class PostedMessage:
    ts: str
    channel: str
    delivery_id: str
    only_to: str
    text: str
    at: datetime  # conference time
    machine: datetime

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"at": self.at.isoformat(), "machine": self.machine.isoformat()}


class Journal:
    """Appends only: what a person deletes stays counted."""

    def __init__(self) -> None:
        self.messages: list[PostedMessage] = []
        self.calls: Counter[str] = Counter()  # by method
        self.answers: Counter[str] = Counter()  # by method and what it answered: `chat.postMessage ratelimited`

    def record(self, message: SlackMessage, machine: datetime) -> None:
        """Write it down."""
        self.messages.append(
            PostedMessage(
                message.ts,
                message.channel,
                message.delivery_id,
                message.only_to,
                message.text,
                message.at,
                machine,
            )
        )

    def by_delivery(self) -> Counter[str]:
        """How often each delivery landed, by its id; messages without one are left out."""
        return Counter(landing.delivery_id for landing in self.messages if landing.delivery_id)

    def duplicates(self) -> dict[str, int]:
        """The deliveries that landed more than once."""
        return {delivery: times for delivery, times in self.by_delivery().items() if times > 1}

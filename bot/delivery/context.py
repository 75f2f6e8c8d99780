"""The parts that every step of delivering uses."""

from dataclasses import dataclass

from bot.clock import Clock
from bot.db.database import Database
from bot.delivery.monitoring import DeliveryLog
from bot.delivery.organiser_alerts import OrganiserAlerts
from bot.delivery.rate_limits import DeliveryConfig
from bot.slack.posting import Poster


@dataclass(frozen=True, slots=True)
class DeliveryContext:
    """The deliveries of one workspace, as this process sees them."""

    database: Database
    clock: Clock
    poster: Poster
    organisers: OrganiserAlerts
    log: DeliveryLog
    config: DeliveryConfig

    @property
    def workspace(self) -> str:
        return self.poster.workspace

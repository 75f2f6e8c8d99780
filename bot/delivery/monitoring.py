"""Watch the delivery loops: log their errors and go on, and log and count what happens to deliveries."""

import secrets
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import ParamSpec

from bot import telemetry
from bot.clock import Clock
from bot.db.database import is_passing
from bot.db.tables import ENDED, SENT
from bot.delivery.models import REMINDER, Delivery
from bot.telemetry.metrics import Metrics

P = ParamSpec("P")

_log = telemetry.logger("reminders")


async def run_safely(action: str, step: Callable[P, Awaitable[object]], *args: P.args, **kwargs: P.kwargs) -> bool:
    """Run one step of a loop and return whether it succeeded.

    An error is logged under an id. The database still holds whatever the step left undone.
    """
    try:
        await step(*args, **kwargs)
    except Exception as error:  # of any kind: no delivery may stop the loop that sends the others
        if is_passing(error):
            _log.warning("will be tried again", doing=action, error=type(error).__name__)
        else:
            place = telemetry.error_location(error.__traceback__)
            _log.error("failed", doing=action, incident=secrets.token_hex(4), error=type(error).__name__, where=place)
        return False
    return True


class DeliveryLog:
    """Logs and counts the deliveries that this process handles. For those of all processes, see `bot.delivery.audit`."""

    def __init__(self, clock: Clock, metrics: Metrics) -> None:
        self._clock = clock
        self._metrics = metrics

    def state_changed(self, delivery: Delivery, state: str, because: str = "", at: datetime | None = None) -> None:
        """Log that the delivery is in this state now, or since `at`, in conference time."""
        late = self._clock.real_seconds((at or self._clock.conference_now()) - delivery.due)
        why = {"because": because} if because else {}
        _log.info("delivery", delivery=delivery.id, of=delivery.kind, state=state, late_s=round(late, 1), **why)
        audience = "person" if delivery.is_personal else "channel"
        if state in ENDED:
            self._metrics.delivery_ended(delivery.kind, audience, state)
        if state == SENT and delivery.kind == REMINDER:
            self._metrics.reminder_sent(audience, late)

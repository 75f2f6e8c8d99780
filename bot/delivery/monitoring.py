"""Where the reminders' loops meet errors: each is logged under an id, and the loop goes on.

What becomes of deliveries, for the operator: a log line each time one comes to another state, and the figures."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import ParamSpec, Protocol

from bot import telemetry
from bot.clock import Clock
from bot.db.database import is_transient
from bot.db.tables import ENDED, SENT
from bot.delivery.models import REMINDER, is_user_id
from bot.telemetry.metrics import Metrics

P = ParamSpec("P")

_log = telemetry.logger("reminders")


async def run_safely(action: str, step: Callable[P, Awaitable[object]], *args: P.args, **kwargs: P.kwargs) -> bool:
    """Whether the step went well; if not, that is logged, and what it left undone is found again in the database."""
    try:
        await step(*args, **kwargs)
    except asyncio.CancelledError:
        raise
    except Exception as error:
        if is_transient(error):
            _log.warning("the database is away", doing=action, error=type(error).__name__)
        else:
            place = telemetry.error_location(error.__traceback__)
            _log.error("failed", doing=action, incident=secrets.token_hex(4), error=type(error).__name__, where=place)
        return False
    return True


class LoggedDelivery(Protocol):
    """As far as it is told of: no name, and nothing of what it says."""

    @property
    def id(self) -> str: ...

    @property
    def kind(self) -> str: ...

    @property
    def conversation(self) -> str: ...

    @property
    def due(self) -> datetime: ...  # conference time


class DeliveryLog:
    """One node's; what the database knows of all nodes, bot.store.ledger tells."""

    def __init__(self, clock: Clock, metrics: Metrics) -> None:
        self._clock = clock
        self._metrics = metrics

    def state_changed(
        self, delivery: LoggedDelivery, state: str, because: str = "", at: datetime | None = None
    ) -> None:
        """It is in this state now, or has been since `at`, in conference time."""
        late = self._clock.real_seconds((at or self._clock.conference_now()) - delivery.due)
        why = {"because": because} if because else {}
        _log.info("delivery", delivery=delivery.id, of=delivery.kind, state=state, late_s=round(late, 1), **why)
        audience = "person" if is_user_id(delivery.conversation) else "channel"
        if state in ENDED:
            self._metrics.delivery_ended(delivery.kind, audience, state)
        if state == SENT and delivery.kind == REMINDER:
            self._metrics.reminder_sent(audience, late)

"""What follows from refusals: Slack's pauses are kept, what can never work is switched off, organisers hear of it once."""

from datetime import datetime

from bot import telemetry
from bot.reminders.organisers import OrganiserAlerts
from bot.slack.outcomes import CallResult, RateLimited, Refused
from bot.store import holds, people, subscriptions, withdrawal
from bot.store.database import Transaction
from bot.store.deliveries import ALERT
from bot.store.leases import LeasedDelivery
from bot.store.ready import POST, UPDATE

_log = telemetry.logger("reminders")

MAX_REASON_CHARACTERS = 2_000  # characters of an error


class FailureHandler:
    """Acts on refusals, in the transaction that records them."""

    def __init__(self, organisers: OrganiserAlerts) -> None:
        self._organisers = organisers

    async def handle(
        self, tx: Transaction, delivery: LeasedDelivery, outcome: CallResult, conference_now: datetime
    ) -> None:
        """Whatever must follow from this outcome besides the delivery's own state."""
        if isinstance(outcome, RateLimited):
            method = UPDATE if delivery.corrects else POST
            await holds.pause(tx, delivery.workspace, method, "rate limited", seconds=outcome.retry_after)
        elif isinstance(outcome, Refused) and outcome.scope:
            await self._disable(tx, delivery, outcome, conference_now)

    async def _disable(self, tx: Transaction, delivery: LeasedDelivery, refused: Refused, now: datetime) -> None:
        _log.warning("refused for good", delivery=delivery.id, error=refused.error, ends=refused.scope)
        if refused.scope == "workspace":
            await holds.pause(tx, delivery.workspace, holds.STOPPED, refused.error)
            return
        if delivery.kind == ALERT:
            return  # who would hear of that?
        if refused.scope == "message":
            await self._notify_organisers(
                tx, delivery.workspace, now, "message", delivery.id.partition(".")[0], refused.error
            )
        elif delivery.conversation[:1] in "UW":
            await people.disable_reminders(tx, delivery.workspace, delivery.conversation)
            await self._cancel_pending(tx, delivery, refused.error)
            await self._notify_organisers(tx, delivery.workspace, now, "people", "", refused.error)
        else:
            await subscriptions.end_subscriptions(tx, delivery.workspace, delivery.conversation, refused.error)
            await self._cancel_pending(tx, delivery, refused.error)
            await self._notify_organisers(tx, delivery.workspace, now, "channel", delivery.conversation, refused.error)

    async def _cancel_pending(self, tx: Transaction, delivery: LeasedDelivery, error: str) -> None:
        lines = withdrawal.reminders_of(delivery.workspace, delivery.conversation)
        await withdrawal.cancel_items(tx, lines, error)

    async def notify_rejected_schedule(
        self, tx: Transaction, workspace: str, now: datetime, source: str, why: str, usable: int
    ) -> None:
        """Tell that a new version of the schedule is not served; the same version, or the same reason, once a day."""
        content = {"what": "schedule", "where": source, "error": why[:MAX_REASON_CHARACTERS], "usable": usable}
        await self._organisers.enqueue(tx, workspace, now, f"schedule {source} {usable} {why}", content)

    async def notify_restore(self, tx: Transaction, workspace: str, now: datetime, since: datetime) -> None:
        """Tell that nothing is known of what happened after `since` (machine time)."""
        await self._notify_organisers(tx, workspace, now, "restore", "", since.isoformat(timespec="minutes"))

    async def _notify_organisers(
        self, tx: Transaction, workspace: str, now: datetime, what: str, where: str, error: str
    ) -> None:
        content = {"what": what, "where": where, "error": error[:MAX_REASON_CHARACTERS]}
        await self._organisers.enqueue(tx, workspace, now, f"{what} {where} {error}", content)

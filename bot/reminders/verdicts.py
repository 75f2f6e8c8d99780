"""What an answer from Slack means for a delivery."""

from datetime import timedelta

from bot.reminders.rhythm import DeliveryConfig
from bot.slack.outcomes import CallResult, RateLimited, Refused, Sent
from bot.store.deliveries import DEAD, PENDING, SENT, UNKNOWN
from bot.store.leases import LeasedDelivery
from bot.store.outcomes import DeliveryResult

MAX_RETRY_DELAY = timedelta(seconds=60)


def result_of(delivery: LeasedDelivery, lease: str, outcome: CallResult, config: DeliveryConfig) -> DeliveryResult:
    """Where the delivery has come to by this outcome of posting it."""
    if isinstance(outcome, Sent):
        return DeliveryResult(delivery.id, lease, SENT, channel=outcome.channel, ts=outcome.ts)
    if isinstance(outcome, RateLimited):
        return DeliveryResult(delivery.id, lease, PENDING, "rate limited", wait=timedelta(seconds=outcome.retry_after))
    if isinstance(outcome, Refused):
        if outcome.scope:
            return DeliveryResult(delivery.id, lease, DEAD, outcome.error)
        return DeliveryResult(delivery.id, lease, PENDING, outcome.error, wait=_retry_delay(delivery.attempts))
    if delivery.corrects:  # an edit may be made twice, so nobody needs to know
        return DeliveryResult(delivery.id, lease, PENDING, outcome.reason, wait=_retry_delay(delivery.attempts))
    return DeliveryResult(delivery.id, lease, UNKNOWN, outcome.reason, wait=config.settle_delay)


def _retry_delay(attempts: int) -> timedelta:
    """Longer from try to try: 1 s, 2 s, 4 s …"""
    return min(timedelta(seconds=2 ** min(attempts - 1, 6)), MAX_RETRY_DELAY)

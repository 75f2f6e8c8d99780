"""What an answer from Slack means for a delivery."""

from datetime import timedelta

from bot.reminders.rhythm import Rhythm
from bot.slack.outcomes import Outcome, RateLimited, Refused, Sent
from bot.store.deliveries import DEAD, PENDING, SENT, UNKNOWN
from bot.store.leases import Envelope
from bot.store.outcomes import Result

LONGEST_WAIT = timedelta(seconds=60)


def verdict(envelope: Envelope, lease: str, outcome: Outcome, rhythm: Rhythm) -> Result:
    """Where the delivery has come to by this outcome of posting it."""
    if isinstance(outcome, Sent):
        return Result(envelope.id, lease, SENT, channel=outcome.channel, ts=outcome.ts)
    if isinstance(outcome, RateLimited):
        return Result(envelope.id, lease, PENDING, "rate limited", wait=timedelta(seconds=outcome.retry_after))
    if isinstance(outcome, Refused):
        if outcome.ends:
            return Result(envelope.id, lease, DEAD, outcome.error)
        return Result(envelope.id, lease, PENDING, outcome.error, wait=_patience(envelope.attempts))
    if envelope.corrects:  # an edit may be made twice, so nobody needs to know
        return Result(envelope.id, lease, PENDING, outcome.reason, wait=_patience(envelope.attempts))
    return Result(envelope.id, lease, UNKNOWN, outcome.reason, wait=rhythm.settle)


def _patience(attempts: int) -> timedelta:
    """Longer from try to try: 1 s, 2 s, 4 s …"""
    return min(timedelta(seconds=2 ** min(attempts - 1, 6)), LONGEST_WAIT)

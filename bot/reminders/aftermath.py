"""What follows from refusals: Slack's pauses are kept, what can never work is switched off, organisers hear of it once."""

from datetime import datetime

from bot import telemetry
from bot.reminders.organisers import Organisers
from bot.slack.outcomes import Outcome, RateLimited, Refused
from bot.store import holds, people, subscriptions, withdrawal
from bot.store.database import Transaction
from bot.store.deliveries import ALERT
from bot.store.leases import Envelope
from bot.store.ready import POST, UPDATE

_log = telemetry.logger("reminders")

LONGEST = 2_000  # characters of an error


class Aftermath:
    """Acts on refusals, in the transaction that records them."""

    def __init__(self, organisers: Organisers) -> None:
        self._organisers = organisers

    async def of(self, tx: Transaction, envelope: Envelope, outcome: Outcome, conference_now: datetime) -> None:
        """Whatever must follow from this outcome besides the delivery's own state."""
        if isinstance(outcome, RateLimited):
            method = UPDATE if envelope.corrects else POST
            await holds.hold(tx, envelope.workspace, method, "rate limited", seconds=outcome.retry_after)
        elif isinstance(outcome, Refused) and outcome.ends:
            await self._end(tx, envelope, outcome, conference_now)

    async def _end(self, tx: Transaction, envelope: Envelope, refused: Refused, now: datetime) -> None:
        _log.warning("refused for good", delivery=envelope.id, error=refused.error, ends=refused.ends)
        if refused.ends == "workspace":
            await holds.hold(tx, envelope.workspace, holds.STOPPED, refused.error)
            return
        if envelope.kind == ALERT:
            return  # who would hear of that?
        if refused.ends == "message":
            await self._tell(tx, envelope.workspace, now, "message", envelope.id.partition(".")[0], refused.error)
        elif envelope.conversation[:1] in "UW":
            await people.stop(tx, envelope.workspace, envelope.conversation)
            await self._silence(tx, envelope, refused.error)
            await self._tell(tx, envelope.workspace, now, "people", "", refused.error)
        else:
            await subscriptions.turn_off(tx, envelope.workspace, envelope.conversation, refused.error)
            await self._silence(tx, envelope, refused.error)
            await self._tell(tx, envelope.workspace, now, "channel", envelope.conversation, refused.error)

    async def _silence(self, tx: Transaction, envelope: Envelope, error: str) -> None:
        lines = withdrawal.reminders_of(envelope.workspace, envelope.conversation)
        await withdrawal.withdraw(tx, lines, error)

    async def tell_of_schedule(
        self, tx: Transaction, workspace: str, now: datetime, source: str, why: str, usable: int
    ) -> None:
        """Tell that a new version of the schedule is not served; the same version, or the same reason, once a day."""
        content = {"what": "schedule", "where": source, "error": why[:LONGEST], "usable": usable}
        await self._organisers.tell(tx, workspace, now, f"schedule {source} {usable} {why}", content)

    async def tell_of_restore(self, tx: Transaction, workspace: str, now: datetime, since: datetime) -> None:
        """Tell that nothing is known of what happened after `since` (machine time)."""
        await self._tell(tx, workspace, now, "restore", "", since.isoformat(timespec="minutes"))

    async def _tell(self, tx: Transaction, workspace: str, now: datetime, what: str, where: str, error: str) -> None:
        content = {"what": what, "where": where, "error": error[:LONGEST]}
        await self._organisers.tell(tx, workspace, now, f"{what} {where} {error}", content)

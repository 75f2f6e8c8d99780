"""Open the direct messages that pending deliveries need, before these are leased.

`conversations.open` has a rate limit of its own, far below that of posting, so no post may wait for it. A delivery to a
person is leased only once the id of their direct message is known. Most are opened when the person asks for reminders;
the others are opened from the moment their deliveries are enqueued.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, exists, func, literal, select, update

from bot.clock import Clock
from bot.db.database import Database, Transaction
from bot.db.sql import Moment, is_past
from bot.db.tables import DEAD, DELIVERIES, PENDING, PEOPLE
from bot.delivery import pauses, rate_limits, recipients_repository
from bot.delivery.models import DELIVERY_COLUMNS, OPEN, Delivery, PosterFor, change_state, is_user
from bot.delivery.monitoring import DeliveryLog, run_safely
from bot.delivery.organiser_alerts import OrganiserAlerts
from bot.delivery.queue import SWEEP_AHEAD
from bot.delivery.rate_limits import DeliveryConfig
from bot.delivery.results import handle_failure
from bot.slack.posting import Failure, Poster, RateLimited, Refused

# As many are opened together as have slots within this time, so that a slow answer costs no rate.
LOOKAHEAD = timedelta(seconds=5)

RETRY_DELAY = timedelta(seconds=10)

_D = DELIVERIES.c


@dataclass(frozen=True, slots=True)
class Recipient:
    """A person whose direct message this process is to open."""

    workspace: str
    person: str
    claimed_until: datetime  # real time, to the microsecond: it also marks the deliveries that were claimed


class DirectMessageOpener:
    """Opens direct messages for one process. Processes share the work through the database."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        posters: PosterFor,
        organisers: OrganiserAlerts,
        delivery_log: DeliveryLog,
        config: DeliveryConfig,
    ) -> None:
        self._database = database
        self._clock = clock
        self._posters = posters
        self._organisers = organisers
        self._delivery_log = delivery_log
        self._config = config

    async def open_needed(self) -> int:
        """Open those whose slots come next. Return how many; there may be more."""
        until = self._clock.conference_now() + SWEEP_AHEAD
        opened = 0
        for workspace in await self._database.read(workspaces_to_open, until):
            poster = self._posters(workspace)
            if poster is not None:
                recipients = await self._database.write(claim_recipients, workspace, self._config, until)
                openings = (run_safely("opening", self._open, poster, recipient) for recipient in recipients)
                await asyncio.gather(*openings)
                opened += len(recipients)
        return opened

    async def _open(self, poster: Poster, recipient: Recipient) -> None:
        opened = await poster.open(recipient.person)
        if isinstance(opened, str):
            await self._database.write(record_opened, recipient, opened)
            return
        for delivery in await self._database.write(self._record_failure, recipient, opened):
            self._delivery_log.state_changed(delivery, DEAD, opened.error if isinstance(opened, Refused) else "")

    async def _record_failure(self, tx: Transaction, recipient: Recipient, failure: Failure) -> list[Delivery]:
        """Schedule another attempt; where none can succeed, end the waiting deliveries and return them."""
        if isinstance(failure, RateLimited):
            await pauses.pause(tx, recipient.workspace, OPEN, "rate limited", seconds=failure.retry_after)
        if not isinstance(failure, Refused) or failure.scope in ("", "workspace"):
            retry_at = await tx.now() + RETRY_DELAY
            waiting = await _deliveries(tx, recipient)
            await tx.execute(update(DELIVERIES).where(_claimed(recipient)).values(not_before=retry_at))
            if isinstance(failure, Refused) and failure.scope:
                await self._handle(tx, waiting, failure)
            return []
        ended = await _deliveries(tx, recipient)
        await change_state(tx, _claimed(recipient), DEAD, failure.error, await tx.now())
        await self._handle(tx, ended, failure)
        return ended

    async def _handle(self, tx: Transaction, deliveries: list[Delivery], refused: Refused) -> None:
        for delivery in deliveries[:1]:  # they are for the same person, so what follows from one is enough
            await handle_failure(tx, self._organisers, delivery, refused, self._clock.conference_now())


async def _deliveries(tx: Transaction, recipient: Recipient) -> list[Delivery]:
    """The deliveries that wait for this direct message."""
    rows = await tx.execute(select(*DELIVERY_COLUMNS).where(_claimed(recipient)).order_by(_D.id))
    return [Delivery(**row._asdict()) for row in rows]


async def workspaces_to_open(tx: Transaction, until: datetime) -> list[str]:
    """The workspaces where a delivery that is due by `until`, in conference time, needs a direct message opened."""
    query = select(_D.workspace).where(_needs_opening(until, await tx.now())).distinct()
    return list((await tx.execute(query)).scalars())


async def claim_recipients(tx: Transaction, workspace: str, config: DeliveryConfig, until: datetime) -> list[Recipient]:
    """Claim the people whose deliveries are the most urgent, so that other processes leave these alone for a while."""
    bucket = await rate_limits.lock_bucket(tx, workspace, OPEN)
    slots = int((bucket.now + LOOKAHEAD - bucket.next_slot) / config.interval(OPEN))
    if bucket.paused or slots < 1:
        return []
    ready = and_(_D.workspace == workspace, _needs_opening(until, bucket.now))
    most_urgent = (func.min(_D.rank), func.min(_D.start), func.min(_D.due), _D.conversation)
    query = select(_D.conversation).where(ready).group_by(_D.conversation).order_by(*most_urgent).limit(slots)
    people = list((await tx.execute(query)).scalars())

    claimed_until = bucket.now + config.lease
    mine = and_(ready, _D.conversation.in_(people))
    await tx.execute(update(DELIVERIES).where(mine).values(not_before=claimed_until))
    return [Recipient(workspace, person, claimed_until) for person in people]


async def record_opened(tx: Transaction, recipient: Recipient, channel: str) -> None:
    """Keep the id of the direct message. The deliveries that waited for it can be leased now."""
    await recipients_repository.remember_direct_channel(tx, recipient.workspace, recipient.person, channel)
    # Not everyone who gets messages has settings to keep it in: organisers get alerts.
    values = {"channel": channel, "not_before": case((_claimed(recipient), None), else_=_D.not_before)}
    await tx.execute(update(DELIVERIES).where(_waits(recipient)).values(values))


def _needs_opening(until: datetime, now: datetime) -> ColumnElement[bool]:
    known = exists().where(
        PEOPLE.c.workspace == _D.workspace, PEOPLE.c.person == _D.conversation, PEOPLE.c.channel != ""
    )
    unopened = and_(_D.state == PENDING, is_user(_D.conversation), _D.channel == "", _D.corrects == "", ~known)
    return and_(unopened, _D.due <= literal(until, Moment), is_past(_D.not_before, literal(now, Moment)))


def _waits(recipient: Recipient) -> ColumnElement[bool]:
    to_person = and_(_D.workspace == recipient.workspace, _D.conversation == recipient.person)
    return and_(to_person, _D.state == PENDING, _D.channel == "", _D.corrects == "")


def _claimed(recipient: Recipient) -> ColumnElement[bool]:
    return and_(_waits(recipient), _D.not_before == literal(recipient.claimed_until, Moment))

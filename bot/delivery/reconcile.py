"""Find out whether deliveries of unknown outcome were posted, by reading the conversation back.

Nothing is posted again before Slack was asked.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from operator import attrgetter

from bot.clock import Clock, monotonic
from bot.db.database import Database
from bot.db.tables import DEAD, PENDING, SENT, UNKNOWN
from bot.delivery import pauses, recipients_repository, restore_guard
from bot.delivery import results as delivery_results
from bot.delivery.models import PosterFor, is_user_id, natural_key
from bot.delivery.monitoring import DeliveryLog
from bot.delivery.rate_limits import DeliveryConfig
from bot.delivery.results import DeliveryResult, UnknownDelivery
from bot.slack.posting import Failure, Poster, RateLimited, Refused, Unknown

HISTORY_METHOD = "conversations.history"

BATCH_SIZE = 10  # deliveries leased together; those of one conversation are read back together

CLOCK_MARGIN = timedelta(hours=2)  # our clock may differ from Slack's, or may have been put back

AROUND = timedelta(minutes=1)  # a post, where messages are looked for first

GIVE_UP_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class PostedDeliveries:
    """Our deliveries that were found in one conversation, with the timestamps of their messages."""

    channel: str
    by_id: Mapping[str, str]
    by_natural_key: Mapping[str, str]  # only those that the database does not have: they were sent before a restore


class Reconciler:
    """Resolves unknown outcomes once their settling delay is over."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        posters: PosterFor,
        delivery_log: DeliveryLog,
        config: DeliveryConfig,
    ) -> None:
        self._database = database
        self._clock = clock
        self._posters = posters
        self._delivery_log = delivery_log
        self._config = config

    async def resolve_unknown(self) -> int:
        """Read back some of the deliveries that are due for it. Return how many; there may be more."""
        resolved = 0
        for workspace in await self._database.read(delivery_results.workspaces_with_unknown):
            may_read: bool = await self._database.read(pauses.may_call, workspace, HISTORY_METHOD)
            poster = self._posters(workspace) if may_read else None
            resolved += await self._resolve_workspace(poster) if poster else 0
        return resolved

    async def _resolve_workspace(self, poster: Poster) -> int:
        token, began, resolved = secrets.token_hex(8), monotonic(), 0
        leased = await self._database.write(
            delivery_results.lease_unknown, poster.workspace, token, self._config.lease, BATCH_SIZE
        )
        of_conversation = attrgetter("conversation")
        limited: RateLimited | None = None  # once one conversation is rate limited, the others need not ask
        for conversation, group in groupby(sorted(leased, key=of_conversation), key=of_conversation):
            deliveries = list(group)
            history = limited or await self._read_history(poster, conversation, deliveries)
            await self._record(deliveries, token, history)
            resolved += len(deliveries)

            if isinstance(history, RateLimited) and limited is None:
                limited = history
                seconds, because = limited.retry_after, "rate limited"
                await self._database.write(pauses.pause, poster.workspace, HISTORY_METHOD, because, seconds=seconds)
            if monotonic() - began > self._config.lease.total_seconds() / 2:
                break  # the lease may run out before more is found; the rest is leased again then
        return resolved

    async def _record(
        self, deliveries: Sequence[UnknownDelivery], token: str, history: PostedDeliveries | Failure
    ) -> None:
        results = [self._result(delivery, token, history) for delivery in deliveries]
        await self._database.write(delivery_results.record_results, results)
        for delivery, result in zip(deliveries, results, strict=True):
            posted_at = self._clock.conference_at(delivery.posted_at)
            self._delivery_log.state_changed(delivery, result.state, result.because, posted_at)

    async def _read_history(
        self, poster: Poster, conversation: str, deliveries: Sequence[UnknownDelivery]
    ) -> PostedDeliveries | Failure:
        """Our deliveries in the conversation's recent history, or the reason why it could not be read."""
        channel = await self._channel(poster, conversation)
        if not isinstance(channel, str):
            return channel
        posted = await self._find(poster, channel, deliveries)
        if not isinstance(posted, dict):
            return posted
        in_doubt = any(delivery.in_doubt for delivery in deliveries)
        unknown_ids = await self._database.read(restore_guard.unknown_ids, posted) if in_doubt else ()
        return PostedDeliveries(channel, posted, {natural_key(id): posted[id] for id in unknown_ids})

    async def _find(
        self, poster: Poster, channel: str, deliveries: Sequence[UnknownDelivery]
    ) -> dict[str, str] | Failure:
        """Read around the posts first: in a busy channel, Slack gives some apps 15 messages a minute."""
        ids, moments = {delivery.id for delivery in deliveries}, [delivery.posted_at for delivery in deliveries]
        if not deliveries[0].is_personal and not any(delivery.in_doubt for delivery in deliveries):
            since, until = min(moments) - AROUND, max(moments) + self._config.timeout + AROUND
            near = await poster.find_posted(channel, ids, since.timestamp(), until.timestamp())
            if not isinstance(near, dict) or ids <= near.keys():
                return near
        return await poster.find_posted(channel, ids, (min(moments) - CLOCK_MARGIN).timestamp())

    async def _channel(self, poster: Poster, conversation: str) -> str | Failure:
        """The channel that the conversation's messages were posted to."""
        if self._config.only_channel or not is_user_id(conversation):
            return self._config.only_channel or conversation
        known = await self._database.read(recipients_repository.direct_channels, poster.workspace, [conversation])
        return known.get(conversation) or await poster.open(conversation)

    def _result(self, delivery: UnknownDelivery, token: str, history: PostedDeliveries | Failure) -> DeliveryResult:
        if isinstance(history, PostedDeliveries):
            if ts := history.by_id.get(delivery.id):
                return DeliveryResult(delivery.id, token, SENT, "found at Slack", history.channel, ts)
            if delivery.in_doubt and (ts := history.by_natural_key.get(natural_key(delivery.id))):
                return DeliveryResult(delivery.id, token, SENT, "sent before the restore", history.channel, ts)
            return DeliveryResult(delivery.id, token, PENDING, "not found at Slack")
        if isinstance(history, Refused) and history.scope == "conversation":
            reason = f"nobody knows whether it arrived: {history.error}"
            return DeliveryResult(delivery.id, token, DEAD, reason)
        if delivery.waited > GIVE_UP_AFTER:
            reason = "nobody knows whether it arrived: Slack could not be read for a day"
            return DeliveryResult(delivery.id, token, DEAD, reason)
        if isinstance(history, RateLimited):
            reason, wait = "rate limited", timedelta(seconds=history.retry_after)
        else:
            reason = history.reason if isinstance(history, Unknown) else history.error
            wait = self._config.settle_delay
        return DeliveryResult(delivery.id, token, UNKNOWN, f"reading back: {reason}", wait=wait)

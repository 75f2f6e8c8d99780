"""Finding out what became of deliveries whose outcome is unknown: reading back, and never posting blindly."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby

from bot.clock import Clock, monotonic
from bot.db.database import Database
from bot.db.tables import DEAD, PENDING, SENT, UNKNOWN
from bot.delivery import pauses, recipients_repository, restore_guard
from bot.delivery import results as delivery_results
from bot.delivery.models import PosterFor, is_user_id, natural_key
from bot.delivery.monitoring import DeliveryLog
from bot.delivery.rate_limits import DeliveryConfig
from bot.delivery.results import DeliveryResult, UnknownDelivery
from bot.slack.call_result import Failure, RateLimited, Refused, Unknown
from bot.slack.poster import Poster

HISTORY_METHOD = "conversations.history"

BATCH_SIZE = 10  # deliveries taken together; those of one conversation cost one reading

CLOCK_MARGIN = timedelta(hours=2)  # our clock may be off Slack's, or was put back

GIVE_UP_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class PostedDeliveries:
    """Our deliveries that stand in one conversation, id -> ts."""

    channel: str
    by_id: Mapping[str, str]
    by_natural_key: Mapping[str, str]  # only those that our database knows nothing of: sent before it was restored


class Reconciler:
    """Settles what is unknown, once the settling delay is over."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        posters: PosterFor,
        delivery_log: DeliveryLog,
        config: DeliveryConfig,
        only_channel: str = "",
    ) -> None:
        self._database = database
        self._clock = clock
        self._posters = posters
        self._delivery_log = delivery_log
        self._config = config
        self._only_channel = only_channel

    async def resolve_unknown(self) -> int:
        """Read back some of what is due for it; how many deliveries were looked into. There may be more."""
        looked_into = 0
        for workspace in await self._database.read(delivery_results.workspaces_with_unknown):
            may_read: bool = await self._database.read(pauses.may_call, workspace, HISTORY_METHOD)
            poster = self._posters(workspace) if may_read else None
            looked_into += await self._resolve_workspace(poster) if poster else 0
        return looked_into

    async def _resolve_workspace(self, poster: Poster) -> int:
        token, began, looked_into = secrets.token_hex(8), monotonic(), 0
        taken = await self._database.write(
            delivery_results.lease_unknown, poster.workspace, token, self._config.lease, BATCH_SIZE
        )
        limited: RateLimited | None = None  # then the others of this workspace need not ask
        for conversation, group in groupby(sorted(taken, key=_conversation_of), key=_conversation_of):
            together = list(group)
            found = limited or await self._read_history(poster, conversation, together)
            results = [self._result(one, token, found) for one in together]
            await self._database.write(delivery_results.record_results, results)
            for one, result in zip(together, results, strict=True):
                self._delivery_log.state_changed(
                    one, result.state, result.because, self._clock.conference_at(one.posted_at)
                )
            looked_into += len(together)
            if isinstance(found, RateLimited) and limited is None:
                limited, because = found, "rate limited"
                await self._database.write(
                    pauses.pause, poster.workspace, HISTORY_METHOD, because, seconds=limited.retry_after
                )
            if monotonic() - began > self._config.lease.total_seconds() / 2:
                break  # others may take the rest when the lease is over, and what we would find out then counts no more
        return looked_into

    async def _read_history(
        self, poster: Poster, conversation: str, group: Sequence[UnknownDelivery]
    ) -> PostedDeliveries | Failure:
        """What stands in the conversation."""
        channel = await self._channel(poster, conversation)
        if not isinstance(channel, str):
            return channel
        since = min(one.posted_at for one in group) - CLOCK_MARGIN
        found = await poster.find_posted(channel, {one.id for one in group}, since.timestamp())
        if not isinstance(found, dict):
            return found
        unheard_of = (
            await self._database.read(restore_guard.unknown_ids, found) if any(map(_is_unsent_in_doubt, group)) else ()
        )
        return PostedDeliveries(channel, found, {natural_key(delivery): found[delivery] for delivery in unheard_of})

    async def _channel(self, poster: Poster, conversation: str) -> str | Failure:
        if self._only_channel or not is_user_id(conversation):
            return self._only_channel or conversation
        known = await self._database.read(recipients_repository.direct_channels, poster.workspace, [conversation])
        return known.get(conversation) or await poster.open(conversation)

    def _result(self, one: UnknownDelivery, token: str, found: PostedDeliveries | Failure) -> DeliveryResult:
        if isinstance(found, PostedDeliveries):
            if ts := found.by_id.get(one.id):
                return DeliveryResult(one.id, token, SENT, "found at Slack", found.channel, ts)
            if one.in_doubt and (ts := found.by_natural_key.get(natural_key(one.id))):
                return DeliveryResult(one.id, token, SENT, "sent before the restore", found.channel, ts)
            return DeliveryResult(one.id, token, PENDING, "not found at Slack")
        if isinstance(found, Refused) and found.scope == "conversation":
            return DeliveryResult(one.id, token, DEAD, f"nobody knows whether it arrived: {found.error}")
        if one.waited > GIVE_UP_AFTER:
            return DeliveryResult(
                one.id, token, DEAD, "nobody knows whether it arrived: Slack could not be read for a day"
            )
        return DeliveryResult(one.id, token, UNKNOWN, _failure_reason(found), wait=_retry_delay(found, self._config))


def _is_unsent_in_doubt(one: UnknownDelivery) -> bool:
    return one.in_doubt


def _conversation_of(one: UnknownDelivery) -> str:
    return one.conversation


def _failure_reason(failure: Failure) -> str:
    if isinstance(failure, RateLimited):
        return "reading back: rate limited"
    return f"reading back: {failure.reason if isinstance(failure, Unknown) else failure.error}"


def _retry_delay(failure: Failure, config: DeliveryConfig) -> timedelta:
    return timedelta(seconds=failure.retry_after) if isinstance(failure, RateLimited) else config.settle_delay

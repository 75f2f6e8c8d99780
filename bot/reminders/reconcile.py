"""Finding out what became of deliveries whose outcome is unknown: reading back, and never posting blindly."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby

from bot.clock import Clock, stopwatch
from bot.reminders.rhythm import Rhythm
from bot.reminders.round import Posters
from bot.reminders.tally import Tally
from bot.slack.outcomes import Failure, RateLimited, Refused, Unknown
from bot.slack.posting import Poster
from bot.store import holds, outcomes, people, restored
from bot.store.database import Database
from bot.store.deliveries import DEAD, PENDING, SENT, UNKNOWN, subject
from bot.store.outcomes import Result, Unsettled

HISTORY = "conversations.history"
AT_ONCE = 10  # deliveries taken together; those of one conversation cost one reading
MARGIN = timedelta(hours=2)  # our clock may be off Slack's, or was put back
GIVEN_UP_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Found:
    """Our deliveries that stand in one conversation, id -> ts."""

    channel: str
    by_id: Mapping[str, str]
    by_subject: Mapping[str, str]  # only those that our database knows nothing of: sent before it was restored


class Reconciler:
    """Settles what is unknown, once the settling delay is over."""

    def __init__(
        self, database: Database, clock: Clock, posters: Posters, tally: Tally, rhythm: Rhythm, only_channel: str = ""
    ) -> None:
        self._database = database
        self._clock = clock
        self._posters = posters
        self._tally = tally
        self._rhythm = rhythm
        self._only_channel = only_channel

    async def settle(self) -> int:
        """Read back some of what is due for it; how many deliveries were looked into. There may be more."""
        looked_into = 0
        for workspace in await self._database.read(outcomes.workspaces_with_unknown):
            may_read: bool = await self._database.read(holds.may_call, workspace, HISTORY)
            poster = self._posters(workspace) if may_read else None
            looked_into += await self._settle_in(poster) if poster else 0
        return looked_into

    async def _settle_in(self, poster: Poster) -> int:
        token, began, looked_into = secrets.token_hex(8), stopwatch(), 0
        taken = await self._database.write(outcomes.unsettled, poster.workspace, token, self._rhythm.lease, AT_ONCE)
        limited: RateLimited | None = None  # then the others of this workspace need not ask
        for conversation, group in groupby(sorted(taken, key=_conversation), key=_conversation):
            together = list(group)
            found = limited or await self._look(poster, conversation, together)
            results = [self._result(one, token, found) for one in together]
            await self._database.write(outcomes.record, results)
            for one, result in zip(together, results, strict=True):
                self._tally.came_to(one, result.state, result.because, self._clock.conference_at(one.posted_at))
            looked_into += len(together)
            if isinstance(found, RateLimited) and limited is None:
                limited, because = found, "rate limited"
                await self._database.write(holds.hold, poster.workspace, HISTORY, because, seconds=limited.retry_after)
            if stopwatch() - began > self._rhythm.lease.total_seconds() / 2:
                break  # others may take the rest when the lease is over, and what we would find out then counts no more
        return looked_into

    async def _look(self, poster: Poster, conversation: str, together: Sequence[Unsettled]) -> Found | Failure:
        """What stands in the conversation."""
        channel = await self._channel(poster, conversation)
        if not isinstance(channel, str):
            return channel
        since = min(one.posted_at for one in together) - MARGIN
        found = await poster.landed(channel, {one.id for one in together}, since.timestamp())
        if not isinstance(found, dict):
            return found
        unheard_of = await self._database.read(restored.unheard_of, found) if any(map(_in_doubt, together)) else ()
        return Found(channel, found, {subject(delivery): found[delivery] for delivery in unheard_of})

    async def _channel(self, poster: Poster, conversation: str) -> str | Failure:
        if self._only_channel or conversation[:1] not in "UW":
            return self._only_channel or conversation
        known = await self._database.read(people.channels, poster.workspace, [conversation])
        return known.get(conversation) or await poster.open(conversation)

    def _result(self, one: Unsettled, token: str, found: Found | Failure) -> Result:
        if isinstance(found, Found):
            if ts := found.by_id.get(one.id):
                return Result(one.id, token, SENT, "found at Slack", found.channel, ts)
            if one.in_doubt and (ts := found.by_subject.get(subject(one.id))):
                return Result(one.id, token, SENT, "sent before the restore", found.channel, ts)
            return Result(one.id, token, PENDING, "not found at Slack")
        if isinstance(found, Refused) and found.ends == "conversation":
            return Result(one.id, token, DEAD, f"nobody knows whether it arrived: {found.error}")
        if one.silent_for > GIVEN_UP_AFTER:
            return Result(one.id, token, DEAD, "nobody knows whether it arrived: Slack could not be read for a day")
        return Result(one.id, token, UNKNOWN, _why(found), wait=_wait(found, self._rhythm))


def _in_doubt(one: Unsettled) -> bool:
    return one.in_doubt


def _conversation(one: Unsettled) -> str:
    return one.conversation


def _why(failure: Failure) -> str:
    if isinstance(failure, RateLimited):
        return "reading back: rate limited"
    return f"reading back: {failure.reason if isinstance(failure, Unknown) else failure.error}"


def _wait(failure: Failure, rhythm: Rhythm) -> timedelta:
    return timedelta(seconds=failure.retry_after) if isinstance(failure, RateLimited) else rhythm.settle

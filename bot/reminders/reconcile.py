"""Finding out what became of deliveries whose outcome is unknown: reading back, and never posting blindly."""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from itertools import groupby

from bot.reminders.rhythm import Rhythm
from bot.reminders.round import Posters
from bot.slack.outcomes import Failure, RateLimited, Refused, Unknown
from bot.slack.posting import Poster
from bot.store import outcomes, people
from bot.store.database import Database
from bot.store.deliveries import DEAD, PENDING, SENT, UNKNOWN
from bot.store.outcomes import Result, Unsettled

AT_ONCE = 50  # deliveries taken together; those of one conversation cost one reading
MARGIN = timedelta(hours=2)  # our clock may be off Slack's, or was put back
GIVEN_UP_AFTER = timedelta(days=1)


class Reconciler:
    """Settles what is unknown, once the settling delay is over."""

    def __init__(self, database: Database, posters: Posters, rhythm: Rhythm, only_channel: str = "") -> None:
        self._database = database
        self._posters = posters
        self._rhythm = rhythm
        self._only_channel = only_channel

    async def settle(self) -> int:
        """Read back what is due for it; how many deliveries were looked into."""
        looked_into = 0
        for workspace in await self._database.read(outcomes.workspaces_with_unknown):
            poster = self._posters(workspace)
            token = secrets.token_hex(8)
            taken = await self._database.write(outcomes.unsettled, workspace, token, self._rhythm.lease, AT_ONCE)
            for conversation, together in groupby(sorted(taken, key=_conversation), key=_conversation):
                await self._settle(poster, token, conversation, list(together))
            looked_into += len(taken)
        return looked_into

    async def _settle(
        self, poster: Poster | None, token: str, conversation: str, together: Sequence[Unsettled]
    ) -> None:
        found = await self._look(poster, conversation, together) if poster else Refused("not installed", "workspace")
        results = [self._result(one, token, found) for one in together]
        await self._database.write(outcomes.record, results)

    async def _look(
        self, poster: Poster, conversation: str, together: Sequence[Unsettled]
    ) -> tuple[str, dict[str, str]] | Failure:
        """The channel, and which of these stand in it at which ts."""
        channel = await self._channel(poster, conversation)
        if not isinstance(channel, str):
            return channel
        since = min(one.posted_at for one in together) - MARGIN
        found = await poster.landed(channel, {one.id for one in together}, since.timestamp())
        return (channel, found) if isinstance(found, dict) else found

    async def _channel(self, poster: Poster, conversation: str) -> str | Failure:
        if self._only_channel or conversation[:1] not in "UW":
            return self._only_channel or conversation
        known = await self._database.read(people.channels, poster.workspace, [conversation])
        return known.get(conversation) or await poster.open(conversation)

    def _result(self, one: Unsettled, token: str, found: tuple[str, dict[str, str]] | Failure) -> Result:
        if isinstance(found, tuple):
            channel, ts = found[0], found[1].get(one.id, "")
            if ts:
                return Result(one.id, token, SENT, "found at Slack", channel, ts)
            return Result(one.id, token, PENDING, "not found at Slack")
        if isinstance(found, Refused) and found.ends:
            return Result(one.id, token, DEAD, f"nobody knows whether it arrived: {found.error}")
        if one.silent_for > GIVEN_UP_AFTER:
            return Result(one.id, token, DEAD, "nobody knows whether it arrived: Slack could not be read for a day")
        return Result(one.id, token, UNKNOWN, _why(found), wait=_wait(found, self._rhythm))


def _conversation(one: Unsettled) -> str:
    return one.conversation


def _why(failure: Failure) -> str:
    if isinstance(failure, RateLimited):
        return "reading back: rate limited"
    return f"reading back: {failure.reason if isinstance(failure, Unknown) else failure.error}"


def _wait(failure: Failure, rhythm: Rhythm) -> timedelta:
    return timedelta(seconds=failure.retry_after) if isinstance(failure, RateLimited) else rhythm.settle

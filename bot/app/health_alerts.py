"""Alerts to the organisers when the bot is not well, straight to Slack: a delivery would need the part that is broken."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol

from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot import telemetry
from bot.clock import Clock
from bot.db.database import Database
from bot.delivery.monitoring import run_safely
from bot.delivery.organiser_alerts import OrganiserAlerts
from bot.slack.call_result import call_result
from bot.slack.client import SlackClient
from bot.slack.deduplication import Deduplicator
from bot.supervisor import Supervisor
from bot.web.health import MonitoredWorkspace, OtherProblems, known_problems

LOOK_INTERVAL_S = 15.0

# The problems that organisers should know of, because people notice or miss something.
ALERTED = ("socket", "clock", "database", "deliveries")

_log = telemetry.logger("app")


class HealthAlerts:
    """Posts each kind of problem to one workspace once a day, when it was there at two looks in a row."""

    def __init__(
        self,
        client: SlackClient,
        organisers: OrganiserAlerts,
        workspace: str,
        database: Database,
        clock: Clock,
    ) -> None:
        """`database` remembers which problems were posted today, by any process. It may be away."""
        self._client = client
        self._organisers = organisers
        self._workspace = workspace
        self._deduplicator = Deduplicator(database)
        self._clock = clock
        self._seen: set[str] = set()

    @property
    def has_seen_problems(self) -> bool:
        """Tell whether there was a problem at the last look."""
        return bool(self._seen)

    async def look(self, problems: Sequence[str]) -> None:
        """Look at the problems of this moment, and post what was there at the last look too."""
        by_kind = {problem.partition(":")[0]: problem for problem in problems}
        before, self._seen = self._seen, by_kind.keys() & set(ALERTED)
        for kind in before & self._seen if self._organisers.conversations else ():
            key = f"health {self._workspace} {kind} {self._clock.real_now():%Y-%m-%d}"
            if await self._deduplicator.is_first(key) and not await self._post(by_kind[kind]):
                await self._deduplicator.forget(key)  # nobody was told, so the next look tries again

    async def _post(self, problem: str) -> bool:
        """Post to all organisers' conversations; false if none got it."""
        text = f":warning: Something is wrong with me: {problem}. Please tell whoever runs me; `/readyz` shows when it's fixed."
        posted = False
        for conversation in self._organisers.conversations:
            answer = await call_result(self._client.chat_postMessage(channel=conversation, text=text))
            if isinstance(answer, AsyncSlackResponse):
                posted = True
            else:
                _log.warning("could not alert the organisers", problem=problem)
        return posted


class AlertedWorkspace(MonitoredWorkspace, Protocol):
    """A workspace that is open, and its alerts."""

    @property
    def alerts(self) -> HealthAlerts: ...


def start_alerts(
    supervisor: Supervisor,
    workspaces: Callable[[], Sequence[AlertedWorkspace]],
    other_problems: OtherProblems,
    interval_s: float = LOOK_INTERVAL_S,
) -> None:
    """From now on, tell the organisers of each workspace its problems and those of the process."""

    async def look() -> None:
        shared = await other_problems()
        problems = ((workspace.alerts, [*shared, *known_problems(workspace)]) for workspace in workspaces())
        looks = [
            run_safely("alerting", alerts.look, found)
            for alerts, found in problems
            if found or alerts.has_seen_problems
        ]
        await asyncio.gather(*looks)

    supervisor.start("alerts", look, interval_s=interval_s)

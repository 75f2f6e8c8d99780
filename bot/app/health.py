"""Check the bot's clocks against Slack's, and that the database takes writes; tell organisers of problems.

They are told straight by Slack: a delivery would need the part that is broken.
"""

import asyncio
import secrets
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot import telemetry
from bot.clock import MAX_STEP, Clock
from bot.db.database import Database, Transaction
from bot.db.tables import SEEN
from bot.delivery.monitoring import run_safely
from bot.delivery.organiser_alerts import OrganiserAlerts
from bot.slack.client import SlackClient
from bot.slack.deduplication import Deduplicator
from bot.slack.posting import call_result
from bot.supervisor import Part, Supervisor
from bot.web.health import MonitoredWorkspace, OtherProblems, known_problems

CHECK_INTERVAL_S = 15.0  # between two looks at the clocks

ASK_AFTER_S = 600.0  # Slack gives its time with every answer; after so long without one, it is asked

WRITE_INTERVAL_S, WRITE_LIMIT_S = 15.0, 10.0

CANARY_KEY = "canary"  # the other keys are hashes

LOOK_INTERVAL_S = 15.0  # between two looks at the problems

# The problems that organisers should know of, because people notice or miss something.
ALERTED = ("socket", "clock", "database", "deliveries")

_log = telemetry.logger("app")


class SlackClock:
    """Compares the machine's clock and those of the conferences with Slack's."""

    def __init__(self, machine: Clock, conferences: Callable[[], Iterable[Clock]]) -> None:
        self._machine = machine
        self._conferences = conferences

    def compare(self, slack_now: datetime) -> None:
        """Note the time that Slack gives for every clock."""
        for clock in self._clocks():
            clock.compare(slack_now)

    @property
    def problem(self) -> str:
        """The difference in words; empty while the clocks agree."""
        behind = max((lag for clock in self._clocks() for lag in clock.behind_slack), key=abs, default=timedelta())
        if abs(behind) <= MAX_STEP:
            return ""
        seconds = round(behind.total_seconds())
        return f"{abs(seconds)} s {'behind' if seconds > 0 else 'ahead of'} Slack's; set the clock of the machine or the database"

    def start(self, supervisor: Supervisor, client: SlackClient) -> None:
        """Ask Slack from time to time, and at once where a clock is in doubt."""
        supervisor.start("clock", self._check, client, interval_s=CHECK_INTERVAL_S)

    async def _check(self, client: SlackClient) -> None:
        doubtful = bool(self.problem) and self._machine.slack_age_s > CHECK_INTERVAL_S
        if doubtful or self._machine.slack_age_s > ASK_AFTER_S:
            await call_result(client.api_test())  # the client notes the time that comes with the answer

    def _clocks(self) -> set[Clock]:
        return {self._machine, *self._conferences()}


def start_canary(supervisor: Supervisor, database: Database) -> Part:
    """Write a small row now and then: only a write shows that the database takes writes."""
    return supervisor.start(
        "canary", database.write, _write_canary, interval_s=WRITE_INTERVAL_S, delay_s=0, limit_s=WRITE_LIMIT_S
    )


async def _write_canary(tx: Transaction) -> None:
    row = {"key": CANARY_KEY, "first_by": secrets.token_hex(4), "at": await tx.now()}
    await tx.execute(tx.insert(SEEN).values(row).on_conflict_do_update(index_elements=("key",), set_=row))


class HealthAlerts:
    """Posts each kind of problem to one workspace once a day, when it was there at two looks in a row."""

    def __init__(
        self,
        client: SlackClient,
        organisers: OrganiserAlerts,
        database: Database,
        clock: Clock,
    ) -> None:
        """`database` remembers which problems were posted today, by any process. It may be away."""
        self._client = client
        self._organisers = organisers
        self._deduplicator = Deduplicator(database)
        self._clock = clock
        self._seen: set[str] = set()

    @property
    def has_seen_problems(self) -> bool:
        return bool(self._seen)

    async def look(self, problems: Sequence[str]) -> None:
        """Look at the problems of this moment, and post what was there at the last look too."""
        by_kind = {problem.partition(":")[0]: problem for problem in problems}
        before, self._seen = self._seen, by_kind.keys() & set(ALERTED)
        for kind in before & self._seen if self._organisers.conversations else ():
            key = f"health {self._organisers.workspace} {kind} {self._clock.real_now():%Y-%m-%d}"
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

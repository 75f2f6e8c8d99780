"""Slack's clock: whether the clocks that the bot goes by are within a minute of it."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from bot.clock import MAX_STEP, Clock
from bot.slack.call_result import call_result
from bot.slack.client import SlackClient
from bot.supervisor import Supervisor

CHECK_INTERVAL_S = 15.0

ASK_AFTER_S = 600.0  # Slack gives its time with every answer; after so long without one, it is asked


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

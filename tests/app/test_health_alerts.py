"""Alerts of health problems over real HTTP to the fake Slack."""

from typing import cast

from bot.app.health_alerts import HealthAlerts
from bot.clock import Clock
from bot.db.database import Database
from bot.delivery.organiser_alerts import OrganiserAlerts
from bot.fake_slack import FakeSlack, faults
from bot.settings import Settings
from bot.slack.client import open_client
from bot.supervisor import Supervisor
from bot.telemetry.metrics import Metrics
from bot.web.health import HealthChecks, Readiness


class BrokenSocket:
    """Checks that always find the same problem."""

    async def readiness(self) -> Readiness:
        return Readiness(5, 1, problems=("socket: it is not heard",))


async def test_an_alert_that_slack_did_not_take_is_posted_later_and_then_once_a_day(database: Database) -> None:
    async with FakeSlack.serving() as slack:
        settings = Settings(bot_token=slack.bot_token, slack_api_url=slack.api_url)
        general = slack.workspace.conversation("general")
        supervisor = Supervisor(Metrics())
        async with open_client(settings, supervisor.metrics) as client:
            alerts = HealthAlerts(
                cast("HealthChecks", BrokenSocket()), client, OrganiserAlerts((general.id,)), "T1", database, Clock()
            )
            slack.faults.add(faults.broken("chat.postMessage"))
            for _ in range(2):  # the first look only notes the problem
                await alerts.look()
            assert list(general.messages) == []
            for _ in range(3):
                await alerts.look()
        assert [message.text.count("I am not well: socket") for message in general.messages.values()] == [1]

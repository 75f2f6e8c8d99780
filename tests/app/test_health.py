"""Alerts of health problems over real HTTP to the fake Slack."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from bot.app.health import HealthAlerts, start_alerts
from bot.clock import Clock
from bot.db.database import Database
from bot.delivery.organiser_alerts import OrganiserAlerts
from bot.settings import Settings
from bot.slack.client import SlackClient, open_client
from bot.supervisor import Supervisor
from bot.telemetry.metrics import Metrics
from tests.fake_slack import faults
from tests.fake_slack.server import SlackForTests

SOCKET = "socket: it is not heard"


@pytest.fixture
async def slack() -> AsyncIterator[SlackForTests]:
    async with SlackForTests.serving() as slack:
        yield slack


@pytest.fixture
async def client(slack: SlackForTests) -> AsyncIterator[SlackClient]:
    settings = Settings(bot_token=slack.bot_token, slack_api_url=slack.api_url)
    async with open_client(settings, Metrics()) as client:
        yield client


def _alerted(slack: SlackForTests, channel: str) -> list[str]:
    """The problems that a channel was told of."""
    messages = slack.workspace.conversation(channel).messages.values()
    return [message.text.partition("Something is wrong with me: ")[2].partition(".")[0] for message in messages]


async def test_an_alert_that_could_not_be_posted_is_posted_later_and_then_once_a_day(
    slack: SlackForTests, client: SlackClient, database: Database
) -> None:
    organisers = OrganiserAlerts("T1", (slack.workspace.conversation("general").id,))
    alerts = HealthAlerts(client, organisers, database, Clock())
    slack.faults.add(faults.broken("chat.postMessage"))
    for _ in range(2):  # the first look only notes the problem
        await alerts.look([SOCKET])
    assert not _alerted(slack, "general")
    for _ in range(3):
        await alerts.look([SOCKET])
    assert _alerted(slack, "general") == [SOCKET]


async def test_each_workspace_is_alerted_to_its_own_problems_and_those_of_the_process(
    slack: SlackForTests, client: SlackClient, database: Database
) -> None:
    deliveries = "deliveries: 3 are due"

    def workspace(organisers: OrganiserAlerts, *problems: str) -> Any:
        return SimpleNamespace(
            alerts=HealthAlerts(client, organisers, database, Clock()),
            live_schedule=SimpleNamespace(current=SimpleNamespace(schedule=SimpleNamespace(talks=("a talk",)))),
            progress=SimpleNamespace(problems=problems),
            supervisor=Supervisor(Metrics()),
        )

    slack.workspace.add_conversation("committee", members=[slack.workspace.bot.id])
    general, committee = (slack.workspace.conversation(name).id for name in ("general", "committee"))
    workspaces = [
        workspace(OrganiserAlerts("T1", (general,)), deliveries),
        workspace(OrganiserAlerts("T2", (committee,))),
        workspace(OrganiserAlerts("T3"), deliveries),
    ]

    async def shared() -> Sequence[str]:
        return [SOCKET]

    supervisor = Supervisor(Metrics())
    start_alerts(supervisor, lambda: workspaces, shared, interval_s=0.02)
    async with asyncio.timeout(30):
        while len(_alerted(slack, "general")) + len(_alerted(slack, "committee")) < 3:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    await supervisor.stop()
    assert sorted(_alerted(slack, "general")) == [deliveries, SOCKET]
    assert _alerted(slack, "committee") == [SOCKET]

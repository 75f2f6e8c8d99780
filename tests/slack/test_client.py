from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from aiohttp import ClientError
from slack_sdk.errors import SlackApiError

from bot.errors import SettingsError
from bot.settings import Settings
from bot.slack.client import (
    BotTokenInfo,
    PublicChannel,
    ResponseUrl,
    SlackClient,
    check_app_token,
    check_bot_token,
    open_client,
)
from bot.telemetry.metrics import Metrics
from tests.fake_slack import faults
from tests.fake_slack.faults import Fault
from tests.fake_slack.server import SlackForTests
from tests.figures import figure


@pytest.fixture
async def slack() -> AsyncIterator[SlackForTests]:
    async with SlackForTests.serving() as slack:
        yield slack


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
async def line(slack: SlackForTests, metrics: Metrics) -> AsyncIterator[SlackClient]:
    settings = Settings(bot_token=slack.bot_token, slack_api_url=slack.api_url, http_timeout_s=3)
    async with open_client(settings, metrics) as line:
        yield line


@pytest.mark.parametrize(
    ("fault", "result"),
    [
        (None, "ok"),
        (faults.rate_limited(), "ratelimited"),
        (faults.refused("*", "not_in_channel"), "refused"),
        (faults.broken(), "unknown"),
        (faults.reset(lands=False), "unknown"),
        (faults.no_answer(lands=False), "unknown"),
    ],
)
async def test_every_call_is_counted_by_its_result(
    slack: SlackForTests, line: SlackClient, metrics: Metrics, fault: Fault | None, result: str
) -> None:
    if fault:
        slack.faults.add(fault)
    try:
        await line.chat_postMessage(channel=slack.workspace.conversation("general").id, text="hello")
    except (SlackApiError, ClientError, TimeoutError):
        assert fault
    assert figure(metrics, "qcon_slack_calls_total", method="chat.postMessage", result=result) == 1
    assert figure(metrics, "qcon_slack_call_duration_seconds_count", method="chat.postMessage") == 1


async def test_answers_to_a_response_url_are_counted_by_their_result(
    slack: SlackForTests, line: SlackClient, metrics: Metrics
) -> None:
    answer = await ResponseUrl(f"{slack.url}/respond/unheard-of", line)("hello")
    assert answer.status_code >= 400
    assert figure(metrics, "qcon_slack_calls_total", method="response_url", result="refused") == 1
    with pytest.raises(ClientError):
        await ResponseUrl("http://127.0.0.1:9/respond", line)("hello")
    assert figure(metrics, "qcon_slack_calls_total", method="response_url", result="unknown") == 1


def _settings(slack: SlackForTests) -> Settings:
    return Settings(bot_token=slack.bot_token, app_token=slack.app_token, slack_api_url=slack.api_url)


async def test_a_good_token_gives_the_bots_name_workspace_and_public_channels(slack: SlackForTests) -> None:
    channels = (PublicChannel("general", joined=True), PublicChannel("random", joined=False))
    assert await check_bot_token(_settings(slack)) == BotTokenInfo("qcon", "Playground", channels)
    await check_app_token(_settings(slack))


async def test_a_token_that_slack_rejects_is_reported(slack: SlackForTests) -> None:
    wrong = replace(_settings(slack), bot_token="xoxb-wrong", app_token="xapp-wrong")
    with pytest.raises(SettingsError, match="refuses SLACK_BOT_TOKEN"):
        await check_bot_token(wrong)
    with pytest.raises(SettingsError, match="refuses SLACK_APP_TOKEN"):
        await check_app_token(wrong)


async def test_a_token_without_permission_to_list_channels_is_still_accepted(slack: SlackForTests) -> None:
    slack.faults.add(faults.refused("conversations.list", "missing_scope"))
    assert await check_bot_token(_settings(slack)) == BotTokenInfo("qcon", "Playground")


async def test_an_unreachable_slack_is_reported_for_either_token() -> None:
    nowhere = Settings(bot_token="xoxb-1", app_token="xapp-1", slack_api_url="http://127.0.0.1:9/api/")
    for attempt in (check_bot_token, check_app_token):
        with pytest.raises(SettingsError, match="Slack cannot be reached"):
            await attempt(nowhere)

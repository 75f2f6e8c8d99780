from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientError
from slack_sdk.errors import SlackApiError

from bot.fake_slack import FakeSlack, faults
from bot.fake_slack.faults import Fault
from bot.settings import Settings
from bot.slack.client import SlackClient, open_client
from bot.telemetry.metrics import Metrics
from tests.figures import figure


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack.serving() as slack:
        yield slack


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
async def line(slack: FakeSlack, metrics: Metrics) -> AsyncIterator[SlackClient]:
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
    slack: FakeSlack, line: SlackClient, metrics: Metrics, fault: Fault | None, result: str
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
    slack: FakeSlack, line: SlackClient, metrics: Metrics
) -> None:
    answer = await line.response_url(f"{slack.url}/respond/unheard-of")("hello")
    assert answer.status_code >= 400
    assert figure(metrics, "qcon_slack_calls_total", method="response_url", result="refused") == 1
    with pytest.raises(ClientError):
        await line.response_url("http://127.0.0.1:9/respond")("hello")
    assert figure(metrics, "qcon_slack_calls_total", method="response_url", result="unknown") == 1

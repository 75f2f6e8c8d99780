"""Faults decide separately whether a call takes effect and what the bot is answered. The journal shows the first."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.fake_slack import faults
from tests.fake_slack.faults import Fault, RateLimit
from tests.fake_slack.server import SlackForTests


@pytest.fixture
async def slack() -> AsyncIterator[SlackForTests]:
    async with SlackForTests.serving() as slack:
        yield slack


async def post(slack: SlackForTests) -> str:
    """Post a message and return the outcome that the bot sees: `ok`, a status with Slack's error code, or `reset`."""
    client = AsyncWebClient(slack.bot_token, base_url=slack.api_url, retry_handlers=[])
    channel = slack.workspace.conversation("general").id
    metadata = {"event_type": "qcon_delivery", "event_payload": {"id": "d1"}}
    try:
        await client.chat_postMessage(channel=channel, text="Soon", metadata=metadata)
    except SlackApiError as error:
        return f"{error.response.status_code} {error.response['error']}"
    except aiohttp.ClientError:
        return "reset"
    return "ok"


@pytest.mark.parametrize(
    ("fault", "response", "landed"),
    [
        (faults.rate_limited(), "429 ratelimited", 0),
        (faults.broken(), "503 internal_error", 0),
        (faults.broken(lands=True), "503 internal_error", 1),
        (faults.reset(lands=False), "reset", 0),
        (faults.reset(lands=True), "reset", 1),
        (faults.refused("*", "internal_error"), "200 internal_error", 0),
        (faults.refused("*", "internal_error", lands=True), "200 internal_error", 1),
        (faults.slow(seconds=0.01), "ok", 1),
    ],
)
async def test_a_fault_decides_the_response_and_whether_the_call_lands(
    slack: SlackForTests, fault: Fault, response: str, landed: int
) -> None:
    slack.faults.add(fault)
    assert await post(slack) == response
    assert slack.journal.by_delivery()["d1"] == landed


async def test_a_post_can_land_after_the_connection_broke(slack: SlackForTests) -> None:
    slack.faults.add(faults.late(seconds=0.05))
    assert await post(slack) == "reset"
    assert slack.journal.by_delivery()["d1"] == 0
    await slack.workspace.wait_until(lambda: slack.journal.by_delivery()["d1"])


async def test_a_dropped_reply_leaves_the_bot_waiting(slack: SlackForTests) -> None:
    slack.faults.add(faults.no_answer(lands=True))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await post(slack)
    assert slack.journal.by_delivery()["d1"] == 1


async def test_a_fault_applies_as_often_as_it_is_set_to(slack: SlackForTests) -> None:
    slack.faults.add(Fault("chat.*", times=2, skip=1, lands=False, response="error", error="fatal_error"))
    assert [await post(slack) for _ in range(4)] == ["ok", "200 fatal_error", "200 fatal_error", "ok"]


def test_a_rate_limit_tells_the_seconds_to_the_next_call() -> None:
    seconds = 0.0
    limit = RateLimit(1, per_second=2, now=lambda: seconds)
    assert limit.seconds_to_next == 0
    assert limit.take()
    assert limit.seconds_to_next == 0.5
    seconds = 0.25
    assert limit.seconds_to_next == 0.25


async def test_a_delivery_that_lands_twice_is_counted_as_a_duplicate(slack: SlackForTests) -> None:
    await post(slack)
    await post(slack)
    assert slack.journal.duplicates() == {"d1": 2}


async def test_a_revoked_token_is_refused(slack: SlackForTests) -> None:
    slack.api.revoked = True
    assert await post(slack) == "200 token_revoked"

"""The fake Slack in its own process is controlled and read from outside."""

from collections.abc import AsyncIterator

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.fake_slack import faults
from tests.fake_slack.remote import RemoteFakeSlack


@pytest.fixture
async def slack() -> AsyncIterator[RemoteFakeSlack]:
    async with RemoteFakeSlack.serving() as slack:
        yield slack


async def test_the_fake_slack_applies_faults_and_reports_the_messages_that_landed(slack: RemoteFakeSlack) -> None:
    client = AsyncWebClient(slack.bot_token, base_url=slack.api_url, retry_handlers=[])
    (person, direct), *_ = (await slack.add_people(2)).items()
    channel, *_ = await slack.add_channels(1)
    metadata = {"event_type": "qcon_delivery", "event_payload": {"id": "d1"}}
    await slack.add_faults(faults.refused("chat.postMessage", "internal_error", lands=True))
    with pytest.raises(SlackApiError):
        await client.chat_postMessage(channel=direct, text="Soon", metadata=metadata)
    assert await slack.clear_faults() == 1
    await client.chat_postMessage(channel=channel, text="Soon too")
    assert [(message["channel"], message["delivery_id"]) for message in await slack.posted_messages()] == [
        (direct, "d1"),
        (channel, ""),
    ]
    assert await slack.by_delivery() == {"d1": 1}
    assert (await slack.messages(person, direct))[0]["text"] == "Soon"


async def test_limits_are_set_from_outside(slack: RemoteFakeSlack) -> None:
    await slack.settings(limits={"auth.test": [1, 1]})
    client = AsyncWebClient(slack.bot_token, base_url=slack.api_url, retry_handlers=[])
    await client.auth_test()
    with pytest.raises(SlackApiError):
        await client.auth_test()
    assert (await slack.counts())["answers"]["auth.test ratelimited"] == 1


async def test_a_command_without_a_bot_fails_with_dispatch_failed(slack: RemoteFakeSlack) -> None:
    answer = await slack.ask("amara", "/qcon next")
    assert answer["text"] == "/qcon failed with the error “dispatch_failed”"

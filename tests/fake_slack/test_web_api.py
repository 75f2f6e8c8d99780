"""The Web API refuses what Slack refuses, as seen through Slack's own client."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.fake_slack.views import TRIGGER_SECONDS
from bot.fake_slack.workspace import SlackConversation
from tests.fake_slack.server import SlackForTests


@pytest.fixture
async def slack() -> AsyncIterator[SlackForTests]:
    async with SlackForTests.serving() as slack:
        yield slack


@pytest.fixture
def client(slack: SlackForTests) -> AsyncWebClient:
    return AsyncWebClient(slack.bot_token, base_url=slack.api_url, retry_handlers=[])


@pytest.fixture
def general(slack: SlackForTests) -> SlackConversation:
    return slack.workspace.conversation("general")


async def refusal(calling: Any) -> str:
    with pytest.raises(SlackApiError) as caught:
        await calling
    return str(caught.value.response["error"])


async def test_auth_test_names_the_bot(client: AsyncWebClient) -> None:
    assert (await client.auth_test())["user_id"] == "U0QCONBOT1"


async def test_a_wrong_token_is_refused(slack: SlackForTests) -> None:
    assert await refusal(AsyncWebClient("xoxb-no", base_url=slack.api_url).auth_test()) == "invalid_auth"
    assert await refusal(AsyncWebClient(base_url=slack.api_url).auth_test()) == "not_authed"


async def test_a_scope_that_was_not_granted_is_named(slack: SlackForTests, client: AsyncWebClient) -> None:
    slack.api.scopes = frozenset({"chat:write"})
    with pytest.raises(SlackApiError) as caught:
        await client.users_info(user="U0KENJI001")
    assert caught.value.response["needed"] == "users:read"


async def test_a_post_lands_and_is_read_back_with_its_metadata(
    client: AsyncWebClient, general: SlackConversation
) -> None:
    metadata = {"event_type": "qcon_delivery", "event_payload": {"id": "d1"}}
    posted = await client.chat_postMessage(channel=general.id, text="Soon", metadata=metadata)
    history = await client.conversations_history(channel=general.id, include_all_metadata=True)
    assert history["messages"][0]["ts"] == posted["ts"]
    assert history["messages"][0]["metadata"] == metadata
    without = await client.conversations_history(channel=general.id)
    assert without["messages"][0]["metadata"]["event_payload"] == {}


async def test_a_post_to_an_unreachable_channel_or_person_is_refused(
    slack: SlackForTests, client: AsyncWebClient, general: SlackConversation
) -> None:
    secret = slack.workspace.add_conversation("secret", "private", ["U0KENJI001"])
    random = slack.workspace.conversation("random")
    assert await refusal(client.chat_postMessage(channel=random.id, text="x")) == "not_in_channel"
    assert await refusal(client.chat_postMessage(channel=secret.id, text="x")) == "channel_not_found"
    assert await refusal(client.chat_postMessage(channel="C404", text="x")) == "channel_not_found"
    general.archived = True
    assert await refusal(client.chat_postMessage(channel=general.id, text="x")) == "is_archived"
    slack.workspace.user("kenji").deleted = True
    assert await refusal(client.conversations_open(users="U0KENJI001")) == "user_disabled"


async def test_a_post_that_is_empty_too_long_or_malformed_is_refused(
    client: AsyncWebClient, general: SlackConversation
) -> None:
    header = {"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3_000}}
    assert await refusal(client.api_call("chat.postMessage", json={"channel": general.id})) == "no_text"
    assert await refusal(client.chat_postMessage(channel=general.id, text="x" * 40_001)) == "msg_too_long"
    assert await refusal(client.chat_postMessage(channel=general.id, text="x", blocks=[header])) == "invalid_blocks"
    long = client.chat_postMessage(channel=general.id, text="x", blocks=[section] * 5)
    assert await refusal(long) == "msg_blocks_too_long"


async def test_the_reason_for_invalid_blocks_is_precise(client: AsyncWebClient, general: SlackConversation) -> None:
    header = {"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel=general.id, text="x", blocks=[header])
    reasons = caught.value.response["response_metadata"]["messages"]
    assert reasons == ["[ERROR] must be less than 151 characters [json-pointer:/blocks/0/text/text]"]


async def test_the_bot_can_edit_only_its_own_messages(
    slack: SlackForTests, client: AsyncWebClient, general: SlackConversation
) -> None:
    theirs = slack.person("kenji").say("general", "hello")
    assert await refusal(client.chat_update(channel=general.id, ts=theirs.ts, text="x")) == "cant_update_message"
    own = await client.chat_postMessage(channel=general.id, text="At 10:35")
    await client.chat_update(channel=general.id, ts=own["ts"], text="Moved to 10:45")
    assert general.messages[own["ts"]].text == "Moved to 10:45"
    assert await refusal(client.chat_update(channel=general.id, ts="1.1", text="x")) == "message_not_found"


async def test_history_is_read_page_by_page(client: AsyncWebClient, general: SlackConversation) -> None:
    for number in range(5):
        await client.chat_postMessage(channel=general.id, text=str(number))
    read: list[str] = []
    async for page in await client.conversations_history(channel=general.id, limit=2):
        read += [message["text"] for message in page["messages"]]
    assert read == ["4", "3", "2", "1", "0"]


async def test_history_keeps_within_oldest_and_latest(client: AsyncWebClient, general: SlackConversation) -> None:
    stamps = [(await client.chat_postMessage(channel=general.id, text=str(number)))["ts"] for number in range(4)]
    between = await client.conversations_history(channel=general.id, oldest=stamps[0], latest=stamps[3])
    assert [message["text"] for message in between["messages"]] == ["2", "1"]


async def test_a_lagging_history_does_not_show_a_new_message(
    slack: SlackForTests, client: AsyncWebClient, general: SlackConversation
) -> None:
    slack.workspace.history_lag_s = 60
    await client.chat_postMessage(channel=general.id, text="Soon")
    assert (await client.conversations_history(channel=general.id))["messages"] == []


async def test_a_trigger_is_valid_once_and_for_three_seconds(slack: SlackForTests, client: AsyncWebClient) -> None:
    view = {"type": "modal", "title": {"type": "plain_text", "text": "Hi"}, "blocks": []}
    tokens = slack.workspace.tokens
    first = tokens.trigger("U0KENJI001")
    await client.views_open(trigger_id=first, view=view)
    assert await refusal(client.views_open(trigger_id=first, view=view)) == "exchanged_trigger_id"
    assert TRIGGER_SECONDS == 3
    tokens.trigger_seconds = 0
    assert await refusal(client.views_open(trigger_id=tokens.trigger("U0KENJI001"), view=view)) == "expired_trigger_id"


async def test_a_stale_hash_does_not_overwrite_home(client: AsyncWebClient) -> None:
    view: dict[str, Any] = {"type": "home", "blocks": [{"type": "divider"}]}
    first = await client.views_publish(user_id="U0KENJI001", view=view)
    await client.views_publish(user_id="U0KENJI001", view=view, hash=first["view"]["hash"])
    stale = client.views_publish(user_id="U0KENJI001", view=view, hash=first["view"]["hash"])
    assert await refusal(stale) == "hash_conflict"


async def test_a_channel_over_its_rate_limit_gets_429_with_retry_after(
    slack: SlackForTests, client: AsyncWebClient, general: SlackConversation
) -> None:
    slack.rates.limit_channels(per_minute=1, burst=2)
    for _ in range(2):
        await client.chat_postMessage(channel=general.id, text="x")
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel=general.id, text="x")
    assert caught.value.response.status_code == 429
    assert 0 < int(caught.value.response.headers["Retry-After"]) <= 60
    assert len(slack.journal.messages) == 2

from collections.abc import AsyncIterator, Callable

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.posting import CallResult, Poster, RateLimited, Refused, Sent, Unknown
from tests.fake_slack import faults
from tests.fake_slack.faults import Fault
from tests.fake_slack.server import SlackForTests

HELLO = {"text": "hello"}


async def no_hurry(_: str) -> None:
    """Let every call pass at once."""


@pytest.fixture
async def slack() -> AsyncIterator[SlackForTests]:
    async with SlackForTests.serving() as slack:
        yield slack


@pytest.fixture
async def poster(slack: SlackForTests) -> AsyncIterator[Poster]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=3)) as session:
        client = AsyncWebClient(slack.bot_token, slack.api_url, session=session, retry_handlers=[])
        yield Poster(slack.workspace.team_id, slack.workspace.bot_id, client, no_hurry)


def channel(slack: SlackForTests) -> str:
    return slack.workspace.conversation("general").id


async def test_a_post_returns_the_timestamp_that_slack_gave_it(slack: SlackForTests, poster: Poster) -> None:
    sent = await poster.post(channel(slack), HELLO, "d1")
    [message] = slack.deliveries()
    assert sent == Sent(message.channel, message.ts)


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (faults.rate_limited(retry_after=7), lambda outcome: outcome == RateLimited(7)),
        (faults.broken(status=503), lambda outcome: isinstance(outcome, Unknown)),
        (faults.broken(status=500, lands=True), lambda outcome: isinstance(outcome, Unknown)),
        (faults.reset(lands=False), lambda outcome: isinstance(outcome, Unknown)),
        (faults.no_answer(lands=True), lambda outcome: isinstance(outcome, Unknown)),
        (faults.refused("*", "internal_error", lands=True), lambda outcome: outcome == Unknown("internal_error")),
        (faults.refused("*", "token_revoked"), lambda outcome: outcome == Refused("token_revoked", "workspace")),
        (faults.refused("*", "is_archived"), lambda outcome: outcome == Refused("is_archived", "conversation")),
        (faults.refused("*", "no_text"), lambda outcome: outcome == Refused("no_text", "message")),
        (faults.refused("*", "never_heard_of"), lambda outcome: outcome == Refused("never_heard_of")),
    ],
    ids=["429", "503", "500 landed", "reset", "silence", "internal_error", "token", "archived", "message", "new word"],
)
async def test_each_kind_of_failed_post_gives_its_result(
    slack: SlackForTests, poster: Poster, fault: Fault, expected: Callable[[CallResult], bool]
) -> None:
    slack.faults.add(fault)
    assert expected(await poster.post(channel(slack), HELLO, "d1"))
    assert slack.journal.calls["chat.postMessage"] == 1


async def test_a_refused_connection_counts_as_certainly_not_posted() -> None:
    async with aiohttp.ClientSession() as session:
        client = AsyncWebClient("xoxb-1", "http://127.0.0.1:9/api/", session=session, retry_handlers=[])
        outcome = await Poster("T1", "B1", client, no_hurry).post("C1", HELLO, "d1")
    assert isinstance(outcome, Refused)
    assert not outcome.scope


async def test_a_posted_message_is_found_by_its_delivery_id(slack: SlackForTests, poster: Poster) -> None:
    for delivery in ("d1", "d2"):
        await poster.post(channel(slack), HELLO, delivery)
    one, two = slack.deliveries()
    found = await poster.find_posted(channel(slack), {"d1", "never posted"}, since=0)
    assert found == {"d1": one.ts, "d2": two.ts}


async def test_history_is_read_page_by_page(slack: SlackForTests, poster: Poster) -> None:
    slack.workspace.history_page = 15
    for number in range(40):
        await poster.post(channel(slack), HELLO, f"d{number}")
    found = await poster.find_posted(channel(slack), {"d0"}, since=0)
    assert isinstance(found, dict)
    assert "d0" in found
    assert slack.journal.calls["conversations.history"] == 3


async def test_messages_outside_of_the_window_are_not_read(slack: SlackForTests, poster: Poster) -> None:
    for delivery in ("d1", "d2"):
        await poster.post(channel(slack), HELLO, delivery)
    one, two = slack.deliveries()
    between = (float(one.ts) + float(two.ts)) / 2
    assert await poster.find_posted(channel(slack), {"d2"}, float(one.ts) - 1, between) == {"d1": one.ts}
    assert await poster.find_posted(channel(slack), {"d1"}, between) == {"d2": two.ts}


async def test_history_is_read_only_until_all_messages_are_found(slack: SlackForTests, poster: Poster) -> None:
    slack.workspace.history_page = 15
    for number in range(40):
        await poster.post(channel(slack), HELLO, f"d{number}")
    await poster.find_posted(channel(slack), {"d39", "d38"}, since=0)
    assert slack.journal.calls["conversations.history"] == 1


async def test_a_history_that_may_not_be_read_is_reported_as_refused(slack: SlackForTests, poster: Poster) -> None:
    slack.faults.add(faults.refused("conversations.history", "missing_scope"))
    assert await poster.find_posted(channel(slack), {"d1"}, since=0) == Refused("missing_scope", "workspace")


async def test_an_edit_keeps_the_delivery_id(slack: SlackForTests, poster: Poster) -> None:
    sent = await poster.post(channel(slack), HELLO, "d1")
    assert isinstance(sent, Sent)
    assert await poster.edit(sent.channel, sent.ts, {"text": "moved"}) == sent
    [message] = slack.deliveries()
    assert (message.text, message.delivery_id) == ("moved", "d1")


async def test_a_persons_direct_message_is_opened(slack: SlackForTests, poster: Poster) -> None:
    opened = await poster.open("U0AMARA001")
    assert isinstance(opened, str)
    assert opened.startswith("D")
    assert await poster.open("U0NOBODY00") == Refused("user_not_found", "conversation")

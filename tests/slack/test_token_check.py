from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.errors import SettingsError
from bot.fake_slack import FakeSlack, faults
from bot.settings import Settings
from bot.slack.token_check import BotTokenInfo, PublicChannel, check_app_token, check_bot_token


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack.serving() as slack:
        yield slack


def settings(slack: FakeSlack) -> Settings:
    return Settings(bot_token=slack.bot_token, app_token=slack.app_token, slack_api_url=slack.api_url)


async def test_a_good_token_gives_the_bots_name_workspace_and_public_channels(slack: FakeSlack) -> None:
    channels = (PublicChannel("general", joined=True), PublicChannel("random", joined=False))
    assert await check_bot_token(settings(slack)) == BotTokenInfo("qcon", "Playground", channels)
    await check_app_token(settings(slack))


async def test_a_token_that_slack_rejects_is_reported(slack: FakeSlack) -> None:
    wrong = replace(settings(slack), bot_token="xoxb-wrong", app_token="xapp-wrong")
    with pytest.raises(SettingsError, match="refuses SLACK_BOT_TOKEN"):
        await check_bot_token(wrong)
    with pytest.raises(SettingsError, match="refuses SLACK_APP_TOKEN"):
        await check_app_token(wrong)


async def test_a_token_without_permission_to_list_channels_is_still_accepted(slack: FakeSlack) -> None:
    slack.faults.add(faults.refused("conversations.list", "missing_scope"))
    assert await check_bot_token(settings(slack)) == BotTokenInfo("qcon", "Playground")


async def test_an_unreachable_slack_is_reported_for_either_token() -> None:
    nowhere = Settings(bot_token="xoxb-1", app_token="xapp-1", slack_api_url="http://127.0.0.1:9/api/")
    for attempt in (check_bot_token, check_app_token):
        with pytest.raises(SettingsError, match="Slack cannot be reached"):
            await attempt(nowhere)

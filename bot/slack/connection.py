"""The line to Slack's Web API: one client for all, which never posts a second time by itself."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import SettingsError
from bot.settings import Settings

CONNECTIONS = 100  # to Slack at once


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the bot is at Slack (auth.test)."""

    workspace: str
    bot_user: str
    bot: str


@asynccontextmanager
async def connected(settings: Settings) -> AsyncIterator[AsyncWebClient]:
    """A client without the SDK's retries: a retried post may land twice (see docs/reminders.md)."""
    connector = aiohttp.TCPConnector(limit=CONNECTIONS)
    timeout = aiohttp.ClientTimeout(total=settings.http_timeout_s)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
        seconds = max(1, round(settings.http_timeout_s))
        yield AsyncWebClient(settings.bot_token, settings.slack_api_url, seconds, session=session, retry_handlers=[])


def for_bolt(client: AsyncWebClient) -> AsyncWebClient:
    """The same line without a token: Bolt puts in the one that it authorizes each request with."""
    return AsyncWebClient(None, client.base_url, client.timeout, session=client.session, retry_handlers=[])


async def identify(client: AsyncWebClient) -> Identity:
    """Who we are; raises SettingsError in words where Slack refuses the token or cannot be reached."""
    try:
        told = await client.auth_test()
    except SlackApiError as error:
        reason = error.response.get("error", "unknown error")
        raise SettingsError(
            f"Slack refuses SLACK_BOT_TOKEN ({reason}). Copy it again from your app's page, *Install App*."
        ) from error
    except (aiohttp.ClientError, TimeoutError) as error:
        raise SettingsError(
            f"Slack cannot be reached at {client.base_url}: {type(error).__name__}. Is the network up?"
        ) from error
    return Identity(told["team_id"], told["user_id"], told.get("bot_id", ""))

"""Trying the tokens that an operator gives: who they are at Slack, and where the bot could be invited."""

from dataclasses import dataclass

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.settings import Settings
from bot.slack.client import app_token_refusal, auth_test, open_client, unreachable_reason
from bot.telemetry.metrics import Metrics

MAX_CHANNEL_PAGES, CHANNEL_PAGE = 5, 200


@dataclass(frozen=True, slots=True)
class PublicChannel:
    """A public channel, and whether the bot is in it."""

    name: str
    joined: bool


@dataclass(frozen=True, slots=True)
class BotTokenInfo:
    """Whose a bot token is."""

    name: str  # the bot's, without its @
    workspace: str  # as people call it
    channels: tuple[PublicChannel, ...] = ()  # the biggest first


async def check_bot_token(settings: Settings) -> BotTokenInfo:
    """Ask Slack about the bot token (auth.test, conversations.list). Raises SettingsError in words."""
    async with open_client(settings, Metrics()) as client:
        identity = await auth_test(client)
        return BotTokenInfo(identity.name, identity.team, await _list_channels(client))


async def check_app_token(settings: Settings) -> None:
    """Ask Slack whether it would open a socket (apps.connections.open). Raises SettingsError in words."""
    async with open_client(settings, Metrics()) as client:
        try:
            await client.apps_connections_open(app_token=settings.app_token)
        except SlackApiError as error:
            raise app_token_refusal(error) from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise unreachable_reason(client, error) from error


async def _list_channels(client: AsyncWebClient) -> tuple[PublicChannel, ...]:
    """Those that people can see; none where Slack does not tell."""
    found: list[dict[str, object]] = []
    cursor = ""
    try:
        for _ in range(MAX_CHANNEL_PAGES):
            page = await client.conversations_list(exclude_archived=True, limit=CHANNEL_PAGE, cursor=cursor or None)
            found += page["channels"]
            cursor = (page.get("response_metadata") or {}).get("next_cursor", "")
            if not cursor:
                break
    except (SlackApiError, aiohttp.ClientError, TimeoutError):
        pass  # the rest is told without
    by_size = sorted(found, key=lambda one: (-int(str(one.get("num_members", 0))), str(one["name"])))
    return tuple(PublicChannel(str(one["name"]), bool(one.get("is_member"))) for one in by_size)

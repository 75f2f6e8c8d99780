"""Try the tokens that an operator gives, and list the channels that the bot could be invited to."""

from dataclasses import dataclass

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.settings import Settings
from bot.slack.client import auth_test, open_client, open_socket_url
from bot.telemetry.metrics import Metrics

MAX_CHANNEL_PAGES, CHANNEL_PAGE = 5, 200


@dataclass(frozen=True, slots=True)
class PublicChannel:
    """A public channel, and whether the bot is in it."""

    name: str
    joined: bool


@dataclass(frozen=True, slots=True)
class BotTokenInfo:
    """The bot and the workspace that a token belongs to."""

    name: str  # the bot's name, without its @
    workspace: str  # its name
    channels: tuple[PublicChannel, ...] = ()  # the largest first


async def check_bot_token(settings: Settings) -> BotTokenInfo:
    """Ask Slack about the bot token (auth.test, conversations.list). Raises SettingsError with a reason."""
    async with open_client(settings, Metrics()) as client:
        identity = await auth_test(client)
        return BotTokenInfo(identity.name, identity.team, await _list_channels(client))


async def check_app_token(settings: Settings) -> None:
    """Ask Slack whether it would open a socket (apps.connections.open). Raises SettingsError with a reason."""
    async with open_client(settings, Metrics()) as client:
        await open_socket_url(client, settings.app_token)


async def _list_channels(client: AsyncWebClient) -> tuple[PublicChannel, ...]:
    """The public channels, as far as Slack lists them."""
    channels: list[dict[str, object]] = []
    cursor = ""
    try:
        for _ in range(MAX_CHANNEL_PAGES):
            page = await client.conversations_list(exclude_archived=True, limit=CHANNEL_PAGE, cursor=cursor or None)
            channels += page["channels"]
            cursor = (page.get("response_metadata") or {}).get("next_cursor", "")
            if not cursor:
                break
    except (SlackApiError, aiohttp.ClientError, TimeoutError):
        pass  # the wizard goes on without the other channels
    by_size = sorted(channels, key=lambda channel: (-int(str(channel.get("num_members", 0))), str(channel["name"])))
    return tuple(PublicChannel(str(channel["name"]), bool(channel.get("is_member"))) for channel in by_size)

"""Trying the tokens that an operator gives: who they are at Slack, and where the bot could be invited."""

from dataclasses import dataclass

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.settings import Settings
from bot.slack.connection import connected, identify, refused_app_token, unreachable
from bot.telemetry.metrics import Metrics

PAGES, PAGE = 5, 200


@dataclass(frozen=True, slots=True)
class Channel:
    """A public channel, and whether the bot is in it."""

    name: str
    joined: bool


@dataclass(frozen=True, slots=True)
class Met:
    """Whose a bot token is."""

    name: str  # the bot's, without its @
    workspace: str  # as people call it
    channels: tuple[Channel, ...] = ()  # the biggest first


async def meet(settings: Settings) -> Met:
    """Ask Slack about the bot token (auth.test, conversations.list). Raises SettingsError in words."""
    async with connected(settings, Metrics()) as client:
        identity = await identify(client)
        return Met(identity.name, identity.team, await _channels(client))


async def try_app_token(settings: Settings) -> None:
    """Ask Slack whether it would open a socket (apps.connections.open). Raises SettingsError in words."""
    async with connected(settings, Metrics()) as client:
        try:
            await client.apps_connections_open(app_token=settings.app_token)
        except SlackApiError as error:
            raise refused_app_token(error) from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise unreachable(client, error) from error


async def _channels(client: AsyncWebClient) -> tuple[Channel, ...]:
    """Those that people can see; none where Slack does not tell."""
    found: list[dict[str, object]] = []
    cursor = ""
    try:
        for _ in range(PAGES):
            page = await client.conversations_list(exclude_archived=True, limit=PAGE, cursor=cursor or None)
            found += page["channels"]
            cursor = (page.get("response_metadata") or {}).get("next_cursor", "")
            if not cursor:
                break
    except (SlackApiError, aiohttp.ClientError, TimeoutError):
        pass  # the rest is told without
    by_size = sorted(found, key=lambda one: (-int(str(one.get("num_members", 0))), str(one["name"])))
    return tuple(Channel(str(one["name"]), bool(one.get("is_member"))) for one in by_size)

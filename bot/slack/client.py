"""Answers wait for nobody; but what they call at Slack is counted, so that what is paced makes room for it.

The line to Slack's Web API: one client for all, which never posts a second time by itself."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse
from slack_sdk.webhook import WebhookResponse
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.clock import monotonic
from bot.errors import SettingsError
from bot.settings import Settings
from bot.slack.call_result import FAILURES, failure_of
from bot.telemetry.metrics import Metrics

MAX_CONNECTIONS = 100  # to Slack at once


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the bot is at Slack (auth.test)."""

    workspace: str
    bot_user: str
    bot: str
    name: str = ""  # what the bot is called there
    team: str = ""  # what people call the workspace


class TokenRefusedError(SettingsError):
    """Slack does not take the bot's token; `for_good` where it never will again."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"Slack refuses SLACK_BOT_TOKEN ({reason}). Copy it again from your app's page, “Install App”."
        )
        self.for_good = reason in ("account_inactive", "token_revoked")


class SlackClient(AsyncWebClient):
    """The Web API, every call counted and timed; the further pages of an answer count with their first."""

    def __init__(self, metrics: Metrics, *args: Any, **settings: Any) -> None:
        """The rest are AsyncWebClient's."""
        super().__init__(*args, **settings)
        self.metrics = metrics

    async def api_call(self, api_method: str, **request: Any) -> AsyncSlackResponse:
        """AsyncWebClient's, which every method goes through."""
        started, result = monotonic(), "ok"
        try:
            return await super().api_call(api_method, **request)
        except FAILURES as error:
            result = type(failure_of(error)).__name__.lower()
            raise
        finally:
            self.metrics.slack_call(api_method, result, monotonic() - started)

    def response_url(self, response_url: str) -> "ResponseUrl":
        """Answers by a request's response URL."""
        return ResponseUrl(response_url, self, self.metrics)


class ResponseUrl:
    """Bolt's `respond`, over the line's connections; Bolt's own opens one each time and may post twice."""

    def __init__(self, response_url: str, client: SlackClient, metrics: Metrics) -> None:
        self._url = response_url
        self._session = client.session
        self._metrics = metrics

    async def __call__(self, text: Any = "", **message: Any) -> WebhookResponse:
        started, result = monotonic(), "unknown"
        try:
            client = AsyncWebhookClient(self._url, session=self._session, retry_handlers=[])
            answer = await client.send_dict({"text": text} | message)
            result = "ok" if answer.status_code < 400 else "refused"
            return answer
        finally:
            self._metrics.slack_call("response_url", result, monotonic() - started)


@asynccontextmanager
async def open_client(settings: Settings, metrics: Metrics) -> AsyncIterator[SlackClient]:
    """A line without the SDK's retries: a retried post may land twice (see docs/reminders.md)."""
    connector = aiohttp.TCPConnector(limit=MAX_CONNECTIONS)
    timeout = aiohttp.ClientTimeout(total=settings.http_timeout_s)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
        seconds = max(1, round(settings.http_timeout_s))
        yield SlackClient(
            metrics, settings.bot_token, settings.slack_api_url, seconds, session=session, retry_handlers=[]
        )


def client_for_bolt(client: SlackClient) -> AsyncWebClient:
    """The same line without a token: Bolt puts in the one that it authorizes each request with."""
    return AsyncWebClient(None, client.base_url, client.timeout, session=client.session, retry_handlers=[])


async def auth_test(client: AsyncWebClient) -> Identity:
    """Who we are; raises SettingsError in words where Slack refuses the token or cannot be reached."""
    try:
        told = await client.auth_test()
    except SlackApiError as error:
        raise TokenRefusedError(error.response.get("error", "unknown error")) from error
    except (aiohttp.ClientError, TimeoutError) as error:
        raise unreachable_reason(client, error) from error
    return Identity(told["team_id"], told["user_id"], told.get("bot_id", ""), told["user"], told["team"])


def unreachable_reason(client: AsyncWebClient, error: Exception) -> SettingsError:
    """In words: no answer came from Slack."""
    return SettingsError(f"Slack cannot be reached at {client.base_url}: {type(error).__name__}. Is the network up?")


def app_token_refusal(error: SlackApiError) -> SettingsError:
    """In words: Slack opens no socket for this app token."""
    reason = error.response.get("error", "unknown error")
    return SettingsError(
        f"Slack refuses SLACK_APP_TOKEN ({reason}). It is an app-level token with the scope connections:write."
    )


OnCall = Callable[[str, str, str], None]  # told workspace, method, and the channel or person it was for, if any


class AccountedClient(SlackClient):
    """The bot's line to Slack, for one request of one person."""

    def __init__(self, client: SlackClient, context: AsyncBoltContext, on_call: OnCall) -> None:
        vars(self).update(vars(client))  # the SDK's constructor would look for proxies anew, at every request
        self._workspace = context.team_id or ""
        self._person = context.user_id or ""
        self._on_call = on_call

    async def api_call(self, api_method: str, **request: Any) -> AsyncSlackResponse:
        """As the SDK's; counted whatever comes of it, as Slack does."""
        channel = str((request.get("json") or {}).get("channel", ""))
        # Where reminders are paced, a direct message goes by its person's id.
        self._on_call(self._workspace, api_method, self._person if channel[:1] == "D" else channel)
        return await super().api_call(api_method, **request)

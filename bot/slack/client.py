"""Call Slack's Web API: one measured client for all, which never posts a second time by itself.

Answers to people do not wait for the rate limiter that all processes share. Their calls are counted, so that the paced
deliveries make room. They keep to one post a second in a channel, and wait when Slack asks for it.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse
from slack_sdk.webhook import WebhookResponse
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.clock import monotonic
from bot.errors import SettingsError, UnavailableError
from bot.settings import Settings
from bot.slack.limits import ChannelPacer
from bot.slack.posting import FAILURES, RateLimited, Refused, Unknown, call_result, failure_of
from bot.telemetry.metrics import Metrics

MAX_CONNECTIONS = 100  # to Slack at once

MAX_CHANNEL_PAGES, CHANNEL_PAGE = 5, 200  # of the list of channels

_NOT_SEEN = frozenset({"channel_not_found", "not_in_channel", "is_archived", "missing_scope"})


@dataclass(frozen=True, slots=True)
class Identity:
    """The bot's identity at Slack (auth.test)."""

    workspace: str
    bot_user: str
    bot: str
    name: str = ""  # the bot's name there
    team: str = ""  # the workspace's name


class TokenRefusedError(SettingsError):
    """Slack refuses the bot's token; `for_good` says that it always will."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"Slack refuses SLACK_BOT_TOKEN ({reason}). Copy it again from your app's page, “Install App”."
        )
        self.for_good = reason in ("account_inactive", "token_revoked")


OnDate = Callable[[datetime], None]


def _ignore_date(_: datetime) -> None:
    """Do nothing with the time that Slack tells."""


class SlackClient(AsyncWebClient):
    """The Web API with every call counted and timed; the further pages of an answer count with their first."""

    def __init__(self, metrics: Metrics, on_date: OnDate, *args: Any, **settings: Any) -> None:
        """`on_date` gets the time that Slack tells with an answer. The other arguments are those of AsyncWebClient."""
        super().__init__(*args, **settings)
        self.metrics = metrics
        self.on_date = on_date

    async def api_call(self, api_method: str, **request: Any) -> AsyncSlackResponse:
        """Make a call; every method of AsyncWebClient goes through here."""
        started, result = monotonic(), "ok"
        try:
            response = await super().api_call(api_method, **request)
            self._note_date(response.headers)
            return response
        except FAILURES as error:
            result = type(failure_of(error)).__name__.lower()
            raise
        finally:
            self.metrics.slack_call(api_method, result, monotonic() - started)

    def _note_date(self, headers: Mapping[str, str]) -> None:
        with suppress(ValueError, TypeError):  # a proxy may leave it out, or write it in its own way
            self.on_date(parsedate_to_datetime(headers["Date"]).astimezone(UTC))


class ResponseUrl:
    """Answers by a response URL. Bolt's `respond` opens a connection each time and may post twice."""

    def __init__(self, url: str, client: SlackClient) -> None:
        self._url = url
        self._session = client.session
        self._metrics = client.metrics

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
async def open_client(
    settings: Settings,
    metrics: Metrics,
    on_date: OnDate = _ignore_date,
    connections: aiohttp.TCPConnector | None = None,
) -> AsyncIterator[SlackClient]:
    """Open a client without the SDK's retries, since a retried post may arrive twice (see docs/reminders.md).

    `connections` are those of several clients, whose owner closes them.
    """
    connector = connections or aiohttp.TCPConnector(limit=MAX_CONNECTIONS)
    timeout = aiohttp.ClientTimeout(total=settings.http_timeout_s)
    async with aiohttp.ClientSession(
        connector=connector, connector_owner=connections is None, timeout=timeout
    ) as session:
        seconds = max(1, round(settings.http_timeout_s))
        yield SlackClient(
            metrics, on_date, settings.bot_token, settings.slack_api_url, seconds, session=session, retry_handlers=[]
        )


async def auth_test(client: AsyncWebClient) -> Identity:
    """Ask Slack who the bot is.

    Raises SettingsError if Slack refuses the token, or UnavailableError if it does not answer.
    """
    identity = await _checked(client, client.auth_test(), TokenRefusedError)
    return Identity(
        identity["team_id"], identity["user_id"], identity.get("bot_id", ""), identity["user"], identity["team"]
    )


async def open_socket_url(client: AsyncWebClient, app_token: str) -> str:
    """Ask Slack for the address of a socket, which can be used once. Raises the same errors as `auth_test`."""
    answer = await _checked(client, client.apps_connections_open(app_token=app_token), app_token_refusal)
    return str(answer["url"])


async def _checked(
    client: AsyncWebClient, call: Awaitable[AsyncSlackResponse], refusal: Callable[[str], SettingsError]
) -> AsyncSlackResponse:
    """Slack's answer, or an error that says whether the token or something else is the matter."""
    answer = await call_result(call)
    if isinstance(answer, AsyncSlackResponse):
        return answer
    if isinstance(answer, RateLimited):
        raise UnavailableError("Slack is getting too many requests, and asks the bot to wait.", answer.retry_after)
    if isinstance(answer, Refused) and answer.scope == "workspace":
        raise refusal(answer.error)
    reason = answer.reason if isinstance(answer, Unknown) else answer.error
    if isinstance(answer, Refused) and not answer.by_slack:
        raise UnavailableError(f"Slack cannot be reached at {client.base_url}: {reason}. Is the network up?")
    raise UnavailableError(f"Slack answers at {client.base_url}, but not as it should: {reason}.")


def app_token_refusal(reason: str) -> SettingsError:
    """The error that says that Slack opens no socket for this app token."""
    return SettingsError(
        f"Slack refuses SLACK_APP_TOKEN ({reason}). It should be an app-level token with the scope connections:write."
    )


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
    # At the last page, or at an error, the wizard goes on without other channels.
    with suppress(StopAsyncIteration, SlackApiError, aiohttp.ClientError, TimeoutError):
        pages = aiter(await client.conversations_list(exclude_archived=True, limit=CHANNEL_PAGE))
        for _ in range(MAX_CHANNEL_PAGES):  # some may be nearly empty
            channels += (await anext(pages))["channels"]
    by_size = sorted(channels, key=lambda channel: (-int(str(channel.get("num_members", 0))), str(channel["name"])))
    return tuple(PublicChannel(str(channel["name"]), bool(channel.get("is_member"))) for channel in by_size)


OnCall = Callable[[str, str], None]  # (method, channel or person or empty)


MAX_RETRY_WAIT_S = 30.0  # over all retries of a call that Slack refused with 429, which had no effect

TRIGGER_WAIT_S = 1.0  # a modal must open within three seconds of the press


class AccountedClient(SlackClient):
    """The bot's client for one request of one person, with its calls reported to `on_call`."""

    def __init__(self, client: SlackClient, person: str, on_call: OnCall, pacer: ChannelPacer) -> None:
        super().__init__(
            client.metrics,
            client.on_date,
            client.token,
            client.base_url,
            client.timeout,
            session=client.session,
            retry_handlers=[],
        )
        self._person = person
        self._on_call = on_call
        self._pacer = pacer

    async def api_call(self, api_method: str, **request: Any) -> AsyncSlackResponse:
        """Make a call when its channel has a slot, and again if Slack answers 429 with a short enough wait."""
        arguments = request.get("json") or {}
        channel = str(arguments.get("channel", ""))
        patience = TRIGGER_WAIT_S if "trigger_id" in arguments else MAX_RETRY_WAIT_S
        while True:
            if api_method == "chat.postMessage":
                await self._pacer.wait_for_slot(channel)
            # The rate limiter knows a direct message by its person's id. Slack counts a call whatever its result.
            self._on_call(api_method, self._person if channel[:1] == "D" else channel)
            try:
                return await super().api_call(api_method, **request)
            except SlackApiError as error:
                failure = failure_of(error)
                if not isinstance(failure, RateLimited) or failure.retry_after > patience:
                    raise
                patience -= failure.retry_after
                await asyncio.sleep(failure.retry_after)


async def posting_refusal(client: AsyncWebClient, channel: str) -> str:
    """The error with which Slack would refuse a post to a channel, as far as it tells before; else empty."""
    try:
        info = (await client.conversations_info(channel=channel))["channel"]
    except SlackApiError as error:
        refusal = str(error.response.get("error"))
        if refusal in _NOT_SEEN:
            return refusal
        raise
    if info.get("is_archived"):
        return "is_archived"
    return "" if info.get("is_member") else "not_in_channel"

"""Socket Mode: everything Slack sends over a socket that the bot opened, handed to Bolt."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.connection import app_token_refusal

IsConnected = Callable[[], Awaitable[bool]]


@asynccontextmanager
async def run_socket(app: AsyncApp, client: AsyncWebClient, app_token: str) -> AsyncIterator[IsConnected]:
    """Connected while inside, again and again if need be; gives what tells whether it is so now.

    Raises SettingsError where Slack refuses the app token.
    """
    socket = AsyncSocketModeHandler(app, app_token, web_client=client).client
    try:
        socket.wss_uri = await socket.issue_new_wss_url()
    except SlackApiError as error:
        raise app_token_refusal(error) from error
    try:
        await socket.connect()  # type: ignore[no-untyped-call]  # the SDK leaves it untyped
        yield socket.is_connected
    finally:
        await socket.close()  # type: ignore[no-untyped-call]

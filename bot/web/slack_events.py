"""`POST /slack/events`: everything Slack sends over HTTP, handed to Bolt once its signature is checked.

Socket Mode: everything Slack sends over a socket that the bot opened, handed to Bolt."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Protocol

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import Clock
from bot.slack.client import app_token_refusal
from bot.web.health import Shutdown
from bot.web.signed_requests import SignedRequests


class EventApp(Protocol):
    """Bolt's app, or what finds the one that a request is for."""

    async def async_dispatch(self, req: AsyncBoltRequest) -> BoltResponse: ...


def event_routes(app: EventApp, shutdown: Shutdown, signing_secret: str) -> list[web.RouteDef]:
    """The routes for Slack's requests; Bolt sees only those that Slack signed and that can be read."""
    signed = SignedRequests(signing_secret, Clock().system_now)

    async def receive(request: web.Request) -> web.Response:
        if shutdown.closed:
            raise web.HTTPServiceUnavailable(text="This node stops.", headers={"Connection": "close"})
        response = await to_aiohttp_response(await app.async_dispatch(await signed.read(request)))
        if shutdown.draining:
            response.force_close()  # else a proxy sends the next request on a line that is about to be cut
        return response

    return [web.post("/slack/events", receive)]


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

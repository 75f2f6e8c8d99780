"""Socket Mode: everything Slack sends over a socket that the bot opened, handed to Bolt."""

import asyncio
import logging

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.web.async_client import AsyncWebClient

from bot import telemetry
from bot.clock import monotonic
from bot.errors import UnavailableError
from bot.slack.client import open_socket_url
from bot.supervisor import Part, Supervisor

CHECK_INTERVAL_S = 5.0

REBUILD_AFTER_S = 60.0  # without a connection; Slack hands out about one address a minute

CONNECT_TIMEOUT_S = 15.0

_log = telemetry.logger("web")


class SocketConnection:
    """The connection over which Slack sends requests.

    The SDK reconnects when Slack asks it to. But an address can be used only once, and the SDK tries the same one for ever
    when a handshake fails. So a client without a connection for REBUILD_AFTER_S is replaced.
    """

    def __init__(self, app: AsyncApp, client: AsyncWebClient, app_token: str) -> None:
        self._app = app
        self._client = client
        self._app_token = app_token
        self._socket: SocketModeClient | None = None
        self._connected_at = monotonic()  # when it was last seen connected, or tried again

    async def open(self) -> None:
        """Connect. Raises SettingsError if Slack refuses the app token, and UnavailableError if it does not answer."""
        await self.close()
        self._connected_at = monotonic()
        url = await open_socket_url(self._client, self._app_token)
        handler = AsyncSocketModeHandler(self._app, self._app_token, _quiet_logger(), self._client)
        socket = handler.client
        socket.wss_uri = url
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                await socket.connect()  # type: ignore[no-untyped-call]  # the SDK leaves it untyped
        except TimeoutError:
            await socket.close()  # type: ignore[no-untyped-call]
            raise UnavailableError("Slack gave an address for Socket Mode that can't be reached.") from None
        self._socket = socket

    def start(self, supervisor: Supervisor) -> Part:
        """Watch the connection from now on."""
        return supervisor.start("socket", self._check, interval_s=CHECK_INTERVAL_S)

    async def close(self) -> None:
        if self._socket is not None:
            await self._socket.close()  # type: ignore[no-untyped-call]
            self._socket = None

    async def problem(self) -> str:
        """The reason why Slack is not heard; empty while it is."""
        if self._socket is not None and await self._socket.is_connected():
            return ""
        return f"not connected to Slack for {monotonic() - self._connected_at:.0f} s"

    async def _check(self) -> None:
        if not await self.problem():
            self._connected_at = monotonic()
        elif monotonic() - self._connected_at > REBUILD_AFTER_S:
            _log.warning("the socket is opened anew")
            await self.open()


def _quiet_logger() -> logging.Logger:
    """A logger for the SDK, which quotes the socket's secret address in its errors."""
    return logging.Logger("bot.web.socket_mode", logging.CRITICAL)

"""Everything Slack sends, handed to Bolt: over HTTP with a checked signature, or over a socket that the bot opened.

docs.slack.dev/authentication/verifying-requests-from-slack
"""

import asyncio
import hashlib
import hmac
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.web.async_client import AsyncWebClient

from bot import telemetry
from bot.clock import Clock, monotonic
from bot.errors import UnavailableError
from bot.slack.client import open_socket_url
from bot.supervisor import Part, Supervisor
from bot.web.health import Shutdown

MOST_AGE_S = 300

TIMESTAMP, SIGNATURE = "X-Slack-Request-Timestamp", "X-Slack-Signature"

NOT_SIGNED = "This address is for Slack: the request has no Slack signature."

NOT_SLACKS = "The body is not what Slack sends."

_MOST_FIELDS = 100  # of a form: Slack sends 15, and thousands would hold the event loop for 0.1 s (`make fuzz-http`)

_SECONDS = re.compile("[0-9]{1,12}")  # since 1970

_SIGNATURE = re.compile("v0=[0-9a-f]{64}")

# Bolt sees these headers and no others: some others change how it runs a listener.
_PASSED_ON = ("Content-Type", TIMESTAMP, SIGNATURE, "X-Slack-Retry-Num", "X-Slack-Retry-Reason")

# Of the context that Bolt reads from the body.
_IDS = ("enterprise_id", "team_id", "user_id", "channel_id", "thread_ts")

# Errors of Bolt's parser, which takes the shape of a body for granted.
_MISREAD = (AttributeError, LookupError, RecursionError, TypeError, ValueError)

CHECK_INTERVAL_S = 5.0  # between two looks at the socket

REBUILD_AFTER_S = 60.0  # without a connection; Slack hands out about one address a minute

CONNECT_TIMEOUT_S = 15.0

_log = telemetry.logger("web")


class SignedRequests:
    """Verifies requests with the app's signing secret."""

    def __init__(self, signing_secret: str, now: Callable[[], datetime]) -> None:
        self._secret = signing_secret.encode()
        self._now = now

    async def read(self, request: web.Request) -> AsyncBoltRequest:
        """Return the request as Bolt takes it.

        Until the signature is checked, the body is nothing but bytes: it is neither decoded nor parsed. Raises
        HTTPUnauthorized, HTTPRequestEntityTooLarge, or HTTPBadRequest for a signed request that cannot be read.
        """
        timestamp, signature = self._claims(request.headers)
        body = await request.read()
        if not hmac.compare_digest(signature, self._signature(timestamp, body)):
            raise web.HTTPUnauthorized(text=NOT_SIGNED)
        return _parsed(body, request)

    def _claims(self, headers: Mapping[str, str]) -> tuple[str, str]:
        """Return timestamp and signature as the headers give them, so that an old or unsigned request is not read."""
        timestamp, signature = headers.get(TIMESTAMP, ""), headers.get(SIGNATURE, "")
        if not (_SECONDS.fullmatch(timestamp) and _SIGNATURE.fullmatch(signature)):
            raise web.HTTPUnauthorized(text=NOT_SIGNED)
        if abs(self._now().timestamp() - int(timestamp)) > MOST_AGE_S:
            raise web.HTTPUnauthorized(text=NOT_SIGNED)
        return timestamp, signature

    def _signature(self, timestamp: str, body: bytes) -> str:
        digest = hmac.new(self._secret, f"v0:{timestamp}:".encode(), hashlib.sha256)
        digest.update(body)
        return f"v0={digest.hexdigest()}"


def _parsed(body: bytes, request: web.Request) -> AsyncBoltRequest:
    """Decode as strict UTF-8, which is all that Slack writes, and parse."""
    if (request.charset or "utf-8").lower() not in ("utf-8", "utf8"):
        raise web.HTTPBadRequest(text=NOT_SLACKS)
    if not body.startswith(b"{") and body.count(b"&") >= _MOST_FIELDS:
        raise web.HTTPBadRequest(text=NOT_SLACKS)
    headers: dict[str, str | Sequence[str]] = {
        name: request.headers[name] for name in _PASSED_ON if name in request.headers
    }
    try:
        parsed = AsyncBoltRequest(body=body.decode("utf-8"), headers=headers)
    except _MISREAD as error:
        raise web.HTTPBadRequest(text=NOT_SLACKS) from error
    ids = (parsed.context.get(name, "") for name in _IDS)
    if not isinstance(parsed.body, dict) or not all(isinstance(id, str) for id in ids):
        raise web.HTTPBadRequest(text=NOT_SLACKS)
    return parsed


class EventApp(Protocol):
    """Bolt's app, or what finds the one that a request is for."""

    async def async_dispatch(self, req: AsyncBoltRequest) -> BoltResponse: ...


def event_routes(
    app: EventApp, shutdown: Shutdown, signing_secret: str, clock: Clock | None = None
) -> list[web.RouteDef]:
    """The routes for Slack's requests; Bolt sees only those that Slack signed lately and that can be read."""
    signed = SignedRequests(signing_secret, (clock or Clock()).real_now)

    async def receive(request: web.Request) -> web.Response:
        if shutdown.closed:
            raise web.HTTPServiceUnavailable(text="This process is shutting down.", headers={"Connection": "close"})
        response = await to_aiohttp_response(await app.async_dispatch(await signed.read(request)))
        if shutdown.draining:
            response.force_close()  # else a proxy sends the next request on a line that is about to be cut
        return response

    return [web.post("/slack/events", receive)]


class SocketConnection:
    """The connection over which Slack sends requests.

    The SDK reconnects when Slack asks it to. But an address can be used only once, and the SDK tries the same one for
    ever when a handshake fails. So a client without a connection for REBUILD_AFTER_S is replaced.
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
        self._socket = handler.client  # from now on, since a stop may interrupt the connecting
        self._socket.wss_uri = url
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                await self._socket.connect()  # type: ignore[no-untyped-call]  # the SDK leaves it untyped
        except TimeoutError:
            await self.close()
            raise UnavailableError("Slack gave an address for Socket Mode that can't be reached.") from None

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
    return logging.Logger("bot.web.slack_events", logging.CRITICAL)

"""Socket Mode of the fake Slack: payloads go to the bot over the sockets that it opened."""

import asyncio
import json
import secrets
from itertools import count
from typing import Any

from aiohttp import WSMsgType, web

from bot.fake_slack import delivery_to_app
from bot.fake_slack.arguments import SlackRefusal
from bot.fake_slack.delivery_to_app import UNREACHABLE, Acknowledgement, Attempt, PayloadKind

MAX_SOCKETS = 10  # per app


class SocketTransport:
    """Sends payloads over up to ten open sockets in turn (docs.slack.dev/apis/events-api/using-socket-mode)."""

    def __init__(self, app_id: str) -> None:
        self.base_url = ""  # ws://host:port; set when the fake Slack is served
        self.refuses_handshakes = False  # a fault: an address is spent, and yet no connection is made
        self._app_id = app_id
        self.tickets_spent: list[str] = []
        self._tickets: set[str] = set()
        self._sockets: list[web.WebSocketResponse] = []
        self._waiting: dict[str, asyncio.Future[Any]] = {}
        self._turn = count()

    @property
    def connected(self) -> int:
        return len(self._sockets)

    def open(self) -> str:
        """Return the URL for one connection, as apps.connections.open does. Raises SlackRefusal."""
        if len(self._sockets) >= MAX_SOCKETS:
            raise SlackRefusal("too_many_websockets")
        ticket = secrets.token_urlsafe(12)
        self._tickets.add(ticket)
        return f"{self.base_url}/link/?ticket={ticket}&app_id={self._app_id}"

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Serve one connection of the bot until it ends."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=401, text="invalid ticket")
        self._tickets.discard(ticket)
        self.tickets_spent.append(ticket)
        if self.refuses_handshakes:
            return web.Response(status=503, text="try again later")
        ws = web.WebSocketResponse(autoping=True)
        await ws.prepare(request)
        self._sockets.append(ws)
        try:
            await ws.send_json(self._hello())
            async for message in ws:
                if message.type == WSMsgType.TEXT:
                    self._acknowledge(message.data)
        finally:
            self._sockets.remove(ws)
        return ws

    async def send(self, kind: PayloadKind, payload: dict[str, Any], attempt: Attempt) -> Acknowledgement:
        """Send one envelope to the next socket and wait for its acknowledgement."""
        if not self._sockets:
            return UNREACHABLE
        ws = self._sockets[next(self._turn) % len(self._sockets)]
        envelope = _envelope(kind, payload, attempt)
        answer = asyncio.get_running_loop().create_future()
        self._waiting[envelope["envelope_id"]] = answer
        try:
            await ws.send_json(envelope)
            async with asyncio.timeout(delivery_to_app.ANSWER_SECONDS):
                return Acknowledgement(ok=True, body=await answer)
        except (TimeoutError, ConnectionError):
            return Acknowledgement(ok=False, failure="operation_timeout", reason="http_timeout", status=0)
        finally:
            del self._waiting[envelope["envelope_id"]]

    async def disconnect(self) -> None:
        """Ask every socket to connect again, as Slack does every few hours."""
        asked = {"type": "disconnect", "reason": "refresh_requested", "debug_info": {"host": "fake-slack"}}
        for ws in tuple(self._sockets):
            await ws.send_json(asked)
            await ws.close()

    def cut(self) -> None:
        """Break every connection without closing it."""
        for ws in tuple(self._sockets):
            if (writer := ws._writer) is not None and writer.transport is not None:  # no public way
                writer.transport.abort()

    async def close(self) -> None:
        for ws in tuple(self._sockets):
            await ws.close()

    def _acknowledge(self, text: str) -> None:
        message = json.loads(text)
        answer = self._waiting.get(message.get("envelope_id", ""))
        if answer is not None and not answer.done():
            answer.set_result(message.get("payload") or None)

    def _hello(self) -> dict[str, Any]:
        return {
            "type": "hello",
            "num_connections": len(self._sockets),
            "debug_info": {"host": "fake-slack", "build_number": 1, "approximate_connection_time": 18060},
            "connection_info": {"app_id": self._app_id},
        }


def _envelope(kind: PayloadKind, payload: dict[str, Any], attempt: Attempt) -> dict[str, Any]:
    envelope = {
        "envelope_id": secrets.token_hex(16),
        "type": kind,
        "payload": payload,
        "accepts_response_payload": kind != "events_api",
    }
    if kind == "events_api":
        envelope |= {"retry_attempt": attempt.number, "retry_reason": attempt.reason}
    return envelope

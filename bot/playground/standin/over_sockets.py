"""Payloads to the bot over Socket Mode (docs.slack.dev/apis/events-api/using-socket-mode)."""

import asyncio
import json
import secrets
from itertools import count
from typing import Any

from aiohttp import WSMsgType, web

from bot.playground.standin.line import ANSWER_SECONDS, Acknowledgement, Attempt, PayloadKind
from bot.playground.standin.refusal import SlackRefusal

MAX_SOCKETS = 10  # per app


class SocketTransport:
    """Up to ten sockets; each payload goes to any one of them."""

    def __init__(self, app_id: str) -> None:
        self.base_url = ""  # ws://host:port; known once the stand-in is served
        self._app_id = app_id
        self._tickets: set[str] = set()
        self._sockets: list[web.WebSocketResponse] = []
        self._waiting: dict[str, asyncio.Future[Any]] = {}
        self._turn = count()

    @property
    def connected(self) -> int:
        return len(self._sockets)

    def open(self) -> str:
        """A URL for one connection, as apps.connections.open gives it; raises SlackRefusal."""
        if len(self._sockets) >= MAX_SOCKETS:
            raise SlackRefusal("too_many_websockets")
        ticket = secrets.token_urlsafe(12)
        self._tickets.add(ticket)
        return f"{self.base_url}/link/?ticket={ticket}&app_id={self._app_id}"

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One connection of the bot's, to its end."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=401, text="invalid ticket")
        self._tickets.discard(ticket)
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
        """One envelope to the next socket, and its acknowledgement."""
        if not self._sockets:
            return Acknowledgement(ok=False, failure="dispatch_failed", reason="connection_failed", status=0)
        ws = self._sockets[next(self._turn) % len(self._sockets)]
        envelope = _envelope(kind, payload, attempt)
        answer = asyncio.get_running_loop().create_future()
        self._waiting[envelope["envelope_id"]] = answer
        try:
            await ws.send_json(envelope)
            async with asyncio.timeout(ANSWER_SECONDS):
                return Acknowledgement(ok=True, body=await answer)
        except (TimeoutError, ConnectionError):
            return Acknowledgement(ok=False, failure="operation_timeout", reason="http_timeout", status=0)
        finally:
            del self._waiting[envelope["envelope_id"]]

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Tell every socket to connect anew (`warning` first says: soon), as Slack does every few hours."""
        for ws in tuple(self._sockets):
            await ws.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "standin"}})
            if reason != "warning":
                await ws.close()

    def cut(self) -> None:
        """Break every line without a word."""
        for ws in tuple(self._sockets):
            if (writer := ws._writer) is not None and writer.transport is not None:  # noqa: SLF001  # no public way
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
            "debug_info": {"host": "standin", "build_number": 1, "approximate_connection_time": 18060},
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

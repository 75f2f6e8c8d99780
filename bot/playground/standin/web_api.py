"""The Web API over HTTP: token, limits and faults around the methods."""

import asyncio
import json
import socket
import struct
from collections.abc import Callable
from typing import Any

from aiohttp import web

from bot.playground.standin.arguments import Arguments, read
from bot.playground.standin.faults import Fault, Faults
from bot.playground.standin.methods.table import METHODS, SCOPES
from bot.playground.standin.rates import Rates
from bot.playground.standin.refusal import RefusalError
from bot.playground.standin.workspace import Workspace

SILENCE_SECONDS = 60.0


class WebApi:
    """Answers `POST` or `GET /api/{method}`."""

    def __init__(self, workspace: Workspace, bot_token: str, app_token: str, open_socket: Callable[[], str]) -> None:
        self.faults = Faults()
        self.rates = Rates()
        self.scopes: frozenset[str] | None = None  # what the bot was granted; None: everything
        self.revoked = False
        self._workspace = workspace
        self._bot_token = bot_token
        self._app_token = app_token
        self._open_socket = open_socket
        self._later: set[asyncio.Task[None]] = set()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One call: read, perhaps struck by a fault, perhaps limited, else answered."""
        method = request.match_info["method"]
        self._workspace.journal.calls[method] += 1
        try:
            call = await read(request)
        except RefusalError as refusal:
            return _json(refusal.body())
        token = request.headers.get("Authorization", "").removeprefix("Bearer ") or call.text("token")
        channel = call.text("channel")
        fault = self.faults.next(method, channel)
        if fault is not None:
            return await self._suffer(fault, request, method, call, token)
        if wait := self.rates.retry_after(method, channel):
            self._workspace.journal.answers[f"{method} ratelimited"] += 1
            return _json(RefusalError("ratelimited").body(), 429, wait)
        return _json(self._answer(method, call, token))

    def _answer(self, method: str, call: Arguments, token: str) -> dict[str, Any]:
        try:
            body = {"ok": True} | self._perform(method, call, token)
        except RefusalError as refusal:
            body = refusal.body()
        self._workspace.journal.answers[f"{method} {body.get('error', 'ok')}"] += 1
        return body

    def _perform(self, method: str, call: Arguments, token: str) -> dict[str, Any]:
        if method == "apps.connections.open":
            self._admit(token, self._app_token)
            return {"url": self._open_socket()}
        if method not in METHODS:
            raise RefusalError("unknown_method", req_method=method)
        if method != "api.test":
            self._admit(token, self._bot_token)
            self._check_scope(method)
        return METHODS[method](self._workspace, call)

    def _admit(self, token: str, right: str) -> None:
        if not token:
            raise RefusalError("not_authed")
        if token != right:
            other = token in (self._bot_token, self._app_token)
            raise RefusalError("not_allowed_token_type" if other else "invalid_auth")
        if self.revoked:
            raise RefusalError("token_revoked")

    def _check_scope(self, method: str) -> None:
        needed = SCOPES.get(method, frozenset())
        if self.scopes is not None and needed and not needed & self.scopes:
            raise RefusalError("missing_scope", needed=",".join(sorted(needed)), provided=",".join(sorted(self.scopes)))

    async def _suffer(
        self, fault: Fault, request: web.Request, method: str, call: Arguments, token: str
    ) -> web.StreamResponse:
        """Let the call take effect or not, and tell something else."""
        if fault.delay_s:
            await asyncio.sleep(fault.delay_s)
        body: dict[str, Any] = {"ok": True}
        if fault.lands and fault.late_s:
            task = asyncio.create_task(self._land_late(fault.late_s, method, call, token))
            self._later.add(task)
            task.add_done_callback(self._later.discard)
        elif fault.lands:
            body = self._answer(method, call, token)
        self._workspace.journal.answers[f"{method} fault"] += 1
        return await _tell(fault, request, body)

    async def _land_late(self, seconds: float, method: str, call: Arguments, token: str) -> None:
        await asyncio.sleep(seconds)
        self._answer(method, call, token)

    async def close(self) -> None:
        """Forget what was still to land."""
        for task in tuple(self._later):
            task.cancel()
        await asyncio.gather(*self._later, return_exceptions=True)


async def _tell(fault: Fault, request: web.Request, body: dict[str, Any]) -> web.StreamResponse:
    if fault.told == "error":
        return _json({"ok": False, "error": fault.error})
    if fault.told == "status":
        refused = {"ok": False, "error": "ratelimited" if fault.status == 429 else "internal_error"}
        return _json(refused, fault.status, fault.retry_after if fault.status == 429 else 0)
    if fault.told == "silence":
        await asyncio.sleep(SILENCE_SECONDS)
    if fault.told in ("reset", "silence"):
        _break(request)
    return _json(body)


def _break(request: web.Request) -> None:
    """End the connection with a reset, not with a polite end."""
    if request.transport is not None:
        raw = request.transport.get_extra_info("socket")
        if raw is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        request.transport.abort()


def _json(body: dict[str, Any], status: int = 200, retry_after: int = 0) -> web.Response:
    headers = {"Retry-After": str(retry_after)} if retry_after else {}
    return web.Response(text=json.dumps(body), status=status, headers=headers, content_type="application/json")

"""The Web API over HTTP: tokens, scopes, rate limits and faults around the methods, and those for users and views."""

import asyncio
import json
import socket
import struct
from collections.abc import Callable
from types import MappingProxyType
from typing import Any

from aiohttp import web

from bot.fake_slack import api_conversations
from bot.fake_slack.arguments import Arguments, SlackRefusal, read_arguments
from bot.fake_slack.block_kit import check_view
from bot.fake_slack.faults import Fault, Faults, RateLimits
from bot.fake_slack.views import SlackView
from bot.fake_slack.workspace import FakeWorkspace, WorkspaceEvent

Method = Callable[[FakeWorkspace, Arguments], dict[str, Any]]


def user_info(workspace: FakeWorkspace, call: Arguments) -> dict[str, Any]:
    """Return one user."""
    user = workspace.users.get(call.required("user"))
    if user is None:
        raise SlackRefusal("user_not_found")
    return {"user": user.as_slack(workspace.team_id, workspace.clock.real_now())}


def open_view(workspace: FakeWorkspace, call: Arguments) -> dict[str, Any]:
    """Open a modal for the person who caused the trigger."""
    trigger = workspace.tokens.use_trigger(call.required("trigger_id"))
    view = workspace.views.open(trigger.user, check_view("modal", _view(call)))
    return _notify_and_return(workspace, view)


def push_view(workspace: FakeWorkspace, call: Arguments) -> dict[str, Any]:
    """Open a modal on top of the open one."""
    trigger = workspace.tokens.use_trigger(call.required("trigger_id"))
    view = workspace.views.push(trigger.user, check_view("modal", _view(call)))
    return _notify_and_return(workspace, view)


def update_view(workspace: FakeWorkspace, call: Arguments) -> dict[str, Any]:
    """Replace the content of an open view."""
    view = workspace.views.find(call.text("view_id"), call.text("external_id"))
    payload = check_view(str(view.payload["type"]), _view(call))
    return _notify_and_return(workspace, workspace.views.update(view, payload, call.text("hash")))


def publish_view(workspace: FakeWorkspace, call: Arguments) -> dict[str, Any]:
    """Publish a person's App Home."""
    user = workspace.users.get(call.required("user_id"))
    if user is None or user.is_bot:
        raise SlackRefusal("user_not_found")
    payload = check_view("home", _view(call))
    return _notify_and_return(workspace, workspace.views.publish(user.id, payload, call.text("hash")))


def _notify_and_return(workspace: FakeWorkspace, view: SlackView) -> dict[str, Any]:
    """Notify watchers that a view changed, and return the view object."""
    workspace.notify(WorkspaceEvent("home" if view.payload["type"] == "home" else "view", user=view.user))
    return {"view": view.as_slack(workspace.team_id, workspace.app_id, workspace.bot_id)}


def _view(call: Arguments) -> Any:
    return call.structure("view", "invalid_arguments")


def _api_test(workspace: FakeWorkspace, call: Arguments) -> dict[str, Any]:
    del workspace, call
    return {"args": {}}


def _auth_test(workspace: FakeWorkspace, call: Arguments) -> dict[str, Any]:
    del call
    return {
        "url": "https://playground.slack.example/",
        "team": workspace.team_name,
        "user": workspace.bot.name,
        "team_id": workspace.team_id,
        "user_id": workspace.bot.id,
        "bot_id": workspace.bot_id,
        "is_enterprise_install": False,
    }


METHODS: MappingProxyType[str, Method] = MappingProxyType(
    {
        "api.test": _api_test,
        "auth.test": _auth_test,
        "chat.postEphemeral": api_conversations.post_ephemeral,
        "chat.postMessage": api_conversations.post_message,
        "chat.update": api_conversations.update_message,
        "conversations.history": api_conversations.history,
        "conversations.info": api_conversations.info,
        "conversations.list": api_conversations.list_,
        "conversations.members": api_conversations.members,
        "conversations.open": api_conversations.open_,
        "conversations.replies": api_conversations.replies,
        "users.info": user_info,
        "views.open": open_view,
        "views.publish": publish_view,
        "views.push": push_view,
        "views.update": update_view,
    }
)

# The scopes of which a bot token needs one to call a method (docs.slack.dev/reference/scopes).
SCOPES: MappingProxyType[str, frozenset[str]] = MappingProxyType(
    {
        "chat.postEphemeral": frozenset({"chat:write"}),
        "chat.postMessage": frozenset({"chat:write"}),
        "chat.update": frozenset({"chat:write"}),
        "conversations.history": frozenset({"channels:history", "groups:history", "im:history"}),
        "conversations.info": frozenset({"channels:read", "groups:read", "im:read"}),
        "conversations.list": frozenset({"channels:read", "groups:read", "im:read"}),
        "conversations.members": frozenset({"channels:read", "groups:read", "im:read"}),
        "conversations.open": frozenset({"im:write"}),
        "conversations.replies": frozenset({"channels:history", "groups:history", "im:history"}),
        "users.info": frozenset({"users:read"}),
    }
)

# For these methods the conversation's kind decides which scope is needed.
SCOPES_BY_KIND = MappingProxyType(
    {
        "conversations.history": "history",
        "conversations.info": "read",
        "conversations.members": "read",
        "conversations.replies": "history",
    }
)

SCOPE_PREFIXES = MappingProxyType({"public": "channels", "private": "groups", "im": "im", "mpim": "mpim"})

NO_ANSWER_SECONDS = 60.0


class WebApi:
    """The handler of `POST` and `GET /api/{method}`."""

    def __init__(
        self, workspace: FakeWorkspace, bot_token: str, app_token: str, open_socket: Callable[[], str]
    ) -> None:
        self.faults = Faults()
        self.rates = RateLimits()
        self.scopes: frozenset[str] | None = None  # the granted scopes; None means all
        self.revoked = False
        self._workspace = workspace
        self.bot_token = bot_token
        self._app_token = app_token
        self._open_socket = open_socket
        self._late_calls: set[asyncio.Task[None]] = set()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answer one call, unless a fault applies to it or it exceeds a rate limit."""
        method = request.match_info["method"]
        self._workspace.journal.calls[method] += 1
        try:
            call = await read_arguments(request)
        except SlackRefusal as refusal:
            return _json_response(refusal.body())
        token = request.headers.get("Authorization", "").removeprefix("Bearer ") or call.text("token")
        channel = call.text("channel")
        fault = self.faults.next(method, channel)
        if fault is not None:
            return await self._apply_fault(fault, request, method, call, token)
        if wait := self.rates.retry_after(method, channel):
            self._workspace.journal.answers[f"{method} ratelimited"] += 1
            return _json_response(SlackRefusal("ratelimited").body(), 429, wait)
        return _json_response(self._answer(method, call, token))

    def _answer(self, method: str, call: Arguments, token: str) -> dict[str, Any]:
        try:
            body = {"ok": True} | self._perform(method, call, token)
        except SlackRefusal as refusal:
            body = refusal.body()
        self._workspace.journal.answers[f"{method} {body.get('error', 'ok')}"] += 1
        return body

    def _perform(self, method: str, call: Arguments, token: str) -> dict[str, Any]:
        if method == "apps.connections.open":
            self._check_token(token, self._app_token)
            return {"url": self._open_socket()}
        if method not in METHODS:
            raise SlackRefusal("unknown_method", req_method=method)
        if method != "api.test":
            self._check_token(token, self.bot_token)
            self._check_scope(method, call)
        return METHODS[method](self._workspace, call)

    def _check_token(self, token: str, expected: str) -> None:
        if not token:
            raise SlackRefusal("not_authed")
        if token != expected:
            is_other_type = token in (self.bot_token, self._app_token)
            raise SlackRefusal("not_allowed_token_type" if is_other_type else "invalid_auth")
        if self.revoked:
            raise SlackRefusal("token_revoked")

    def _check_scope(self, method: str, call: Arguments) -> None:
        needed = SCOPES.get(method, frozenset())
        conversation = self._workspace.conversations.get(call.text("channel"))
        if conversation is not None and method in SCOPES_BY_KIND:
            needed = frozenset({f"{SCOPE_PREFIXES[conversation.kind]}:{SCOPES_BY_KIND[method]}"})
        if self.scopes is not None and needed and not needed & self.scopes:
            raise SlackRefusal("missing_scope", needed=",".join(sorted(needed)), provided=",".join(sorted(self.scopes)))

    async def _apply_fault(
        self, fault: Fault, request: web.Request, method: str, call: Arguments, token: str
    ) -> web.StreamResponse:
        """Let the call take effect or not, and answer as the fault says."""
        if fault.delay_s:
            await asyncio.sleep(fault.delay_s)
        body: dict[str, Any] = {"ok": True}
        if fault.lands and fault.late_s:
            task = asyncio.create_task(self._perform_late(fault.late_s, method, call, token))
            self._late_calls.add(task)
            task.add_done_callback(self._late_calls.discard)
        elif fault.lands:
            body = self._answer(method, call, token)
        self._workspace.journal.answers[f"{method} fault"] += 1
        return await _fault_response(fault, request, body)

    async def _perform_late(self, seconds: float, method: str, call: Arguments, token: str) -> None:
        await asyncio.sleep(seconds)
        self._answer(method, call, token)

    async def close(self) -> None:
        """Cancel the calls that have yet to take effect."""
        for task in tuple(self._late_calls):
            task.cancel()
        await asyncio.gather(*self._late_calls, return_exceptions=True)


async def _fault_response(fault: Fault, request: web.Request, body: dict[str, Any]) -> web.StreamResponse:
    if fault.response == "error":
        return _json_response({"ok": False, "error": fault.error})
    if fault.response == "status":
        refused = {"ok": False, "error": "ratelimited" if fault.status == 429 else "internal_error"}
        return _json_response(refused, fault.status, fault.retry_after if fault.status == 429 else 0)
    if fault.response == "no_answer":
        await asyncio.sleep(NO_ANSWER_SECONDS)
    if fault.response in ("reset", "no_answer"):
        _reset_connection(request)
    return _json_response(body)


def _reset_connection(request: web.Request) -> None:
    """End the connection with a TCP reset instead of closing it properly."""
    if request.transport is not None:
        raw = request.transport.get_extra_info("socket")
        if raw is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        request.transport.abort()


def _json_response(body: dict[str, Any], status: int = 200, retry_after: int = 0) -> web.Response:
    headers = {"Retry-After": str(retry_after)} if retry_after else {}
    return web.Response(text=json.dumps(body), status=status, headers=headers, content_type="application/json")

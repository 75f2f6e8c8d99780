"""The Web API over HTTP: tokens and scopes around the methods, and the methods for users and views."""

from collections.abc import Callable
from typing import Any

from aiohttp import web

from bot.fake_slack import api_conversations
from bot.fake_slack.arguments import Arguments, SlackRefusal, read_arguments
from bot.fake_slack.block_kit import check_view
from bot.fake_slack.views import SlackView
from bot.fake_slack.workspace import FakeWorkspace, WorkspaceEvent

Method = Callable[[FakeWorkspace, Arguments], dict[str, Any]]


def user_info(workspace: FakeWorkspace, call: Arguments) -> dict[str, Any]:
    user = workspace.users.get(call.required("user"))
    if user is None:
        raise SlackRefusal("user_not_found")
    return {"user": user.as_slack(workspace.team_id)}


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
    view = workspace.views.find(call.text("view_id"))
    payload = check_view(view.payload["type"], _view(call))
    return _notify_and_return(workspace, workspace.views.update(view, payload, call.text("hash")))


def publish_view(workspace: FakeWorkspace, call: Arguments) -> dict[str, Any]:
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


METHODS: dict[str, Method] = {
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

# The scope that a bot token needs to call a method (docs.slack.dev/reference/scopes). For `:read` and `:history`, the
# conversation's kind decides which one.
SCOPES = {
    "chat.postEphemeral": "chat:write",
    "chat.postMessage": "chat:write",
    "chat.update": "chat:write",
    "conversations.history": ":history",
    "conversations.info": ":read",
    "conversations.list": ":read",
    "conversations.members": ":read",
    "conversations.open": "im:write",
    "conversations.replies": ":history",
    "users.info": "users:read",
}

SCOPE_PREFIXES = {"public": "channels", "private": "groups", "im": "im", "mpim": "mpim"}


class WebApi:
    """The handler of `POST` and `GET /api/{method}`."""

    def __init__(self, workspace: FakeWorkspace, bot_token: str) -> None:
        self.workspace = workspace
        self.bot_token = bot_token
        self.scopes: frozenset[str] | None = None  # the granted scopes; None means all

    async def serve(self, request: web.Request) -> web.StreamResponse:
        self.workspace.journal.calls[request.match_info["method"]] += 1
        try:
            call = await read_arguments(request)
        except SlackRefusal as refusal:
            return web.json_response(refusal.body())
        return await self.answer(request, call)

    async def answer(self, request: web.Request, call: Arguments) -> web.StreamResponse:
        return web.json_response(self.perform(request, call))

    def perform(self, request: web.Request, call: Arguments) -> dict[str, Any]:
        """Let a call take effect, and return the body of its answer."""
        method = request.match_info["method"]
        token = request.headers.get("Authorization", "").removeprefix("Bearer ") or call.text("token")
        try:
            body = {"ok": True} | self.call_method(method, call, token)
        except SlackRefusal as refusal:
            body = refusal.body()
        self.workspace.journal.answers[f"{method} {body.get('error', 'ok')}"] += 1
        return body

    def call_method(self, method: str, call: Arguments, token: str) -> dict[str, Any]:
        """Check the token and its scopes, and call the method. Raises SlackRefusal."""
        if method not in METHODS:
            raise SlackRefusal("unknown_method", req_method=method)
        if method != "api.test":
            self.check_token(token, self.bot_token)
            self._check_scope(method, call)
        return METHODS[method](self.workspace, call)

    def check_token(self, token: str, expected: str) -> None:
        """Raise SlackRefusal for any other token than the expected one."""
        if not token:
            raise SlackRefusal("not_authed")
        if token != expected:
            raise SlackRefusal("invalid_auth")

    def _check_scope(self, method: str, call: Arguments) -> None:
        needed = SCOPES.get(method, "")
        if self.scopes is None or not needed:
            return
        sufficient = {needed}
        if needed.startswith(":"):
            conversation = self.workspace.conversations.get(call.text("channel"))
            prefixes = [SCOPE_PREFIXES[conversation.kind]] if conversation else ["channels", "groups", "im"]
            sufficient = {prefix + needed for prefix in prefixes}
        if not sufficient & self.scopes:
            raise SlackRefusal(
                "missing_scope", needed=",".join(sorted(sufficient)), provided=",".join(sorted(self.scopes))
            )

"""users.* and team.*: who is here, and where.

views.*: modals and App Homes."""

from typing import Any

from bot.fake_slack.api_conversations import KINDS, conversation_as_slack
from bot.fake_slack.arguments import Arguments, SlackRefusal
from bot.fake_slack.block_kit import check_view
from bot.fake_slack.views import SlackView
from bot.fake_slack.workspace import FakeWorkspace, WorkspaceEvent


def info(workspace: FakeWorkspace, call: Arguments) -> dict[str, Any]:
    user = workspace.users.get(call.required("user"))
    if user is None:
        raise SlackRefusal("user_not_found")
    return {"user": user.as_slack(workspace.team_id, workspace.clock.real_now())}


def list_(workspace: FakeWorkspace, call: Arguments) -> dict[str, Any]:
    now = workspace.clock.real_now()
    start, limit = int(call.text("cursor") or 0), call.number("limit", 1_000, 1_000)
    users = list(workspace.users.values())
    return {
        "members": [user.as_slack(workspace.team_id, now) for user in users[start : start + limit]],
        "response_metadata": {"next_cursor": str(start + limit) if start + limit < len(users) else ""},
    }


def conversations(workspace: FakeWorkspace, call: Arguments) -> dict[str, Any]:
    """Where a person, or else the bot, is a member."""
    user = call.text("user", workspace.bot.id)
    kinds = {KINDS.get(kind.strip(), "") for kind in call.text("types", "public_channel").split(",")}
    found = [one for one in workspace.conversations.values() if user in one.members and one.kind in kinds]
    visible = [one for one in found if one.kind == "public" or workspace.bot.id in one.members]
    return {
        "channels": [conversation_as_slack(workspace, one) for one in visible],
        "response_metadata": {"next_cursor": ""},
    }


def team_info(workspace: FakeWorkspace, call: Arguments) -> dict[str, Any]:
    del call
    return {"team": {"id": workspace.team_id, "name": workspace.team_name, "domain": "playground"}}


def open_(workspace: FakeWorkspace, call: Arguments) -> dict[str, Any]:
    trigger = workspace.tokens.use_trigger(call.required("trigger_id"))
    view = workspace.views.open(trigger.user, check_view("modal", _view(call)))
    return notify_and_return(workspace, view)


def push(workspace: FakeWorkspace, call: Arguments) -> dict[str, Any]:
    trigger = workspace.tokens.use_trigger(call.required("trigger_id"))
    view = workspace.views.push(trigger.user, check_view("modal", _view(call)))
    return notify_and_return(workspace, view)


def update(workspace: FakeWorkspace, call: Arguments) -> dict[str, Any]:
    found = workspace.views.find(call.text("view_id"), call.text("external_id"))
    payload = check_view(str(found.payload["type"]), _view(call))
    return notify_and_return(workspace, workspace.views.update(found, payload, call.text("hash")))


def publish(workspace: FakeWorkspace, call: Arguments) -> dict[str, Any]:
    user = workspace.users.get(call.required("user_id"))
    if user is None or user.is_bot:
        raise SlackRefusal("user_not_found")
    payload = check_view("home", _view(call))
    return notify_and_return(workspace, workspace.views.publish(user.id, payload, call.text("hash")))


def notify_and_return(workspace: FakeWorkspace, view: SlackView) -> dict[str, Any]:
    """Tell watchers that a view changed, and give it as Slack does."""
    workspace.notify(WorkspaceEvent("home" if view.payload["type"] == "home" else "view", user=view.user))
    return {"view": view.as_slack(workspace.team_id, workspace.app_id, workspace.bot_id)}


def _view(call: Arguments) -> Any:
    return call.structure("view", "invalid_arguments")

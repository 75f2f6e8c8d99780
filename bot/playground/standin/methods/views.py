"""views.*: modals and App Homes."""

from typing import Any

from bot.playground.standin.arguments import Arguments
from bot.playground.standin.content import check_view
from bot.playground.standin.refusal import SlackRefusal
from bot.playground.standin.views import SlackView
from bot.playground.standin.workspace import FakeWorkspace, WorkspaceEvent


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

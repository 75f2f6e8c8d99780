"""views.*: modals and App Homes."""

from typing import Any

from bot.playground.standin.arguments import Arguments
from bot.playground.standin.content import check_view
from bot.playground.standin.refusal import RefusalError
from bot.playground.standin.views import View
from bot.playground.standin.workspace import Happening, Workspace


def open_(workspace: Workspace, call: Arguments) -> dict[str, Any]:
    trigger = workspace.tickets.pull(call.need("trigger_id"))
    view = workspace.views.open(trigger.user, check_view("modal", _view(call)))
    return shown(workspace, view)


def push(workspace: Workspace, call: Arguments) -> dict[str, Any]:
    trigger = workspace.tickets.pull(call.need("trigger_id"))
    view = workspace.views.push(trigger.user, check_view("modal", _view(call)))
    return shown(workspace, view)


def update(workspace: Workspace, call: Arguments) -> dict[str, Any]:
    found = workspace.views.find(call.text("view_id"), call.text("external_id"))
    payload = check_view(str(found.payload["type"]), _view(call))
    return shown(workspace, workspace.views.update(found, payload, call.text("hash")))


def publish(workspace: Workspace, call: Arguments) -> dict[str, Any]:
    user = workspace.users.get(call.need("user_id"))
    if user is None or user.is_bot:
        raise RefusalError("user_not_found")
    payload = check_view("home", _view(call))
    return shown(workspace, workspace.views.publish(user.id, payload, call.text("hash")))


def shown(workspace: Workspace, view: View) -> dict[str, Any]:
    """Tell watchers that a view changed, and give it as Slack does."""
    workspace.tell(Happening("home" if view.payload["type"] == "home" else "view", user=view.user))
    return {"view": view.as_slack(workspace.team_id, workspace.app_id, workspace.bot_id)}


def _view(call: Arguments) -> Any:
    return call.structure("view", "invalid_arguments")

"""The methods users.*, team.* and views.*."""

from typing import Any

from bot.fake_slack.api_conversations import conversation_as_slack, conversations_of_types, page_of
from bot.fake_slack.arguments import Arguments, SlackRefusal
from bot.fake_slack.block_kit import check_view
from bot.fake_slack.views import SlackView
from bot.fake_slack.workspace import FakeWorkspace, WorkspaceEvent


def info(workspace: FakeWorkspace, call: Arguments) -> dict[str, Any]:
    """Return one user."""
    user = workspace.users.get(call.required("user"))
    if user is None:
        raise SlackRefusal("user_not_found")
    return {"user": user.as_slack(workspace.team_id, workspace.clock.real_now())}


def list_(workspace: FakeWorkspace, call: Arguments) -> dict[str, Any]:
    """Return a page of all users."""
    now = workspace.clock.real_now()
    users = [user.as_slack(workspace.team_id, now) for user in workspace.users.values()]
    return page_of("members", users, call, limit=1_000)


def conversations(workspace: FakeWorkspace, call: Arguments) -> dict[str, Any]:
    """List the conversations of a person, or of the bot where no person is given."""
    user = call.text("user", workspace.bot.id)
    theirs = [
        conversation_as_slack(workspace, conversation)
        for conversation in conversations_of_types(workspace, call)
        if user in conversation.members
    ]
    return page_of("channels", theirs, call)


def team_info(workspace: FakeWorkspace, call: Arguments) -> dict[str, Any]:
    """Return the workspace's id and name."""
    del call
    return {"team": {"id": workspace.team_id, "name": workspace.team_name, "domain": "playground"}}


def open_(workspace: FakeWorkspace, call: Arguments) -> dict[str, Any]:
    """Open a modal for the person who caused the trigger."""
    trigger = workspace.tokens.use_trigger(call.required("trigger_id"))
    view = workspace.views.open(trigger.user, check_view("modal", _view(call)))
    return notify_and_return(workspace, view)


def push(workspace: FakeWorkspace, call: Arguments) -> dict[str, Any]:
    """Open a modal on top of the open one."""
    trigger = workspace.tokens.use_trigger(call.required("trigger_id"))
    view = workspace.views.push(trigger.user, check_view("modal", _view(call)))
    return notify_and_return(workspace, view)


def update(workspace: FakeWorkspace, call: Arguments) -> dict[str, Any]:
    """Replace the content of an open view."""
    view = workspace.views.find(call.text("view_id"), call.text("external_id"))
    payload = check_view(str(view.payload["type"]), _view(call))
    return notify_and_return(workspace, workspace.views.update(view, payload, call.text("hash")))


def publish(workspace: FakeWorkspace, call: Arguments) -> dict[str, Any]:
    """Publish a person's App Home."""
    user = workspace.users.get(call.required("user_id"))
    if user is None or user.is_bot:
        raise SlackRefusal("user_not_found")
    payload = check_view("home", _view(call))
    return notify_and_return(workspace, workspace.views.publish(user.id, payload, call.text("hash")))


def notify_and_return(workspace: FakeWorkspace, view: SlackView) -> dict[str, Any]:
    """Notify watchers that a view changed, and return the view object."""
    workspace.notify(WorkspaceEvent("home" if view.payload["type"] == "home" else "view", user=view.user))
    return {"view": view.as_slack(workspace.team_id, workspace.app_id, workspace.bot_id)}


def _view(call: Arguments) -> Any:
    return call.structure("view", "invalid_arguments")

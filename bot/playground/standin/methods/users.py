"""users.* and team.*: who is here, and where."""

from typing import Any

from bot.playground.standin.arguments import Arguments
from bot.playground.standin.methods.conversations import KINDS
from bot.playground.standin.methods.reach import conversation_as_slack
from bot.playground.standin.refusal import SlackRefusal
from bot.playground.standin.workspace import FakeWorkspace


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

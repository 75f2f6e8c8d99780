"""Every Web API method the stand-in answers."""

from types import MappingProxyType
from typing import Any

from bot.playground.standin.arguments import Arguments
from bot.playground.standin.methods import Method, chat, conversations, users, views
from bot.playground.standin.workspace import FakeWorkspace


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
        "chat.delete": chat.delete,
        "chat.getPermalink": chat.get_permalink,
        "chat.postEphemeral": chat.post_ephemeral,
        "chat.postMessage": chat.post_message,
        "chat.update": chat.update,
        "conversations.history": conversations.history,
        "conversations.info": conversations.info,
        "conversations.invite": conversations.invite,
        "conversations.join": conversations.join,
        "conversations.leave": conversations.leave,
        "conversations.list": conversations.list_,
        "conversations.members": conversations.members,
        "conversations.open": conversations.open_,
        "conversations.replies": conversations.replies,
        "team.info": users.team_info,
        "users.conversations": users.conversations,
        "users.info": users.info,
        "users.list": users.list_,
        "views.open": views.open_,
        "views.publish": views.publish,
        "views.push": views.push,
        "views.update": views.update,
    }
)

# What a bot token must have been granted for a method, where it needs anything (docs.slack.dev/reference/scopes).
SCOPES: MappingProxyType[str, frozenset[str]] = MappingProxyType(
    {
        "chat.delete": frozenset({"chat:write"}),
        "chat.postEphemeral": frozenset({"chat:write"}),
        "chat.postMessage": frozenset({"chat:write"}),
        "chat.update": frozenset({"chat:write"}),
        "conversations.history": frozenset({"channels:history", "groups:history", "im:history"}),
        "conversations.info": frozenset({"channels:read", "groups:read", "im:read"}),
        "conversations.join": frozenset({"channels:join"}),
        "conversations.list": frozenset({"channels:read", "groups:read", "im:read"}),
        "conversations.members": frozenset({"channels:read", "groups:read", "im:read"}),
        "conversations.open": frozenset({"im:write"}),
        "conversations.replies": frozenset({"channels:history", "groups:history", "im:history"}),
        "team.info": frozenset({"team:read"}),
        "users.conversations": frozenset({"channels:read", "groups:read", "im:read"}),
        "users.info": frozenset({"users:read"}),
        "users.list": frozenset({"users:read"}),
    }
)

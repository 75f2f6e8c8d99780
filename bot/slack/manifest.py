"""The manifest of the Slack app (docs.slack.dev/reference/app-manifest): it declares exactly the events listened to."""

from collections.abc import Mapping
from typing import Any

import yaml

from bot.blockkit import action_ids
from bot.errors import SettingsError
from bot.settings import COMMAND, slash_command

SCOPES = {
    "app_mentions:read": "to be asked in a channel",
    "channels:history": "to find out whether a reminder arrived, after a failure, and to find its answer to an edited mention",
    "channels:read": "to see whether it was invited to a channel",
    "chat:write": "to answer and to remind",
    "commands": "for the slash command",
    "groups:history": "to do the same in private channels it was invited to",
    "groups:read": "to see the same for private channels, and to find the organisers' channel",
    "im:history": "to be asked in a direct message, and to find out whether a personal reminder arrived",
    "im:write": "to remind a person who asked for it",
    "users:read": "to know people's time zones, and who administers the workspace",
}

# Shown while one types the command.
USAGE_HINT = (
    "next · now · today · changes · save TITLE · agenda · calendar · remind me · settings"
    " · who talks about Terraform? · help"
)

EVENTS = ("app_home_opened", "app_mention", "channel_id_changed", "member_joined_channel", "message.im")

MULTI_WORKSPACE_EVENTS = ("app_uninstalled", "tokens_revoked")


def manifest(command: str = COMMAND, url: str = "", *, many: bool = False) -> dict[str, Any]:
    """The manifest for Socket Mode, or for HTTP where `url` gives the bot's public address.

    With `many` it is for an app that workspaces install by themselves. Raises SettingsError for a command that Slack
    does not accept, and for many workspaces without an address.
    """
    if many and not url:
        raise SettingsError("Many workspaces install the bot over HTTP: say its public address with --url.")
    name = slash_command(command).removeprefix("/")
    base = url.rstrip("/")
    address = {"request_url": f"{base}/slack/events"} if url else {}
    redirect = {"redirect_urls": [f"{base}/slack/oauth_redirect"]} if many else {}
    return {
        "display_information": {
            "name": name,
            "description": "What's on, who's speaking, and reminders in time",
            "background_color": "#1f3a5f",
        },
        "features": _app_features(name, address),
        "oauth_config": {**redirect, "scopes": {"bot": sorted(SCOPES)}},
        "settings": {
            "event_subscriptions": address | {"bot_events": [*EVENTS, *(MULTI_WORKSPACE_EVENTS if many else ())]},
            "interactivity": {"is_enabled": True} | address,
            "org_deploy_enabled": False,
            "socket_mode_enabled": not url,
            "token_rotation_enabled": False,
        },
    }


def _app_features(name: str, address: Mapping[str, str]) -> dict[str, Any]:
    """The parts of the app that people see: its page, its command, its shortcut."""
    return {
        "app_home": {
            "home_tab_enabled": True,
            "messages_tab_enabled": True,
            "messages_tab_read_only_enabled": False,
        },
        "bot_user": {"display_name": name, "always_online": True},
        "shortcuts": [
            {
                "name": "Find a talk",
                "type": "global",
                "callback_id": action_ids.FIND,
                "description": "Find a talk or a speaker while typing",
            }
        ],
        "slash_commands": [
            {
                "command": f"/{name}",
                "description": "What's on, who's speaking, reminders",
                "usage_hint": USAGE_HINT,
                "should_escape": True,
            }
            | ({"url": address["request_url"]} if address else {})
        ],
    }


def manifest_yaml(command: str = COMMAND, url: str = "", *, many: bool = False) -> str:
    """The manifest's text, ready to paste at Slack under "From a manifest"."""
    return yaml.safe_dump(manifest(command, url, many=many), sort_keys=False, allow_unicode=True, width=100)

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import bot
from bot.errors import SettingsError
from bot.handlers.ask.subcommands import SUBCOMMANDS
from bot.questions.parse import LONE_COMMANDS
from bot.slack.manifest import SCOPES, USAGE_HINT, manifest


def test_a_socket_mode_manifest_has_no_request_url() -> None:
    written = manifest()
    assert written["settings"]["socket_mode_enabled"] is True
    assert "request_url" not in str(written)


def test_every_address_in_an_http_manifest_leads_to_the_bot() -> None:
    written = manifest("/pycon", "https://bot.example.org/")
    address = "https://bot.example.org/slack/events"
    assert written["settings"]["event_subscriptions"]["request_url"] == address
    assert written["settings"]["interactivity"]["request_url"] == address
    assert written["features"]["slash_commands"][0]["url"] == address
    assert written["features"]["slash_commands"][0]["command"] == "/pycon"


def test_people_can_write_to_the_bot() -> None:
    home = manifest()["features"]["app_home"]
    assert home["messages_tab_enabled"]
    assert not home["messages_tab_read_only_enabled"]


@pytest.mark.parametrize("name", ["", "/", "/two words", "/UPPER", "/a/b", "/" + "x" * 32])
def test_a_command_name_that_slack_does_not_accept_is_refused(name: str) -> None:
    with pytest.raises(SettingsError, match="slash command"):
        manifest(name)


# Scopes that each Web API method and event needs (docs.slack.dev/reference/methods and /events).
METHODS: dict[str, set[str]] = {
    "apps_connections_open": set(),
    "auth_revoke": set(),
    "auth_test": set(),
    "chat_postEphemeral": {"chat:write"},
    "chat_postMessage": {"chat:write"},
    "chat_update": {"chat:write"},
    "conversations_history": {"channels:history", "groups:history", "im:history"},
    "conversations_info": {"channels:read", "groups:read"},
    "conversations_list": {"channels:read", "groups:read"},
    "conversations_members": {"channels:read", "groups:read"},
    "conversations_open": {"im:write"},
    "conversations_replies": {"channels:history", "groups:history"},
    "users_info": {"users:read"},
    "views_open": set(),
    "views_publish": set(),
    "views_push": set(),
    "views_update": set(),
}

EVENTS: dict[str, set[str]] = {
    "app_home_opened": set(),
    "app_mention": {"app_mentions:read"},
    "app_uninstalled": set(),
    "channel_id_changed": {"channels:read", "groups:read"},
    "member_joined_channel": {"channels:read", "groups:read"},
    "message.im": {"im:history"},
    "tokens_revoked": set(),
}

FOLDERS = ("handlers", "slack", "delivery", "web", "app")


def _calls() -> Iterator[tuple[str, ast.Call]]:
    """Every call in the folders that talk to Slack, with the name of the function or method."""
    for folder in FOLDERS:
        for file in (Path(bot.__file__).parent / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                    yield node.func.attr, node
                elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                    yield node.func.id, node


def _events() -> set[str]:
    """The events that some method is marked with."""
    events = {
        str(call.args[0].value)
        for name, call in _calls()
        if name == "on_event" and isinstance(call.args[0], ast.Constant)
    }
    return {"message.im" if event == "message" else event for event in events}


DEPARTURES = {"app_uninstalled", "tokens_revoked"}  # no app gets them: see tests/app/test_multi.py


def test_the_manifest_declares_exactly_the_events_that_are_listened_to() -> None:
    assert _events() | DEPARTURES == set(
        manifest(url="https://x.org", many=True)["settings"]["event_subscriptions"]["bot_events"]
    )


def test_only_apps_for_many_workspaces_subscribe_to_uninstall_events() -> None:
    one, many = manifest(), manifest(url="https://bot.example.org/", many=True)
    declared, more = (each["settings"]["event_subscriptions"]["bot_events"] for each in (one, many))
    assert set(more) - set(declared) == DEPARTURES
    assert many["oauth_config"]["redirect_urls"] == ["https://bot.example.org/slack/oauth_redirect"]
    with pytest.raises(SettingsError, match="--url"):
        manifest(many=True)


def test_the_manifest_asks_for_exactly_the_scopes_that_calls_and_events_need() -> None:
    web_api = {
        name
        for name, call in _calls()
        if name.split("_")[0] in {"apps", "auth", "chat", "conversations", "users", "views"} and "_" in name
    }
    needed = {"commands"}.union(
        *(METHODS[name] for name in web_api), *(EVENTS[event] for event in _events() | DEPARTURES)
    )
    assert needed == set(SCOPES)


def test_the_usage_hint_names_only_known_subcommands_and_all_important_ones() -> None:
    hinted = {part.split(" ")[0] for part in USAGE_HINT.split(" · ") if not part.endswith("?")}
    assert hinted <= {*SUBCOMMANDS, *LONE_COMMANDS}
    assert hinted >= {"next", "today", "changes", "save", "agenda", "calendar", "remind", "settings", "help"}

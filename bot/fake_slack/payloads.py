"""Build the payloads that Slack sends to an app: events, commands and interactions."""

import secrets
from typing import Any

from bot.fake_slack.api_conversations import message_as_slack
from bot.fake_slack.views import SlackView
from bot.fake_slack.workspace import FakeWorkspace, SlackConversation, SlackMessage

Payload = dict[str, Any]

_CHANNEL_TYPES = {"im": "im", "mpim": "mpim", "public": "channel", "private": "group"}


class Payloads:
    """Builds payloads for one workspace (docs.slack.dev/reference/events, /reference/interaction-payloads)."""

    def __init__(self, workspace: FakeWorkspace) -> None:
        self._workspace = workspace
        self.base_url = ""  # of response URLs; set when the fake Slack is served

    def event(self, event: Payload) -> Payload:
        """Wrap an event in its envelope."""
        workspace = self._workspace
        return {
            "token": "verification-token",
            "team_id": workspace.team_id,
            "api_app_id": workspace.app_id,
            "event": event | {"event_ts": workspace.next_ts()},
            "type": "event_callback",
            "event_id": f"Ev{secrets.token_hex(5).upper()}",
            "event_time": int(workspace.clock.real_now().timestamp()),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": workspace.team_id,
                    "user_id": workspace.bot.id,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": False,
            "event_context": secrets.token_hex(8),
        }

    def message_event(self, message: SlackMessage, kind: str) -> Payload:
        """Build a `message` or `app_mention` event."""
        conversation = self._workspace.conversations[message.channel]
        shown = message_as_slack(self._workspace, message, metadata=True)
        event = shown | {"type": kind, "channel": conversation.id}
        if kind == "message":
            event["channel_type"] = _CHANNEL_TYPES[conversation.kind]
        return self.event(event)

    def changed_event(self, message: SlackMessage, previous_text: str) -> Payload:
        """Build the `message` event for an edited message."""
        conversation = self._workspace.conversations[message.channel]
        shown = message_as_slack(self._workspace, message)
        event = {
            "type": "message",
            "subtype": "message_changed",
            "hidden": True,
            "channel": conversation.id,
            "channel_type": _CHANNEL_TYPES[conversation.kind],
            "ts": message.edited_ts,
            "message": shown,
            "previous_message": shown | {"text": previous_text},
        }
        return self.event(event)

    def command(self, user: str, conversation: SlackConversation, command: str, text: str) -> Payload:
        workspace = self._workspace
        name = {"im": "directmessage", "private": "privategroup"}.get(conversation.kind, conversation.name)
        return {
            "token": "verification-token",
            "team_id": workspace.team_id,
            "team_domain": "playground",
            "channel_id": conversation.id,
            "channel_name": name,
            "user_id": user,
            "user_name": workspace.users[user].name,
            "command": command,
            "text": text,
            "api_app_id": workspace.app_id,
            "is_enterprise_install": "false",
            "response_url": self.response_url(conversation.id, user),
            "trigger_id": workspace.tokens.trigger(user),
        }

    def interaction(self, kind: str, user: str, **more: Any) -> Payload:
        """Build an interaction: the fields common to all, and those in `more`."""
        workspace = self._workspace
        return {
            "type": kind,
            "user": {
                "id": user,
                "username": workspace.users[user].name,
                "name": workspace.users[user].name,
                "team_id": workspace.team_id,
            },
            "api_app_id": workspace.app_id,
            "token": "verification-token",
            "team": {"id": workspace.team_id, "domain": "playground"},
            "enterprise": None,
            "is_enterprise_install": False,
        } | more

    def on_message(self, user: str, message: SlackMessage) -> Payload:
        """Build the fields that an interaction in a message has."""
        conversation = self._workspace.conversations[message.channel]
        url = self.response_url(conversation.id, user, message.ts)
        return {
            "container": {
                "type": "message",
                "message_ts": message.ts,
                "channel_id": conversation.id,
                "is_ephemeral": bool(message.only_to),
            }
            | ({"thread_ts": message.thread_ts} if message.thread_ts else {}),
            "channel": {"id": conversation.id, "name": conversation.name or "directmessage"},
            "message": message_as_slack(self._workspace, message, metadata=True),
            "response_url": url,
        }

    def in_view(self, view: SlackView) -> Payload:
        """Build the fields that an interaction in a modal or an App Home has."""
        return {"container": {"type": "view", "view_id": view.id}, "view": self.view(view)}

    def view(self, view: SlackView) -> Payload:
        return view.as_slack(self._workspace.team_id, self._workspace.app_id, self._workspace.bot_id)

    def response_url(self, channel: str, user: str, message_ts: str = "") -> str:
        ticket = self._workspace.tokens.response_url(channel, user, message_ts)
        return f"{self.base_url}/respond/{ticket}"

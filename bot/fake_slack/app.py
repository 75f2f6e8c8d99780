"""The bot as an app in the workspace: the events and commands that it gets, and the messages that it answers with."""

from typing import Any

from bot.fake_slack.block_kit import check_message, with_ids
from bot.fake_slack.delivery_to_app import AppTransport
from bot.fake_slack.payloads import Payload, Payloads
from bot.fake_slack.workspace import FakeWorkspace, SlackConversation, SlackMessage, WorkspaceEvent

# The events to which the bot is subscribed unless its manifest says otherwise.
EVENTS = frozenset({"app_mention", "message.im", "app_home_opened", "member_joined_channel"})


class InstalledApp:
    """Sends the bot the events of every change of the workspace, and shows what it answers."""

    def __init__(self, workspace: FakeWorkspace, transport: AppTransport, payloads: Payloads) -> None:
        self.events = EVENTS
        self.commands: frozenset[str] | None = None  # None: any
        self.echoes = True  # Slack sends an app its own messages, too; benchmarks can switch it off
        self.workspace = workspace
        self.transport = transport
        self.payloads = payloads
        workspace.watchers.append(self._send_change)

    def send_event(self, event: str, payload: Payload) -> None:
        """Send an event if the bot is subscribed to it."""
        if event in self.events:
            self.transport.send_event(payload)

    def respond(self, response_url: str, body: dict[str, Any]) -> None:
        """Carry out the bot's call of a response URL. Raises SlackRefusal."""
        url = self.workspace.tokens.respond(response_url)
        conversation = self.workspace.conversations[url.channel]
        original = conversation.messages.get(url.message_ts)
        if body.get("delete_original") and original is not None:
            self.workspace.delete(original)
            return
        check_message(body)
        if body.get("replace_original") and original is not None:
            self.workspace.edit(original, text=body["text"], blocks=with_ids(body.get("blocks") or []))
            return
        self.show(conversation, url.user, body)

    def show(self, conversation: SlackConversation, user: str, body: dict[str, Any]) -> None:
        """Show the bot's answer to a person, or to everyone if it says so.

        It is in a thread only if it says so, too: a response URL remembers the channel alone.
        """
        self.workspace.post(
            conversation,
            self.workspace.bot.id,
            body["text"],
            blocks=with_ids(body.get("blocks") or []),
            only_to="" if body.get("response_type") == "in_channel" else user,
            thread_ts=body.get("thread_ts") or "",
            from_app=True,
        )

    def _send_change(self, change: WorkspaceEvent) -> None:
        if change.kind == "message" and change.message is not None:
            self._send_message(change.message)
        elif change.kind == "changed" and change.message is not None:
            self._send_edit(change.message, change.previous_text)
        elif change.kind == "joined":
            conversation = self.workspace.conversations[change.channel]
            if self.workspace.bot.id in conversation.members:
                event = {"type": "member_joined_channel", "user": change.user, "channel": conversation.id}
                kind = {"channel_type": "C" if conversation.kind == "public" else "G", "team": self.workspace.team_id}
                self.send_event("member_joined_channel", self.payloads.event(event | kind))

    def _send_message(self, message: SlackMessage) -> None:
        conversation = self.workspace.conversations[message.channel]
        if message.only_to or self.workspace.bot.id not in conversation.members:
            return
        if message.from_app and not self.echoes:
            return
        if conversation.kind == "im":
            self.send_event("message.im", self.payloads.message_event(message, "message"))
        elif not message.from_app and f"<@{self.workspace.bot.id}>" in message.text:
            self.send_event("app_mention", self.payloads.message_event(message, "app_mention"))

    def _send_edit(self, message: SlackMessage, previous_text: str) -> None:
        """Slack tells of edits in direct messages, and repeats a mention whenever its message is edited."""
        if self.workspace.conversations[message.channel].kind == "im":
            if not message.only_to and (self.echoes or not message.from_app):
                self.send_event("message.im", self.payloads.changed_event(message, previous_text))
        else:
            self._send_message(message)

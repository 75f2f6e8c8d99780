"""One request from Slack, as the features read and answer it."""

from dataclasses import dataclass
from html import unescape
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_bolt.kwargs_injection.async_args import AsyncArgs
from slack_sdk.web.async_client import AsyncWebClient


@dataclass(frozen=True, slots=True)
class SlackRequest:
    """A command, an event, a press of a button, a choice in a menu, or a submitted form.

    Ids are empty where the request has none. The properties read the body when they are asked, so that a malformed
    body fails inside the listener, where the guard answers errors.
    """

    workspace: str
    channel: str
    user: str
    bot_user: str
    body: dict[str, Any]  # as Bolt parsed it
    payload: dict[str, Any]  # the part that the listener is about: the event, the action, the command
    client: AsyncWebClient
    ack: AsyncAck
    respond: AsyncRespond
    response_url: str
    typed: str | None = None  # the command's words where they stand elsewhere than in a slash command

    @classmethod
    def from_bolt(cls, args: AsyncArgs) -> "SlackRequest":
        """Read the ids once that Bolt found in the body."""
        context = args.context
        return cls(
            workspace=context.team_id or "",
            channel=context.channel_id or "",
            user=context.user_id or "",
            bot_user=context.bot_user_id or "",
            body=args.body,
            payload=args.payload,
            client=args.client,
            ack=args.ack,
            respond=args.respond,
            response_url=context.response_url or "",
        )

    @property
    def is_command(self) -> bool:
        """Tell whether somebody typed the slash command."""
        return "command" in self.body

    @property
    def is_message(self) -> bool:
        """Tell whether somebody wrote a message to the bot."""
        return "event" in self.body

    @property
    def is_acknowledged(self) -> bool:
        """Tell whether Slack has its answer; then more can only follow by other ways."""
        return self.ack.response is not None

    @property
    def text(self) -> str:
        """The words after the slash command as they were typed, or those that stand for one."""
        return (unescape(str(self.body.get("text", ""))) if self.typed is None else self.typed).strip()

    @property
    def arguments(self) -> str:
        """The words after the subcommand, which is the first word."""
        return self.text.partition(" ")[2].strip()

    @property
    def thread(self) -> str:
        """The timestamp of the thread that the message is a reply in; empty outside of threads."""
        message = self.body.get("event") or self.body.get("container") or {}
        thread = str(message.get("thread_ts") or "")
        return "" if thread == message.get("message_ts", message.get("ts")) else thread

    @property
    def pressed_ts(self) -> str:
        """The timestamp of the message with the pressed button."""
        return str(self.body["container"]["message_ts"])

    @property
    def view(self) -> dict[str, Any]:
        """The modal or App Home that the request comes from; raises KeyError where it comes from a message."""
        view: dict[str, Any] = self.body["view"]
        return view

    @property
    def trigger_id(self) -> str:
        """The permission to open a modal, valid for three seconds."""
        return str(self.body["trigger_id"])

    async def direct_message(self) -> str:
        """Open the person's direct message with the bot, where it is not open yet. Return its id."""
        return str((await self.client.conversations_open(users=self.user))["channel"]["id"])

    @property
    def value(self) -> str:
        """The value of the button that was pressed, or the letters typed into a menu."""
        return str(self.payload["value"])

    @property
    def selected(self) -> str:
        """The value of the option that was chosen in a menu."""
        return str(self.payload["selected_option"]["value"])

    @property
    def is_in_modal(self) -> bool:
        """Tell whether somebody pressed or submitted something in a modal."""
        in_modal = self.body.get("view", {}).get("type") == "modal"
        return in_modal and self.body.get("type") in ("view_submission", "block_actions")

    @property
    def is_private(self) -> bool:
        """Tell whether nobody else sees the message that was pressed."""
        ephemeral = self.body.get("container", {}).get("is_ephemeral", False)
        return bool(ephemeral) or self.channel.startswith("D")

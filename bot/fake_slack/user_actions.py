"""Carry out what people do in the workspace: change it, and send the bot the payloads that Slack would send."""

import re
import secrets
from typing import Any

from bot.fake_slack.arguments import SlackRefusal
from bot.fake_slack.block_kit import check_message, check_view, with_ids
from bot.fake_slack.delivery_to_app import Acknowledgement, AppTransport
from bot.fake_slack.payloads import Payload, Payloads
from bot.fake_slack.views import SlackView
from bot.fake_slack.workspace import FakeWorkspace, SlackConversation, SlackMessage, WorkspaceEvent

# The events to which the bot is subscribed unless its manifest says otherwise.
EVENTS = frozenset({"app_mention", "message.im", "app_home_opened", "member_joined_channel"})


class UserActions:
    """The actions of people. Each changes the workspace, sends the bot a payload and shows its answer."""

    def __init__(self, workspace: FakeWorkspace, transport: AppTransport, payloads: Payloads) -> None:
        self.events = EVENTS
        self.commands: frozenset[str] | None = None  # None: any
        self.echoes = True  # Slack sends an app its own messages, too; benchmarks can switch it off
        self.workspace = workspace
        self.transport = transport
        self.payloads = payloads
        workspace.watchers.append(self._send_events)

    def say(
        self, user: str, conversation: SlackConversation, text: str, thread_ts: str = "", file: str = ""
    ) -> SlackMessage:
        """Post what a person types, with a file of this name if one is given.

        Slack turns `@name` and `#channel` into mentions and escapes `&<>`.
        """
        files = [{"id": f"F0{secrets.token_hex(4).upper()}", "name": file}] if file else []
        typed = as_slack_text(self.workspace, text)
        return self.workspace.post(conversation, user, typed, thread_ts=thread_ts, files=files)

    def edit(self, message: SlackMessage, text: str) -> None:
        """Edit a person's message."""
        self.workspace.edit(message, text=as_slack_text(self.workspace, text))

    async def command(self, user: str, conversation: SlackConversation, command: str, text: str) -> Acknowledgement:
        """Type a slash command: Slack's own `/invite`, or one for the bot."""
        if command == "/invite":
            return self._invite(user, conversation, text)
        if self.commands is not None and command not in self.commands:
            self._slackbot(
                user, conversation, f"{command} is not a command here. Try {', '.join(sorted(self.commands))}."
            )
            return Acknowledgement(ok=False, failure="no_such_command")
        payload = self.payloads.command(user, conversation, command, as_slack_text(self.workspace, text))
        acknowledgement = await self.transport.send_and_wait("slash_commands", payload)
        if not acknowledgement.ok:
            self._slackbot(user, conversation, f"{command} failed with the error “{acknowledgement.failure}”")
        elif acknowledgement.body:
            self._answer_command(user, conversation, command, acknowledgement.body)
        return acknowledgement

    async def use_element(self, user: str, where: SlackMessage | SlackView, action: dict[str, Any]) -> Acknowledgement:
        """Use one interactive element. `action` has the form of an entry of Slack's `actions`."""
        more = self._location_fields(user, where)
        values = where.values if isinstance(where, SlackView) else _state_values(action)
        payload = self.payloads.interaction(
            "block_actions",
            user,
            **more,
            state={"values": values},
            actions=[action | {"action_ts": self.workspace.next_ts()}],
        )
        acknowledgement = await self.transport.send_and_wait("interactive", payload)
        if not acknowledgement.ok and isinstance(where, SlackMessage):
            conversation = self.workspace.conversations[where.channel]
            self._slackbot(user, conversation, "That didn’t work: the app did not answer in time.")
        return acknowledgement

    async def suggest(
        self, user: str, where: SlackMessage | SlackView, block_id: str, action_id: str, value: str
    ) -> Acknowledgement:
        """Type into a menu whose options the bot supplies."""
        more = self._location_fields(user, where)
        more.pop("trigger_id")
        payload = self.payloads.interaction(
            "block_suggestion", user, **more, block_id=block_id, action_id=action_id, value=value
        )
        return await self.transport.send_and_wait("interactive", payload)

    async def submit(self, view: SlackView) -> Acknowledgement:
        """Submit the modal and carry out the bot's `response_action`."""
        payload = self.payloads.interaction(
            "view_submission",
            view.user,
            view=self.payloads.view(view),
            response_urls=[],
            trigger_id=self.workspace.tokens.trigger(view.user),
        )
        acknowledgement = await self.transport.send_and_wait("interactive", payload)
        if acknowledgement.ok:
            self._after_submission(view, acknowledgement.body)
        return acknowledgement

    async def dismiss(self, view: SlackView, *, everything: bool = False) -> None:
        """Close the modal, or the whole stack. The bot is told where the view has `notify_on_close`."""
        everything = everything or bool(view.payload.get("clear_on_close"))
        closed = self.workspace.views.close(view.user, everything=everything)
        self.workspace.notify(WorkspaceEvent("view", user=view.user))
        for closed_view in closed:
            if closed_view.payload.get("notify_on_close"):
                shown = self.payloads.view(closed_view)
                payload = self.payloads.interaction("view_closed", view.user, view=shown, is_cleared=everything)
                await self.transport.send_and_wait("interactive", payload)

    async def shortcut(self, user: str, callback_id: str, message: SlackMessage | None = None) -> Acknowledgement:
        """Run a global shortcut, or one on a message."""
        if message is None:
            trigger = self.workspace.tokens.trigger(user)
            payload = self.payloads.interaction("shortcut", user, callback_id=callback_id, trigger_id=trigger)
        else:
            more = self.payloads.on_message(user, message) | {"message_ts": message.ts}
            payload = self.payloads.interaction("message_action", user, **more, callback_id=callback_id)
        return await self.transport.send_and_wait("interactive", payload)

    def open_home(self, user: str, tab: str = "home") -> None:
        """Open the bot's App Home."""
        conversation = self.workspace.direct(self.workspace.bot.id, user)
        event: dict[str, Any] = {"type": "app_home_opened", "user": user, "channel": conversation.id, "tab": tab}
        home = self.workspace.views.home(user)
        if home is not None:
            event["view"] = self.payloads.view(home)
        self._send_event("app_home_opened", self.payloads.event(event))

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
        everyone = body.get("response_type") == "in_channel"
        self._show(conversation, "" if everyone else url.user, body)

    def _location_fields(self, user: str, where: SlackMessage | SlackView) -> Payload:
        if isinstance(where, SlackView):
            return self.payloads.in_view(user, where)
        return self.payloads.on_message(user, where)

    def _invite(self, user: str, conversation: SlackConversation, text: str) -> Acknowledgement:
        invited = self.workspace.user(text.strip().removeprefix("@"))
        if not self.workspace.join(conversation, invited.id):
            self._slackbot(user, conversation, f"{invited.name} is here already.")
        return Acknowledgement(ok=True)

    def _answer_command(self, user: str, conversation: SlackConversation, command: str, body: Any) -> None:
        answer = body if isinstance(body, dict) else {"text": str(body)}
        try:
            check_message(answer)
        except SlackRefusal as refusal:
            self._slackbot(user, conversation, f"{command} failed with the error “invalid_command_response”")
            self.workspace.journal.answers[f"command {refusal.code}"] += 1
            return
        everyone = answer.get("response_type") == "in_channel"
        self._show(conversation, "" if everyone else user, answer)

    def _after_submission(self, view: SlackView, body: Any) -> None:
        action = body.get("response_action") if isinstance(body, dict) else None
        if action == "errors":
            return
        if action in ("update", "push"):
            payload = check_view("modal", body.get("view"))
            views = self.workspace.views
            _ = views.update(view, payload) if action == "update" else views.push(view.user, payload)
        else:
            self.workspace.views.close(view.user, everything=action == "clear")
        self.workspace.notify(WorkspaceEvent("view", user=view.user))

    def _show(self, conversation: SlackConversation, only_to: str, body: dict[str, Any]) -> None:
        """Show the bot's answer, in a thread only if it says so: a response URL remembers the channel alone."""
        self.workspace.post(
            conversation,
            self.workspace.bot.id,
            body["text"],
            blocks=with_ids(body.get("blocks") or []),
            only_to=only_to,
            thread_ts=body.get("thread_ts") or "",
            from_app=True,
        )

    def _slackbot(self, user: str, conversation: SlackConversation, text: str) -> None:
        self.workspace.post(conversation, "USLACKBOT", text, only_to=user)

    def _send_events(self, change: WorkspaceEvent) -> None:
        """Send the bot the events of a change, if it is subscribed to them."""
        if change.kind == "message" and change.message is not None:
            self._send_message_event(change.message)
        elif change.kind == "changed" and change.message is not None:
            self._send_edit_event(change.message, change.previous_text)
        elif change.kind == "joined":
            conversation = self.workspace.conversations[change.channel]
            if self.workspace.bot.id in conversation.members:
                event = {"type": "member_joined_channel", "user": change.user, "channel": conversation.id}
                kind = {"channel_type": "C" if conversation.kind == "public" else "G", "team": self.workspace.team_id}
                self._send_event("member_joined_channel", self.payloads.event(event | kind))

    def _send_message_event(self, message: SlackMessage) -> None:
        conversation = self.workspace.conversations[message.channel]
        if message.only_to or self.workspace.bot.id not in conversation.members:
            return
        if message.from_app and not self.echoes:
            return
        if conversation.kind == "im":
            self._send_event("message.im", self.payloads.message_event(message, "message"))
        elif not message.from_app and f"<@{self.workspace.bot.id}>" in message.text:
            self._send_event("app_mention", self.payloads.message_event(message, "app_mention"))

    def _send_edit_event(self, message: SlackMessage, previous_text: str) -> None:
        """Slack tells of edits in direct messages, and repeats a mention whenever its message is edited."""
        if self.workspace.conversations[message.channel].kind == "im":
            if not message.only_to and (self.echoes or not message.from_app):
                self._send_event("message.im", self.payloads.changed_event(message, previous_text))
        else:
            self._send_message_event(message)

    def _send_event(self, event: str, payload: dict[str, Any]) -> None:
        if event in self.events:
            self.transport.send_event(payload)


def _state_values(action: dict[str, Any]) -> dict[str, Any]:
    """Return the state of a message's inputs: the choice in the element that was just used."""
    if action["type"] in ("button", "overflow"):
        return {}
    shown = {key: value for key, value in action.items() if key not in ("action_id", "block_id")}
    return {action["block_id"]: {action["action_id"]: shown}}


def as_slack_text(workspace: FakeWorkspace, text: str) -> str:
    """Turn typed text into Slack's form: escaped, with mentions of people and channels."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    people = {user.name: user.id for user in workspace.users.values()}
    channels = {known.name: known.id for known in workspace.conversations.values() if known.name}

    def mention(match: re.Match[str]) -> str:
        name = match[1]
        if name in ("channel", "here", "everyone"):
            return f"<!{name}>"
        return f"<@{people[name]}>" if name in people else match[0]

    def channel(match: re.Match[str]) -> str:
        return f"<#{channels[match[1]]}|{match[1]}>" if match[1] in channels else match[0]

    linked = re.sub(r"(?<!\S)(https?://[^\s<>|]+)", r"<\1>", escaped)
    return re.sub(r"(?<!\S)#([\w-]+)", channel, re.sub(r"(?<!\S)@([\w.-]+)", mention, linked))

"""What people do in the workspace, and what the bot hears of it."""

import re
from typing import Any

from bot.playground.standin.content import check_message, check_view, named
from bot.playground.standin.conversations import Conversation, Message
from bot.playground.standin.line import Acknowledgement, Line
from bot.playground.standin.payloads import Payload, Payloads
from bot.playground.standin.refusal import RefusalError
from bot.playground.standin.views import View
from bot.playground.standin.workspace import Happening, Workspace

# What the bot has subscribed to, when nobody says otherwise.
EVENTS = frozenset({"app_mention", "message.im", "app_home_opened", "member_joined_channel"})


class Deeds:
    """Each deed changes the workspace, tells the bot as Slack would, and shows people what comes of it."""

    def __init__(self, workspace: Workspace, line: Line, payloads: Payloads) -> None:
        self.events = EVENTS
        self.commands: frozenset[str] | None = None  # None: any
        self.echoes = True  # Slack tells an app of its own messages too; benchmarks may do without
        self.workspace = workspace
        self.line = line
        self.payloads = payloads
        workspace.watchers.append(self._hear)

    def say(self, user: str, conversation: Conversation, text: str, thread_ts: str = "") -> Message:
        """Type a message; `@name`, `#channel` and `&<>` become what Slack makes of them."""
        return self.workspace.post(conversation, user, typed(self.workspace, text), thread_ts=thread_ts)

    async def command(self, user: str, conversation: Conversation, command: str, text: str) -> Acknowledgement:
        """Type a slash command: Slack's own `/invite`, or one for the bot."""
        if command == "/invite":
            return self._invite(user, conversation, text)
        if self.commands is not None and command not in self.commands:
            self._slackbot(
                user, conversation, f"{command} is not a command here. Try {', '.join(sorted(self.commands))}."
            )
            return Acknowledgement(ok=False, failure="no_such_command")
        payload = self.payloads.command(user, conversation, command, typed(self.workspace, text))
        acknowledgement = await self.line.ask("slash_commands", payload)
        if not acknowledgement.ok:
            self._slackbot(user, conversation, f"{command} failed with the error “{acknowledgement.failure}”")
        elif acknowledgement.body:
            self._answer_command(user, conversation, command, acknowledgement.body)
        return acknowledgement

    async def act(self, user: str, where: Message | View, action: dict[str, Any]) -> Acknowledgement:
        """Use one interactive element; `action` is as Slack describes it in `actions`."""
        more = self._place(user, where)
        values = where.values if isinstance(where, View) else _values(action)
        payload = self.payloads.interaction(
            "block_actions",
            user,
            **more,
            state={"values": values},
            actions=[action | {"action_ts": self.workspace.next_ts()}],
        )
        acknowledgement = await self.line.ask("interactive", payload)
        if not acknowledgement.ok and isinstance(where, Message):
            conversation = self.workspace.conversations[where.channel]
            self._slackbot(user, conversation, "That didn’t work: the app did not answer in time.")
        return acknowledgement

    async def suggest(
        self, user: str, where: Message | View, block_id: str, action_id: str, value: str
    ) -> Acknowledgement:
        """Type into a menu whose options the bot gives."""
        more = self._place(user, where)
        more.pop("trigger_id")
        payload = self.payloads.interaction(
            "block_suggestion", user, **more, block_id=block_id, action_id=action_id, value=value
        )
        return await self.line.ask("interactive", payload)

    async def submit(self, view: View) -> Acknowledgement:
        """Submit the modal; a `response_action` is carried out."""
        payload = self.payloads.interaction(
            "view_submission",
            view.user,
            view=self.payloads.view(view),
            response_urls=[],
            trigger_id=self.workspace.tickets.trigger(view.user, view.id),
        )
        acknowledgement = await self.line.ask("interactive", payload)
        if acknowledgement.ok:
            self._after_submission(view, acknowledgement.body)
        return acknowledgement

    async def dismiss(self, view: View, *, everything: bool = False) -> None:
        """Close the modal, or all that lie under it too; the bot hears of it where it asked to."""
        everything = everything or bool(view.payload.get("clear_on_close"))
        closed = self.workspace.views.close(view.user, everything=everything)
        self.workspace.tell(Happening("view", user=view.user))
        for one in closed:
            if one.payload.get("notify_on_close"):
                shown = self.payloads.view(one)
                payload = self.payloads.interaction("view_closed", view.user, view=shown, is_cleared=everything)
                await self.line.ask("interactive", payload)

    async def shortcut(self, user: str, callback_id: str, message: Message | None = None) -> Acknowledgement:
        """Run a global shortcut, or one on a message."""
        if message is None:
            trigger = self.workspace.tickets.trigger(user)
            payload = self.payloads.interaction("shortcut", user, callback_id=callback_id, trigger_id=trigger)
        else:
            more = self.payloads.on_message(user, message) | {"message_ts": message.ts}
            payload = self.payloads.interaction("message_action", user, **more, callback_id=callback_id)
        return await self.line.ask("interactive", payload)

    def open_home(self, user: str, tab: str = "home") -> None:
        """Look at the bot's App Home."""
        conversation = self.workspace.direct(self.workspace.bot.id, user)
        event: dict[str, Any] = {"type": "app_home_opened", "user": user, "channel": conversation.id, "tab": tab}
        home = self.workspace.views.home(user)
        if home is not None:
            event["view"] = self.payloads.view(home)
        self._tell("app_home_opened", self.payloads.event(event))

    def respond(self, ticket: str, body: dict[str, Any]) -> None:
        """The bot uses a response URL; raises RefusalError."""
        url = self.workspace.tickets.respond(ticket)
        conversation = self.workspace.conversations[url.channel]
        original = conversation.messages.get(url.message_ts)
        if body.get("delete_original") and original is not None:
            self.workspace.delete(original)
            return
        check_message(body)
        if body.get("replace_original") and original is not None:
            self.workspace.edit(original, text=body["text"], blocks=named(body.get("blocks") or []))
            return
        everyone = body.get("response_type") == "in_channel"
        self._show(conversation, "" if everyone else url.user, body, url.thread_ts)

    def _place(self, user: str, where: Message | View) -> Payload:
        if isinstance(where, View):
            return self.payloads.in_view(user, where)
        return self.payloads.on_message(user, where)

    def _invite(self, user: str, conversation: Conversation, text: str) -> Acknowledgement:
        invited = self.workspace.user(text.strip().removeprefix("@"))
        if not self.workspace.join(conversation, invited.id):
            self._slackbot(user, conversation, f"{invited.name} is here already.")
        return Acknowledgement(ok=True)

    def _answer_command(self, user: str, conversation: Conversation, command: str, body: Any) -> None:
        answer = body if isinstance(body, dict) else {"text": str(body)}
        try:
            check_message(answer)
        except RefusalError as refusal:
            self._slackbot(user, conversation, f"{command} failed with the error “invalid_command_response”")
            self.workspace.journal.answers[f"command {refusal.code}"] += 1
            return
        everyone = answer.get("response_type") == "in_channel"
        self._show(conversation, "" if everyone else user, answer)

    def _after_submission(self, view: View, body: Any) -> None:
        action = body.get("response_action") if isinstance(body, dict) else None
        if action == "errors":
            return
        if action in ("update", "push"):
            payload = check_view("modal", body.get("view"))
            views = self.workspace.views
            _ = views.update(view, payload) if action == "update" else views.push(view.user, payload)
        else:
            self.workspace.views.close(view.user, everything=action == "clear")
        self.workspace.tell(Happening("view", user=view.user))

    def _show(self, conversation: Conversation, only_to: str, body: dict[str, Any], thread_ts: str = "") -> None:
        self.workspace.post(
            conversation,
            self.workspace.bot.id,
            body["text"],
            blocks=named(body.get("blocks") or []),
            only_to=only_to,
            thread_ts=body.get("thread_ts") or thread_ts,
            from_app=True,
        )

    def _slackbot(self, user: str, conversation: Conversation, text: str) -> None:
        self.workspace.post(conversation, "USLACKBOT", text, only_to=user)

    def _hear(self, happening: Happening) -> None:
        """Turn what happened into the events the bot has subscribed to."""
        if happening.kind == "message" and happening.message is not None:
            self._hear_message(happening.message)
        elif happening.kind == "joined":
            conversation = self.workspace.conversations[happening.channel]
            if self.workspace.bot.id in conversation.members:
                event = {"type": "member_joined_channel", "user": happening.user, "channel": conversation.id}
                kind = {"channel_type": "C" if conversation.kind == "public" else "G", "team": self.workspace.team_id}
                self._tell("member_joined_channel", self.payloads.event(event | kind))

    def _hear_message(self, message: Message) -> None:
        conversation = self.workspace.conversations[message.channel]
        if message.only_to or self.workspace.bot.id not in conversation.members:
            return
        if message.from_app and not self.echoes:
            return
        if conversation.kind == "im":
            self._tell("message.im", self.payloads.message_event(message, "message"))
        elif not message.from_app and f"<@{self.workspace.bot.id}>" in message.text:
            self._tell("app_mention", self.payloads.message_event(message, "app_mention"))

    def _tell(self, event: str, payload: dict[str, Any]) -> None:
        if event in self.events:
            self.line.tell(payload)


def _values(action: dict[str, Any]) -> dict[str, Any]:
    """A message's state: what the element that was just used now shows."""
    if action["type"] in ("button", "overflow"):
        return {}
    shown = {key: value for key, value in action.items() if key not in ("action_id", "block_id")}
    return {action["block_id"]: {action["action_id"]: shown}}


def typed(workspace: Workspace, text: str) -> str:
    """What Slack makes of what a person types: escaped, with names and channels as mentions."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    people = {user.name: user.id for user in workspace.users.values()}
    channels = {one.name: one.id for one in workspace.conversations.values() if one.name}

    def mention(match: re.Match[str]) -> str:
        name = match[1]
        if name in ("channel", "here", "everyone"):
            return f"<!{name}>"
        return f"<@{people[name]}>" if name in people else match[0]

    def channel(match: re.Match[str]) -> str:
        return f"<#{channels[match[1]]}|{match[1]}>" if match[1] in channels else match[0]

    linked = re.sub(r"(?<!\S)(https?://[^\s<>|]+)", r"<\1>", escaped)
    return re.sub(r"(?<!\S)#([\w-]+)", channel, re.sub(r"(?<!\S)@([\w.-]+)", mention, linked))

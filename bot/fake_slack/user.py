"""A person in the fake workspace, through whom tests and the playground act."""

import re
import secrets
from typing import Any

from bot.fake_slack.app import InstalledApp
from bot.fake_slack.arguments import SlackRefusal
from bot.fake_slack.block_kit import check_message, check_view, initial_options
from bot.fake_slack.choices import element_state, find_element, with_initial_state
from bot.fake_slack.delivery_to_app import Acknowledgement
from bot.fake_slack.views import SlackView
from bot.fake_slack.workspace import (
    WAIT_S,
    Block,
    FakeWorkspace,
    SlackConversation,
    SlackMessage,
    SlackUser,
    WorkspaceEvent,
)


class FakeUser:
    """The actions and the view of one person. An action changes the workspace, or sends the bot a payload, or both.

    `where` is a conversation's id or name; `DIRECT` is the one with the bot.
    """

    DIRECT = "@"

    def __init__(self, user: SlackUser, app: InstalledApp) -> None:
        self.user = user
        self._app = app
        self._workspace = app.workspace
        self._payloads = app.payloads
        self._send = app.transport.send_and_wait
        self._suggested: dict[str, dict[str, Block]] = {}  # options that the bot offered, by action id and value

    @property
    def id(self) -> str:
        return self.user.id

    def conversation(self, where: str) -> SlackConversation:
        if where == self.DIRECT:
            return self._workspace.direct(self._workspace.bot.id, self.id)
        return self._workspace.conversation(where)

    def reads(self, where: str) -> list[SlackMessage]:
        """List the messages that this person sees in a conversation, with replies, oldest first."""
        return [message for message in self.conversation(where).messages.values() if message.visible_to(self.id)]

    def say(self, where: str, text: str, thread_ts: str = "", file: str = "") -> SlackMessage:
        """Post what this person types, with a file of this name if one is given."""
        files = [{"id": f"F0{secrets.token_hex(4).upper()}", "name": file}] if file else []
        typed = as_slack_text(self._workspace, text)
        return self._workspace.post(self.conversation(where), self.id, typed, thread_ts=thread_ts, files=files)

    async def command(self, text: str, where: str = "general") -> Acknowledgement:
        """Type a slash command: Slack's own `/invite`, or one for the bot, such as `/qcon next`."""
        command, _, rest = text.partition(" ")
        conversation = self.conversation(where)
        if command == "/invite":
            return self._invite(conversation, rest)
        known = self._app.commands
        if known is not None and command not in known:
            self._slackbot(conversation, f"{command} is not a command here. Try {', '.join(sorted(known))}.")
            return Acknowledgement(ok=False, failure="no_such_command")
        typed = as_slack_text(self._workspace, rest)
        payload = self._payloads.command(self.id, conversation, command, typed)
        acknowledgement = await self._send("slash_commands", payload)
        if not acknowledgement.ok:
            self._slackbot(conversation, f"{command} failed with the error “{acknowledgement.failure}”")
        elif acknowledgement.body:
            self._show_answer(conversation, command, acknowledgement.body)
        return acknowledgement

    async def ask(
        self, text: str, where: str = "general", thread_ts: str = "", within_s: float = WAIT_S
    ) -> SlackMessage:
        """Type a command or a message. Return the first message that the bot (or Slackbot) then shows."""
        before = {message.ts for message in self.reads(where)}
        if text.startswith("/"):
            await self.command(text, where)
        else:
            before.add(self.say(where, text, thread_ts).ts)
        return await self.sees(where, after=before, within_s=within_s)

    async def sees(
        self, where: str, text: str = "", after: set[str] | None = None, within_s: float = WAIT_S
    ) -> SlackMessage:
        """Wait for a message by an app that contains `text` and is not among the timestamps in `after`.

        Raises TimeoutError.
        """

        def find() -> SlackMessage | None:
            for message in self.reads(where):
                is_new = message.ts not in (after or ())
                is_answer = message.from_app or message.user == "USLACKBOT"
                if is_new and is_answer and text in f"{message.text}\n{message.readable_text}":
                    return message
            return None

        message: SlackMessage = await self._workspace.wait_until(find, within_s)
        return message

    async def click(
        self,
        where: SlackMessage | SlackView,
        action_id: str,
        choice: Any = None,
        value: str | None = None,
        block_id: str | None = None,
    ) -> Acknowledgement:
        """Use an element: press a button, or make a `choice`. Its `value` finds it where several share an action id.

        In a menu of actions the `value` is also the choice.
        """
        block_id, element = find_element(_blocks(where), action_id, value, block_id)
        state = element_state(element, value if choice is None else choice, self._suggestions(action_id))
        is_input = element["type"] not in ("button", "overflow")
        values = where.values if isinstance(where, SlackView) else {}
        if is_input:
            values.setdefault(block_id, {})[action_id] = state
        action = {"action_id": action_id, "block_id": block_id, "action_ts": self._workspace.next_ts()} | state
        acknowledgement = await self._interact(
            "block_actions", where, trigger_id=self._trigger(), state={"values": values}, actions=[action]
        )
        if not acknowledgement.ok and isinstance(where, SlackMessage):
            conversation = self._workspace.conversations[where.channel]
            self._slackbot(conversation, "That didn’t work: the app did not answer in time.")
        return acknowledgement

    async def suggest_in_groups(
        self, where: SlackMessage | SlackView, action_id: str, typed: str, block_id: str | None = None
    ) -> list[Block]:
        """Type into an external menu. Return the options in groups, `{label, options}`.

        Options without groups come as one group without a label.
        """
        acknowledgement = await self.type_ahead(where, action_id, typed, block_id)
        body = acknowledgement.body if isinstance(acknowledgement.body, dict) else {}
        groups: list[Block] = body.get("option_groups") or [{"label": None, "options": body.get("options") or []}]
        options = {option["value"]: option for group in groups for option in group["options"]}
        self._suggested.setdefault(action_id, {}).update(options)
        return groups

    async def type_ahead(
        self, where: SlackMessage | SlackView, action_id: str, typed: str, block_id: str | None = None
    ) -> Acknowledgement:
        """Type into an external menu. Return the bot's whole answer."""
        block_id, _ = find_element(_blocks(where), action_id, block_id=block_id)
        return await self._interact("block_suggestion", where, block_id=block_id, action_id=action_id, value=typed)

    @property
    def modal(self) -> SlackView | None:
        """Return the modal that this person sees."""
        return self._workspace.views.top(self.id)

    def fill(self, action_id: str, choice: Any, block_id: str | None = None) -> None:
        """Fill in an input of the modal without submitting."""
        view = self._open_modal()
        block_id, element = find_element(view.payload["blocks"], action_id, block_id=block_id)
        suggested = (*self._suggestions(action_id), *initial_options(element))
        view.values.setdefault(block_id, {})[action_id] = element_state(element, choice, suggested)

    async def submit(self, **filled: Any) -> dict[str, str]:
        """Submit the modal, with values for inputs by action id, and carry out the bot's `response_action`.

        Return the errors by block id; none if it was accepted.
        """
        view = self._open_modal()
        for action_id, choice in filled.items():
            self.fill(action_id, choice)
        with_initial_state(view)
        shown = self._payloads.view(view)
        payload = self._payloads.interaction(
            "view_submission", self.id, view=shown, response_urls=[], trigger_id=self._trigger()
        )
        acknowledgement = await self._send("interactive", payload)
        if not acknowledgement.ok:
            return {"": acknowledgement.failure}
        body = acknowledgement.body if isinstance(acknowledgement.body, dict) else {}
        if body.get("response_action") == "errors":
            return dict(body["errors"])
        self._after_submission(view, body)
        return {}

    def dismiss(self, *, everything: bool = False) -> None:
        """Close the modal, or the whole stack."""
        everything = everything or bool(self._open_modal().payload.get("clear_on_close"))
        self._workspace.views.close(self.id, everything=everything)
        self._workspace.notify(WorkspaceEvent("view", user=self.id))

    async def shortcut(self, callback_id: str) -> Acknowledgement:
        more = {"callback_id": callback_id, "trigger_id": self._trigger()}
        return await self._send("interactive", self._payloads.interaction("shortcut", self.id, **more))

    @property
    def home(self) -> SlackView | None:
        """Return the bot's App Home as it was last published."""
        return self._workspace.views.home(self.id)

    def open_home(self, tab: str = "home") -> None:
        """Open a tab of the bot's App Home: `home` or `messages`."""
        channel = self.conversation(self.DIRECT).id
        event = {"type": "app_home_opened", "user": self.id, "channel": channel, "tab": tab}
        shown = {"view": self._payloads.view(self.home)} if self.home else {}
        self._app.send_event("app_home_opened", self._payloads.event(event | shown))

    async def _interact(self, kind: str, where: SlackMessage | SlackView, **more: Any) -> Acknowledgement:
        """Send an interaction that takes place in a message or a view."""
        if isinstance(where, SlackView):
            place = self._payloads.in_view(where)
        else:
            place = self._payloads.on_message(self.id, where)
        return await self._send("interactive", self._payloads.interaction(kind, self.id, **place, **more))

    def _trigger(self) -> str:
        return self._workspace.tokens.trigger(self.id)

    def _show_answer(self, conversation: SlackConversation, command: str, body: Any) -> None:
        answer = body if isinstance(body, dict) else {"text": str(body)}
        try:
            check_message(answer)
        except SlackRefusal as refusal:
            self._slackbot(conversation, f"{command} failed with the error “invalid_command_response”")
            self._workspace.journal.answers[f"command {refusal.code}"] += 1
            return
        self._app.show(conversation, self.id, answer)

    def _after_submission(self, view: SlackView, body: dict[str, Any]) -> None:
        views, action = self._workspace.views, body.get("response_action")
        if action == "update":
            views.update(view, check_view("modal", body.get("view")))
        elif action == "push":
            views.push(self.id, check_view("modal", body.get("view")))
        else:
            views.close(self.id, everything=action == "clear")
        self._workspace.notify(WorkspaceEvent("view", user=self.id))

    def _invite(self, conversation: SlackConversation, text: str) -> Acknowledgement:
        invited = self._workspace.user(text.strip().removeprefix("@"))
        if not self._workspace.join(conversation, invited.id):
            self._slackbot(conversation, f"{invited.name} is here already.")
        return Acknowledgement(ok=True)

    def _slackbot(self, conversation: SlackConversation, text: str) -> None:
        self._workspace.post(conversation, "USLACKBOT", text, only_to=self.id)

    def _suggestions(self, action_id: str) -> list[Block]:
        return list(self._suggested.get(action_id, {}).values())

    def _open_modal(self) -> SlackView:
        if self.modal is None:
            raise SlackRefusal("no_modal_open")
        return self.modal


def _blocks(where: SlackMessage | SlackView) -> list[Block]:
    return where.blocks if isinstance(where, SlackMessage) else list(where.payload["blocks"])


def as_slack_text(workspace: FakeWorkspace, text: str) -> str:
    """Turn typed text into Slack's form: escaped, with `@name`, `#channel` and addresses as mentions and links."""
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
